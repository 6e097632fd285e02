#include "app/initramfs/tool.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace isboot::app::test {
namespace {

namespace fs = std::filesystem;

// Programs of the test's own, which PATH names first.
class ToolTest : public ::testing::Test {
protected:
  ToolTest() {
    fs::create_directories(root_ / "bin");
    setenv("PATH", ((root_ / "bin").string() + ":" + path_).c_str(), 1);
  }
  ~ToolTest() override {
    setenv("PATH", path_.c_str(), 1);
    fs::remove_all(root_);
  }
  void program(const std::string& name, const std::string& text, mode_t mode = 0755) {
    std::ofstream{root_ / "bin" / name} << text;
    chmod((root_ / "bin" / name).c_str(), mode);
  }
  std::string at(const std::string& name) const { return root_ / name; }
  static std::string content(const std::string& path) {
    std::stringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
  }
  static std::string fault(const Outcome<>& run) { return run ? "none" : in_one_line(run.error()); }

  const std::string path_ = getenv("PATH");
  const fs::path root_ =
      fs::path{::testing::TempDir()} / ("isboot-tool-" + std::to_string(getpid()));
};

TEST_F(ToolTest, FailsWhenTheProgramDoes) {
  EXPECT_TRUE(run_tool({"true"}));
  EXPECT_EQ(fault(run_tool({"false"})), "false failed; next: mend what it says above");
}

TEST_F(ToolTest, SaysThatAProgramWasEnded) {
  program("ended", "#!/bin/sh\nkill -9 $$\n");
  const auto run = run_tool({"ended"});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().message, "ended was ended by signal 9");
}

TEST_F(ToolTest, NamesAProgramThatIsNotThere) {
  EXPECT_EQ(fault(run_tool({"no-such-program"})),
            "no-such-program: no such program in PATH; next: install no-such-program");
}

TEST_F(ToolTest, NamesAProgramThatTheKernelDoesNotRun) {
  program("damaged", std::string("\x7f"
                                 "ELF and no more"));
  EXPECT_EQ(fault(run_tool({"damaged"})),
            at("bin/damaged") + ": Exec format error; next: install damaged again");
}

// It is the file that is at fault, not the program.
TEST_F(ToolTest, NamesAFileThatCannotBeHad) {
  EXPECT_EQ(
      fault(run_tool({"cat"}, {.input = at("none")})),
      at("none") + ": No such file or directory; next: check that it is there and can be read");
  EXPECT_EQ(
      fault(run_tool({"cat"}, {.output = at("none/file")})),
      at("none/file") +
          ": No such file or directory; next: make its folder writable, or name another file");
}

TEST_F(ToolTest, ReadsAndWritesFiles) {
  std::ofstream{at("in")} << "text";
  EXPECT_TRUE(run_tool({"cat"}, {.input = at("in"), .output = at("out")}));
  EXPECT_EQ(content(at("out")), "text");
}

TEST_F(ToolTest, WritesForTheOwnerAloneAlsoWhereAFileWas) {
  std::ofstream{at("out")} << "what was there, and was longer";
  chmod(at("out").c_str(), 0644);
  EXPECT_TRUE(run_tool({"echo", "new"}, {.output = at("out")}));
  EXPECT_EQ(content(at("out")), "new\n");
  struct stat status {};
  ASSERT_EQ(stat(at("out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
}

TEST_F(ToolTest, GivesEveryArgumentAsItIs) {
  EXPECT_TRUE(run_tool({"printf", "%s|", "a b", "", "$HOME"}, {.output = at("out")}));
  EXPECT_EQ(content(at("out")), "a b||$HOME|");
}

TEST_F(ToolTest, IsSearchedInThePath) {
  EXPECT_TRUE(has_tool("cat"));
  EXPECT_FALSE(has_tool("no-such-program"));
  program("mine", "#!/bin/sh\n");
  EXPECT_TRUE(has_tool("mine"));
  EXPECT_TRUE(has_tool(at("bin/mine")));
  program("no-program", "text", 0644);
  EXPECT_FALSE(has_tool("no-program"));
}

TEST_F(ToolTest, IsNoFolder) {
  fs::create_directory(root_ / "bin/folder");
  EXPECT_FALSE(has_tool("folder"));
  EXPECT_FALSE(run_tool({"folder"}));
}

// As a shell has it.
TEST_F(ToolTest, AnEmptyEntryOfThePathIsTheFolderThatOneIsIn) {
  program("mine", "#!/bin/sh\n");
  const fs::path before = fs::current_path();
  fs::current_path(root_ / "bin");
  setenv("PATH", ":/no/such/folder", 1);
  EXPECT_TRUE(has_tool("mine"));
  EXPECT_FALSE(has_tool("bin/sh")) << "not of the root";
  fs::current_path(before);
}

// What has_tool() finds run_tool() finds, too.
TEST_F(ToolTest, IsFoundWithoutAPath) {
  unsetenv("PATH");
  EXPECT_TRUE(has_tool("true"));
  EXPECT_TRUE(run_tool({"true"}));
}

}  // namespace
}  // namespace isboot::app::test
