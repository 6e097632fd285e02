#include "app/initramfs/microcode.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace isboot::app::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Text kIntel =
    "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 142\n"
    "model name\t: some processor\nstepping\t: 10\n\nprocessor\t: 1\nvendor_id\t: AuthenticAMD\n";
constexpr Text kAmd = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\n";

class MicrocodeFor : public ::testing::Test {
protected:
  ~MicrocodeFor() override { fs::remove_all(root_); }

  std::string file(const std::string& name) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream{root_ / name} << "of " << name;
    return root_ / name;
  }

  fs::path root_ = fs::path{::testing::TempDir()} / ("microcode" + std::to_string(getpid()));
};

TEST_F(MicrocodeFor, IntelsIsThatOfFamilyModelAndStepping) {
  const std::string ours = file("intel-ucode/06-8e-0a");
  const std::string early = file("intel-ucode/06-8e-0a.initramfs");
  file("intel-ucode/06-8e-09");
  file("amd-ucode/microcode_amd.bin");
  const Microcode microcode = microcode_for(root_, kIntel);
  EXPECT_EQ(microcode.name, "kernel/x86/microcode/GenuineIntel.bin");
  EXPECT_THAT(microcode.files, ElementsAre(ours, early));
}

TEST_F(MicrocodeFor, AmdsAreAll) {
  const std::string newer = file("amd-ucode/microcode_amd_fam19h.bin");
  const std::string older = file("amd-ucode/microcode_amd.bin");
  file("amd-ucode/microcode_amd.bin.asc");
  const Microcode microcode = microcode_for(root_, kAmd);
  EXPECT_EQ(microcode.name, "kernel/x86/microcode/AuthenticAMD.bin");
  EXPECT_THAT(microcode.files, ElementsAre(older, newer));
}

TEST_F(MicrocodeFor, ThereIsNoneForOthersOrWithoutTheFiles) {
  for (const Text cpuinfo :
       {kIntel, kAmd, Text{"processor\t: 0\nCPU implementer\t: 0x41\n"}, Text{}}) {
    const Microcode microcode = microcode_for(root_, cpuinfo);
    EXPECT_EQ(microcode.name, "");
    EXPECT_THAT(microcode.files, IsEmpty());
  }
}

}  // namespace
}  // namespace isboot::app::test
