// Several paths to one disk: what the keeper writes into sysfs and sends its errands for.
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "platform/linux/keeper/keeper.h"
#include "tests/linux/keeper/fake_notices.h"
#include "tests/linux/keeper/hosts_in_sysfs.h"
#include "tests/linux/keeper/keeper_ports.h"
#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {
namespace {

namespace fs = std::filesystem;

// Each look at it takes a tenth of a second.
class PassingClock final : public Clock {
public:
  Millis now() override { return now_ += 100; }
  void sleep_until(Millis when) override { now_ = when; }

private:
  Millis now_ = 1'000;
};

// Always has to be read, and has nothing to say but what the test says in each turn of the loop.
class Turns final : public IscsiNotices {
public:
  Result<Done> open() override { return Done{}; }
  int descriptor() const override { return ready_.get(); }
  Result<std::optional<IscsiNotice>> next(Clock&) override {
    if (in_each) in_each();
    return std::exchange(said, {});
  }
  std::function<void()> in_each;
  std::optional<IscsiNotice> said;

private:
  UniqueFd ready_{eventfd(1, EFD_CLOEXEC)};
};

// Sessions 3 and 4 lead to one disk, sda and sdb, which the multipath driver has.
class KeeperPathsTest : public ::testing::Test, protected PlayedPorts {
protected:
  KeeperPathsTest() {
    char name[] = "/tmp/isboot-keeper-paths-XXXXXX";
    root_ = mkdtemp(name);
    EXPECT_TRUE(make_hosts_in_sysfs(root_));
    classes_ = root_ / "class";
    state_ = root_ / "state";
    control_ = root_ / "control";
    for (const std::uint32_t session : {3U, 4U}) {
      write(session, "state", "LOGGED_IN");
      write(session, "targetname", full_record().kernel.target_name.view());
      const fs::path block = classes_ / "block" / (session == 3 ? "sda" : "sdb");
      fs::create_directories(block / "device");
      std::ofstream{block / "device/wwid"} << "naa.600\n";
      std::ofstream{block / "dev"} << (session == 3 ? "8:0\n" : "8:16\n");
      fs::create_directories(block / "holders/dm-0/dm");
      std::ofstream{block / "holders/dm-0/dm/uuid"} << "mpath-600\n";
      std::ofstream{block / "holders/dm-0/dev"} << "254:0\n";
      if (session == 4)  // the other one's has to be looked for
        fs::create_directories(classes_ / "scsi_device/4:0:0:5/device/block/sdb");
    }
  }
  ~KeeperPathsTest() override { remove_hosts_in_sysfs(root_); }

  void write(std::uint32_t session, const char* attribute, Text value) const {
    std::ofstream{classes_ / "iscsi_session" / ("session" + std::to_string(session)) / attribute}
        << value << '\n';
  }
  std::string limit_of(std::uint32_t session) const {
    std::string value;
    std::getline(std::ifstream{classes_ / "iscsi_session" / ("session" + std::to_string(session)) /
                               "recovery_tmo"},
                 value);
    return value;
  }
  static SessionRecord record(std::uint32_t session) {
    SessionRecord made = full_record();
    made.nic.reset();
    made.session.value = session;
    made.kernel.portal = {IpAddress::v4(127, 0, 0, 1), 1};  // nobody listens there
    made.kernel.recovery_timeout.reset();
    (void)made.disk.assign(session == 3 ? "/dev/sda" : "/dev/sdb");
    return made;
  }
  // What keeps them is a keeper that has just begun.
  void start(std::initializer_list<std::uint32_t> sessions) {
    open();
    for (const std::uint32_t session : sessions) ASSERT_TRUE(keeper_.remember(record(session)));
    begin();
  }
  void open() { ASSERT_TRUE(keeper_.open({classes_.c_str(), state_.c_str(), control_.c_str()})); }
  void begin() {
    ASSERT_TRUE(keeper_.prepare());
    ASSERT_TRUE(keeper_.adopt());
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    client_.reset(ends[0]);
    keeper_.serve(UniqueFd{ends[1]});
  }
  // run() ends by that, in the turn of the loop that is under way or the next.
  void let_go() {
    std::array<std::uint8_t, 16> buffer{};
    const auto request = encode(ControlRequest{.kind = ControlRequest::Kind::Release}, buffer);
    (void)send(client_.get(), request->data(), request->size(), 0);
  }

