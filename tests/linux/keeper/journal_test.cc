#include "platform/linux/keeper/journal.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "core/base/reader.h"
#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {
namespace {

using keep::Happening;

constexpr Happening kAll[] = {Happening::Lost,        Happening::Back,         Happening::LoggedIn,
                              Happening::Refused,     Happening::Failed,       Happening::Moved,
                              Happening::Adopted,     Happening::TakenOver,    Happening::OtherPath,
                              Happening::Ends,        Happening::Over,         Happening::GivenUp,
                              Happening::MachineEnds, Happening::MachineGoesOn};

std::map<std::string, std::string> fields(Bytes entry) {
  std::map<std::string, std::string> read;
  Reader in{entry};
  while (in.remaining() != 0) {
    std::string name;
    for (char c = 0; (c = static_cast<char>(*in.u8())) != '\n';) name += c;
    const Bytes value = *in.bytes(*in.le64());
    EXPECT_EQ(*in.u8(), '\n');
    read[name] = std::string{as_text(value)};
  }
  return read;
}

TEST(Journal, HasAnIdForEachHappening) {
  std::set<Text> ids;
  for (const Happening what : kAll) {
    EXPECT_EQ(message_id(what).size(), 32U);
    EXPECT_TRUE(ids.insert(message_id(what)).second);
  }
  EXPECT_TRUE(message_id(Happening::None).empty());
}

// So that `journalctl -x` explains each of them, and the page for programs names it.
TEST(Journal, IsExplained) {
  for (const char* file : {"distribution/systemd/isboot.catalog", "docs/man/isboot-keep.1"}) {
    std::stringstream content;
    content << std::ifstream{std::string{ISBOOT_FIXTURES "/../../"} + file}.rdbuf();
    for (const Happening what : kAll)
      EXPECT_NE(content.str().find(message_id(what)), std::string::npos)
          << file << " lacks " << message_id(what);
  }
}

TEST(Journal, SaysWhichSessionAndOfWhichUnit) {
  SessionRecord record = full_record();
  std::array<std::uint8_t, 2048> buffer{};
  const auto encoded =
      encode(JournalEntry{Happening::Lost, LogLevel::Warning, "gone", &record, {}}, buffer);
  ASSERT_TRUE(encoded);
  const auto read = fields(*encoded);
  EXPECT_EQ(read.at("MESSAGE"), "gone");
  EXPECT_EQ(read.at("MESSAGE_ID"), message_id(Happening::Lost));
  EXPECT_EQ(read.at("PRIORITY"), "4");
  EXPECT_EQ(read.at("OBJECT_SYSTEMD_UNIT"), "isboot.service");
  EXPECT_EQ(read.at("ISBOOT_SESSION"), std::to_string(record.session.value));
  EXPECT_EQ(read.at("ISBOOT_TARGET"), record.kernel.target_name.view());
  EXPECT_EQ(read.at("ISBOOT_PORTAL"), to_text(record.kernel.portal).view());
  EXPECT_EQ(read.at("ISBOOT_DISK"), record.disk.view());
}

// A line can hold what a target has said.
TEST(Journal, TakesNoFieldOutOfALine) {
  std::array<std::uint8_t, 2048> buffer{};
  const auto encoded = encode(
      JournalEntry{Happening::Refused, LogLevel::Error, "no\n_PID=1\nPRIORITY=0", nullptr, {}},
      buffer);
  ASSERT_TRUE(encoded);
  EXPECT_EQ(fields(*encoded).at("MESSAGE"), "no\n_PID=1\nPRIORITY=0");
  EXPECT_EQ(fields(*encoded).at("PRIORITY"), "3");
}

TEST(Journal, LeavesOutWhatDoesNotFit) {
  std::array<std::uint8_t, 40> buffer{};
  EXPECT_FALSE(
      encode(JournalEntry{Happening::Over, LogLevel::Info, "is over", nullptr, {}}, buffer));
}

class JournalSocketTest : public ::testing::Test {
protected:
  JournalSocketTest() {
    char name[] = "/tmp/isboot-journal-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/socket";
  }
  ~JournalSocketTest() override { std::filesystem::remove_all(folder_); }
  UniqueFd journald() const {
    UniqueFd fd{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  static std::size_t waiting(const UniqueFd& fd) {
    std::array<char, 4096> buffer{};
    const ssize_t size = recv(fd.get(), buffer.data(), buffer.size(), 0);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
  }

  std::string folder_;
  std::string path_;
  JournalEntry entry_{Happening::Back, LogLevel::Info, "back", nullptr, {}};
};

TEST_F(JournalSocketTest, FindsAJournalThatComesLaterOrAnew) {
  SystemdJournal journal{path_.c_str()};
  journal.write(entry_);  // nobody is there
  {
    const UniqueFd first = journald();
    journal.write(entry_);
    EXPECT_GT(waiting(first), 0U);
    journal.write({Happening::None, LogLevel::Info, "a line like any other", nullptr, {}});
    EXPECT_EQ(waiting(first), 0U);
  }
  std::filesystem::remove(path_);
  const UniqueFd second = journald();
  journal.write(entry_);
  EXPECT_GT(waiting(second), 0U);
}

// journald may wait for the very disk.
TEST_F(JournalSocketTest, WaitsForNobodyWhoDoesNotRead) {
  SystemdJournal journal{path_.c_str()};
  const UniqueFd fd = journald();
  for (int i = 0; i < 5'000; ++i) journal.write(entry_);
  EXPECT_GT(waiting(fd), 0U);
}

}  // namespace
}  // namespace isboot::linux_platform
