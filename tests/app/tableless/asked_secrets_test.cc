#include "app/tableless/asked_secrets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "platform/linux/system_error.h"
#include "testing/fake_log.h"

namespace isboot::app {
namespace {

using linux_platform::Echo;

// Somebody with an answer to each question; what was asked, and what of it can be seen.
struct Person {
  std::map<std::string, std::string> answers;
  std::vector<std::string> asked;

  Ask ask() {
    return [this](const std::string& question, Echo echo, MutableBytes into) {
      asked.push_back(question + (echo == Echo::Hidden ? " (hidden)" : ""));
      const std::string& answer = answers[question];
      std::copy(answer.begin(), answer.end(), into.begin());
      return Result<std::size_t>{answer.size()};
    };
  }
};

TEST(AskForSecrets, NameAndSecretWhereNothingIsKnown) {
  Person person{
      {{"CHAP name of this machine", "booter"}, {"CHAP secret of booter", "not-a-secret"}}, {}};
  iscsi::Credentials credentials;
  testing::FakeLog log;
  ASSERT_TRUE(ask_for_secrets(person.ask(), credentials, log));
  EXPECT_EQ(credentials.name.view(), "booter");
  EXPECT_EQ(as_text(credentials.secret.reveal()), "not-a-secret");
  EXPECT_FALSE(credentials.mutual());
  EXPECT_EQ(person.asked, (std::vector<std::string>{"CHAP name of this machine",
                                                    "CHAP secret of booter (hidden)"}));
}

TEST(AskForSecrets, OnlyWhatTheFileDoesNotSay) {
  Person person{{{"CHAP secret of the target disk", "theirs"}}, {}};
  iscsi::Credentials credentials;
  (void)credentials.name.assign("booter");
  (void)credentials.secret.assign(as_bytes("ours"));
  (void)credentials.reverse_name.assign("disk");
  testing::FakeLog log;
  ASSERT_TRUE(ask_for_secrets(person.ask(), credentials, log));
  EXPECT_EQ(as_text(credentials.secret.reveal()), "ours");
  EXPECT_EQ(as_text(credentials.reverse_secret.reveal()), "theirs");
  EXPECT_EQ(person.asked, std::vector<std::string>{"CHAP secret of the target disk (hidden)"});
}

TEST(AskForSecrets, NothingWhereTheFileSaysAll) {
  Person person;
  iscsi::Credentials credentials;
  (void)credentials.name.assign("booter");
  (void)credentials.secret.assign(as_bytes("ours"));
  testing::FakeLog log;
  ASSERT_TRUE(ask_for_secrets(person.ask(), credentials, log));
  EXPECT_TRUE(person.asked.empty());
  EXPECT_TRUE(log.lines.empty());
}

TEST(AskForSecrets, WithoutANameThereIsNoChap) {
  Person person;
  iscsi::Credentials credentials;
  testing::FakeLog log;
  ASSERT_TRUE(ask_for_secrets(person.ask(), credentials, log));
  EXPECT_FALSE(credentials.one_way());
  EXPECT_EQ(person.asked.size(), 1U);
}

TEST(AskForSecrets, AnEmptySecretIsNone) {
  Person person{{{"CHAP name of this machine", "booter"}}, {}};
  iscsi::Credentials credentials;
  testing::FakeLog log;
  EXPECT_EQ(ask_for_secrets(person.ask(), credentials, log).error().code, Errc::BadValue);
}

TEST(AskForSecrets, ThatNobodyCanBeAskedIsAFailure) {
  const Ask nobody = [](const std::string&, Echo, MutableBytes) -> Result<std::size_t> {
    return system_error(ENOTTY, "the console is no terminal");
  };
  iscsi::Credentials credentials;
  testing::FakeLog log;
  EXPECT_EQ(errno_of(ask_for_secrets(nobody, credentials, log).error().code), ENOTTY);
}

}  // namespace
}  // namespace isboot::app
