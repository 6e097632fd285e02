#include <chrono>
#include <cstdio>

#include "app/boot/boot_sequence.h"
#include "app/check/probe.h"
#include "app/table/ibft_text.h"
#include "app/tableless/boot_table.h"
#include "cli/options/target_options.h"
#include "cli/report/print_json.h"
#include "core/boot/find_server.h"
#include "core/boot/network_plan.h"
#include "core/boot/plan_fault.h"
#include "core/iscsi/scsi.h"
#include "core/iscsi/url.h"
#include "core/names/name_servers.h"
#include "platform/linux/firmware/firmware_table.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::cli {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kRoundTrips = 5;
constexpr Millis kNicLimit = 1'000;  // its driver was there to boot this system

// One disk, and what became of the look at it.
struct Checked {
  std::string portal;  // or the server's name, where that leads to none
  Lun lun;
  std::string target;
  bool logged_in = false;
  bool mutual = false;
  iscsi::SessionParams params;
  std::vector<std::string> notes;  // what the target did in the login that was made safe
  std::int64_t login_us = 0;
  std::int64_t round_trip_us = 0;  // the fastest of a few
  DiskReport disk;
  std::optional<Failure> failure;
};

std::int64_t microseconds_since(Steady::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start).count();
}

// For people: the disk was read before, so a target that says no more is no failure.
void measure(Conversation& target, Checked& checked) {
  iscsi::ExchangeResult result;
  for (int i = 0; i < kRoundTrips; ++i) {
    const auto start = Steady::now();
    if (target.command(checked.lun, iscsi::scsi::test_unit_ready(), {}, result)) return;
    const std::int64_t took = microseconds_since(start);
    if (i == 0 || took < checked.round_trip_us) checked.round_trip_us = took;
  }
}

Checked check_disk(TargetPorts& ports, const Portal& portal, const Lun& lun,
                   const iscsi::LoginConfig& config) {
  Checked checked;
  checked.portal = to_text(portal).view();
  checked.lun = lun;
  checked.target = config.target_name.view();
  checked.mutual = config.credentials.mutual();
  const auto start = Steady::now();
  checked.failure = ports.conversation.log_in(portal, config);
  if (checked.failure) return checked;
  checked.logged_in = true;
  checked.login_us = microseconds_since(start);
  checked.portal = to_text(ports.conversation.portal()).view();
  checked.params = ports.conversation.params();
  checked.notes = ports.conversation.notes();
  checked.failure = probe_disk(ports.conversation, lun, checked.disk);
  if (!checked.failure) measure(ports.conversation, checked);
  ports.conversation.log_out();
  return checked;
}

// Of several ways to one server the first that leads to a disk, as a boot takes it.
Checked check_disk(TargetPorts& ports, const std::vector<Portal>& portals, const Lun& lun,
                   const iscsi::LoginConfig& config) {
  Checked checked;
  for (const Portal& portal : portals) {
    checked = check_disk(ports, portal, lun, config);
    if (!checked.failure) break;
  }
  return checked;
}

std::string digests(const iscsi::SessionParams& params) {
  if (params.header_digest) return params.data_digest ? "header,data" : "header";
  return params.data_digest ? "data" : "none";
}

std::string authentication(const Checked& checked) {
  if (checked.params.chap_algorithm == 0) return "none";
  const Text name = iscsi::name_of(static_cast<HashAlgorithm>(checked.params.chap_algorithm));
  return (checked.mutual ? "mutual " : "chap ") + std::string{name};
}

Json text_or_null(const std::string& text) { return text.empty() ? Json{} : Json(text); }

Json json_of(const Checked& checked) {
  Json json;
  json["portal"] = checked.portal;
  json["target"] = checked.target;
  json["lun"] = std::string{to_hex(checked.lun).view()};
  json["login"] = Json{};
  json["disk"] = Json{};
  json["error"] = Json{};
  json["next_step"] = Json{};
  if (checked.logged_in) {
    const iscsi::SessionParams& params = checked.params;
    json["login"] =
        Json::object({{"microseconds", checked.login_us},
                      {"authentication", authentication(checked)},
                      {"header_digest", params.header_digest},
                      {"data_digest", params.data_digest},
                      {"max_recv_data_segment_length", params.max_recv_data_segment_length},
                      {"max_xmit_data_segment_length", params.max_xmit_data_segment_length},
                      {"max_burst_length", params.max_burst_length},
                      {"first_burst_length", params.first_burst_length},
                      {"initial_r2t", params.initial_r2t},
                      {"immediate_data", params.immediate_data},
                      {"portal_group_tag", params.target_portal_group_tag},
                      {"notes", checked.notes}});
  }
  if (checked.failure) {
    json["error"] = checked.failure->message;
    json["next_step"] = checked.failure->next_step;
    return json;
  }
  const DiskReport& disk = checked.disk;
  json["disk"] =
      Json::object({{"vendor", disk.vendor},
                    {"product", disk.product},
                    {"revision", disk.revision},
                    {"serial", text_or_null(disk.serial)},
                    {"identification", text_or_null(disk.identification)},
                    {"luns", disk.luns ? Json(*disk.luns) : Json{}},
                    {"notes", disk.notes},
                    {"blocks", disk.blocks},
                    {"block_size", disk.block_size},
                    {"partition_table", name_of(disk.partition_table)},
                    {"round_trip_microseconds",
                     checked.round_trip_us != 0 ? Json(checked.round_trip_us) : Json{}}});
  return json;
}

