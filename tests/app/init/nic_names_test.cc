#include "app/init/nic_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "platform/linux/system_error.h"
#include "testing/fake_log.h"

namespace isboot::app {
namespace {

namespace fs = std::filesystem;

class NicNames : public ::testing::Test {
protected:
  NicNames() {
    paths_.interfaces = root_ / "net";
    add("eth0", "52:54:00:00:00:01");
    add("eth1", "52:54:00:00:00:02");
  }
  ~NicNames() override { fs::remove_all(root_); }

  void add(const std::string& name, const std::string& mac) {
    fs::create_directories(root_ / "net" / name / "device");
    std::ofstream{root_ / "net" / name / "address"} << mac << "\n";
  }
  void name(const std::string& content) {
    std::ofstream{root_ / "nic-names"} << content;
    name_nics(
        log_,
        [this](const std::string& from, const std::string& to) -> Result<Done> {
          renamed_.push_back(from + " to " + to);
          if (to == "taken") return system_error(EEXIST, "the NIC cannot be renamed");
          return Done{};
        },
        root_ / "nic-names", paths_);
  }

  fs::path root_ = fs::path{::testing::TempDir()} / ("nic_names" + std::to_string(getpid()));
  TablelessPaths paths_;
  testing::FakeLog log_;
  std::vector<std::string> renamed_;
};

TEST_F(NicNames, AreGivenByMacAddress) {
  name("52:54:00:00:00:02 ens2\n52:54:00:00:00:01 ens3\n");
  EXPECT_EQ(renamed_, (std::vector<std::string>{"eth1 to ens2", "eth0 to ens3"}));
  EXPECT_TRUE(log_.lines.empty());
}

TEST_F(NicNames, OnlyToNicsThatAreThereAndAreCalledOtherwise) {
  name("52:54:00:00:00:09 ens9\n52:54:00:00:00:01 eth0\nno-address ens3\n52:54:00:00:00:02\n\n");
  EXPECT_TRUE(renamed_.empty());
  EXPECT_TRUE(log_.lines.empty());
}

TEST_F(NicNames, OneThatTheKernelRefusesIsToldAndTheOthersAreGiven) {
  name("52:54:00:00:00:01 taken\n52:54:00:00:00:02 ens2\n");
  EXPECT_EQ(renamed_.size(), 2U);
  EXPECT_TRUE(log_.says("eth0 is not called taken: "));
}

TEST_F(NicNames, WithoutAFileNothingIsDone) {
  name_nics(
      log_, [](const std::string&, const std::string&) -> Result<Done> { return Done{}; },
      root_ / "none", paths_);
  EXPECT_TRUE(log_.lines.empty());
}

}  // namespace
}  // namespace isboot::app
