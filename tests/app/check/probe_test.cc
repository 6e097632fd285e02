#include "app/check/probe.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"
#include "testing/fake_disk.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"

namespace isboot::app {
namespace {

class ProbeTest : public ::testing::Test {
protected:
  ProbeTest() {
    (void)config.initiator_name.assign("iqn.2026-11.org.example:initiator");
    (void)config.target_name.assign("iqn.2026-11.org.example:disk");
  }
  // The failure's message, empty when all is well.
  std::string look(std::uint32_t lun = 1) {
    Conversation target{disk, clock, hash, entropy, clock.now() + patience};
    Portal portal;
    portal.address = IpAddress::v4(127, 0, 0, 1);
    auto done = target.log_in(portal, config);
    if (done) done = probe_disk(target, *Lun::from_number(lun), report);
    target.log_out();
    next_step = done ? "" : done.error().next_step;
    return done ? "" : done.error().message;
  }

  isboot::testing::FakeClock clock;
  isboot::testing::FakeHash hash;
  isboot::testing::FakeEntropy entropy;
  isboot::testing::FakeDisk disk;
  iscsi::LoginConfig config;
  Millis patience = 10'000;
  DiskReport report;
  std::string next_step;
};

TEST_F(ProbeTest, ReportsWhatABootWouldFind) {
  disk.image[510] = 0x55;
  disk.image[511] = 0xaa;
  disk.image[446 + 4] = 0x83;
  ASSERT_EQ(look(), "");
  EXPECT_EQ(report.vendor, "ACME");
  EXPECT_EQ(report.product, "DISK");
  EXPECT_EQ(report.revision, "1.0");
  EXPECT_EQ(report.serial, "SERIAL");
  EXPECT_EQ(report.identification, "naa.6001020304050607");
  EXPECT_EQ(report.luns, 1U);
  EXPECT_TRUE(report.notes.empty());
  EXPECT_EQ(report.blocks, 32U);
  EXPECT_EQ(report.block_size, 512U);
  EXPECT_EQ(report.partition_table, PartitionTable::Mbr);
  EXPECT_TRUE(disk.logged_out());
}

// A disk in standby says so to TEST UNIT READY for as long as one asks: none of the time that the
// rest needs is spent on that.
TEST_F(ProbeTest, TakesADiskInStandbyAtOnce) {
  disk.broken = {0x00};
  disk.sense = {0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x0b};
  const Millis start = clock.now();
  EXPECT_EQ(look(), "");
  EXPECT_EQ(clock.now(), start);
  ASSERT_EQ(report.notes.size(), 1U);
}

// As sd does: a disk that has been stopped is there at once.
TEST_F(ProbeTest, StartsADiskThatWaitsForThat) {
  disk.broken = {0x00, 0x28};
  disk.sense = {0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x02};
  disk.starts = true;
  const Millis start = clock.now();
  EXPECT_EQ(look(), "");
  EXPECT_EQ(clock.now(), start);
  EXPECT_TRUE(report.notes.empty());
}

// sd gives one that stays so 100 s, and then looks at it all the same.
TEST_F(ProbeTest, TakesADiskThatNeverSaysItIsReady) {
  disk.broken = {0x00};
  disk.sense = {0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x02};
  EXPECT_EQ(look(), "TEST UNIT READY of LUN 1: not ready (2/04/02)");
  patience = 150'000;
  const Millis start = clock.now();
  EXPECT_EQ(look(), "");
  EXPECT_EQ(clock.now(), start + 100'000);
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0],
            "TEST UNIT READY of LUN 1: not ready (2/04/02); a boot takes the disk after 100 s all "
            "the same");
}

TEST_F(ProbeTest, HasNoDiskWithoutAMedium) {
  disk.broken = {0x00};
  disk.sense = {0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x3a, 0x00};
  patience = 150'000;
  EXPECT_EQ(look(), "TEST UNIT READY of LUN 1: not ready (2/3a/00)");
}

TEST_F(ProbeTest, ClearsUnitAttentions) {
  disk.attentions = 3;
  EXPECT_EQ(look(), "");
  disk.attentions = 100;
  EXPECT_NE(look().find("unit attention"), std::string::npos);
}

// As the kernel does, and a boot until its time is over.
TEST_F(ProbeTest, WaitsForABusyTarget) {
  const Millis start = clock.now();
  disk.busy = 20;
  EXPECT_EQ(look(), "");
  EXPECT_EQ(clock.now(), start + 20 * 250);
  disk.busy = 1000;
  EXPECT_EQ(look(), "INQUIRY of LUN 1: busy (SCSI status 08)");
}

TEST_F(ProbeTest, SaysWhoHoldsTheDisk) {
  disk.broken_status = 0x18;
  disk.broken = {0x28};
  EXPECT_EQ(look(), "READ of LUN 1: reservation conflict (SCSI status 18)");
  EXPECT_EQ(next_step, "end the reservation at the machine that holds it, or at the target");
}

// For a moment, or for good where no boot needs it.
TEST_F(ProbeTest, GoesOnAfterACommandThatWasNotCarriedOut) {
  disk.not_carried_out = 3;
  EXPECT_EQ(look(), "");
  EXPECT_TRUE(report.notes.empty());
  disk.broken_response = 1;
  disk.broken = {0xa0};
  EXPECT_EQ(look(), "");
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0],
            "REPORT LUNS of LUN 0: the target could not carry it out (response 1); a boot does "
            "not need that list");
  // Linux' sd asks these, and would ask them again and again.
  for (const auto& [operation, name] :
       {std::pair{0x00, "TEST UNIT READY"}, {0x9e, "READ CAPACITY(16)"}, {0x1a, "MODE SENSE"}}) {
    disk.broken = {static_cast<std::uint8_t>(operation)};
    EXPECT_EQ(look(), name + std::string{" of LUN 1: the target could not carry it out (response 1)"
                                         "; Linux would send it again without end"});
  }
  disk.broken = {0x28};
  EXPECT_EQ(look(), "READ of LUN 1: the target could not carry it out (response 1)");
}

