#include "app/check/boot_check.h"

#include "app/check/portal_list.h"
#include "app/check/target.h"
#include "app/tableless/planned_boot.h"
#include "core/boot/find_server.h"
#include "core/boot/network_plan.h"
#include "core/iscsi/url.h"
#include "core/names/name_servers.h"
#include "platform/linux/net/link/linux_network.h"

namespace isboot::app {
namespace {

constexpr Millis kNicLimit = 1'000;  // its driver was there to boot this system

std::string nic_of(const boot::Path& path) {
  return "the NIC of target" + std::to_string(path.target_index);
}

std::string wanted_nic(const boot::Path& path) {
  return std::string{path.nic.name.empty() ? to_text(path.nic.mac).view() : path.nic.name.view()};
}

// Whose the table is: of this machine, or a file that may be of another one.
enum class Whose { Own, AFile };

// A machine's own table names a NIC that a boot has to find. Behind it is a link-local target,
// which no route tells.
Outcome<> use_nic_of(const boot::Path& path, Whose whose, TargetPorts& ports, Log& log) {
  const IpAddress& target = path.portal.address;
  const bool is_behind = target.is_link_local() && !target.is_v4();
  if (!is_behind && whose == Whose::AFile) return Done{};
  linux_platform::LinuxNetwork network{ports.clock, log};
  const auto link = network.find_link(path.nic, ports.clock.now() + kNicLimit);
  if (!link)
    return Failure{nic_of(path) + ", " + wanted_nic(path) + ": " + in_words(link.error()),
                   "check the MAC address in the firmware's settings"};
  if (is_behind) ports.conversation.use_link(link->index);
  return Done{};
}

// The boot has this system's files not yet: what it knows is the table, and what it left in /run.
NameServers servers_of_boot(const boot::Path& path) {
  ServerPaths paths;
  paths.resolv_confs = {"/run/isboot/resolv.conf"};
  return names::order_servers(path.dns, known_servers(paths), true);
}

Outcome<CheckedDisk> check_path(const boot::Path& path, const boot::Parameters& parameters,
                                Whose whose, Log& log) {
  const auto network = boot::plan_network(path.link);
  if (!network)
    return Failure{nic_of(path) + " cannot be set up: " +
                       std::string{boot::fault_text(path.link, network.error()).view()},
                   "check the addresses in the firmware's settings"};
  TargetPorts ports{parameters.timeout * Millis{1000}, servers_of_boot(path)};
  if (ports.asking) ports.asking->reach = boot::reach_of(path.link);
  const std::vector<Portal> portals = ISBOOT_TRY(ports.find(path.portal, path.host));
  ISBOOT_TRY(use_nic_of(path, whose, ports, log));
  iscsi::LoginConfig config = path.login;
  // The names and secrets are the table's; a random ISID leaves the booted session be.
  const auto isid = iscsi::random_isid(ports.entropy, kCheckIsidQualifier);
  if (!isid) return Failure{in_words(isid.error()), "try again later"};
  config.isid = *isid;
  return check_disk(ports.conversation, portals, path.lun, config);
}

CheckedDisk not_reached(const boot::Path& path, const Failure& failure) {
  CheckedDisk checked;
  checked.portal = path.host.empty()
                       ? std::string{to_text(path.portal).view()}
                       : std::string{path.host} + ":" + std::to_string(path.portal.port);
  checked.lun = path.lun;
  checked.target = path.login.target_name.view();
  checked.failure = failure;
  return checked;
}

}  // namespace

Outcome<CheckedDisk> check_url(const std::string& text, const std::string& credentials_file,
                               const boot::Parameters& parameters) {
  const auto url = iscsi::parse_url(text);
  if (!url)
    return Failure{shown_url(text) + ", offset " + std::to_string(url.error().offset) + ": " +
                       url.error().text,
                   "use iscsi:ADDRESS::PORT:LUN:TARGET"};
  TargetPorts ports{parameters.timeout * Millis{1000}};
  ports.conversation.use_link(ISBOOT_TRY(link_number(url->link.view())));
  iscsi::LoginConfig config;
  ISBOOT_TRY(configure_login(credentials_file, parameters, ports.entropy, config));
  const std::vector<Portal> portals = ISBOOT_TRY(ports.find(url->portal, url->host));
  config.target_name = url->target_name;
  if (config.target_name.empty())
    config.target_name =
        ISBOOT_TRY(only_target(ISBOOT_TRY(list_targets(ports.conversation, portals, config))));
  return check_disk(ports.conversation, portals, url->lun, config);
}

Outcome<std::optional<std::vector<CheckedDisk>>> check_table(boot::Parameters parameters,
                                                             Log& log) {
  const auto planned = ISBOOT_TRY(plan_boot(parameters, log));
  if (!planned) return std::optional<std::vector<CheckedDisk>>{};
  for (const boot::LeftOut& target : planned->left_out)
    if (target.wanted)
      log.write(LogLevel::Warning,
                "target" + std::to_string(target.target_index) + " is left out: " + target.reason);
  std::vector<CheckedDisk> all;
  const boot::Plan& plan = planned->plan;
  const Whose whose = planned->found.source.starts_with("file:") ? Whose::AFile : Whose::Own;
  const std::size_t tried = parameters.all_paths ? plan.count : 1;
  for (std::size_t i = 0; i < tried; ++i) {
    const auto checked = check_path(plan[i], parameters, whose, log);
    all.push_back(checked ? *checked : not_reached(plan[i], checked.error()));
  }
  return std::optional{std::move(all)};
}

}  // namespace isboot::app
