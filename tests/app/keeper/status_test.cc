#include "app/keeper/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace isboot::app::test {
namespace {

using ::testing::HasSubstr;

constexpr std::time_t kNow = 1'764'158'400;  // 2025-11-26 12:00:00 UTC

constexpr const char* kLost = R"({"sessions":[{"session":3,"disk":"/dev/sdb","disk_id":"naa.5",
  "state":"waiting","state_seconds":60,"target":"iqn.2026-11.com.example:b",
  "portal":"10.0.2.2:3260","recoveries":1,"last_recovery_ms":40,"worst_recovery_ms":41,"tries":7,
  "history":[{"seconds_ago":3600,"took_ms":40,"cause":"the connection was closed"}],
  "last_error":"the connection failed","last_error_cause":"Connection refused"}]})";

Json status_of(const std::string& text) {
  auto status = read_status({true, text});
  EXPECT_TRUE(status.ok()) << text;
  return status ? *status : Json{};
}

TEST(ReadStatus, RefusesWhatOthersWouldGoBy) {
  EXPECT_TRUE(read_status({true, R"({"sessions":[]})"}).ok());
  for (const char* text : {"", "{", "[]", "{}", R"({"sessions":5})", R"({"sessions":[1]})"}) {
    const auto status = read_status({true, text});
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().next_step, "isboot keep --replace");
  }
  EXPECT_FALSE(read_status({false, R"({"sessions":[]})"}).ok()) << "a refusal is no status";
}

TEST(StatusPage, SaysALossWithItsCause) {
  (void)setenv("TZ", "UTC", 1);
  Json status = status_of(kLost);
  const std::string page = status_page(status, kNow);
  EXPECT_THAT(page, HasSubstr("session 3  /dev/sdb  waiting since 2025-11-26 11:59:00\n"));
  EXPECT_THAT(page, HasSubstr("  recoveries  1, the last in 40 ms, the worst in 41 ms\n"
                              "    2025-11-26 11:00:00  40 ms  the connection was closed\n"));
  EXPECT_THAT(page, HasSubstr("  tries       7 since the loss\n"));
  EXPECT_THAT(page, HasSubstr("  last error  the connection failed (Connection refused)\n"));
}

TEST(StatusPage, SaysWhatTheKernelKnows) {
  char name[] = "/tmp/isboot-status-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  const std::filesystem::path root = name;
  const auto write = [&root](const char* path, const char* value) {
    std::filesystem::create_directories((root / path).parent_path());
    std::ofstream{root / path} << value << '\n';
  };
  write("class/iscsi_session/session3/max_burst_len", "262144");
  write("class/iscsi_session/session3/recovery_tmo", "off");
  write("class/iscsi_connection/connection3:0/ping_tmo", "5");
  Json status = status_of(kLost);
  add_what_the_kernel_knows(status, linux_platform::Sysfs{root.string()});
  const std::string page = status_page(status, kNow);
  EXPECT_THAT(page, HasSubstr("max_burst_length=262144"));
  EXPECT_THAT(page, HasSubstr("ping_limit_seconds=5"));
  EXPECT_THAT(page, HasSubstr("  I/O waits   for ever\n"));
  std::filesystem::remove_all(root);
}

TEST(StatusMetrics, AreOneFamilyAfterTheOther) {
  Json status = status_of(R"({"sessions":[
    {"session":1,"disk":"/dev/sda","target":"iqn.a","state":"carried","last_recovery_ms":1500},
    {"session":2,"disk":null,"target":"a\"b\\c\n","state":"waiting","tries":4}]})");
  const std::string text = status_metrics(status);
  EXPECT_THAT(text,
              HasSubstr("# TYPE isboot_session_up gauge\n"
                        "isboot_session_up{session=\"1\",target=\"iqn.a\",disk=\"/dev/sda\"} 1\n"
                        "isboot_session_up{session=\"2\",target=\"a\\\"b\\\\c \",disk=\"-\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("isboot_session_last_recovery_seconds{session=\"1\",target=\"iqn.a\","
                              "disk=\"/dev/sda\"} 1.5\n"));
}

TEST(FindSession, TakesNumberDiskOrTarget) {
  const Json status = status_of(kLost);
  for (const char* what : {"3", "/dev/sdb", "iqn.2026-11.com.example:b"}) {
    const auto session = find_session(status, what);
    ASSERT_TRUE(session.ok()) << what;
    EXPECT_EQ(session->value, 3u);
  }
  EXPECT_FALSE(find_session(status, "sdb").ok());
}

TEST(FindSession, DoesNotGuessWhichOfTwoIsMeant) {
  const Json status = status_of(R"({"sessions":[
    {"session":1,"disk":"/dev/sda","target":"iqn.a","state":"carried"},
    {"session":2,"disk":"/dev/sdb","target":"iqn.a","state":"carried"}]})");
  const auto session = find_session(status, "iqn.a");
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(in_one_line(session.error()),
            "several sessions are of iqn.a: 1, 2; next: name one by its number");
  EXPECT_EQ(find_session(status, "/dev/sdb")->value, 2u);
}

}  // namespace
}  // namespace isboot::app::test
