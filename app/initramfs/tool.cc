#include "app/initramfs/tool.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <sstream>

#include "platform/linux/system/file.h"

extern char** environ;

namespace isboot::app {
namespace {

using linux_platform::UniqueFd;

bool is_program(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

// Where the program is, as a shell searches it; nothing when it is nowhere.
std::optional<std::string> place_of(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return is_program(name) ? std::optional{name} : std::nullopt;
  const char* path = getenv("PATH");
  std::istringstream folders{path != nullptr ? path : "/usr/sbin:/usr/bin:/sbin:/bin"};
  for (std::string folder; std::getline(folders, folder, ':');) {
    // An empty one is the folder that we are in.
    const std::string place = (folder.empty() ? "." : folder) + "/" + name;
    if (is_program(place)) return place;
  }
  return std::nullopt;
}

Failure file_failure(const std::string& path, const char* next_step) {
  return {path + ": " + strerrordesc_np(errno), next_step};
}

// A file that was there may be open to others; a device is as it is.
Outcome<UniqueFd> make_output(const std::string& path) {
  UniqueFd file{open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0 ||
      (S_ISREG(status.st_mode) && fchmod(file.get(), 0600) != 0))
    return file_failure(path, "make its folder writable, or name another file");
  return file;
}

Outcome<> wait_for(pid_t process, const std::string& name) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Done{};
  if (!WIFSIGNALED(status)) return Failure{name + " failed", "mend what it says above"};
  return Failure{name + " was ended by signal " + std::to_string(WTERMSIG(status)),
                 "look into the kernel's log: the machine may have no memory left, or try again"};
}

}  // namespace

Outcome<> run_tool(const std::vector<std::string>& arguments, const ToolFiles& files) {
  const std::string& name = arguments[0];
  const auto place = place_of(name);
  if (!place) return Failure{name + ": no such program in PATH", "install " + name};
  const UniqueFd input{open(files.input.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!input) return file_failure(files.input, "check that it is there and can be read");
  const UniqueFd output = ISBOOT_TRY(make_output(files.output));
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  pid_t process = -1;
  const int failed = posix_spawn(&process, place->c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return Failure{*place + ": " + strerrordesc_np(failed), "install " + name + " again"};
  return wait_for(process, name);
}

bool has_tool(const std::string& name) { return place_of(name).has_value(); }

}  // namespace isboot::app