  fs::path root_, classes_, state_, control_;
  PassingClock clock_;
  Turns turns_;
  UniqueFd client_;
  Keeper keeper_{ports(clock_), turns_};
};

TEST_F(KeeperPathsTest, FailSoonWhileBothLive) {
  for (const std::uint32_t session : {3U, 4U}) write(session, "recovery_tmo", "0");
  start({3, 4});
  let_go();
  EXPECT_EQ(keeper_.run(), MachineEnd::Stay);
  EXPECT_EQ(limit_of(3), "5");
  EXPECT_EQ(limit_of(4), "5");
}

// A keeper of which nothing is wanted for days. The other path has ended while it was not there:
// found by the simulation, seed 18420.
TEST_F(KeeperPathsTest, HaveNoLimitFromTheStartOnWhenItIsTheLast) {
  write(3, "recovery_tmo", "5");
  start({3});
  let_go();
  EXPECT_EQ(keeper_.run(), MachineEnd::Stay);
  EXPECT_EQ(limit_of(3), "off");
}

// Its I/O waits for ever, although the other one lives. The first errand cannot be sent.
TEST_F(KeeperPathsTest, ALostOneIsGivenUpForTheOneThatLives) {
  for (const std::uint32_t session : {3U, 4U}) write(session, "recovery_tmo", "off");
  fs::remove(classes_ / "iscsi_session/session4/recovery_tmo");  // it was lost before it had one
  fs::create_directory(classes_ / "iscsi_session/session4/recovery_tmo");
  start({3, 4});
  errands_.refuses = true;
  bool lost = false;
  turns_.in_each = [&] {
    if (!lost) {
      lost = true;
      turns_.said.emplace();
      turns_.said->kind = IscsiNotice::Kind::ConnectionLost;
      turns_.said->session = SessionId{4};
      fs::remove(classes_ / "iscsi_session/session4/recovery_tmo");
      write(4, "recovery_tmo", "off");
    }
    if (log_.says("too many errands")) errands_.refuses = false;
    if (!errands_.sent.empty()) let_go();
  };
  EXPECT_EQ(keeper_.run(), MachineEnd::Stay);
  ASSERT_EQ(errands_.sent.size(), 1U);
  EXPECT_EQ(errands_.sent[0].kind, Errand::Kind::Remove);
  EXPECT_EQ(errands_.sent[0].disk, Text{"/dev/sdb"});
  EXPECT_TRUE(log_.says("another path lives"));
}

// All had failed while none was there, and nobody else lets the driver use the one that is back.
TEST_F(KeeperPathsTest, IsUsedAgainWhenAllHadFailed) {
  multipath_.failed = true;
  multipath_.refusals = 1;
  start({3, 4});
  turns_.in_each = [&] {
    if (!multipath_.failed) let_go();
  };
  EXPECT_EQ(keeper_.run(), MachineEnd::Stay);
  EXPECT_EQ(multipath_.reinstated, std::vector<std::string>{"254:0 8:16"});
  EXPECT_TRUE(log_.says("refused"));
  EXPECT_TRUE(log_.says("no path left"));
}

// A disk that is to be looked for, by a process that somebody kills each time: it is sent for
// again.
TEST_F(KeeperPathsTest, OneWhoseErrandIsKilledIsNotLeftWithoutItsDisk) {
  SessionRecord without = record(3);
  without.disk.clear();
  open();
  ASSERT_TRUE(keeper_.remember(without));
  begin();
  std::size_t killed = 0;
  turns_.in_each = [&] {
    if (errands_.sent.size() == 3) return let_go();
    if (errands_.sent.size() == killed) return;
    const Errand& errand = errands_.sent[killed++];
    errands_.over.push_back({errand.kind, errand.number, kErrandKilled});
  };
  EXPECT_EQ(keeper_.run(), MachineEnd::Stay);
  ASSERT_EQ(errands_.sent.size(), 3U);
  for (const Errand& errand : errands_.sent) EXPECT_EQ(errand.kind, Errand::Kind::LookFor);
  EXPECT_TRUE(log_.says("was killed"));
}

}  // namespace
}  // namespace isboot::linux_platform
