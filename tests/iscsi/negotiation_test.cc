#include "core/iscsi/negotiation.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace isboot::iscsi {
namespace {

// A negotiation with what it sends.
struct Talk {
  explicit Talk(bool discovery = false, bool header_digest = false, bool data_digest = false)
      : negotiation{discovery, header_digest, data_digest} {}

  std::string offers() {
    TextKeyWriter out{buffer};
    negotiation.write_offers(out);
    return shown(out);
  }
  // What is answered to "Key=value", or "error N".
  std::string hear(const std::string& pair, bool in_security_stage = false) {
    TextKeyWriter out{buffer};
    const std::size_t equals = pair.find('=');
    const std::string name = pair.substr(0, equals);
    const std::string value = pair.substr(equals + 1);
    const auto done = negotiation.receive({name, value, 0}, in_security_stage, out, notes);
    if (!done) return "error " + std::to_string(done.error().code.value());
    return shown(out);
  }
  static std::string shown(const TextKeyWriter& out) {
    std::string text{as_text(*out.finish())};
    for (char& c : text)
      if (c == '\0') c = ' ';
    return text;
  }

  std::array<std::uint8_t, 2048> buffer{};
  Negotiation negotiation;
  Notes notes;
};

std::string error(TextErrc code) { return "error " + std::to_string(static_cast<int>(code)); }

TEST(Negotiation, OffersWhatSuitsADiskForYears) {
  EXPECT_EQ(Talk{}.offers(),
            "HeaderDigest=None DataDigest=None MaxConnections=1 InitialR2T=No ImmediateData=Yes "
            "MaxRecvDataSegmentLength=262144 MaxBurstLength=16776192 FirstBurstLength=262144 "
            "DefaultTime2Wait=0 DefaultTime2Retain=0 MaxOutstandingR2T=1 DataPDUInOrder=Yes "
            "DataSequenceInOrder=Yes ErrorRecoveryLevel=0 ");
}

TEST(Negotiation, OffersDigestsByParameter) {
  const std::string offers = Talk{false, true, true}.offers();
  EXPECT_NE(offers.find("HeaderDigest=CRC32C,None "), std::string::npos);
  EXPECT_NE(offers.find("DataDigest=CRC32C,None "), std::string::npos);
}

TEST(Negotiation, LeavesOutWhatADiscoverySessionHasNoUseFor) {
  EXPECT_EQ(Talk{true}.offers(),
            "HeaderDigest=None DataDigest=None MaxRecvDataSegmentLength=262144 "
            "DefaultTime2Wait=0 DefaultTime2Retain=0 ErrorRecoveryLevel=0 ");
}

struct Case {
  const char* pair;
  Key key;
  std::uint32_t result;
};

TEST(Negotiation, TakesAnswersThatFollowFromTheOffer) {
  const Case cases[] = {
      {"InitialR2T=Yes", Key::InitialR2T, 1},
      {"InitialR2T=No", Key::InitialR2T, 0},
      {"ImmediateData=No", Key::ImmediateData, 0},
      {"MaxBurstLength=0x10000", Key::MaxBurstLength, 65536},
      {"FirstBurstLength=512", Key::FirstBurstLength, 512},
      {"DefaultTime2Wait=3600", Key::DefaultTime2Wait, 3600},
      {"HeaderDigest=CRC32C", Key::HeaderDigest, 1},
      {"DataDigest=None", Key::DataDigest, 0},
      {"MaxBurstLength=Reject", Key::MaxBurstLength, 262144},
      {"InitialR2T=Irrelevant", Key::InitialR2T, 1},
      {"FirstBurstLength=NotUnderstood", Key::FirstBurstLength, 65536},
      {"MaxRecvDataSegmentLength=16777215", Key::MaxRecvDataSegmentLength, 16777215},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.pair);
    Talk talk{false, true, true};
    (void)talk.offers();
    EXPECT_EQ(talk.hear(row.pair), "");
    EXPECT_EQ(talk.negotiation.value(row.key), row.result);
  }
}

