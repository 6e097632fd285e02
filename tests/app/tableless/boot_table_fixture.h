// What the tests of a boot without a table share: a machine's folders, made up.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/tableless/boot_table.h"
#include "core/boot/plan.h"
#include "core/ibft/decode.h"
#include "platform/linux/system_error.h"
#include "testing/fake_clock.h"

namespace isboot::app {

class KeptLog final : public Log {
public:
  void write(LogLevel, Text line) override { lines += std::string{line} + "\n"; }
  Text words(Code) override { return {}; }
  std::string lines;
};

// A machine's folders, made up in a temporary folder: no table, one NIC.
class BootTableTest : public ::testing::Test {
protected:
  BootTableTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "isboot-tableless-XXXXXX";
    root_ = mkdtemp(pattern.data());
    paths_ = {root_ / "cmdline", root_ / "net", root_ / "uuid",  root_ / "credentials",
              root_ / "run",     root_ / "tmp", root_ / "leases"};
    write("uuid", "C0FFEE00-1234-5678-9ABC-DEF012345678\n");
    add_nic("lo", 1, "00:00:00:00:00:00", 772);
    add_nic("eth1", 3, "52:54:00:00:00:03", 1);
    add_nic("eth0", 2, "52:54:00:00:00:02", 1);
    std::filesystem::create_directory(root_ / "net/eth0/device");
    std::filesystem::create_directory(root_ / "net/eth1/device");
  }
  ~BootTableTest() override { std::filesystem::remove_all(root_); }

  void write(const std::string& name, const std::string& content) {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream{root_ / name} << content;
  }
  void add_nic(const std::string& name, int index, const std::string& mac, int type) {
    write("net/" + name + "/ifindex", std::to_string(index) + "\n");
    write("net/" + name + "/address", mac + "\n");
    write("net/" + name + "/type", std::to_string(type) + "\n");
  }

  // The plan that the command line leads to; empty, and error_ set, when there is none.
  boot::Plan plan(const std::string& command_line, const Patience* patience = nullptr) {
    write("cmdline", command_line + "\n");
    boot::Plan plan;
    const auto found = table_of_command_line(parameters_, log_, patience, paths_);
    if (!found) {
      error_ = found.error();
      return plan;
    }
    source_ = found->source;
    EXPECT_TRUE(is_made_up(*found));
    ibft::Table table;
    ibft::Findings findings;
    EXPECT_TRUE(linux_platform::decode(*found, table, findings));
    for (const ibft::Finding& finding : findings)
      EXPECT_EQ(finding.severity, ibft::Severity::Note) << finding.field << ": " << finding.message;
    EXPECT_TRUE(boot::make_plan(table, parameters_, plan));
    return plan;
  }

  std::vector<std::string> without_lease(const std::string& command_line, Millis patience = 1'000) {
    write("cmdline", command_line + "\n");
    testing::FakeClock clock;
    return nics_without_lease(parameters_, log_, {clock, clock.now() + patience}, paths_);
  }

  std::filesystem::path root_;
  TablelessPaths paths_;
  boot::Parameters parameters_;
  KeptLog log_;
  std::string source_;
  std::optional<Error> error_;
};

inline const std::string kUrl = "isboot.url=iscsi:10.0.2.2:::1:iqn.2026-11.org.example:disk ";

}  // namespace isboot::app
