#include "app/timeline/record.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

namespace isboot::app::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Timeline, WhatIsRecordedIsRead) {
  const std::string folder = ::testing::TempDir() + "timeline" + std::to_string(getpid());
  const std::string path = folder + "/timeline";
  TimelineRecorder::open(path).add(30, 50, 2, Step::LogIn);
  // Another process's, later in the file and earlier in time.
  TimelineRecorder::open(path).add(10, 20, 1, Step::Connect, "nobody listens");
  const auto record = linux_platform::read_file(path, 4096);
  ASSERT_TRUE(record);
  const auto entries = parse_timeline(*record);
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].step, Step::Connect);
  EXPECT_EQ(entries[0].result, "nobody listens");
  EXPECT_EQ(entries[1].begin, 30U);
  EXPECT_EQ(entries[1].end, 50U);
  EXPECT_EQ(entries[1].path, 2U);
  EXPECT_EQ(entries[1].result, "ok");
  std::filesystem::remove_all(folder);
}

TEST(Timeline, ARecordThatCameOverASerialLineIsReadAsWell) {
  const auto entries = parse_timeline("1 2 0 plan ok\r\n");
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].result, "ok");
}

TEST(Timeline, ABootGoesOnWhereNothingCanBeRecorded) {
  TimelineRecorder::open("/proc/no/such/folder").add(1, 2, 0, Step::Plan);
  TimelineRecorder{}.add(1, 2, 0, Step::Plan);
}

TEST(Timeline, LinesThatAreNoneAreLeftOut) {
  for (const char* line :
       {"", "1 2 0 no-such-step ok", "2 1 0 plan ok", "1 2 0 plan", "x 2 0 plan ok",
        "1 -2 0 plan ok", "0 99999999999999999999 0 plan ok", "1 2 256 plan ok"}) {
    SCOPED_TRACE(line);
    EXPECT_THAT(parse_timeline(line), IsEmpty());
  }
  EXPECT_THAT(parse_timeline("nonsense\n1 2 0 plan ok\n"), SizeIs(1));
}

}  // namespace
}  // namespace isboot::app::test
