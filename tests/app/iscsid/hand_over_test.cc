#include "app/iscsid/hand_over.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/linux/keeper/session_record.h"
#include "tests/app/keeper/fake_keeper.h"
#include "tests/linux/keeper/records.h"

namespace isboot::app {
namespace {

namespace fs = std::filesystem;
using linux_platform::ControlRequest;
using linux_platform::SessionRecord;
using test::FakeKeeper;
using ::testing::HasSubstr;

constexpr const char* kTarget = "iqn.2026-11.org.example:disk";
constexpr const char* kSecret = "not-a-secret-1234";

// A kernel with session 3 on host 5, a keeper, and iscsid's folders, all made up. sysfs is told who
// made a session by mounts, which are of a namespace of the test's own.
class HandOver : public ::testing::Test {
protected:
  HandOver() {
    char name[] = "/tmp/isboot-hand-over-XXXXXX";
    root_ = mkdtemp(name);
    paths_.keeper.control = root_ / "run/control";
    paths_.keeper.program = "/bin/true";
    paths_.run = root_ / "run";
    paths_.nodes = root_ / "etc/iscsi/nodes";
    paths_.sockets = root_ / "unix";
    paths_.sysfs = root_ / "sys";
    fs::create_directories(root_ / "etc");
    fs::create_directories(root_ / "run");
    write("unix", "Num RefCount Protocol Flags Type St Inode Path\n");
    add_session(3, "-1");
    write("credentials", std::string{"name=us\nsecret="} + kSecret + "\n");
    chmod((root_ / "credentials").c_str(), 0600);
  }
  ~HandOver() override {
    for (const unsigned session : {3U, 4U})
      while (umount2(creator_file(session).c_str(), MNT_DETACH) == 0) {
      }
    fs::remove_all(root_);
  }
  void SetUp() override {
    if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      GTEST_SKIP() << "mounts are root's";
    keeper_.emplace(paths_.keeper.control);
  }

  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream{root_ / name} << content;
  }
  std::string read(const std::string& path) const {
    std::stringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
  }
  std::string folder_of(unsigned session) const {
    return "sys/class/iscsi_session/session" + std::to_string(session);
  }
  std::string creator_file(unsigned session) const {
    return root_ / folder_of(session) / "creator";
  }
  std::string creator(unsigned session = 3) const { return read(creator_file(session)); }
  void add_session(unsigned session, const std::string& creator) const {
    const std::string folder = folder_of(session);
    const std::string name = "session" + std::to_string(session);
    const std::string host = "host" + std::to_string(session + 2);
    const std::string device = "devices/" + host + "/" + name;
    const std::string real = device + "/iscsi_session/" + name;
    fs::create_directories(root_ / "sys" / real);
    fs::create_directories((root_ / folder).parent_path());
    fs::create_directory_symlink("../../" + real, root_ / folder);
    fs::create_directory_symlink(root_ / "sys" / device, root_ / folder / "device");
    write(folder + "/creator", creator + "\n");
    write(folder + "/state", "LOGGED_IN\n");
    write(folder + "/targetname", std::string{kTarget} + "\n");
    write(folder + "/initiatorname", "iqn.2026-11.org.example:host\n");
    write(folder + "/tpgt", "7\n");
    write(folder + "/recovery_tmo", "120\n");
    const std::string connection =
        "sys/class/iscsi_connection/connection" + std::to_string(session) + ":0";
    write(connection + "/persistent_address", "10.0.2.2\n");
    write(connection + "/persistent_port", "3261\n");
    write(connection + "/header_digest", "1\n");
    write(connection + "/data_digest", "0\n");
    fs::create_directories(root_ / "sys/class/scsi_device" /
                           (std::to_string(session + 2) + ":0:0:4") / "device/block/sdb");
  }
  SessionRecord record(unsigned session = 3) const {
    SessionRecord record = linux_platform::full_record();
    record.session = SessionId{session};
    EXPECT_TRUE(record.credentials_file.assign(std::string{root_ / "credentials"}));
    return record;
  }
  void save(const std::vector<SessionRecord>& records) const {
    const auto state = linux_platform::StateFile::open(paths_.run.c_str());
    ASSERT_TRUE(state);
    std::vector<const SessionRecord*> pointers;
    for (const SessionRecord& each : records) pointers.push_back(&each);
    ASSERT_TRUE(state->save(pointers));
  }
  std::string node(const std::string& portal = "10.0.2.2,3261,7") const {
    return root_ / "etc/iscsi/nodes" / kTarget / portal / "default";
  }
  std::string fault() const {
    const auto handed = hand_over_to_iscsid(paths_);
    return handed ? "none" : in_one_line(handed.error());
  }
  bool was_asked() const { return !keeper_->requests().empty(); }

