#include "platform/freebsd/tunables.h"

#include <gtest/gtest.h>

#include "platform/freebsd/ports.h"
#include "tests/freebsd/fake_kernel.h"

namespace isboot::freebsd::test {
namespace {

class TunablesTest : public ::testing::Test {
protected:
  boot::Parameters read() {
    boot::Parameters parameters;
    read_tunables(log_, parameters);
    return parameters;
  }

  FakeKernel kernel_;
  KernelLog log_;
};

TEST_F(TunablesTest, HaveTheNamesOfTheKernelParameters) {
  kernel_.tunables = {{"hw.isboot.table", "acpi:2"},  {"hw.isboot.vlan", "42"},
                      {"hw.isboot.mtu", "9000"},      {"hw.isboot.timeout", "30"},
                      {"hw.isboot.digest", "header"}, {"hw.isboot.paths", "first"},
                      {"hw.isboot.nic", "em0"},       {"hw.isboot.verbose", "2"}};
  const boot::Parameters parameters = read();
  EXPECT_EQ(parameters.table.view(), "acpi:2");
  EXPECT_EQ(parameters.vlan, 42);
  EXPECT_EQ(parameters.mtu, 9000U);
  EXPECT_EQ(parameters.timeout, 30U);
  EXPECT_TRUE(parameters.header_digest);
  EXPECT_FALSE(parameters.all_paths);
  EXPECT_EQ(parameters.nic.view(), "em0");
  EXPECT_EQ(parameters.verbose, 2);
  EXPECT_FALSE(parameters.off);
  EXPECT_EQ(kernel_.shown()["hw.isboot.vlan"], "42");
  EXPECT_TRUE(kernel_.lines.empty());
}

TEST_F(TunablesTest, NameABadValueAndKeepTheDefault) {
  kernel_.tunables = {
      {"hw.isboot.mtu", "7"}, {"hw.isboot.timeout", "soon"}, {"hw.ibft.acpi_table", "0"}};
  const boot::Parameters parameters = read();
  EXPECT_EQ(parameters.mtu, 0U);
  EXPECT_EQ(parameters.timeout, 120U);
  EXPECT_TRUE(parameters.table.empty());
  EXPECT_TRUE(kernel_.says("hw.isboot.mtu=7: expected a number from 576 to 65535; ignored"));
  EXPECT_TRUE(kernel_.says("hw.isboot.timeout=soon: "));
  EXPECT_TRUE(kernel_.says("hw.ibft.acpi_table=0: "));
}

TEST_F(TunablesTest, KnowWhatUsersOfIsboot0216HaveInTheirFiles) {
  kernel_.tunables = {{"hw.ibft.acpi_table", "2"}, {"hw.ibft.verbose", "1"}};
  EXPECT_EQ(read().table.view(), "acpi:2");
  EXPECT_EQ(read().verbose, 2);
  kernel_.tunables = {{"hw.ibft.acpi_table", "1"}, {"net.isboot.debug", "1"}};
  EXPECT_TRUE(read().table.empty());
  EXPECT_EQ(read().verbose, 3);
  kernel_.tunables["hw.isboot.table"] = "lowmem";
  EXPECT_EQ(read().table.view(), "lowmem");
}

TEST_F(TunablesTest, TurnItOff) {
  kernel_.tunables["hw.isboot.enable"] = "0";
  EXPECT_TRUE(read().off);
  kernel_.tunables["hw.isboot.enable"] = "1";
  EXPECT_FALSE(read().off);
}

}  // namespace
}  // namespace isboot::freebsd::test
