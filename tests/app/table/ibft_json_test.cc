#include "app/table/ibft_json.h"

#include <gtest/gtest.h>

#include "app/table/ibft_spec.h"
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
  for (const char* file :
       {"edk2-failed_first.bin", "edk2-ipv6_manual.bin", "edk2-static.bin", "edk2-ui_mutual.bin"}) {
    SCOPED_TRACE(file);
    const Decoded decoded{
        isboot::testing::load_fixture(ISBOOT_FIXTURES, std::string{"ibft/"} + file)};
    const Json json = ibft_json(file, decoded.table, decoded.findings, Secrets::Show);
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

TEST(IbftSpec, GivesTheTableBackThatTheJsonWasMadeOf) {
  for (const std::size_t pairs : {0, 1, 3, 8}) {
    SCOPED_TRACE(pairs);
    ibft::Table table = ibft::test::full_table(pairs);
    const std::vector<std::uint8_t> extension{5, 1, 8, 0, 0, 0, 0xff, 0x01};
    (void)table.extensions.push({0, extension});
    if (pairs != 0) {
      table.targets.items[0].chap_name = "\xff bytes \\x41";
      table.targets.items[0].lun.bytes = {0xc1, 2, 3, 4, 5, 6, 7, 8};
    }
    const Json json = ibft_json("x", table, {}, Secrets::Show);
    TextStore texts;
    ibft::test::expect_same(table_from_json(parsed(json.dump()), texts), table);
  }
}

TEST(IbftSpec, FillsInWhatIsLeftOut) {
  TextStore texts;
  const ibft::Table table =
      table_from_json(parsed(R"({"nics": [{}, {}], "targets": [{}, {"lun_number": 3}]})"), texts);
  EXPECT_EQ(table.revision, 1);
  EXPECT_FALSE(table.initiator);
  EXPECT_EQ(table.nics[1].index, 1);
  EXPECT_EQ(table.targets[1].nic_index, 1);
  EXPECT_EQ(table.targets[1].lun.number(), 3);
}

TEST(IbftSpec, SaysWhatIsWrongAndWhere) {
  struct Row {
    const char* spec;
    const char* message;
  };
  constexpr Row kRows[] = {
      {"[]", "spec: must be an object"},
      {R"({"nic": []})", "nic: is not known"},
      {R"({"nics": {}})", "nics: must be a list"},
      {R"({"nics": [{}, {"prefx": 1}]})", "nics[1].prefx: is not known"},
      {R"({"nics": [{"prefix": 256}]})", "nics[0].prefix: must be a number from 0 to 255"},
      {R"({"nics": [{"prefix": -1}]})", "nics[0].prefix: must be a number from 0 to 255"},
      {R"({"nics": [{"mac": "52:54"}]})",
       "nics[0].mac: must be a MAC address, as 52:54:00:12:34:56"},
      {R"({"nics": [{"address": "10.0.0.256"}]})", "nics[0].address: IPv4 address: above 255"},
      {R"({"nics": [{"dns": ["10.0.0.1", "10.0.0.2", "10.0.0.3"]}]})",
       "nics[0].dns: must be a list of at most two"},
      {R"({"nics": [{"origin": "DHCP"}]})", "nics[0].origin: must be an origin's name"},
      {R"({"targets": [{"valid": 1}]})", "targets[0].valid: must be true or false"},
      {R"({"targets": [{"name": 1}]})", "targets[0].name: must be a text"},
      {R"json({"targets": [{"chap_secret": "(set)"}]})json",
       "targets[0].chap_secret: the secret is missing: it was written without --show-secrets"},
      {R"({"targets": [{"lun": "0001"}]})", "targets[0].lun: must be 16 hex digits"},
      {R"({"targets": [{"lun": "0001000000000000", "lun_number": 2}]})",
       "targets[0].lun_number: is not the number of lun"},
      {R"({"targets": [{"lun_number": 20000}]})", "targets[0].lun_number: LUN is above 16383"},
      {R"({"nics": [{},{},{},{},{},{},{},{},{}]})", "nics: has more than 8 items"},
      {R"({"control": {"boot_failovr": true}})", "control.boot_failovr: is not known"},
      {R"({"initiator": 7})", "initiator: must be an object"},
      {R"({"extensions": [{"data": "5"}]})", "extensions[0].data: must be pairs of hex digits"},
  };
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.spec);
    TextStore texts;
    try {
      table_from_json(parsed(row.spec), texts);
      ADD_FAILURE() << "was taken";
    } catch (const SpecError& error) {
      EXPECT_STREQ(error.what(), row.message);
    }
  }
}

}  // namespace
}  // namespace isboot::app::test
