#include "app/attach/attach.h"

#include <cstdlib>
#include <memory>

#include "app/attach/disk_there.h"
#include "app/attach/give_to_keeper.h"
#include "app/boot/boot_sequence.h"
#include "app/check/target.h"
#include "app/keeper/keeper_client.h"
#include "app/keeper/status.h"
#include "core/keep/keeper.h"
#include "platform/linux/sysfs/disk_use.h"
#include "platform/linux/system/modules.h"

namespace isboot::app {
namespace {

using linux_platform::ControlRequest;

// Tells attached sessions from those of the table, whose paths are numbered from 0.
constexpr std::uint8_t kIsidQualifier = 0xfe;
constexpr int kHoweverLong = -1;
// A keeper that is busy may take longer than people wait for a status: the disk is worth it.
constexpr int kBeforeLoginMs = 60'000;

// Of "/dev/disk/by-label/second" the disk; what is no path that leads anywhere stays.
std::string behind_links(const std::string& what) {
  const std::unique_ptr<char, void (*)(void*)> path{
      what.starts_with('/') ? realpath(what.c_str(), nullptr) : nullptr, std::free};
  return path ? std::string{path.get()} : what;
}

}  // namespace

Outcome<Json> status_with_room(const KeeperClientPaths& paths) {
  const auto answer = ask_keeper({.kind = ControlRequest::Kind::Status}, kBeforeLoginMs, paths);
  if (!answer && is_no_keeper(answer.error()))  // one is started
    return Json::object({{"sessions", Json::list()}});
  if (!answer) return keeper_failure(answer.error());
  Json status = ISBOOT_TRY(read_status(*answer));
  if (status["sessions"].size() >= keep::kMaxKept)
    return Failure{"the keeper has as many sessions as it can",
                   "isboot detach one of those that `isboot status` lists"};
  return status;
}

Outcome<iscsi::TargetUrl> parse_attach_url(const std::string& text) {
  const auto url = iscsi::parse_url(text);
  if (!url)
    return Failure{shown_url(text) + ", offset " + std::to_string(url.error().offset) + ": " +
                       url.error().text,
                   "use iscsi:ADDRESS::PORT:LUN:TARGET"};
  if (url->target_name.empty())
    return Failure{"the URL names no target",
                   "`isboot discover ADDRESS` lists the targets of a portal"};
  return *url;
}

Outcome<AttachedDisk> attach_disk(const std::string& text, const std::string& credentials_file,
                                  const ParameterOptions& options, bool another_path) {
  const iscsi::TargetUrl url = ISBOOT_TRY(parse_attach_url(text));
  ISBOOT_TRY(kept_path(credentials_file));
  const Json status = ISBOOT_TRY(status_with_room());
  if (!another_path)
    ISBOOT_TRY(disk_is_not_there(std::string{url.target_name.view()}, url.lun, status,
                                 linux_platform::Sysfs{}));
  Machine machine;
  const boot::Parameters parameters = read_parameters({}, options, machine.log);
  boot::Path path;
  ISBOOT_TRY(configure_login(credentials_file, parameters, machine.entropy, path.login));
  if (path.login.initiator_name == kNoName)
    return Failure{"this machine has no initiator name, table or UUID to go by",
                   "give it one: --initiator IQN"};
  path.login.target_name = url.target_name;
  path.target_index = kIsidQualifier;
  path.host = url.host;
  path.portal = url.portal;
  path.lun = url.lun;
  path.over.index = ISBOOT_TRY(link_number(url.link.view()));
  auto modules = linux_platform::Modules::of_running_kernel();
  // Built in, or loaded already, is as good: the session's creation tells.
  (void)modules.load("iscsi_tcp");
  const Millis give_up = machine.clock.now() + parameters.timeout * Millis{1000};
  machine.initiator.give_up_at(give_up);
  const auto established = boot::establish_over_routes(path, parameters, give_up, machine.ports);
  if (!established)
    return Failure{in_words(established.error()),
                   "`isboot check " + shown_url(text) + "` looks closer"};
  const boot::BootSession& made = *machine.room.made;
  ISBOOT_TRY(give_to_keeper(made, credentials_file, machine.initiator, machine.clock));
  return AttachedDisk{made.session, std::string{made.disk.view()}};
}

Outcome<> detach_disk(const std::string& what, std::uint32_t limit, bool even_in_use) {
  const auto answer = ask_keeper({.kind = ControlRequest::Kind::Status}, kAnswerLimitMs);
  if (!answer) return keeper_failure(answer.error());
  const SessionId session =
      ISBOOT_TRY(find_session(ISBOOT_TRY(read_status(*answer)), behind_links(what)));
  if (!even_in_use)
    if (const auto use = linux_platform::use_of_disks(session.value, linux_platform::Sysfs{}))
      return Failure{what + " is in use: " + *use, "unmount it (or swapoff), or use --force"};
  const auto ended = ask_keeper(
      {.kind = ControlRequest::Kind::End, .session = session, .limit = limit}, kHoweverLong);
  if (!ended) return Failure{in_words(ended.error()), "isboot status"};
  if (!ended->done) return Failure{ended->text, "isboot status"};
  return Done{};
}

}  // namespace isboot::app
