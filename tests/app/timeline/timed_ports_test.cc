#include "app/timeline/timed_ports.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "testing/fake_clock.h"
#include "testing/fake_initiator.h"
#include "testing/fake_network.h"
#include "testing/fake_stream.h"

namespace isboot::app::test {
namespace {

using ::testing::ElementsAre;

class TimedPorts : public ::testing::Test {
protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // "step result", in the order of their begin.
  std::vector<std::string> noted() const {
    const auto record = linux_platform::read_file(folder_ + "/timeline", 4096);
    std::vector<std::string> lines;
    for (const TimelineEntry& entry : parse_timeline(record ? *record : std::string{})) {
      EXPECT_EQ(entry.path, 3U);
      lines.push_back(std::string{text_of(entry.step).name} + " " + entry.result);
    }
    return lines;
  }

  std::string folder_ = ::testing::TempDir() + "timed_ports" + std::to_string(getpid());
  TimelineRecorder recorder_ = TimelineRecorder::open(folder_ + "/timeline");
  testing::FakeClock clock_;
  testing::FakeNetwork fake_network_{clock_};
  testing::FakeStream fake_stream_{clock_};
  testing::FakeInitiator fake_initiator_;
  TimedNetwork network_{fake_network_, recorder_, 3};
  TimedStream stream_{fake_stream_, recorder_, 3};
  TimedInitiator initiator_{fake_initiator_, stream_, recorder_, 3};
};

TEST_F(TimedPorts, NoteEachStepOfABoot) {
  fake_stream_.expect({});
  (void)network_.find_link({}, 0);
  (void)network_.configure({}, {}, 0);
  (void)initiator_.create({});
  (void)network_.wait_ready(0);
  (void)stream_.connect({}, {}, 0);
  (void)initiator_.hand_over({}, stream_, {});
  (void)initiator_.find_disk({}, {}, 0);
  EXPECT_THAT(noted(),
              ElementsAre("find-nic ok", "bring-up ok", "create-session ok", "wait-ready ok",
                          "connect ok", "log-in ok", "hand-over ok", "find-disk ok"));
}

TEST_F(TimedPorts, NoteWhatFailed) {
  fake_stream_.expect({});
  fake_network_.carrier = false;
  (void)network_.wait_ready(0);
  (void)stream_.connect({}, {}, 0);
  stream_.close();  // the login was refused
  stream_.close();
  (void)stream_.connect({}, {}, 0);
  EXPECT_THAT(noted(), ElementsAre("wait-ready no carrier", "connect ok",
                                   "log-in the login was not completed", "connect nobody listens"));
}

}  // namespace
}  // namespace isboot::app::test
