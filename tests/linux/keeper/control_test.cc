#include "platform/linux/keeper/control.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

using Kind = ControlRequest::Kind;

std::vector<std::uint8_t> encoded(const ControlRequest& request) {
  std::array<std::uint8_t, kMaxRequest> buffer{};
  const auto bytes = encode(request, buffer);
  EXPECT_TRUE(bytes);
  return {bytes->begin(), bytes->end()};
}

TEST(ControlRequest, ComesBackAsItWas) {
  for (const Kind kind : {Kind::Status, Kind::Release})
    EXPECT_EQ(decode_request(encoded({.kind = kind}))->kind, kind);

  const std::vector<std::uint8_t> record{1, 2, 3};
  const auto keep = encoded({.kind = Kind::Keep, .record = record});
  const auto kept = decode_request(keep);
  ASSERT_TRUE(kept);
  EXPECT_EQ((std::vector<std::uint8_t>{kept->record.begin(), kept->record.end()}), record);

  const auto end = decode_request(encoded(
      {.kind = Kind::End, .session = SessionId{5}, .limit = 30, .then = MachineEnd::Reboot}));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->session, SessionId{5});
  EXPECT_EQ(end->limit, 30U);
  EXPECT_EQ(end->then, MachineEnd::Reboot);
}

TEST(ControlRequest, IsRefusedWhenItIsNone) {
  const std::vector<std::uint8_t> kBad[] = {
      {},                                // nothing
      {0},                               // no kind
      {99},                              // of a later version
      {3, 0, 0, 0, 0},                   // an end that is cut
      {3, 0, 0, 0, 0, 0, 0, 0, 0, 200},  // no such thing to do then
  };
  for (const auto& bytes : kBad) {
    SCOPED_TRACE(bytes.size());
    EXPECT_FALSE(decode_request(bytes));
  }
}

class ControlSocket : public ::testing::Test {
protected:
  ControlSocket() {
    char name[] = "/tmp/isboot-control-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/control";
  }
  ~ControlSocket() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  std::string path_;
};

TEST_F(ControlSocket, SaysThatNoKeeperRuns) {
  EXPECT_EQ(errno_of(connect_to_keeper(path_.c_str()).error().code), ENOENT);
  { const auto ended = ControlListener::open(path_.c_str()); }
  EXPECT_EQ(errno_of(connect_to_keeper(path_.c_str()).error().code), ECONNREFUSED);
}

TEST_F(ControlSocket, CarriesARequestAndItsAnswer) {
  if (geteuid() != 0) GTEST_SKIP() << "both ends must be root's";
  // A keeper that was killed left its socket.
  { const auto killed = ControlListener::open(path_.c_str()); }
  const auto listener = ControlListener::open(path_.c_str());
  ASSERT_TRUE(listener);
  const auto client = connect_to_keeper(path_.c_str());
  ASSERT_TRUE(client);
  const UniqueFd server = listener->accept();
  ASSERT_TRUE(server);
  answer(server.get(), true, "here");  // waits in the socket until it is asked for
  std::array<std::uint8_t, 64> buffer{};
  const auto answered = ask(client->get(), {.kind = Kind::Status}, 1000, buffer);
  ASSERT_TRUE(answered);
  EXPECT_TRUE(answered->done);
  EXPECT_EQ(answered->text, "here");
  std::array<std::uint8_t, kMaxRequest> request{};
  EXPECT_EQ(recv(server.get(), request.data(), request.size(), 0), 1);
}

TEST_F(ControlSocket, DoesNotWaitForAKeeperThatSaysNothing) {
  if (geteuid() != 0) GTEST_SKIP() << "both ends must be root's";
  const auto listener = ControlListener::open(path_.c_str());
  const auto client = connect_to_keeper(path_.c_str());
  ASSERT_TRUE(client);
  std::array<std::uint8_t, 64> buffer{};
  const auto answered = ask(client->get(), {.kind = Kind::Status}, 10, buffer);
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code, Errc::TimedOut);
}

}  // namespace
}  // namespace isboot::linux_platform
