#include "app/table/ibft_json.h"

#include <gtest/gtest.h>

#include "app/table/ibft_spec.h"
#include "tests/ibft/captured.h"
#include "tests/ibft/table_bytes.h"
#include "tests/ibft/table_model.h"

namespace isboot::app::test {
namespace {

using ibft::test::Decoded;

constexpr std::size_t kFirst = 0;

Json parsed(Text text) {
  const auto json = parse_json(text);
  EXPECT_TRUE(json) << text;
  return json.value_or(Json{});
}

// The example of design.md: scripts depend on each key and on each kind of value.
constexpr const char* kDesign = R"({"source": "file:x.bin", "length": 582, "revision": 1,
 "oem_id": "FENSYS", "oem_table_id": "iPXE", "checksum_ok": true,
 "control": {"boot_failover": false, "offset": 48},
 "initiator": {"offset": 80, "valid": true, "boot_selected": true,
               "name": "iqn.2026-11.org.example:spike-initiator",
               "isns": null, "slp": null, "radius": [null, null]},
 "nics": [{"index": 0, "offset": 160, "valid": true, "boot_selected": true, "global": false,
           "mac": "52:54:00:12:34:56", "pci": "00:02.0",
           "address": "10.0.2.15", "prefix": 24, "origin": "dhcp", "gateway": "10.0.2.2",
           "dns": ["10.0.2.3"], "dhcp_server": "10.0.2.2", "vlan": 0, "host_name": null}],
 "targets": [{"index": 0, "offset": 384, "valid": true, "boot_selected": true,
              "address": "10.0.2.2", "port": 3260,
              "lun": "0001000000000000", "lun_number": 1, "nic_index": 0,
              "name": "iqn.2026-11.org.example:spike",
              "chap": "none", "chap_name": null, "chap_secret": null,
              "reverse_chap_name": null, "reverse_chap_secret": null,
              "radius_chap": false, "radius_reverse_chap": false}],
 "findings": []})";

TEST(IbftJson, IsTheDesignToTheLetter) {
  const Decoded decoded{ibft::test::real_table()};
  const Json json = ibft_json("file:x.bin", decoded.table, decoded.findings, Secrets::Hide);
  EXPECT_EQ(json.dump(1), parsed(kDesign).dump(1));
}

// What EDK2 wrote comes back byte for byte by way of what people read.
TEST(IbftJson, HoldsAllOfATableOfEdk2) {
  for (const ibft::test::CapturedOfEdk2& captured : ibft::test::kCapturedOfEdk2) {
    SCOPED_TRACE(captured.file);
    const Decoded decoded{
        isboot::testing::load_fixture(ISBOOT_FIXTURES, std::string{"ibft/"} + captured.file)};
    const Json json = ibft_json(captured.file, decoded.table, decoded.findings, Secrets::Show);
    EXPECT_EQ(json["oem_id"].text(), "BOCHS");
    EXPECT_EQ(json["oem_table_id"], "BXPC");
    TextStore texts;
    const ibft::Table table = table_from_json(parsed(json.dump()), texts);
    EXPECT_EQ(ibft::test::encoded(table, ibft::Layout::Edk2), decoded.bytes);
  }
}

TEST(IbftJson, DescribesAFinding) {
  ibft::test::TableBytes bytes = ibft::test::real_table();
  bytes[ibft::test::kNic + 22] = 33;
  ibft::test::seal(bytes);
  const Decoded decoded{bytes};
  const Json finding = findings_json(decoded.findings)[kFirst];
  EXPECT_EQ(finding, parsed(R"({"severity": "error", "structure": "nic0", "offset": 182,
      "field": "prefix", "message": "is longer than the address"})"));
}

TEST(IbftJson, CountsFindingsThatHadNoRoom) {
  ibft::Findings findings;
  for (std::size_t i = 0; i < ibft::kMaxFindings + 3; ++i)
    findings.add(ibft::FindingCode::PortZero, {}, 0, "port");
  const Json json = findings_json(findings);
  EXPECT_EQ(json.size(), ibft::kMaxFindings + 1);
  EXPECT_EQ(json.back()["message"], "3 more are not listed");
}

TEST(IbftJson, HidesSecretsUnlessToldOtherwise) {
  const ibft::Table table = ibft::test::full_table(1);
  const std::string hidden = ibft_json("x", table, {}, Secrets::Hide).dump();
  EXPECT_EQ(hidden.find("not-a-secret"), std::string::npos);
  const Json shown = ibft_json("x", table, {}, Secrets::Show);
  EXPECT_EQ(shown["targets"][kFirst]["chap_secret"], "not-a-secret-1234");
  EXPECT_EQ(shown["targets"][kFirst]["reverse_chap_secret"], "not-a-secret-5678");
}

TEST(IbftJson, SaysWhatIsLeftOfATableThatIsNone) {
  const Decoded decoded{ibft::test::TableBytes(100, 'x')};
  const Json json = ibft_json("x", decoded.table, decoded.findings, Secrets::Hide);
  EXPECT_TRUE(json["control"].is_null());
  EXPECT_TRUE(json["initiator"].is_null());
  EXPECT_EQ(json["nics"], Json::list());
  EXPECT_EQ(json["targets"], Json::list());
  EXPECT_EQ(json["findings"][kFirst]["message"], "this is no iBFT");
}

TEST(IbftJson, KeepsThePlaceOfTheSecondDnsServer) {
  ibft::Table table = ibft::test::full_table(1);
  table.nics.items[0].dns[0] = {};
  const Json json = ibft_json("x", table, {}, Secrets::Hide);
  EXPECT_EQ(json["nics"][kFirst]["dns"], parsed(R"([null, "10.0.0.4"])"));
}

}  // namespace
}  // namespace isboot::app::test
