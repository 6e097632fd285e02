// A client of the keeper beside folders, and a program in the keeper's place that writes down how
// it was started.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/keeper/keeper_client.h"

namespace isboot::app::test {

class PlayedKeeper : public ::testing::Test {
protected:
  PlayedKeeper() {
    char name[] = "/tmp/isboot-client-XXXXXX";
    root_ = mkdtemp(name);
    paths_.control = root_ / "control";
    paths_.saved_sessions = root_ / "sessions";
    paths_.interfaces = root_ / "net";
    paths_.program = ISBOOT_PLAYED_KEEPER;
    setenv("ISBOOT_PLAYED_KEEPER", (root_ / "arguments").c_str(), 1);
  }
  // Whatever was started ends with its client.
  ~PlayedKeeper() override {
    while (waitpid(-1, nullptr, 0) > 0) {
    }
    std::filesystem::remove_all(root_);
  }
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "both ends must be root's";
  }

  // The words that a keeper was started with; none when none was.
  std::vector<std::string> started_with() const {
    std::vector<std::string> words;
    std::ifstream in{root_ / "arguments"};
    for (std::string word; std::getline(in, word);) words.push_back(word);
    return words;
  }

  std::filesystem::path root_;
  KeeperClientPaths paths_;
};

}  // namespace isboot::app::test
