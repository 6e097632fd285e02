#include "app/keeper/credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace isboot::app {
namespace {

class CredentialsTest : public ::testing::Test {
protected:
  CredentialsTest() { folder_ = mkdtemp(template_); }
  ~CredentialsTest() override { std::filesystem::remove_all(folder_); }

  Outcome<> read(const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_ + "/credentials";
    std::ofstream{path, std::ios::binary | std::ios::trunc} << text;
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    credentials = {};
    return read_credentials(path, credentials);
  }
  // Of a name that leads to a file.
  Outcome<> read_link() {
    std::filesystem::create_symlink("/dev/null", folder_ + "/link");
    return read_credentials(folder_ + "/link", credentials);
  }
  std::string secret() const { return std::string{as_text(credentials.secret.reveal())}; }

  iscsi::Credentials credentials;

private:
  char template_[40] = "/tmp/isboot-credentials-XXXXXX";
  std::string folder_;
};

TEST_F(CredentialsTest, TakesSecretsToTheEndOfTheLine) {
  ASSERT_TRUE(
      read("# ours\nname=user\nsecret= a=b #\t\"c\" \n\nreverse_name=target\n"
           "reverse_secret=\xc3\xa4"));
  EXPECT_EQ(credentials.name.view(), "user");
  EXPECT_EQ(secret(), " a=b #\t\"c\" ");
  EXPECT_EQ(credentials.reverse_name.view(), "target");
  EXPECT_EQ(as_text(credentials.reverse_secret.reveal()), "\xc3\xa4");
}

TEST_F(CredentialsTest, RefusesAFileThatOthersCanRead) {
  for (const mode_t mode : {0640, 0604, 0660, 0610}) {
    const auto read_it = read("name=user\n", mode);
    ASSERT_FALSE(read_it);
    EXPECT_NE(read_it.error().message.find("others"), std::string::npos);
    EXPECT_NE(read_it.error().next_step.find("chmod 0600"), std::string::npos);
  }
}

TEST_F(CredentialsTest, NextStepFitsWhatIsWrongWithTheFile) {
  EXPECT_EQ(read_credentials("/no/such/file", credentials).error().next_step,
            "name a file that exists");
  EXPECT_NE(read_link().error().next_step.find("no link"), std::string::npos);
}

TEST_F(CredentialsTest, NamesTheLineAndNeverItsValue) {
  for (const std::string& text :
       {std::string{"name=user\nSECRET=topsecret\n"}, std::string{"name=user\ntopsecret\n"},
        "name=user\nsecret=topsecret" + std::string(256, 'x')}) {
    const auto read_it = read(text);
    ASSERT_FALSE(read_it);
    const Failure& failure = read_it.error();
    EXPECT_NE(failure.message.find("line 2"), std::string::npos);
    EXPECT_EQ((failure.message + failure.next_step).find("topsecret"), std::string::npos);
  }
}

TEST_F(CredentialsTest, RefusesWhatIsNoSmallFile) {
  EXPECT_FALSE(read(std::string(5000, '\n')));
  EXPECT_FALSE(read_credentials("/nonexistent/credentials", credentials));
  EXPECT_FALSE(read_credentials("/dev/null", credentials));
}

}  // namespace
}  // namespace isboot::app
