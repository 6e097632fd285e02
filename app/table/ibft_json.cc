#include "app/table/ibft_json.h"

#include "app/table/ibft_text.h"

namespace isboot::app {
namespace {

Json text_json(Text text) { return text.empty() ? Json{} : Json(escaped(text)); }

Json address_json(const IpAddress& address) {
  return address.is_absent() ? Json{} : Json(std::string{to_text(address).view()});
}

Json secret_json(Text secret, Secrets secrets) {
  if (secret.empty()) return {};
  return secrets == Secrets::Show ? Json(escaped(secret)) : Json("(set)");
}

// No place for a server behind the last; null for one before it that is not there.
Json dns_json(const std::array<IpAddress, 2>& servers) {
  Json json = Json::list();
  for (const IpAddress& server : servers) json.push_back(address_json(server));
  while (!json.empty() && json.back().is_null()) json.pop_back();
  return json;
}

Json initiator_json(const ibft::Initiator& initiator) {
  Json json;
  json["offset"] = initiator.offset;
  json["valid"] = initiator.valid;
  json["boot_selected"] = initiator.boot_selected;
  json["name"] = text_json(initiator.name);
  json["isns"] = address_json(initiator.isns);
  json["slp"] = address_json(initiator.slp);
  json["radius"] = Json::list();
  for (const IpAddress& server : initiator.radius) json["radius"].push_back(address_json(server));
  return json;
}

Json nic_json(const ibft::Nic& nic) {
  Json json;
  json["index"] = nic.index;
  json["offset"] = nic.offset;
  json["valid"] = nic.valid;
  json["boot_selected"] = nic.boot_selected;
  json["global"] = nic.global;
  json["mac"] = std::string{to_text(nic.mac).view()};
  json["pci"] = std::string{to_text(nic.pci).view()};
  json["address"] = address_json(nic.address);
  json["prefix"] = nic.prefix;
  json["origin"] = origin_name(nic.origin);
  json["gateway"] = address_json(nic.gateway);
  json["dns"] = dns_json(nic.dns);
  json["dhcp_server"] = address_json(nic.dhcp_server);
  json["vlan"] = nic.vlan;
  json["host_name"] = text_json(nic.host_name);
  return json;
}

Json target_json(const ibft::Target& target, Secrets secrets) {
  const auto number = target.lun.number();
  Json json;
  json["index"] = target.index;
  json["offset"] = target.offset;
  json["valid"] = target.valid;
  json["boot_selected"] = target.boot_selected;
  json["address"] = address_json(target.address);
  json["port"] = target.port;
  json["lun"] = std::string{to_hex(target.lun).view()};
  json["lun_number"] = number ? Json(*number) : Json{};
  json["nic_index"] = target.nic_index;
  json["name"] = text_json(target.name);
  json["chap"] = chap_name(target.chap);
  json["chap_name"] = text_json(target.chap_name);
  json["chap_secret"] = secret_json(target.chap_secret, secrets);
  json["reverse_chap_name"] = text_json(target.reverse_chap_name);
  json["reverse_chap_secret"] = secret_json(target.reverse_chap_secret, secrets);
  json["radius_chap"] = target.radius_chap;
  json["radius_reverse_chap"] = target.radius_reverse_chap;
  return json;
}

Json finding_json(const char* severity, Text structure, std::uint32_t offset, const char* field,
                  const std::string& message) {
  Json json;
  json["severity"] = severity;
  json["structure"] = std::string{structure};
  json["offset"] = offset;
  json["field"] = field;
  json["message"] = message;
  return json;
}

}  // namespace

Json findings_json(const ibft::Findings& findings) {
  Json json = Json::list();
  for (const ibft::Finding& finding : findings)
    json.push_back(finding_json(to_text(finding.severity).data(), to_text(finding.place()),
                                finding.offset, finding.field, finding.message));
  if (findings.dropped != 0)
    json.push_back(finding_json("note", "header", 0, "findings",
                                std::to_string(findings.dropped) + " more are not listed"));
  return json;
}

Json ibft_json(const std::string& source, const ibft::Table& table, const ibft::Findings& findings,
               Secrets secrets) {
  Json json;
  json["source"] = escaped(source);
  json["length"] = table.length;
  json["revision"] = table.revision;
  json["oem_id"] = text_json(table.oem_id);
  json["oem_table_id"] = text_json(table.oem_table_id);
  json["checksum_ok"] = table.checksum_ok;
  json["control"] = Json{};
  if (table.control.offset != 0)
    json["control"] = Json::object(
        {{"boot_failover", table.control.boot_failover}, {"offset", table.control.offset}});
  json["initiator"] = table.initiator ? initiator_json(*table.initiator) : Json{};
  json["nics"] = Json::list();
  for (const ibft::Nic& nic : table.nics) json["nics"].push_back(nic_json(nic));
  json["targets"] = Json::list();
  for (const ibft::Target& target : table.targets)
    json["targets"].push_back(target_json(target, secrets));
  for (const ibft::Extension& extension : table.extensions)
    json["extensions"].push_back(
        Json::object({{"offset", extension.offset}, {"data", hex_text(extension.data)}}));
  json["findings"] = findings_json(findings);
  return json;
}

}  // namespace isboot::app