TEST(Negotiation, RefusesAnswersThatDoNot) {
  struct Row {
    const char* pair;
    TextErrc code;
  };
  const Row rows[] = {
      {"HeaderDigest=CRC32C", TextErrc::BadChoice},
      {"HeaderDigest=CRC32C,MD5", TextErrc::BadChoice},
      {"DataDigest=MD5", TextErrc::BadChoice},
      {"DataDigest=", TextErrc::BadChoice},
      {"MaxBurstLength=-1", TextErrc::BadNumber},
      {"MaxBurstLength=", TextErrc::BadNumber},
      {"MaxBurstLength=0x", TextErrc::BadNumber},
      {"FirstBurstLength=64k", TextErrc::BadNumber},
      {"MaxRecvDataSegmentLength=ff", TextErrc::BadNumber},
      {"InitiatorName=iqn.2026-11.org.example:a", TextErrc::WrongSender},
      {"SendTargets=All", TextErrc::WrongSender},
      {"TargetName=iqn.2026-11.org.example:b", TextErrc::WrongSender},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.pair);
    Talk talk;
    (void)talk.offers();
    EXPECT_EQ(talk.hear(row.pair), error(row.code));
  }
}

TEST(Negotiation, AnswersWhatTheTargetOffers) {
  struct Row {
    const char* offer;
    const char* answer;
  };
  const Row rows[] = {
      {"MaxBurstLength=65536", "MaxBurstLength=65536 "},
      {"FirstBurstLength=16777215", "FirstBurstLength=262144 "},
      {"InitialR2T=Yes", "InitialR2T=Yes "},
      {"ImmediateData=No", "ImmediateData=No "},
      {"DefaultTime2Wait=5", "DefaultTime2Wait=5 "},
      {"MaxConnections=8", "MaxConnections=1 "},
      {"HeaderDigest=CRC32C,None", "HeaderDigest=None "},
      {"HeaderDigest=X-org.example.sum,None", "HeaderDigest=None "},
      {"HeaderDigest=CRC32C", "HeaderDigest=Reject "},
      {"MaxBurstLength=1", "MaxBurstLength=Reject "},
      {"InitialR2T=maybe", "InitialR2T=Reject "},
      {"TaskReporting=FastAbort,ResponseFence,RFC3720", "TaskReporting=RFC3720 "},
      {"TaskReporting=FastAbort", "TaskReporting=Reject "},
      {"iSCSIProtocolLevel=2", "iSCSIProtocolLevel=1 "},
      {"X-org.example.key=1", "X-org.example.key=NotUnderstood "},
      {"IFMarker=No", "IFMarker=Reject "},
      {"OFMarker=Yes", "OFMarker=Reject "},
      {"IFMarkInt=2048~8192", "IFMarkInt=Reject "},
      {"OFMarkInt=2048~8192", "OFMarkInt=Reject "},
      {"X-org.example.key=Reject", ""},
      {"TaskReporting=NotUnderstood", ""},
      {"TargetAlias=a disk", ""},
      {"TargetPortalGroupTag=3", ""},
      {"MaxRecvDataSegmentLength=512", ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.offer);
    EXPECT_EQ(Talk{}.hear(row.offer), row.answer);
  }
  EXPECT_EQ(Talk(false, true).hear("HeaderDigest=CRC32C,None"), "HeaderDigest=CRC32C ");
  EXPECT_EQ(Talk(true).hear("MaxBurstLength=65536"), "MaxBurstLength=Irrelevant ");
}

TEST(Negotiation, TakesTheSafeOneOfTwoValues) {
  struct Row {
    const char* first;
    const char* second;
    Key key;
    std::uint32_t result;
  };
  const Row rows[] = {
      {"MaxBurstLength=65536", "MaxBurstLength=65536", Key::MaxBurstLength, 65536},
      {"MaxBurstLength=65536", "MaxBurstLength=4096", Key::MaxBurstLength, 4096},
      {"MaxBurstLength=4096", "MaxBurstLength=65536", Key::MaxBurstLength, 4096},
      {"MaxBurstLength=4096", "MaxBurstLength=Reject", Key::MaxBurstLength, 4096},
      {"InitialR2T=Yes", "InitialR2T=No", Key::InitialR2T, 1},
      {"InitialR2T=No", "InitialR2T=Yes", Key::InitialR2T, 1},
      {"ImmediateData=Yes", "ImmediateData=No", Key::ImmediateData, 0},
      {"ImmediateData=No", "ImmediateData=Yes", Key::ImmediateData, 0},
      {"DefaultTime2Wait=5", "DefaultTime2Wait=2", Key::DefaultTime2Wait, 5},
      {"HeaderDigest=None", "HeaderDigest=None", Key::HeaderDigest, 0},
      {"MaxRecvDataSegmentLength=8192", "MaxRecvDataSegmentLength=4096",
       Key::MaxRecvDataSegmentLength, 4096},
      {"TargetPortalGroupTag=1", "TargetPortalGroupTag=2", Key::TargetPortalGroupTag, 2},
      {"TargetPortalGroupTag=1", "TargetPortalGroupTag=-1", Key::TargetPortalGroupTag, 1},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string{row.first} + " " + row.second);
    Talk talk;
    (void)talk.offers();
    EXPECT_EQ(talk.hear(row.first), "");
    EXPECT_EQ(talk.hear(row.second), "");
    EXPECT_EQ(talk.negotiation.value(row.key), row.result);
  }
}

