#include "platform/linux/keeper/state_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {
namespace {

class StateFileTest : public ::testing::Test {
protected:
  StateFileTest() {
    char name[] = "/tmp/isboot-state-XXXXXX";
    parent_ = mkdtemp(name);
    folder_ = parent_ + "/isboot";
  }
  ~StateFileTest() override { std::filesystem::remove_all(parent_); }

  std::string parent_;
  std::string folder_;
};

// As save() takes them.
std::vector<const SessionRecord*> pointers_to(const SessionRecords& records) {
  std::vector<const SessionRecord*> pointers;
  for (const SessionRecord& record : records) pointers.push_back(&record);
  return pointers;
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST_F(StateFileTest, IsEmptyAtFirst) {
  const auto file = StateFile::open(folder_.c_str());
  ASSERT_TRUE(file);
  SessionRecords records;
  ASSERT_TRUE(file->load(records));
  EXPECT_TRUE(records.empty());
}

TEST_F(StateFileTest, GivesBackWhatWasSaved) {
  const auto file = StateFile::open(folder_.c_str());
  ASSERT_TRUE(file);
  SessionRecords saved;
  saved.push(full_record());
  saved.push(full_record());
  saved.items[1].session = SessionId{9};
  ASSERT_TRUE(file->save(pointers_to(saved)));
  SessionRecords loaded;
  ASSERT_TRUE(file->load(loaded));
  ASSERT_EQ(loaded.count, 2U);
  EXPECT_EQ(loaded[0].session, SessionId{3});
  EXPECT_EQ(loaded[1].session, SessionId{9});
}

TEST_F(StateFileTest, IsForRootAloneAndHasNoSecrets) {
  const auto file = StateFile::open(folder_.c_str());
  ASSERT_TRUE(file);
  SessionRecords saved;
  saved.push(full_record());
  ASSERT_TRUE(file->save(pointers_to(saved)));
  EXPECT_EQ(mode_of(folder_), 0700U);
  EXPECT_EQ(mode_of(folder_ + "/sessions"), 0600U);
  std::ifstream in{folder_ + "/sessions", std::ios::binary};
  const std::string content{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_EQ(content.find("twelve bytes"), std::string::npos);
  EXPECT_EQ(content.find("another long"), std::string::npos);
}

TEST_F(StateFileTest, LeavesOutARecordOfAnotherVersion) {
  const auto file = StateFile::open(folder_.c_str());
  ASSERT_TRUE(file);
  SessionRecords saved;
  saved.push(full_record());
  saved.push(full_record());
  ASSERT_TRUE(file->save(pointers_to(saved)));
  {
    std::fstream content{folder_ + "/sessions", std::ios::in | std::ios::out | std::ios::binary};
    content.seekp(2);  // the version, behind the first record's length
    content.put('\x7f');
  }
  SessionRecords loaded;
  ASSERT_TRUE(file->load(loaded));
  EXPECT_EQ(loaded.count, 1U);
}

TEST_F(StateFileTest, StaysWithItsFolderWhenThatIsMoved) {
  const auto file = StateFile::open(folder_.c_str());
  ASSERT_TRUE(file);
  std::filesystem::rename(folder_, parent_ + "/moved");
  SessionRecords saved;
  saved.push(full_record());
  ASSERT_TRUE(file->save(pointers_to(saved)));
  EXPECT_EQ(mode_of(parent_ + "/moved/sessions"), 0600U);
}

}  // namespace
}  // namespace isboot::linux_platform
