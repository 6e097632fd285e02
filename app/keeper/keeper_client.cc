#include "app/keeper/keeper_client.h"

#include <fcntl.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include "platform/linux/keeper/independence.h"
#include "platform/linux/system_error.h"

namespace isboot::app {
namespace {

using linux_platform::ControlRequest;
using linux_platform::CredentialsPath;
using linux_platform::UniqueFd;

constexpr int kSocketFd = 3;
// For a keeper that is started first. On a busy machine that took more than 5 s; one that ends
// closes its socket, which is seen at once, so that nobody waits this long but for one that lives.
constexpr int kStartedWithinMs = 60'000;
// Two limits of the keeper that runs, for whom it serves and for what it offers, and a moment.
constexpr int kReplacedWithinMs = 70'000;

// In the child: nothing of ours stays but the socket.
[[noreturn]] void run_keeper(int socket, const char* how, const char* program) {
  setsid();
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (nothing >= 0) dup2(nothing, fd);
  // dup2() onto itself would leave its close-on-exec flag.
  if (socket == kSocketFd)
    (void)fcntl(socket, F_SETFD, 0);
  else
    dup2(socket, kSocketFd);
  linux_platform::close_from(kSocketFd + 1);
  const std::string fd = std::to_string(kSocketFd);
  const char* const arguments[] = {linux_platform::kKeeperName, "keep", fd.c_str(), how, nullptr};
  linux_platform::start_anew(arguments, program);
  _exit(127);
}

Result<UniqueFd> start_keeper(const KeeperClientPaths& paths, const char* how = nullptr) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return system_error(errno, "no socket for the keeper can be had");
  UniqueFd ours{ends[0]};
  const UniqueFd its{ends[1]};
  const pid_t child = fork();
  if (child < 0) return system_error(errno, "the keeper cannot be started");
  if (child == 0) run_keeper(its.get(), how, paths.program.c_str());
  return ours;
}

Result<UniqueFd> reach_keeper(const KeeperClientPaths& paths) {
  auto running = linux_platform::connect_to_keeper(paths.control.c_str());
  if (running) return running;
  return start_keeper(paths);
}

// An MTU that the path did not carry was made smaller (platform/linux/net/probe/mtu_probe.h): a
// NIC that is set up again gets the one that it has now.
void keep_mtu_as_it_is(NicSetup& nic, std::uint32_t link, const std::string& interfaces) {
  char name[IF_NAMESIZE];
  if (nic.config.mtu == 0 || if_indextoname(link, name) == nullptr) return;
  const auto text = linux_platform::read_file(interfaces + "/" + name + "/mtu", 16);
  if (!text) return;
  const auto mtu = parse_decimal(part_of(*text, 0, position_of(*text, '\n')), UINT32_MAX);
  if (mtu) nic.config.mtu = static_cast<std::uint32_t>(*mtu);
}

// No secret stays behind in the buffer, whatever fails.
Result<KeeperAnswer> send_to_keep(int keeper, const linux_platform::SessionRecord& record) {
  std::array<std::uint8_t, linux_platform::kMaxRecord> buffer{};
  std::array<std::uint8_t, 512> room{};
  const auto bytes = linux_platform::encode(record, linux_platform::Secrets::Take, buffer);
  const auto answered =
      bytes ? linux_platform::ask(keeper, {.kind = ControlRequest::Kind::Keep, .record = *bytes},
                                  kStartedWithinMs, room)
            : Result<linux_platform::ControlAnswer>{bytes.error()};
  wipe(buffer);
  if (!answered) return answered.error();
  return KeeperAnswer{answered->done, std::string{answered->text}};
}

}  // namespace