  fs::path root_;
  HandOverPaths paths_;
  std::optional<FakeKeeper> keeper_;
};

TEST_F(HandOver, LeavesEverySessionToIscsid) {
  save({record()});
  const auto handed = hand_over_to_iscsid(paths_);
  ASSERT_TRUE(handed.ok()) << handed.error().message;
  EXPECT_EQ(*handed, "1 session is iscsid's; it takes it at its next start");
  EXPECT_THAT(read(node()), HasSubstr(std::string{"node.session.auth.password = "} + kSecret));
  EXPECT_EQ(fs::status(node()).permissions(), fs::perms{0600});
  EXPECT_EQ(fs::status(root_ / "etc/iscsi/nodes").permissions(), fs::perms{0700});
  EXPECT_EQ(creator(), "1\n");
  EXPECT_EQ(keeper_->last().kind, ControlRequest::Kind::Release);
}

TEST_F(HandOver, LeavesOutWhatWasNeverLoggedIn) {
  SessionRecord never = record(4);
  never.logged_in = false;
  save({record(), never});
  const auto handed = hand_over_to_iscsid(paths_);
  ASSERT_TRUE(handed.ok()) << handed.error().message;
  EXPECT_EQ(*handed, "1 session is iscsid's; it takes it at its next start");
}

TEST_F(HandOver, KeepsSessionsThatIscsidCouldNotTake) {
  EXPECT_EQ(fault(), "no session is kept; next: isboot status");
  SessionRecord never = record();
  never.logged_in = false;
  save({never});
  EXPECT_EQ(fault(), "no session was ever logged in; next: isboot status");
  EXPECT_FALSE(was_asked());
}

// iscsid would have no way to log in again.
TEST_F(HandOver, KeepsASessionWhoseSecretsAreNotFound) {
  SessionRecord lost = record();
  (void)lost.credentials_file.assign("/no/such/file");
  save({lost});
  EXPECT_EQ(fault(), std::string{kTarget} +
                         ": its secrets are not found; next: mend what is said above, and do the "
                         "same again");
  EXPECT_FALSE(fs::exists(node()));
  EXPECT_EQ(creator(), "-1\n");
  EXPECT_FALSE(was_asked());
}

TEST_F(HandOver, NamesATargetThatHasNoPlaceAmongIscsidsRecords) {
  SessionRecord odd = record();
  (void)odd.kernel.target_name.assign("iqn.2026-11.org.example:a/b");
  save({odd});
  EXPECT_EQ(fault(),
            "iqn.2026-11.org.example:a/b: iscsid has no place for a target whose name holds a '/'; "
            "next: leave it to isboot, or give the target another name");
  EXPECT_FALSE(was_asked());
}

TEST_F(HandOver, SaysWhereNoRecordCanBeWritten) {
  write("etc/iscsi", "a file");
  save({record()});
  EXPECT_EQ(fault(), std::string{kTarget} +
                         ": iscsid's node record cannot be made (Not a directory); next: make " +
                         paths_.nodes + " writable");
  EXPECT_EQ(creator(), "-1\n");
  EXPECT_FALSE(was_asked());
}

TEST_F(HandOver, SaysWhyTheSavedSessionsCannotBeRead) {
  paths_.run = root_ / "unix/run";
  EXPECT_THAT(fault(), ::testing::StartsWith(paths_.run + ": "));
}

// A session must not have two keepers: who has it still says so.
TEST_F(HandOver, WithoutAKeepersWordNothingChanges) {
  save({record()});
  keeper_->on_request = [](const auto&) { return FakeKeeper::Answer{false, "the machine ends"}; };
  EXPECT_EQ(fault(), "the keeper: the machine ends; next: isboot status");
  EXPECT_EQ(creator(), "-1\n");
  keeper_.reset();
  EXPECT_EQ(fault(), "no keeper runs; next: isboot keep");
  EXPECT_EQ(creator(), "-1\n");
}

TEST_F(HandOver, OneThatCannotChangeHandsKeepsTheOthers) {
  add_session(4, "-1");
  save({record(3), record(4)});
  fs::create_directory(root_ / "run/creator4");  // the file cannot be made
  EXPECT_THAT(fault(), HasSubstr("; next: do it as root"));
  EXPECT_EQ(creator(3), "-1\n");
  EXPECT_FALSE(was_asked());
}

class Adopt : public HandOver {
protected:
  Outcome<> take(const std::string& credentials = {}) const {
    return adopt(3, credentials, paths_);
  }
  SessionRecord taken() const {
    SessionRecord record;
    const ControlRequest request = keeper_->last();
    EXPECT_EQ(request.kind, ControlRequest::Kind::Keep);
    EXPECT_TRUE(linux_platform::decode(request.record, record));
    return record;
  }
};

TEST_F(Adopt, TakesASessionAsTheKernelHasIt) {
  add_session(4, "-1");
  write(folder_of(3) + "/creator", "1\n");
  ASSERT_TRUE(take(root_ / "credentials").ok());
  const SessionRecord record = taken();
  EXPECT_EQ(record.session, SessionId{3});
  EXPECT_EQ(record.kernel.target_name.view(), kTarget);
  EXPECT_EQ(record.kernel.portal, (Portal{IpAddress::v4(10, 0, 2, 2), 3261}));
  EXPECT_EQ(record.kernel.initial_cmd_sn, 0U) << "iscsid's default";
  EXPECT_TRUE(record.login.header_digest);
  EXPECT_FALSE(record.login.data_digest);
  EXPECT_EQ(as_text(record.login.credentials.secret.reveal()), kSecret);
  EXPECT_EQ(record.lun.bytes[1], 4);
  EXPECT_EQ(record.disk.view(), "/dev/sdb");
  EXPECT_FALSE(record.nic);
  EXPECT_EQ(creator(), "-1\n");
  EXPECT_EQ(read(root_ / folder_of(3) / "recovery_tmo").substr(0, 3), "off");
}

TEST_F(Adopt, KnowsWhatIscsidMadeTheSessionWith) {
  write(folder_of(3) + "/creator", "1\n");
  fs::create_directories(fs::path{node()}.parent_path());
  std::ofstream{node()} << "node.session.initial_cmdsn = 17\n";
  ASSERT_TRUE(take().ok());
  EXPECT_EQ(taken().kernel.initial_cmd_sn, 17U);
  fs::remove_all(root_ / "etc/iscsi/nodes" / kTarget);
  fs::create_directories(root_ / "etc/iscsi/nodes" / kTarget);
  std::ofstream{root_ / "etc/iscsi/nodes" / kTarget / "10.0.2.2,3261"}
      << "node.session.initial_cmdsn = 18\n";  // a record that was made without a portal group
  ASSERT_TRUE(take().ok());
  EXPECT_EQ(taken().kernel.initial_cmd_sn, 18U);
}

// It comes back from iscsid: what it was made with follows from who made it.
TEST_F(Adopt, TakesASessionOfItsOwnBack) {
  save({record()});
  ASSERT_TRUE(hand_over_to_iscsid(paths_).ok());
  ASSERT_EQ(creator(), "1\n");
  ASSERT_TRUE(take().ok());
  EXPECT_EQ(taken().kernel.initial_cmd_sn, 1U);
  EXPECT_EQ(creator(), "-1\n");
}

TEST_F(Adopt, TakesNothingFromAnIscsidThatRuns) {
  write("unix", "0000: 00000002 00000000 00010000 0001 01 1 @ISCSIADM_ABSTRACT_NAMESPACE\n");
  const auto taken = take();
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(in_one_line(taken.error()),
            "iscsid runs, and would bring the session back as well; next: stop iscsid (and its "
            "socket), adopt, and start it again");
  EXPECT_FALSE(was_asked());
}

TEST_F(Adopt, NamesASessionThatIsNotThere) {
  const auto taken = adopt(9, {}, paths_);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(in_one_line(taken.error()),
            "session 9: the kernel has no such session; next: ls /sys/class/iscsi_session");
}

TEST_F(Adopt, NamesCredentialsThatAreNotThere) {
  const auto taken = take("/no/such/file");
  ASSERT_FALSE(taken.ok());
  EXPECT_THAT(taken.error().message, HasSubstr("/no/such/file"));
  EXPECT_FALSE(was_asked());
}

// iscsid would not take what seems to be nobody's.
TEST_F(Adopt, LeavesASessionIscsidsWhenTheKeeperRefusesIt) {
  save({record()});
  ASSERT_TRUE(hand_over_to_iscsid(paths_).ok());
  keeper_->on_request = [](const auto&) { return FakeKeeper::Answer{false, "there is no room"}; };
  const auto taken = take();
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(in_one_line(taken.error()),
            "the keeper refuses the session: there is no room; next: isboot status");
  EXPECT_EQ(creator(), "1\n");
}

TEST_F(Adopt, SaysThatIscsidWouldTakeItBack) {
  write(folder_of(3) + "/creator", "1\n");
  fs::create_directory(root_ / "run/creator3");  // the file cannot be made
  const auto taken = take();
  ASSERT_FALSE(taken.ok());
  EXPECT_THAT(taken.error().message,
              HasSubstr("; an iscsid that is started would take the session back"));
  EXPECT_EQ(taken.error().next_step, "do not start iscsid");
}

TEST_F(Adopt, WarnsWhereIoDoesNotWaitForEver) {
  write(folder_of(3) + "/creator", "1\n");
  fs::remove(root_ / folder_of(3) / "recovery_tmo");
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(take().ok());
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("I/O will not wait for ever for a lost target: "));
}

}  // namespace
}  // namespace isboot::app
