#include <memory>

#include "app/boot/parameter_sources.h"
#include "app/check/portal_list.h"
#include "app/check/target.h"
#include "cli/options/target_options.h"
#include "cli/report/print_json.h"
#include "core/iscsi/url.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::cli {
namespace {

Outcome<int> discover(const std::string& where, const TargetOptions& options) {
  linux_platform::StderrLog log;
  const boot::Parameters parameters = read_parameters({}, options.parameters, log);
  const auto address = iscsi::parse_target_address(where);
  if (!address)
    return Failure{where + " is neither an IP address nor a host's name",
                   "give one of the two, with :PORT if it is not 3260"};
  TargetPorts ports{parameters.timeout * Millis{1000}};
  ports.conversation.use_link(ISBOOT_TRY(link_number(address->zone.view())));
  iscsi::LoginConfig config;
  ISBOOT_TRY(configure_login(options.credentials_file, parameters, ports.entropy, config));
  const auto portals = ISBOOT_TRY(ports.find(address->portal, address->host));
  const PortalList list = ISBOOT_TRY(list_targets(ports.conversation, portals, config));
  if (options.json)
    print_json(targets_json(list), 2);
  else
    print(target_lines(list));
  if (list.targets.empty())
    return Failure{std::string{to_text(list.portal).view()} + " lists no target for us",
                   "allow this initiator at the target"};
  return int{kDone};
}

}  // namespace

void add_discover(Command& program) {
  Command command = program.subcommand("discover", "List the targets of a portal");
  const auto options = std::make_shared<TargetOptions>();
  const auto portal = std::make_shared<std::string>();
  command
      .option("PORTAL", *portal, "ADDRESS or NAME, perhaps with :PORT; an IPv6 address in brackets")
      .required();
  add_target_options(command, *options);
  command.runs([=] { return status_of(discover(*portal, *options)); });
}

}  // namespace isboot::cli
