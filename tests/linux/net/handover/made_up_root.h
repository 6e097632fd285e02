// A root file system in a temporary folder, for the scripts that are handed over.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/linux/net/boot_nic.h"

namespace isboot::linux_platform {

class MadeUpRoot : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(root_), nullptr);
    hand_over(eth0());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string below(const std::string& path) { return std::string{root_} + "/" + path; }
  void hand_over(const BootNic& nic) { ASSERT_TRUE(write_run_files(below("run"), run_files(nic))); }
  void has(const std::string& path, const std::string& content) {
    std::filesystem::create_directories(std::filesystem::path{below(path)}.parent_path());
    std::ofstream{below(path)} << content;
  }
  std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{below(path)}.rdbuf();
    return text.str();
  }
  void run_script(const std::string& name) {
    const std::string command = "sh " + below("run/isboot/" + name) + " " + root_ + " >/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0);
  }

private:
  char root_[32] = "/tmp/isboot-join-XXXXXX";
};

}  // namespace isboot::linux_platform
