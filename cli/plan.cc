#include <cstdio>
#include <memory>

#include "app/boot/boot_sequence.h"
#include "app/failure.h"
#include "app/json/json.h"
#include "app/table/ibft_text.h"
#include "app/tableless/boot_table.h"
#include "cli/command.h"
#include "cli/options/parameter_options.h"
#include "cli/report/print_json.h"
#include "core/boot/network_plan.h"
#include "core/boot/plan_fault.h"
#include "core/ibft/decode.h"
#include "platform/linux/firmware/firmware_table.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::cli {
namespace {

std::string text(Text value) { return std::string{value}; }

const char* authentication(const iscsi::Credentials& credentials) {
  if (credentials.secret.empty()) return "none";
  return credentials.reverse_secret.empty() ? "chap" : "mutual";
}

Json path_json(const boot::Path& path) {
  Json json;
  json["target_index"] = path.target_index;
  json["nic_index"] = path.nic_index;
  json["reason"] = path.reason;
  json["nic_reason"] = path.nic_reason;
  json["mac"] = path.nic.mac.is_zero() ? Json{} : Json(text(to_text(path.nic.mac)));
  json["nic"] = path.nic.name.empty() ? Json{} : Json(text(path.nic.name));
  const auto network = boot::plan_network(path.link);
  json["network"] = Json::list();
  json["network_notes"] = Json::list();
  json["network_error"] = network ? Json{} : Json(network.error().text);
  if (network) {
    for (const boot::NetworkChange& change : network->changes)
      json["network"].push_back(text(boot::to_text(change)));
    if (network->awaits_advertisement)
      json["network"].push_back("wait for a router's advertisement, then route to the target");
    if (!path.host.empty())
      json["network"].push_back("look up " + text(path.host) + ", then route to it");
    for (const boot::NetworkNote note : network->notes) json["network_notes"].push_back(Text{note});
  }
  json["portal"] = path.host.empty() ? text(to_text(path.portal))
                                     : text(path.host) + ":" + std::to_string(path.portal.port);
  json["target"] = text(path.login.target_name);
  json["lun"] = text(to_hex(path.lun));
  json["initiator"] = text(path.login.initiator_name);
  json["authentication"] = authentication(path.login.credentials);
  json["header_digest"] = path.login.header_digest;
  json["data_digest"] = path.login.data_digest;
  return json;
}

// Paths of one step are tried at the same time; those that isboot.paths=first leaves have none.
void add_paths(const boot::Plan& plan, std::size_t count, Json& paths) {
  int step = 1;
  for (std::size_t i = 0; i < count; ++step)
    for (std::size_t at_once = boot::paths_at_once(plan, i, count); at_once != 0; --at_once) {
      paths.push_back(path_json(plan[i++]));
      paths.back()["step"] = step;
    }
  for (std::size_t i = count; i < plan.count; ++i) {
    paths.push_back(path_json(plan[i]));
    paths.back()["step"] = Json{};
  }
}

Json seconds_json(std::uint32_t seconds) {
  return seconds == boot::kForEver ? Json("infinite") : Json(seconds);
}

void print(const Json& plan) {
  std::printf("table      %s\n", plan["source"].text().c_str());
  const auto line = [](const char* label, const std::string& value) {
    std::printf("  %-14s %s\n", label, printable(value).c_str());
  };
  int number = 0;
  for (const Json& path : plan["paths"]) {
    std::printf("path %d     target%s through nic%s\n", ++number,
                path["target_index"].dump().c_str(), path["nic_index"].dump().c_str());
    line("tried", path["step"].is_null() ? "not at all: isboot.paths=first"
                                         : "in step " + path["step"].dump());
    line("why", path["reason"].text());
    line("NIC", (path["nic"].is_null() ? path["mac"] : path["nic"]).text());
    line("", path["nic_reason"].text());
    for (const Json& step : path["network"]) line("network", step.text());
    for (const Json& note : path["network_notes"]) line("note", note.text());
    if (!path["network_error"].is_null())
      line("network", "not possible: " + path["network_error"].text());
    line("target", path["portal"].text() + " " + path["target"].text());
    line("LUN", path["lun"].text());
    line("initiator", path["initiator"].text());
    line("authentication", path["authentication"].text());
  }
  if (plan["off"].boolean()) std::printf("off        isboot=off: `isboot boot` does nothing\n");
  for (const Json& target : plan["left_out"])
    std::printf("left out   target%s: %s\n", target["target_index"].dump().c_str(),
                target["reason"].text().c_str());
  const std::string timeout = plan["timeout"].dump();
  const bool for_ever = plan["recovery"].is_text();
  std::printf("limits     %s s until the disk is there; I/O waits %s for a lost target\n",
              timeout.c_str(), for_ever ? "for ever" : (plan["recovery"].dump() + " s").c_str());
}

int show_plan(const ParameterOptions& options, bool as_json) {
  linux_platform::StderrLog log;
  boot::Parameters parameters = read_parameters(kernel_command_line(), options, log);
  const auto found = find_boot_table(parameters, log);
  if (!found && found.error().code == Errc::NotFound)
    return report_nothing_to_do("no iBFT: `isboot boot` would do nothing");
  if (!found) return report(table_failure(parameters, found.error()));
  ibft::Table table;
  ibft::Findings findings;
  boot::Plan plan;
  boot::LeftOuts left_out;
  const auto decoded = linux_platform::decode(*found, table, findings);
  const auto planned = decoded ? boot::make_plan(table, parameters, plan, &left_out) : decoded;
  if (!planned) return report(plan_failure(*found, table, parameters, planned.error()));

  Json json;
  json["source"] = found->source;
  json["off"] = parameters.off;
  json["timeout"] = parameters.timeout;
  json["recovery"] = seconds_json(parameters.recovery);
  json["paths"] = Json::list();
  const std::size_t tried = parameters.all_paths ? plan.count : 1;
  add_paths(plan, tried, json["paths"]);
  json["left_out"] = Json::list();
  for (const boot::LeftOut& target : left_out)
    json["left_out"].push_back(
        Json::object({{"target_index", target.target_index}, {"reason", target.reason}}));
  if (as_json)
    print_json(json, 1);
  else
    print(json);
  const auto possible = boot::can_be_set_up(plan, tried);
  if (possible) return kDone;
  return report({found->source + ": no path can be set up: " + in_words(possible.error()),
                 "`isboot ibft check` names each fault of the table"});
}

}  // namespace

void add_plan(Command& program) {
  Command plan = program.subcommand("plan", "What `boot` would do, and why; touches nothing");
  const auto options = std::make_shared<ParameterOptions>();
  const auto as_json = std::make_shared<bool>(false);
  add_parameter_options(plan, *options);
  plan.flag("--json", *as_json, "print JSON");
  plan.runs([options, as_json] { return show_plan(*options, *as_json); });
}

}  // namespace isboot::cli
