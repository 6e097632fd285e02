#include <cstdio>

#include "app/table/ibft_text.h"
#include "cli/options/target_options.h"
#include "cli/report/print_json.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::cli {
namespace {

std::string address_of(const iscsi::DiscoveredTarget& target, const Portal& asked) {
  if (!target.unusable.empty()) return printable(target.unusable);
  if (!target.has_address) return std::string{to_text(asked).view()};
  const iscsi::TargetAddress& address = target.address;
  std::string portal{to_text(address.portal).view()};
  // The zone is the target's own name for its link; people know it by that.
  if (!address.zone.empty()) portal.insert(portal.find(']'), "%" + printable(address.zone.view()));
  if (address.host.empty()) return portal;
  return std::string{address.host.view()} + ":" + std::to_string(address.portal.port);
}

Json row_json(const iscsi::DiscoveredTarget& target, const Portal& asked) {
  Json row;
  row["name"] = std::string{target.name.view()};
  row["address"] = address_of(target, asked);
  row["usable"] = target.unusable.empty();
  row["portal_group_tag"] =
      target.has_address && target.address.has_group_tag ? Json(target.address.group_tag) : Json{};
  return row;
}

int list_targets(const std::string& where, const TargetOptions& options) {
  linux_platform::StderrLog log;
  const boot::Parameters parameters = read_parameters({}, options.parameters, log);
  const auto address = iscsi::parse_target_address(where);
  if (!address)
    return report({where + " is neither an IP address nor a host's name",
                   "give one of the two, with :PORT if it is not 3260"});
  TargetPorts ports{parameters.timeout * Millis{1000}};
  if (const auto failure = use_link(ports, address->zone.view())) return report(*failure);
  iscsi::LoginConfig config;
  if (const auto failure = configure(options, parameters, ports.entropy, config))
    return report(*failure);
  std::vector<iscsi::DiscoveredTarget> targets;
  std::vector<Portal> portals;
  if (const auto failure = ports.find(address->portal, address->host, portals))
    return report(*failure);
  Portal asked;
  if (const auto failure = discover(ports, portals, config, asked, targets))
    return report(*failure);
  if (options.json) {
    Json rows = Json::list();
    for (const auto& target : targets) rows.push_back(row_json(target, asked));
    print_json(Json::object({{"targets", rows}}), 2);
  } else {
    for (const auto& target : targets)
      std::printf("%s %s%s\n", printable(target.name).c_str(), address_of(target, asked).c_str(),
                  target.unusable.empty() ? "" : " (cannot be read as an address)");
  }
  if (targets.empty())
    return report({std::string{to_text(address->portal).view()} + " lists no target for us",
                   "allow this initiator at the target"});
  return kDone;
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
  command.runs([=] { return list_targets(*portal, *options); });
}

}  // namespace isboot::cli
