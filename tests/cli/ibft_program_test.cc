// The program itself: exit status and streams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "tests/ibft/table_bytes.h"
#include "tests/ibft/table_model.h"
#include "tests/linux/firmware/machine.h"

namespace isboot::cli::test {
namespace {

using ibft::test::TableBytes;
using linux_platform::test::Machine;
using ::testing::HasSubstr;
using ::testing::Not;

struct Outcome {
  int status = -1;
  std::string output;  // both streams
};

// `before` runs in the child, ahead of the program.
Outcome run(const std::string& arguments, const std::string& before = "") {
  const std::string command = before + ISBOOT_PROGRAM + (" ibft " + arguments) + " 2>&1 </dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  Outcome outcome;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) != 0;)
    outcome.output.append(buffer.data(), n);
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

class IbftProgram : public ::testing::Test {
protected:
  std::string file(const std::string& name, const TableBytes& bytes) {
    machine_.write(name, bytes);
    return path(name);
  }
  std::string path(const std::string& name) const { return machine_.root() / name; }

private:
  Machine machine_;
};

TEST_F(IbftProgram, ShowsAndChecksAGoodTable) {
  const std::string table = file("good.bin", ibft::test::real_table());
  for (const char* command :
       {"show ", "show --json ", "show --offsets ", "check ", "check --json "}) {
    SCOPED_TRACE(command);
    EXPECT_EQ(run(command + table).status, 0);
  }
}

TEST_F(IbftProgram, FailsTheCheckOnErrorsOnly) {
  TableBytes warned = ibft::test::real_table();
  warned[ibft::test::kNic + 22] = 0;  // prefix 0: a warning
  ibft::test::seal(warned);
  const Outcome warning = run("check " + file("warned.bin", warned));
  EXPECT_EQ(warning.status, 0);
  EXPECT_THAT(warning.output, HasSubstr("[prefix-zero]"));
  TableBytes wrong = ibft::test::real_table();
  wrong[ibft::test::kTarget + 22] = wrong[ibft::test::kTarget + 23] = 0;  // its port
  ibft::test::seal(wrong);
  const Outcome error = run("check " + file("wrong.bin", wrong));
  EXPECT_EQ(error.status, 1);
  EXPECT_THAT(error.output, HasSubstr("wrong.bin, target0, offset 384: its port is 0"));
  EXPECT_EQ(run("check --json " + path("wrong.bin")).status, 1);
  EXPECT_EQ(run("show " + path("wrong.bin")).status, 0);
}

TEST_F(IbftProgram, ShowsWhatItCanOfATableThatCannotBeUsed) {
  TableBytes bytes = ibft::test::real_table();
  bytes[9] ^= 1;
  const Outcome outcome = run("show --json " + file("bad.bin", bytes));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("\"checksum_ok\": false"));
  EXPECT_THAT(outcome.output, HasSubstr("\"mac\": \"52:54:00:12:34:56\""));
  EXPECT_THAT(outcome.output, HasSubstr("the bytes of the table do not sum up to 0"));
}

TEST_F(IbftProgram, NamesAFileThatIsNotThere) {
  const Outcome outcome = run("show " + path("none.bin"));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("No such file or directory"));
}

TEST_F(IbftProgram, RefusesBadUsage) {
  EXPECT_EQ(run("").status, 2);
  EXPECT_EQ(run("show --no-such").status, 2);
  EXPECT_EQ(run("show x --table acpi").status, 2);
  EXPECT_EQ(run("build x --layout none").status, 2);
}

TEST_F(IbftProgram, BuildsTheTableThatItShowed) {
  const TableBytes table = ibft::test::encoded(ibft::test::full_table(3), ibft::Layout::Edk2);
  const std::string shown = path("spec.json");
  const std::string original = file("original.bin", table);
  if (geteuid() != 0) GTEST_SKIP() << "--show-secrets is for root";
  ASSERT_EQ(run("show --json --show-secrets " + original + " >" + shown).status, 0);
  const std::string built = path("built.bin");
  ASSERT_EQ(run("build --layout edk2 -o " + built + " " + shown).status, 0);
  EXPECT_EQ(isboot::testing::load_fixture("", built), table);
  struct stat status {};
  ASSERT_EQ(stat(built.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(IbftProgram, DoesNotBuildWithoutTheSecrets) {
  const std::string original =
      file("original.bin", ibft::test::encoded(ibft::test::full_table(1), ibft::Layout::Ipxe));
  ASSERT_EQ(run("show --json " + original + " >" + path("spec.json")).status, 0);
  const Outcome outcome = run("build -o " + path("built.bin") + " " + path("spec.json"));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("targets[0].chap_secret"));
}

TEST_F(IbftProgram, ShowsNoSecretToOthersThanRoot) {
  const std::string table =
      file("table.bin", ibft::test::encoded(ibft::test::full_table(1), ibft::Layout::Ipxe));
  EXPECT_THAT(run("show " + table).output, Not(HasSubstr("not-a-secret")));
  EXPECT_THAT(run("show --json " + table).output, Not(HasSubstr("not-a-secret")));
  const std::string as_nobody = geteuid() == 0 ? "setpriv --reuid 65534 --clear-groups " : "";
  const Outcome outcome = run("show --show-secrets " + table, as_nobody);
  if (outcome.status == 126 || outcome.status == 127) GTEST_SKIP() << outcome.output;
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("--show-secrets is for root"));
}

TEST_F(IbftProgram, ColoursNothingInAPipe) {
  const std::string table = file("good.bin", ibft::test::real_table());
  EXPECT_THAT(run("show " + table).output, Not(HasSubstr("\033")));
}

TEST_F(IbftProgram, ShowsTheBytesOfOneStructure) {
  const std::string table = file("good.bin", ibft::test::real_table());
  const Outcome outcome = run("show --hex nic0 " + table);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("0x00a0  03 01 66 00"));
  EXPECT_EQ(run("show --hex nic7 " + table).status, 1);
}

}  // namespace
}  // namespace isboot::cli::test
