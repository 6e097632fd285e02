#include <memory>

#include "app/attach/attach.h"
#include "app/json/json.h"
#include "cli/command.h"
#include "cli/options/target_options.h"
#include "cli/report/report.h"

namespace isboot::cli {
namespace {

struct AttachOptions {
  std::string url;
  bool another_path = false;
  TargetOptions target;
};

struct DetachOptions {
  std::string what;
  std::uint32_t limit = 30;
  bool force = false;
};

Outcome<int> attach(const AttachOptions& options) {
  const TargetOptions& target = options.target;
  const AttachedDisk attached = ISBOOT_TRY(
      attach_disk(options.url, target.credentials_file, target.parameters, options.another_path));
  if (target.json)
    print(Json::object({{"session", attached.session.value}, {"disk", attached.disk}}).dump() +
          "\n");
  else
    print(attached.disk + "\n");
  return int{kDone};
}

Outcome<int> detach(const DetachOptions& options) {
  ISBOOT_TRY(detach_disk(options.what, options.limit, options.force));
  return int{kDone};
}

}  // namespace

void add_attach(Command& program) {
  Command command = program.subcommand(
      "attach",
      "Log in to a target over the network as it is, and keep the session; prints its "
      "disk");
  const auto options = std::make_shared<AttachOptions>();
  command.option("URL", options->url, "iscsi:ADDRESS::PORT:LUN:TARGET (RFC 4173)").required();
  command.flag("--another-path", options->another_path,
               "Even if a session has this disk already: a further path, for dm-multipath");
  add_target_options(command, options->target);
  command.runs([=] { return status_of(attach(*options)); });
}

void add_detach(Command& program) {
  Command command = program.subcommand("detach", "Take a disk away and log out of its target");
  const auto options = std::make_shared<DetachOptions>();
  command
      .option("WHAT", options->what,
              "Session number, disk (/dev/sdb, or a link to it) or target name")
      .required();
  command.option("--limit", options->limit, "Seconds for a target that is away").between(1, 3600);
  command.flag("--force", options->force, "Even if it is in use: mounted, or swap");
  command.runs([=] { return status_of(detach(*options)); });
}

}  // namespace isboot::cli
