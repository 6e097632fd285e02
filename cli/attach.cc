#include <net/if.h>

#include <cstdio>
#include <memory>

#include "app/boot/boot_sequence.h"
#include "app/json/json.h"
#include "app/keeper/status.h"
#include "cli/command.h"
#include "cli/options/target_options.h"
#include "cli/report/report.h"
#include "core/iscsi/url.h"
#include "platform/linux/sysfs/disk_use.h"
#include "platform/linux/system/modules.h"

namespace isboot::cli {
namespace {

using linux_platform::ControlRequest;

// Tells attached sessions from those of the table, whose paths are numbered from 0.
constexpr std::uint8_t kIsidQualifier = 0xfe;

int attach(const std::string& text, const TargetOptions& options) {
  const auto url = iscsi::parse_url(text);
  if (!url)
    return report({shown_url(text) + ", offset " + std::to_string(url.error().offset) + ": " +
                       url.error().text,
                   "use iscsi:ADDRESS::PORT:LUN:TARGET"});
  if (url->target_name.empty())
    return report(
        {"the URL names no target", "`isboot discover ADDRESS` lists the targets of a portal"});
  Machine machine;
  const boot::Parameters parameters = read_parameters({}, options.parameters, machine.log);
  boot::Path path;
  if (const auto failure = configure(options, parameters, machine.entropy, path.login))
    return report(*failure);
  path.login.target_name = url->target_name;
  path.target_index = kIsidQualifier;
  path.host = url->host;
  path.portal = url->portal;
  path.lun = url->lun;
  if (!url->link.empty()) {
    const std::string link{url->link.view()};
    path.over.index = if_nametoindex(link.c_str());
    if (path.over == LinkId{})
      return report({"there is no link " + link, "`ip link` lists this machine's links"});
  }
  auto modules = linux_platform::Modules::of_running_kernel();
  // Built in, or loaded already, is as good: the session's creation tells.
  (void)modules.load("iscsi_tcp");
  const auto established = boot::establish_over_routes(
      path, parameters, machine.clock.now() + parameters.timeout * Millis{1000}, machine.ports);
  if (!established)
    return report({in_words(established.error()), "`isboot check " + text + "` looks closer"});
  const auto kept = leave_to_keeper(*established, options.credentials_file);
  if (!kept)
    return report({"the disk is there, but no keeper: " + in_words(kept.error()), "isboot keep"});
  const std::string disk{established->disk.view()};
  if (options.json)
    print(Json::object({{"session", established->session.value}, {"disk", disk}}).dump() + "\n");
  else
    std::printf("%s\n", disk.c_str());
  return kDone;
}

int detach(const std::string& what, std::uint32_t limit, bool force) {
  const auto answer = ask_keeper({.kind = ControlRequest::Kind::Status}, kAnswerLimitMs);
  if (!answer) return report(keeper_failure(answer.error()));
  const auto status = read_status(*answer);
  if (!status) return report(status.error());
  const auto session = find_session(*status, what);
  if (!session) return report({"no session, disk or target " + what + " is kept", "isboot status"});
  if (!force)
    if (const auto use = linux_platform::use_of_disks(session->value, linux_platform::Sysfs{}))
      return report({what + " is in use: " + *use, "unmount it (or swapoff), or use --force"});
  const auto ended =
      ask_keeper({.kind = ControlRequest::Kind::End, .session = *session, .limit = limit}, -1);
  if (!ended) return report({in_words(ended.error()), "isboot status"});
  return ended->done ? kDone : report({ended->text, "isboot status"});
}

}  // namespace

void add_attach(Command& program) {
  Command command = program.subcommand(
      "attach",
      "Log in to a target over the network as it is, and keep the session; prints its "
      "disk");
  const auto options = std::make_shared<TargetOptions>();
  const auto url = std::make_shared<std::string>();
  command.option("URL", *url, "iscsi:ADDRESS::PORT:LUN:TARGET (RFC 4173)").required();
  add_target_options(command, *options);
  command.runs([=] { return attach(*url, *options); });
}

void add_detach(Command& program) {
  Command command = program.subcommand("detach", "Take a disk away and log out of its target");
  struct Options {
    std::string what;
    std::uint32_t limit = 30;
    bool force = false;
  };
  const auto options = std::make_shared<Options>();
  command.option("WHAT", options->what, "Session number, disk (/dev/sdb) or target name")
      .required();
  command.option("--limit", options->limit, "Seconds for a target that is away").between(1, 3600);
  command.flag("--force", options->force, "Even if it is in use: mounted, or swap");
  command.runs([=] { return detach(options->what, options->limit, options->force); });
}

}  // namespace isboot::cli
