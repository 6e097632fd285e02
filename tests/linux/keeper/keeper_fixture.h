// One keeper of one session, in folders of its own.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>

#include "testing/fake_clock.h"
#include "tests/linux/keeper/fake_notices.h"
#include "tests/linux/keeper/keeper_ports.h"
#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {

namespace fs = std::filesystem;

// A keeper of session 3; its client asks it to let go in the first round of its loop, so that
// run() returns.
class KeeperTest : public ::testing::Test, protected PlayedPorts {
protected:
  KeeperTest() {
    char name[] = "/tmp/isboot-keeper-XXXXXX";
    folder_ = mkdtemp(name);
    control_ = folder_ / "control";
    state_ = folder_ / "state";
    record_.nic.reset();
    record_.kernel.portal = {IpAddress::v4(127, 0, 0, 1), 1};  // nobody listens there
    set_state("LOGGED_IN");
    std::ofstream{session() / "targetname"} << record_.kernel.target_name.view() << '\n';
  }
  ~KeeperTest() override { fs::remove_all(folder_); }

  fs::path session() const {
    const fs::path path = folder_ / "class/iscsi_session/session3";
    fs::create_directories(path);
    return path;
  }
  void set_state(const char* state) { std::ofstream{session() / "state"} << state << '\n'; }

  KeeperPlaces places() {
    classes_ = folder_ / "class";
    return {classes_.c_str(), state_.c_str(), control_.c_str()};
  }
  Result<Done> open() { return keeper_.open(places()); }
  static Result<Done> start(Keeper& keeper) {
    ISBOOT_TRY(keeper.prepare());
    return keeper.adopt();
  }
  Result<Done> start() { return start(keeper_); }
  void run() {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    const UniqueFd client{ends[0]};
    std::array<std::uint8_t, 16> buffer{};
    const auto request = encode(ControlRequest{.kind = ControlRequest::Kind::Release}, buffer);
    ASSERT_EQ(send(client.get(), request->data(), request->size(), 0), 1);
    keeper_.serve(UniqueFd{ends[1]});
    EXPECT_EQ(keeper_.run(), MachineEnd::Stay);
  }

  fs::path folder_, classes_, control_, state_;
  SessionRecord record_ = full_record();
  testing::FakeClock clock_;
  FakeNotices notices_;
  Keeper keeper_{ports(clock_), notices_};
};

}  // namespace isboot::linux_platform