void print(const Checked& checked) {
  const auto line = [](const char* label, const std::string& value) {
    std::printf("%-14s %s\n", label, printable(value).c_str());
  };
  line("target", checked.target + " at " + checked.portal);
  if (checked.logged_in)
    line("login", std::to_string(checked.login_us) + " us, authentication " +
                      authentication(checked) + ", digests " + digests(checked.params));
  for (const std::string& note : checked.notes) line("note", note);
  if (checked.failure) return;
  const DiskReport& disk = checked.disk;
  line("disk", disk.vendor + " " + disk.product + " " + disk.revision);
  if (!disk.serial.empty()) line("serial", disk.serial);
  if (!disk.identification.empty()) line("identification", disk.identification);
  line("size", std::to_string(disk.blocks) + " blocks of " + std::to_string(disk.block_size) +
                   " bytes, " + std::to_string(disk.blocks * disk.block_size >> 20) + " MiB");
  line("partitions", name_of(disk.partition_table));
  for (const std::string& note : disk.notes) line("note", note);
  if (checked.round_trip_us != 0) line("round trip", std::to_string(checked.round_trip_us) + " us");
}

// A failure of the login says where; what comes after it is of the same target.
Failure with_place(const Checked& checked, Failure failure) {
  if (checked.logged_in)
    failure.message = checked.target + " at " + checked.portal + ": " + failure.message;
  return failure;
}

// A boot needs one disk: what the other paths lack is told, and is no failure.
int tell(const std::vector<Checked>& all, bool as_json) {
  if (as_json) {
    Json rows = Json::list();
    for (const Checked& checked : all) rows.push_back(json_of(checked));
    print_json(Json::object({{"targets", rows}}), 2);
  }
  int status = kFailed;
  for (const Checked& checked : all) {
    if (!as_json) print(checked);
    if (checked.failure)
      (void)report(with_place(checked, *checked.failure));
    else
      status = kDone;
  }
  return status;
}

// The one target of the portal, when a URL names none.
std::optional<Failure> name_target(TargetPorts& ports, const std::vector<Portal>& portals,
                                   iscsi::LoginConfig& config) {
  std::vector<iscsi::DiscoveredTarget> targets;
  Portal portal;
  if (auto failure = discover(ports, portals, config, portal, targets)) return failure;
  std::string names;
  for (const auto& target : targets) {
    if (!names.empty() && config.target_name != target.name) {
      names += " " + std::string{target.name.view()};
    } else {
      config.target_name = target.name;
      names = target.name.view();
    }
  }
  if (names.empty())
    return Failure{std::string{to_text(portal).view()} + " lists no target for us",
                   "allow this initiator at the target"};
  if (names != config.target_name.view())
    return Failure{
        "the URL names no target, and " + std::string{to_text(portal).view()} + " has several",
        "add one of these to the URL: " + names};
  return std::nullopt;
}

int check_url(const std::string& text, const TargetOptions& options,
              const boot::Parameters& parameters) {
  const auto url = iscsi::parse_url(text);
  if (!url)
    return report({shown_url(text) + ", offset " + std::to_string(url.error().offset) + ": " +
                       url.error().text,
                   "use iscsi:ADDRESS::PORT:LUN:TARGET"});
  TargetPorts ports{parameters.timeout * Millis{1000}};
  if (const auto failure = use_link(ports, url->link.view())) return report(*failure);
  iscsi::LoginConfig config;
  if (const auto failure = configure(options, parameters, ports.entropy, config))
    return report(*failure);
  std::vector<Portal> portals;
  if (const auto failure = ports.find(url->portal, url->host, portals)) return report(*failure);
  config.target_name = url->target_name;
  if (config.target_name.empty())
    if (const auto failure = name_target(ports, portals, config)) return report(*failure);
  return tell({check_disk(ports, portals, url->lun, config)}, options.json);
}