Outcome<CredentialsPath> kept_path(const std::string& credentials_file) {
  CredentialsPath path;
  if (credentials_file.empty()) return path;
  std::string whole = credentials_file;
  if (whole[0] != '/') {
    const std::unique_ptr<char, void (*)(void*)> here{getcwd(nullptr, 0), std::free};
    if (!here)
      return Failure{in_words(system_error(errno, "this folder cannot be named")),
                     "give the whole path of " + credentials_file};
    whole = std::string{here.get()} + "/" + whole;
  }
  if (!path.assign(whole))
    return Failure{"credentials file " + whole + ": its path is longer than 255 bytes",
                   "give it a shorter one"};
  return path;
}

Outcome<> leave_to_keeper(const boot::BootSession& established, const std::string& credentials_file,
                          const KeeperClientPaths& paths) {
  linux_platform::SessionRecord record;
  record.session = established.session;
  record.kernel = established.kernel;
  record.login = established.login;
  record.found_by_name = established.found_by_name;
  record.link = established.link.index;
  record.nic = established.nic;
  if (record.nic) keep_mtu_as_it_is(*record.nic, record.link, paths.interfaces);
  record.origin = established.origin;
  record.time2wait = established.time2wait;
  record.logged_in = established.logged_in;
  record.lun = established.lun;
  record.disk = established.disk;
  record.credentials_file = ISBOOT_TRY(kept_path(credentials_file));
  const auto keeper = reach_keeper(paths);
  const auto answered =
      keeper ? send_to_keep(keeper->get(), record) : Result<KeeperAnswer>{keeper.error()};
  if (!answered) return Failure{in_words(answered.error()), "isboot keep"};
  if (!answered->done)
    return Failure{"the keeper refuses the session: " + answered->text, "isboot status"};
  return Done{};
}

Result<UniqueFd> hold_keeper(const KeeperClientPaths& paths) {
  UniqueFd keeper = ISBOOT_TRY(reach_keeper(paths));
  std::vector<std::uint8_t> buffer(linux_platform::kMaxAnswer + 1);
  ISBOOT_TRY(linux_platform::ask(keeper.get(), {.kind = ControlRequest::Kind::Status},
                                 kStartedWithinMs, buffer));
  return keeper;
}

Result<KeeperAnswer> ask_keeper(const ControlRequest& request, int limit_ms,
                                const KeeperClientPaths& paths) {
  const UniqueFd keeper = ISBOOT_TRY(linux_platform::connect_to_keeper(paths.control.c_str()));
  std::vector<std::uint8_t> buffer(linux_platform::kMaxAnswer + 1);
  const auto answered = ISBOOT_TRY(linux_platform::ask(keeper.get(), request, limit_ms, buffer));
  return KeeperAnswer{answered.done, std::string{answered.text}};
}

bool is_no_keeper(const Error& error) {
  const int number = errno_of(error.code);
  return number == ENOENT || number == ECONNREFUSED;
}

Failure keeper_failure(const Error& error) {
  if (is_no_keeper(error)) return {"no keeper runs", "isboot keep"};
  return {"the keeper does not answer: " + in_words(error),
          errno_of(error.code) == EACCES ? "ask as root" : "isboot keep --replace"};
}

Failure unknown_answer() {
  return {"the keeper answers what this version does not read", "isboot keep --replace"};
}

Result<KeeperAnswer> replace_keeper(const KeeperClientPaths& paths) {
  const bool runs = linux_platform::connect_to_keeper(paths.control.c_str()).ok();
  if (!runs && access(paths.saved_sessions.c_str(), F_OK) != 0)
    return KeeperAnswer{true, "no keeper runs: nothing to replace"};
  const UniqueFd keeper = ISBOOT_TRY(start_keeper(paths, linux_platform::kReplaces));
  std::vector<std::uint8_t> buffer(linux_platform::kMaxRequest);
  const auto answered =
      ISBOOT_TRY(linux_platform::receive_answer(keeper.get(), kReplacedWithinMs, buffer));
  return KeeperAnswer{answered.done, std::string{answered.text}};
}

}  // namespace isboot::app
