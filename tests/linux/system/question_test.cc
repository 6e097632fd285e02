#include "platform/linux/system/question.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;

// A console with somebody before it, who types `typed` once a question is there.
class QuestionTest : public ::testing::Test {
protected:
  QuestionTest() {
    std::string pattern = fs::temp_directory_path() / "isboot-question-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    int leader = -1;
    int terminal = -1;
    char name[64];
    EXPECT_EQ(openpty(&leader, &terminal, name, nullptr, nullptr), 0);
    leader_.reset(leader);
    terminal_.reset(terminal);
    places_ = {.console = name, .plymouth = folder_ / "plymouth"};
  }
  ~QuestionTest() override { fs::remove_all(folder_); }

  // The answer; what the console showed of it all is then in shown_.
  Result<std::string> answer(Echo echo, const std::string& typed, std::size_t room = 255) {
    std::array<std::uint8_t, 255> answer{};
    std::thread person{[&] {
      read_until(": ");
      EXPECT_EQ(write(leader_.get(), typed.data(), typed.size()),
                static_cast<ssize_t>(typed.size()));
    }};
    const auto size = ask("CHAP secret", echo, MutableBytes{answer}.first(room), places_);
    person.join();
    read_until({});
    if (!size) return size.error();
    return std::string{as_text(Bytes{answer}.first(*size))};
  }

  // Until the console shows `end`, or nothing more.
  void read_until(const std::string& end) {
    constexpr int kQuietMs = 100;
    constexpr int kLimitMs = 10'000;
    pollfd ready{leader_.get(), POLLIN, 0};
    while (end.empty() || !shown_.ends_with(end)) {
      if (poll(&ready, 1, end.empty() ? kQuietMs : kLimitMs) != 1) return;
      std::array<char, 256> bytes{};
      const ssize_t got = read(leader_.get(), bytes.data(), bytes.size());
      if (got <= 0) return;
      shown_.append(bytes.data(), static_cast<std::size_t>(got));
    }
  }

  void put_plymouth(const std::string& script) {
    std::ofstream{places_.plymouth} << "#!/bin/sh\n" << script;
    fs::permissions(places_.plymouth, fs::perms::owner_all);
  }

  fs::path folder_;
  UniqueFd leader_;
  UniqueFd terminal_;  // kept open, so that the leader never reads an end
  QuestionPlaces places_;
  std::string shown_;
};

TEST_F(QuestionTest, IsAnsweredByALineOfTheConsole) {
  EXPECT_EQ(*answer(Echo::Shown, "a name\r"), "a name");
  EXPECT_EQ(shown_, "\r\nCHAP secret: a name\r\n");
}

TEST_F(QuestionTest, AHiddenAnswerIsNotShown) {
  EXPECT_EQ(*answer(Echo::Hidden, "sixteen-letters.\n"), "sixteen-letters.");
  EXPECT_EQ(shown_, "\r\nCHAP secret: \r\n");
}

TEST_F(QuestionTest, LeavesTheTerminalAsItWas) {
  termios before{};
  ASSERT_EQ(tcgetattr(terminal_.get(), &before), 0);
  before.c_lflag &= ~static_cast<tcflag_t>(ICANON);
  ASSERT_EQ(tcsetattr(terminal_.get(), TCSANOW, &before), 0);
  EXPECT_EQ(*answer(Echo::Hidden, "sixteen-letters.\n"), "sixteen-letters.");
  termios after{};
  ASSERT_EQ(tcgetattr(terminal_.get(), &after), 0);
  EXPECT_EQ(after.c_lflag, before.c_lflag);
}

TEST_F(QuestionTest, WhatWasTypedBeforeItIsNoAnswer) {
  ASSERT_EQ(write(leader_.get(), "\n", 1), 1);
  EXPECT_EQ(*answer(Echo::Hidden, "sixteen-letters.\n"), "sixteen-letters.");
}

TEST_F(QuestionTest, AnAnswerThatIsTooLongIsNotCut) {
  EXPECT_EQ(*answer(Echo::Hidden, "four\n", 4), "four");
  EXPECT_EQ(answer(Echo::Hidden, "fours\n", 4).error().code, Errc::NoSpace);
}

TEST_F(QuestionTest, WithoutAConsoleItSaysWhy) {
  std::array<std::uint8_t, 16> none{};
  const auto missing = ask("", Echo::Hidden, none, {folder_ / "no-console", folder_ / "none"});
  EXPECT_EQ(errno_of(missing.error().code), ENOENT);
  const auto no_terminal = ask("", Echo::Hidden, none, {"/dev/null", folder_ / "none"});
  EXPECT_EQ(errno_of(no_terminal.error().code), ENOTTY);
}

TEST_F(QuestionTest, PlymouthIsAskedWhereItsPictureIsShown) {
  put_plymouth("test $1 = --ping && exit 0\nprintf '%s' \"$1 $2\"\n");
  std::array<std::uint8_t, 255> answer{};
  const auto hidden = ask("CHAP secret", Echo::Hidden, answer, places_);
  ASSERT_TRUE(hidden);
  EXPECT_EQ(as_text(Bytes{answer}.first(*hidden)), "ask-for-password --prompt=CHAP secret");
  const auto shown = ask("CHAP name", Echo::Shown, answer, places_);
  ASSERT_TRUE(shown);
  EXPECT_EQ(as_text(Bytes{answer}.first(*shown)), "ask-question --prompt=CHAP name");
}

TEST_F(QuestionTest, TheConsoleIsAskedWherePlymouthDoesNotRunOrEnds) {
  put_plymouth("exit 1\n");
  EXPECT_EQ(*answer(Echo::Hidden, "one\n"), "one");
  put_plymouth("test $1 = --ping\n");
  EXPECT_EQ(*answer(Echo::Hidden, "two\n"), "two");
}

}  // namespace
}  // namespace isboot::linux_platform
