#include "app/table/ibft_spec.h"

#include <gtest/gtest.h>

#include "tests/ibft/table_model.h"

namespace isboot::app::test {
namespace {

Json parsed(Text text) {
  const auto json = parse_json(text);
  EXPECT_TRUE(json) << text;
  return json.value_or(Json{});
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

// Of what only a table that was read can have, nothing counts, whatever it is.
TEST(IbftSpec, DoesNotLookAtWhereATableWasRead) {
  TextStore texts;
  const ibft::Table table =
      table_from_json(parsed(R"({"source": 7, "length": -1, "checksum_ok": "no", "findings": {},
                 "control": {"offset": "x", "boot_failover": true}, "initiator": {"offset": []},
                 "nics": [{"offset": 1}], "targets": [{"offset": 2}]})"),
                      texts);
  EXPECT_TRUE(table.control.boot_failover);
  EXPECT_TRUE(table.initiator);
  EXPECT_EQ(table.nics.count, 1U);
  EXPECT_EQ(table.targets.count, 1U);
}

}  // namespace
}  // namespace isboot::app::test