TEST(Negotiation, RefusesTwoDigests) {
  for (const char* first : {"HeaderDigest=CRC32C", "HeaderDigest=None"}) {
    Talk talk{false, true, true};
    (void)talk.offers();
    EXPECT_EQ(talk.hear(first), "");
    EXPECT_EQ(talk.hear(first), "");
    const bool was_crc = std::string{first}.ends_with("CRC32C");
    EXPECT_EQ(talk.hear(was_crc ? "HeaderDigest=None" : "HeaderDigest=CRC32C"),
              error(TextErrc::RepeatedKey));
  }
}

// What a target says of itself too early limits what comes of the real answer, or of none.
TEST(Negotiation, HoldsToWhatWasSaidTooEarly) {
  struct Row {
    const char* early;
    const char* answer;  // none: the key keeps its default
    Key key;
    std::uint32_t result;
  };
  const Row rows[] = {
      {"FirstBurstLength=4096", "FirstBurstLength=65536", Key::FirstBurstLength, 4096},
      {"FirstBurstLength=4096", "", Key::FirstBurstLength, 4096},
      {"FirstBurstLength=100000", "", Key::FirstBurstLength, 65536},
      {"InitialR2T=Yes", "InitialR2T=No", Key::InitialR2T, 1},
      {"InitialR2T=No", "", Key::InitialR2T, 1},
      {"ImmediateData=No", "ImmediateData=Yes", Key::ImmediateData, 0},
      {"DefaultTime2Wait=9", "DefaultTime2Wait=3", Key::DefaultTime2Wait, 9},
      {"HeaderDigest=None", "HeaderDigest=CRC32C", Key::HeaderDigest, 1},
      {"MaxRecvDataSegmentLength=512", "", Key::MaxRecvDataSegmentLength, 512},
      {"MaxBurstLength=Reject", "MaxBurstLength=65536", Key::MaxBurstLength, 65536},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.early);
    Talk talk{false, true, true};
    EXPECT_EQ(talk.hear(row.early, true), "");
    EXPECT_NE(talk.offers().find(part_of(row.early, 0, position_of(row.early, '='))),
              std::string::npos);
    if (*row.answer != '\0') {
      EXPECT_EQ(talk.hear(row.answer), "");
    }
    EXPECT_EQ(talk.negotiation.value(row.key), row.result);
    EXPECT_EQ(talk.notes.view()[0].tolerance, Tolerance::EarlyKey);
  }
}

TEST(Negotiation, DoesNotOfferAgainWhatTheTargetOfferedFirst) {
  Talk talk;
  EXPECT_EQ(talk.hear("MaxBurstLength=65536"), "MaxBurstLength=65536 ");
  EXPECT_EQ(talk.offers().find("MaxBurstLength"), std::string::npos);
}

TEST(Negotiation, TakesNoDigestInTheSecurityStage) {
  EXPECT_EQ(Talk(false, true, true).hear("HeaderDigest=CRC32C", true), error(TextErrc::WrongStage));
  EXPECT_EQ(Talk{}.hear("TargetPortalGroupTag=1", true), "");
  EXPECT_EQ(Talk{}.hear("TargetAlias=x", true), "");
}

TEST(Negotiation, NeverSendsMoreFirstBurstThanBurst) {
  Talk talk;
  (void)talk.offers();
  (void)talk.hear("MaxBurstLength=4096");
  (void)talk.hear("FirstBurstLength=65536");
  SessionParams params;
  talk.negotiation.fill(params);
  EXPECT_EQ(params.first_burst_length, 4096U);
}

}  // namespace
}  // namespace isboot::iscsi
