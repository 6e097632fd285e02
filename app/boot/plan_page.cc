#include "app/boot/plan_page.h"

#include "app/table/ibft_text.h"
#include "core/boot/network_plan.h"

namespace isboot::app {
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
  json["network_error"] =
      network ? Json{} : Json(text(boot::fault_text(path.link, network.error())));
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

}  // namespace

Json plan_json(const PlannedBoot& planned, const boot::Parameters& parameters) {
  Json json;
  json["source"] = planned.found.source;
  json["off"] = parameters.off;
  json["timeout"] = parameters.timeout;
  json["recovery"] = seconds_json(parameters.recovery);
  json["paths"] = Json::list();
  add_paths(planned.plan, tried_paths(planned.plan, parameters), json["paths"]);
  json["left_out"] = Json::list();
  for (const boot::LeftOut& target : planned.left_out)
    json["left_out"].push_back(
        Json::object({{"target_index", target.target_index}, {"reason", target.reason}}));
  return json;
}

std::string plan_page(const Json& plan) {
  std::string page = "table      " + plan["source"].text() + "\n";
  const auto line = [&page](std::string label, const std::string& value) {
    label.resize(14, ' ');
    page += "  " + label + " " + printable(value) + "\n";
  };
  int number = 0;
  for (const Json& path : plan["paths"]) {
    page += "path " + std::to_string(++number) + "     target" + path["target_index"].dump() +
            " through nic" + path["nic_index"].dump() + "\n";
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
  if (plan["off"].boolean()) page += "off        isboot=off: `isboot boot` does nothing\n";
  for (const Json& target : plan["left_out"])
    page +=
        "left out   target" + target["target_index"].dump() + ": " + target["reason"].text() + "\n";
  const bool for_ever = plan["recovery"].is_text();
  return page + "limits     " + plan["timeout"].dump() + " s until the disk is there; I/O waits " +
         (for_ever ? "for ever" : plan["recovery"].dump() + " s") + " for a lost target\n";
}

std::size_t tried_paths(const boot::Plan& plan, const boot::Parameters& parameters) {
  return parameters.all_paths ? plan.count : 1;
}

}  // namespace isboot::app
