// What the kernel takes its time for, while another session needs the keeper.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "platform/linux/keeper/keeper.h"
#include "testing/fake_clock.h"
#include "tests/linux/keeper/fake_notices.h"
#include "tests/linux/keeper/hosts_in_sysfs.h"
#include "tests/linux/keeper/keeper_ports.h"
#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;

// Session 3 is carried and has no disk yet, so that the kernel is to look for it. Session 4 has
// one.
class KeeperErrandsTest : public ::testing::Test, protected PlayedPorts {
protected:
  KeeperErrandsTest() {
    char name[] = "/tmp/isboot-keeper-errands-XXXXXX";
    root_ = mkdtemp(name);
    EXPECT_TRUE(make_hosts_in_sysfs(root_));
    for (const char* session : {"session3", "session4"}) {
      const fs::path folder = root_ / "class/iscsi_session" / session;
      std::ofstream{folder / "state"} << "LOGGED_IN\n";
      std::ofstream{folder / "targetname"} << full_record().kernel.target_name.view() << '\n';
      std::ofstream{folder / "recovery_tmo"} << "off\n";
    }
    classes_ = root_ / "class";
    state_ = root_ / "state";
    control_ = root_ / "control";
  }
  ~KeeperErrandsTest() override { remove_hosts_in_sysfs(root_); }

  static SessionRecord record(std::uint32_t session) {
    SessionRecord made = full_record();
    made.nic.reset();
    made.session.value = session;
    made.kernel.portal = {IpAddress::v4(127, 0, 0, 1), 1};  // nobody listens there
    if (session == 3) made.disk.clear();
    return made;
  }
  void start(Keeper& keeper) {
    ASSERT_TRUE(keeper.open({classes_.c_str(), state_.c_str(), control_.c_str()}));
    ASSERT_TRUE(keeper.remember(record(3)));
    ASSERT_TRUE(keeper.remember(record(4)));
    ASSERT_TRUE(keeper.prepare());
    ASSERT_TRUE(keeper.adopt());
  }
  UniqueFd serve_release(Keeper& keeper) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    UniqueFd client{ends[0]};
    keeper.serve(UniqueFd{ends[1]});
    return client;
  }
  static void ask_to_release(const UniqueFd& client) {
    std::array<std::uint8_t, 16> buffer{};
    const auto request = encode(ControlRequest{.kind = ControlRequest::Kind::Release}, buffer);
    ASSERT_EQ(send(client.get(), request->data(), request->size(), 0), 1);
  }

  fs::path root_, classes_, state_, control_;
  testing::FakeClock clock_;
  FakeNotices notices_;
};

// Says of session 4 that it is lost once the kernel was told to look for the disk of session 3, and
// lets the keeper go when session 4 has been taken up.
class LaterNotices final : public IscsiNotices {
public:
  LaterNotices(FakeKeeping& kernel, std::function<bool()> looks, std::function<void()> let_go)
      : kernel_{kernel}, looks_{std::move(looks)}, let_go_{std::move(let_go)} {}
  Result<Done> open() override { return Done{}; }
  int descriptor() const override { return ready_.get(); }
  Result<std::optional<IscsiNotice>> next(Clock&) override {
    if (!told_ && looks_()) {
      told_ = true;
      IscsiNotice lost;
      lost.kind = IscsiNotice::Kind::ConnectionLost;
      lost.session = SessionId{4};
      return std::optional{lost};
    }
    if (!let_ &&
        std::find(kernel_.calls.begin(), kernel_.calls.end(), "recover") != kernel_.calls.end()) {
      let_ = true;
      let_go_();
    }
    return std::optional<IscsiNotice>{};
  }

private:
  FakeKeeping& kernel_;
  std::function<bool()> looks_;
  std::function<void()> let_go_;
  UniqueFd ready_{eventfd(1, EFD_CLOEXEC)};
  bool told_ = false;
  bool let_ = false;
};

// Whether a process is opening the FIFO for writing cannot be asked; that the errand was sent can.
class WatchedErrands final : public Errands {
public:
  Result<Done> start(SessionFolder& folder, std::span<std::uint8_t> hidden) override {
    return real_.start(folder, hidden);
  }
  bool send(const Errand& errand) override {
    sent = true;
    return real_.send(errand);
  }
  int descriptor() const override { return real_.descriptor(); }
  std::optional<ErrandOver> next() override { return real_.next(); }
  bool is_gone() const override { return real_.is_gone(); }
  bool sent = false;

private:
  ErrandProcess real_;
};

TEST_F(KeeperErrandsTest, ASessionIsBroughtBackWhileTheKernelLooksForTheDiskOfAnother) {
  WatchedErrands errands;
  UniqueFd client;
  LaterNotices notices{kernel_, [&errands] { return errands.sent; },
                       [&client] { ask_to_release(client); }};
  Keeper keeper{ports(clock_, errands), notices};
  start(keeper);
  client = serve_release(keeper);
  EXPECT_EQ(keeper.run(), MachineEnd::Stay);
  EXPECT_TRUE(errands.sent);
  EXPECT_THAT(kernel_.calls, Contains("recover"));
  EXPECT_FALSE(keeper.cannot_go_on());
}

TEST_F(KeeperErrandsTest, GoesOnInAnotherProcessWhenItsErrandsAreDoneByNobody) {
  FakeErrands errands;
  errands.gone = true;
  Keeper keeper{ports(clock_, errands), notices_};
  start(keeper);
  EXPECT_EQ(keeper.run(), MachineEnd::Stay);
  EXPECT_TRUE(keeper.cannot_go_on());
  EXPECT_EQ(keeper.kept(), 2U) << "nothing is forgotten";
}

}  // namespace
}  // namespace isboot::linux_platform
