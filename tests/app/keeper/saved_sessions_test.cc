#include "app/keeper/saved_sessions.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "platform/linux/system_error.h"
#include "testing/fake_log.h"
#include "tests/linux/keeper/records.h"

namespace isboot::app {
namespace {

namespace fs = std::filesystem;
using linux_platform::SessionRecord;
using linux_platform::SessionRecords;

// Its target has CHAP, one way.
constexpr const char* kTable = ISBOOT_FIXTURES "/ibft/ipxe-uefi-virtio-chap.bin";

class SavedSessions : public ::testing::Test {
protected:
  SavedSessions() {
    char name[] = "/tmp/isboot-saved-XXXXXX";
    root_ = mkdtemp(name);
    EXPECT_TRUE(parameters_.table.assign(kTable));
    record_.credentials_file.clear();
  }
  ~SavedSessions() override { fs::remove_all(root_); }

  void save() {
    const auto state = linux_platform::StateFile::open(folder().c_str());
    ASSERT_TRUE(state);
    const SessionRecord* const saved[] = {&record_};
    ASSERT_TRUE(state->save(saved));
  }
  // The record as it comes back.
  SessionRecord load() {
    save();
    SessionRecords records;
    EXPECT_TRUE(load_saved_sessions(parameters_, log_, records, folder()));
    EXPECT_EQ(records.count, 1U);
    return records.empty() ? SessionRecord{} : records[0];
  }
  std::string folder() const { return root_ / "isboot"; }
  // The record is of the target that `table`, a file, leads to.
  void take_target_of(const char* table) {
    const auto read = linux_platform::read_file(table, 0x40000);
    ASSERT_TRUE(read);
    const std::size_t at = read->find("iqn.2026-11.org.example:", read->find("iqn.") + 4);
    ASSERT_NE(at, std::string::npos);
    ASSERT_TRUE(record_.kernel.target_name.assign(std::string{read->c_str() + at}));
  }

  fs::path root_;
  SessionRecord record_ = linux_platform::full_record();
  boot::Parameters parameters_;
  isboot::testing::FakeLog log_;
};

TEST_F(SavedSessions, AreNoneAtFirst) {
  SessionRecords records;
  EXPECT_TRUE(load_saved_sessions(parameters_, log_, records, folder()));
  EXPECT_TRUE(records.empty());
  EXPECT_TRUE(log_.lines.empty());
}

TEST_F(SavedSessions, HaveTheSecretsOfTheFileThatAttachWasGiven) {
  const std::string file = root_ / "credentials";
  std::ofstream{file} << "name=us\nsecret=not-a-secret-1234\n";
  chmod(file.c_str(), 0600);
  ASSERT_TRUE(record_.credentials_file.assign(file));
  const SessionRecord loaded = load();
  EXPECT_EQ(loaded.login.credentials.name.view(), "us");
  EXPECT_EQ(as_text(loaded.login.credentials.secret.reveal()), "not-a-secret-1234");
  EXPECT_TRUE(log_.lines.empty());
}

TEST_F(SavedSessions, HaveTheSecretsOfTheTable) {
  take_target_of(kTable);
  const SessionRecord loaded = load();
  EXPECT_TRUE(loaded.login.credentials.one_way()) << record_.kernel.target_name.view();
  EXPECT_TRUE(log_.lines.empty());
}

// They were typed in, or in a file of the initramfs alone.
TEST_F(SavedSessions, AreThereWithoutSecretsThatTheTableNeverHadAndTheLogSaysSo) {
  constexpr const char* kWithoutChap = ISBOOT_FIXTURES "/ibft/ipxe-uefi-virtio-nochap.bin";
  ASSERT_TRUE(parameters_.table.assign(kWithoutChap));
  take_target_of(kWithoutChap);
  const SessionRecord loaded = load();
  EXPECT_TRUE(loaded.had_secrets);
  EXPECT_FALSE(loaded.login.credentials.one_way());
  EXPECT_TRUE(log_.says("no secrets for"));
}

TEST_F(SavedSessions, AreThereWithoutTheirSecretsAndTheLogSaysSo) {
  const SessionRecord loaded = load();  // of a target that the table does not have
  EXPECT_TRUE(loaded.had_secrets);
  EXPECT_FALSE(loaded.login.credentials.one_way());
  ASSERT_EQ(log_.lines.size(), 1U);
  EXPECT_EQ(log_.levels[0], LogLevel::Error);
  EXPECT_EQ(log_.lines[0],
            "no secrets for iqn.2026-11.org.example:disk in the iBFT; next: mend that and do the "
            "same again");
  ASSERT_TRUE(record_.credentials_file.assign("/no/such/file"));
  EXPECT_FALSE(load().login.credentials.one_way());
  EXPECT_TRUE(log_.says("in /no/such/file; next: "));
}

TEST_F(SavedSessions, WithoutSecretsNeedNeitherFileNorTable) {
  record_.login.credentials = {};
  ASSERT_TRUE(parameters_.table.assign("/no/such/table"));
  EXPECT_FALSE(load().had_secrets);
  EXPECT_TRUE(log_.lines.empty());
}

TEST_F(SavedSessions, AreAFailureWhereTheFolderCannotBeHad) {
  std::ofstream{root_ / "file"} << "no folder";
  SessionRecords records;
  const auto loaded = load_saved_sessions(parameters_, log_, records, root_ / "file/isboot");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(errno_of(loaded.error().code), ENOTDIR);
}

}  // namespace
}  // namespace isboot::app
