#include "app/table/ibft_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ibft/table_bytes.h"
#include "tests/ibft/table_model.h"

namespace isboot::app::test {
namespace {

using ibft::test::Decoded;
using ::testing::HasSubstr;
using ::testing::Not;

std::string page_of(const Decoded& decoded, const PageOptions& options = {}) {
  return ibft_page("file:x", decoded.table, decoded.findings, options);
}

TEST(IbftPage, ShowsWhatThereIsInOneColumn) {
  const Decoded decoded{ibft::test::real_table()};
  const std::string page = page_of(decoded);
  EXPECT_THAT(page, HasSubstr("\nnic0                  valid, boot-selected, index 0\n"));
  EXPECT_THAT(page, HasSubstr("\n  MAC address         52:54:00:12:34:56\n"));
  EXPECT_THAT(page, HasSubstr("\n  LUN                 1 (0001000000000000)\n"));
  EXPECT_THAT(page, HasSubstr("\nboot 1: target0 (boot-selected) through nic0"));
  EXPECT_THAT(page, HasSubstr("\nno findings\n"));
  EXPECT_THAT(page, Not(HasSubstr("DNS server 2")));
  EXPECT_THAT(page, Not(HasSubstr("0x0")));
  EXPECT_THAT(page, Not(HasSubstr("\033")));
  EXPECT_THAT(page, Not(HasSubstr(" \n")));
}

TEST(IbftPage, ShowsOffsetsOnDemand) {
  const Decoded decoded{ibft::test::real_table()};
  EXPECT_THAT(page_of(decoded, {.offsets = true}),
              HasSubstr("\n0x00fa    MAC address         52:54:00:12:34:56\n"));
}

TEST(IbftPage, HidesSecrets) {
  const Decoded decoded{ibft::test::encoded(ibft::test::full_table(2), ibft::Layout::Ipxe)};
  const std::string page = page_of(decoded);
  EXPECT_THAT(page, HasSubstr("CHAP secret         (set)\n"));
  EXPECT_THAT(page, Not(HasSubstr("not-a-secret")));
  EXPECT_THAT(page_of(decoded, {.secrets = Secrets::Show}), HasSubstr("not-a-secret-5678"));
}

TEST(IbftPage, ListsTheWorstFindingsFirst) {
  ibft::test::TableBytes bytes = ibft::test::real_table();
  bytes[ibft::test::kNic + 5] = 0x83;   // a flag that is not known: a note
  bytes[ibft::test::kTarget + 22] = 0;  // port 0: an error
  bytes[ibft::test::kTarget + 23] = 0;
  ibft::test::seal(bytes);
  const Decoded decoded{bytes};
  EXPECT_EQ(
      findings_page(decoded.findings, {}),
      "error    target0    0x0196  port: is 0 [port-zero]\n"
      "note     nic0       0x00a5  flags: flags that are not known are set [flags-unknown]\n");
  EXPECT_THAT(findings_page(decoded.findings, {.colour = true}), HasSubstr("\033[31merror"));
}

TEST(IbftPage, DoesNotLetATableDriveTheTerminal) {
  ibft::test::TableBytes bytes = ibft::test::real_table();
  bytes[ibft::test::kTargetName] = 0x1b;
  ibft::test::seal(bytes);
  EXPECT_THAT(page_of(Decoded{bytes}), Not(HasSubstr("\033")));
}

TEST(IbftHex, ShowsOneStructure) {
  const Decoded decoded{ibft::test::real_table()};
  const auto hex = [&](const char* name) {
    return hex_page(decoded.bytes, decoded.table, name, {});
  };
  EXPECT_EQ(hex("control"),
            "0x0030  01 01 12 00 00 00 00 00 50 00 a0 00 80 01 00 00  ........P.......\n"
            "0x0040  00 00                                            ..\n");
  EXPECT_THAT(hex("header"), HasSubstr("iBFTF....jFENSYS"));
  EXPECT_THAT(hex("nic0"), HasSubstr("0x00a0  03 01 66 00"));
  EXPECT_THAT(hex("target0"), HasSubstr("0x0180  04 01 36 00"));
  for (const char* name : {"nic1", "", "extension0", "NIC0"}) EXPECT_EQ(hex(name), "");
}

TEST(IbftHex, DoesNotShowASecretThatAStructureLiesOver) {
  ibft::test::TableBytes bytes = ibft::test::encoded(ibft::test::full_table(1), ibft::Layout::Ipxe);
  ibft::test::put16(bytes, ibft::test::kTarget + 2, 0x1000);
  ibft::test::seal(bytes);
  const Decoded decoded{bytes};
  const std::string hidden = hex_page(decoded.bytes, decoded.table, "target0", {});
  EXPECT_THAT(hidden, HasSubstr("** ** **"));
  EXPECT_THAT(hidden, Not(HasSubstr("not-a-se")));
  EXPECT_THAT(hex_page(decoded.bytes, decoded.table, "target0", {.secrets = Secrets::Show}),
              Not(HasSubstr("**")));
}

}  // namespace
}  // namespace isboot::app::test