TEST_F(ProbeTest, KnowsAnAttentionByItsKeyAlone) {
  disk.attentions = 3;
  disk.sense.resize(8);
  EXPECT_EQ(look(), "");
}

// Linux' sd asks, and goes on.
TEST_F(ProbeTest, NeedsNoTestUnitReady) {
  disk.absent = {0x00};
  EXPECT_EQ(look(), "");
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0],
            "TEST UNIT READY of LUN 1: illegal request (5/20/00); a boot does not need that");
}

TEST_F(ProbeTest, ARecoveredErrorIsNone) {
  disk.broken = {0x00};
  disk.sense[2] = 1;
  EXPECT_EQ(look(), "");
  EXPECT_TRUE(report.notes.empty());
}

TEST_F(ProbeTest, TellsOfADiskThatCannotBeWrittenTo) {
  EXPECT_EQ(look(), "");
  EXPECT_TRUE(report.notes.empty());
  disk.write_protected = true;
  EXPECT_EQ(look(), "");
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0], "write-protected: a boot has the disk, and root stays read-only");
  // Linux' sd takes one that does not answer for one that can be written to.
  report = {};
  disk.absent = {0x1a};
  EXPECT_EQ(look(), "");
  EXPECT_TRUE(report.notes.empty());
}

TEST_F(ProbeTest, NamesTheLunsThatAreThere) {
  disk.luns = {0, 3};
  EXPECT_EQ(look(1), "the target has no LUN 1");
  EXPECT_EQ(next_step, "check the LUN; the target has 0, 3");
  disk.luns = {};
  EXPECT_EQ(look(1), "the target has no LUN 1");
  EXPECT_EQ(next_step, "check the LUN; the target has none at all");
}

TEST_F(ProbeTest, SaysWhichCommandFails) {
  for (const auto& [operation, name] : {std::pair{0x00, "TEST UNIT READY"}, {0x28, "READ"}}) {
    SCOPED_TRACE(name);
    disk.broken = {static_cast<std::uint8_t>(operation)};
    EXPECT_EQ(look(), name + std::string{" of LUN 1: not ready (2/04/00)"});
    EXPECT_EQ(next_step, "wait until the disk is ready, or look into the target's log");
  }
}

TEST_F(ProbeTest, NeedsNothingThatABootDoesNot) {
  // No LUN 0, no list of LUNs, none of the long commands.
  disk.absent = {0xa0, 0x9e, 0x88};
  ASSERT_EQ(look(), "");
  EXPECT_EQ(report.blocks, 32U);
  EXPECT_FALSE(report.luns);
  ASSERT_EQ(report.notes.size(), 2U);
  EXPECT_EQ(report.notes[1],
            "REPORT LUNS of LUN 0: illegal request (5/20/00); a boot does not need that list");
}

// LIO's answer.
TEST_F(ProbeTest, ALunThatIsRefusedIsNotThere) {
  disk.broken = {0x12};
  disk.sense[2] = 5;
  disk.sense[12] = 0x25;
  EXPECT_EQ(look(), "the target has no LUN 1: INQUIRY: illegal request (5/25/00)");
  EXPECT_EQ(next_step, "check the LUN; the target has 1");
}

TEST_F(ProbeTest, TheListOfLunsIsNotAsked) {
  disk.luns = {1, 7};
  ASSERT_EQ(look(7), "");
  disk.broken = {0xa0};
  EXPECT_EQ(look(7), "");
}

TEST_F(ProbeTest, RefusesADiskWithoutRoomForAPartitionTable) {
  disk.image.resize(512);
  EXPECT_EQ(look(), "LUN 1 is no disk to boot from: 1 blocks of 512 bytes");
}

TEST_F(ProbeTest, TellsWhyTheLoginFailed) {
  disk.login[0].status_class = 2;
  disk.login[0].status_detail = 1;
  EXPECT_EQ(look(), "127.0.0.1:3260: authentication failed (0x0201), in the security stage");
  EXPECT_EQ(next_step, "check the CHAP name and secret");
  disk.listens = false;
  EXPECT_EQ(look(), "127.0.0.1:3260: nobody listens");
  EXPECT_EQ(next_step, "check that the target's address answers at all");
}

TEST_F(ProbeTest, SaysThatTheTargetHungUp) {
  disk.login.pop_back();
  EXPECT_EQ(look(), "127.0.0.1:3260: the target hung up, in the operational stage");
}

// Linux' sd, which asks a disk of SPC-2 with the short command (tests/vm/check_agrees_test.py).
TEST_F(ProbeTest, AsksAnOlderDiskWithTheShortCommandFirst) {
  disk.version = 4;
  EXPECT_EQ(look(), "");
  EXPECT_TRUE(report.notes.empty());
  disk.absent = {0x9e};
  EXPECT_EQ(look(), "");
  EXPECT_TRUE(report.notes.empty()) << "nobody asks with the long one";
  disk.absent = {0x25};
  EXPECT_NE(look(), "");
}

TEST_F(ProbeTest, AsksANewerDiskWithTheLongCommandFirst) {
  disk.absent = {0x25};
  EXPECT_EQ(look(), "");
  disk.absent = {0x9e};
  EXPECT_EQ(look(), "");
  EXPECT_EQ(report.notes.size(), 1U);
}

}  // namespace
}  // namespace isboot::app