// A link-local target is behind the table's NIC, which no route tells.
std::optional<Failure> use_nic_of(const boot::Path& path, TargetPorts& ports, Log& log) {
  if (!path.portal.address.is_link_local() || path.portal.address.is_v4()) return std::nullopt;
  linux_platform::LinuxNetwork network{ports.clock, log};
  const auto link = network.find_link(path.nic, ports.clock.now() + kNicLimit);
  if (!link)
    return Failure{
        "the NIC of target" + std::to_string(path.target_index) + ": " + in_words(link.error()),
        "check the MAC address in the firmware's settings"};
  ports.conversation.use_link(link->index);
  return std::nullopt;
}

Checked failed(const boot::Path& path, const Failure& failure) {
  Checked checked;
  checked.portal = path.host.empty()
                       ? std::string{to_text(path.portal).view()}
                       : std::string{path.host} + ":" + std::to_string(path.portal.port);
  checked.lun = path.lun;
  checked.target = path.login.target_name.view();
  checked.failure = failure;
  return checked;
}

// The boot has this system's files not yet: what it knows is the table, and what it left in /run.
NameServers servers_of_boot(const boot::Path& path) {
  ServerPaths paths;
  paths.resolv_confs = {"/run/isboot/resolv.conf"};
  return names::order_servers(path.dns, known_servers(paths), true);
}

Checked check_path(const boot::Path& path, const boot::Parameters& parameters, Log& log) {
  const auto network = boot::plan_network(path.link);
  if (!network)
    return failed(path, {"the NIC of target" + std::to_string(path.target_index) +
                             " cannot be set up: " + in_words(network.error()),
                         "check the addresses in the firmware's settings"});
  TargetPorts ports{parameters.timeout * Millis{1000}, servers_of_boot(path)};
  if (ports.asking) ports.asking->reach = boot::reach_of(path.link);
  std::vector<Portal> portals;
  if (const auto failure = ports.find(path.portal, path.host, portals))
    return failed(path, *failure);
  if (const auto failure = use_nic_of(path, ports, log)) return failed(path, *failure);
  iscsi::LoginConfig config = path.login;
  // The names and secrets are the table's; a random ISID leaves the booted session be.
  const auto isid = iscsi::random_isid(ports.entropy, 0xffff);
  if (!isid) return failed(path, {in_words(isid.error()), "try again later"});
  config.isid = *isid;
  return check_disk(ports, portals, path.lun, config);
}

// Every path that `boot` would try. The NICs are as they are: from a running system
// the target is reached by its routes.
int check_table(const TargetOptions& options, boot::Parameters parameters) {
  linux_platform::StderrLog log;
  const auto found = find_boot_table(parameters, log);
  if (!found && found.error().code == Errc::NotFound) {
    return report_nothing_to_do("no iBFT: nothing would be booted from iSCSI");
  }
  if (!found) return report(table_failure(parameters, found.error()));
  ibft::Table table;
  ibft::Findings findings;
  boot::Plan plan;
  boot::LeftOuts left_out;
  const auto decoded = linux_platform::decode(*found, table, findings);
  const auto planned = decoded ? boot::make_plan(table, parameters, plan, &left_out) : decoded;
  if (!planned) return report(plan_failure(*found, table, parameters, planned.error()));
  for (const boot::LeftOut& target : left_out)
    if (target.wanted)
      log.write(LogLevel::Warning,
                "target" + std::to_string(target.target_index) + " is left out: " + target.reason);
  std::vector<Checked> all;
  const std::size_t tried = parameters.all_paths ? plan.count : 1;
  for (std::size_t i = 0; i < tried; ++i) all.push_back(check_path(plan[i], parameters, log));
  return tell(all, options.json);
}

}  // namespace

void add_check(Command& program) {
  Command command = program.subcommand(
      "check",
      "Prove that a boot would work: log in, look at the disk; touches neither NICs nor the "
      "kernel's initiator");
  command.footer(
      "Without URL: all targets that the iBFT and the parameters name.\n"
      "Exit status: 0 a boot has its disk, 1 it has none, 2 usage, 3 no iBFT.");
  const auto options = std::make_shared<TargetOptions>();
  const auto url = std::make_shared<std::string>();
  command.option("URL", *url, "iscsi:ADDRESS::PORT:LUN:TARGET (RFC 4173)");
  add_target_options(command, *options);
  command.runs([=] {
    linux_platform::StderrLog log;
    const std::string kernel = url->empty() ? kernel_command_line() : std::string{};
    const boot::Parameters parameters = read_parameters(kernel, options->parameters, log);
    return url->empty() ? check_table(*options, parameters) : check_url(*url, *options, parameters);
  });
}

}  // namespace isboot::cli
