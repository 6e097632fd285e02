#include "app/boot/boot_sequence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/exit_status.h"
#include "app/table/build_table.h"
#include "platform/linux/firmware/firmware_table.h"
#include "testing/fake_log.h"

namespace isboot::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kTable = ISBOOT_FIXTURES "/ibft/ipxe-uefi-virtio-nochap.bin";

class BootSequence : public ::testing::Test {
protected:
  BootSequence() {
    char name[] = "/tmp/isboot-sequence-XXXXXX";
    root_ = mkdtemp(name);
    paths_.modules = root_ / "module";
    paths_.timeline = root_ / "run/timeline";
    // Nothing is to be loaded.
    for (const char* module : {"iscsi_tcp", "sd_mod", "crc32c", "8021q"})
      fs::create_directories(root_ / "module" / module);
  }
  ~BootSequence() override { fs::remove_all(root_); }

  // What a boot that has no time to wait comes to; `said_` is what it says meanwhile.
  BootResult boot() {
    ::testing::internal::CaptureStderr();
    Machine machine;
    machine.log.set_verbose(parameters_.verbose);
    const BootResult result = boot_from_table(machine, parameters_, machine.clock.now(), paths_);
    said_ = ::testing::internal::GetCapturedStderr();
    return result;
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{root_ / name, std::ios::binary} << text;
  }
  // A table of this JSON.
  std::string table(const std::string& spec) const {
    write("spec.json", spec);
    const auto built = build_table(root_ / "spec.json", ibft::Layout::Ipxe);
    EXPECT_TRUE(built.ok());
    write("table.bin", std::string{as_text(built->bytes())});
    return root_ / "table.bin";
  }
  std::string timeline() const {
    std::stringstream text;
    text << std::ifstream{paths_.timeline}.rdbuf();
    return text.str();
  }

  fs::path root_;
  BootPaths paths_;
  boot::Parameters parameters_;
  std::string said_;
};

TEST_F(BootSequence, IsTurnedOffByAParameter) {
  parameters_.off = true;
  ASSERT_TRUE(parameters_.table.assign(kTable));
  EXPECT_EQ(boot().status, kNothingToDo);
  EXPECT_THAT(said_, HasSubstr("turned off by isboot=off"));
  isboot::testing::FakeLog log;
  EXPECT_EQ(is_boot_wanted(parameters_, log), kNothingToDo);
}

// Other machines notice nothing.
TEST_F(BootSequence, IsNothingWithoutATable) {
  ASSERT_TRUE(parameters_.table.assign("acpi:9"));
  EXPECT_EQ(boot().status, kNothingToDo);
  EXPECT_THAT(said_, HasSubstr("no iBFT: this machine was not booted from iSCSI"));
  EXPECT_FALSE(fs::exists(paths_.timeline));
  isboot::testing::FakeLog log;
  EXPECT_EQ(is_boot_wanted(parameters_, log), kNothingToDo);
  EXPECT_TRUE(log.lines.empty());
}

// It counts as one: only the boot itself says what is wrong.
TEST_F(BootSequence, ATableThatCannotBeReadIsAFailure) {
  write("huge.bin", std::string(linux_platform::kMaxTableFile + 1, 'x'));
  ASSERT_TRUE(parameters_.table.assign(std::string{root_ / "huge.bin"}));
  isboot::testing::FakeLog log;
  EXPECT_EQ(is_boot_wanted(parameters_, log), kDone);
  EXPECT_TRUE(log.lines.empty());
  EXPECT_EQ(boot().status, kFailed);
  EXPECT_THAT(said_, HasSubstr("the iBFT " + std::string{root_ / "huge.bin"} + ": "));
  EXPECT_THAT(said_, HasSubstr("; next: check isboot.table="));
}

TEST_F(BootSequence, ATableThatIsNoneIsAFailureThatNamesIt) {
  write("none.bin", std::string(100, 'x'));
  ASSERT_TRUE(parameters_.table.assign(std::string{root_ / "none.bin"}));
  EXPECT_EQ(boot().status, kFailed);
  EXPECT_THAT(said_, HasSubstr(std::string{root_ / "none.bin"}));
  EXPECT_THAT(said_, HasSubstr("; next: `isboot ibft check` names each fault of the table"));
  EXPECT_FALSE(fs::exists(paths_.timeline));
}

TEST_F(BootSequence, WithoutADiskSaysWhatToDoNext) {
  ASSERT_TRUE(parameters_.table.assign(kTable));  // of a NIC that is none of this machine's
  const BootResult result = boot();
  EXPECT_EQ(result.status, kFailed);
  EXPECT_TRUE(result.disk.empty());
  EXPECT_THAT(said_, HasSubstr(std::string{"iBFT file:"} + kTable + " by FENSYS iPXE, 1 NIC, "));
  EXPECT_THAT(said_, HasSubstr("no iSCSI disk; next: mend what the lines above name"));
  EXPECT_THAT(timeline(), HasSubstr(" 0 plan ok\n"));
}

TEST_F(BootSequence, TellsWhatTheTableHasWrongAndWhatIsLeftOut) {
  ASSERT_TRUE(parameters_.table.assign(table(R"({"control": {},
      "initiator": {"valid": true, "boot_selected": true, "name": "iqn.2026-11.org.example:us"},
      "nics": [{"valid": true, "boot_selected": true, "mac": "52:54:00:00:00:01",
                "address": "10.0.2.15", "prefix": 33}],
      "targets": [{"valid": true, "boot_selected": true, "address": "10.0.2.2", "port": 3260,
                   "name": "iqn.2026-11.org.example:disk"},
                  {"valid": true, "boot_selected": true, "name": "iqn.2026-11.org.example:b"}]})")));
  EXPECT_EQ(boot().status, kFailed);
  EXPECT_THAT(said_, HasSubstr("iBFT nic0, offset "));
  EXPECT_THAT(said_, HasSubstr(", prefix: is longer than the address"));
  EXPECT_THAT(said_, HasSubstr("target1 is left out: "));
}

TEST_F(BootSequence, TheKernelCommandLineIsReadWholeOrNotAtAll) {
  write("cmdline", "root=/dev/sda1 isboot=off\n");
  EXPECT_EQ(kernel_command_line(root_ / "cmdline"), "root=/dev/sda1 isboot=off\n");
  EXPECT_EQ(kernel_command_line(root_ / "none"), "");
  write("cmdline", std::string(65537, 'x'));
  EXPECT_EQ(kernel_command_line(root_ / "cmdline"), "");
}

}  // namespace
}  // namespace isboot::app
