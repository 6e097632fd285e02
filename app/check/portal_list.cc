#include "app/check/portal_list.h"

#include "app/table/ibft_text.h"

namespace isboot::app {
namespace {

std::string text_of(const Portal& portal) { return std::string{to_text(portal).view()}; }

std::string address_of(const iscsi::DiscoveredTarget& target, const Portal& asked) {
  if (!target.unusable.empty()) return printable(target.unusable);
  if (!target.has_address) return text_of(asked);
  const iscsi::TargetAddress& address = target.address;
  std::string portal = text_of(address.host.empty() ? portal_of(address, asked) : address.portal);
  // The zone is the target's own name for its link; people know it by that.
  if (!address.zone.empty()) portal.insert(portal.find(']'), "%" + printable(address.zone.view()));
  if (address.host.empty()) return portal;
  return std::string{address.host.view()} + ":" + std::to_string(address.portal.port);
}

// gotgt (docs/quirks.md) hears in the operational stage alone that this is a discovery.
Outcome<> log_in(Conversation& conversation, const Portal& portal, iscsi::LoginConfig config) {
  const auto first = conversation.log_in(portal, config);
  if (first || !conversation.was_hung_up() || config.credentials.one_way()) return first;
  config.skips_security = true;
  return conversation.log_in(portal, config) ? Outcome<>{Done{}} : first;
}

Outcome<PortalList> list_of(Conversation& conversation, const Portal& portal,
                            const iscsi::LoginConfig& config) {
  ISBOOT_TRY(log_in(conversation, portal, config));
  std::vector<std::uint8_t> answer(iscsi::kMaxDiscoveryText);
  iscsi::ExchangeResult result;
  const std::string place = text_of(portal) + ": SendTargets: ";
  if (const auto asked = conversation.text(iscsi::kSendAllTargets, answer, result); !asked)
    return Failure{place + asked.error().message, asked.error().next_step};
  conversation.log_out();
  PortalList list{portal, {}};
  iscsi::DiscoveryReader reader{Bytes{answer}.first(result.data_size)};
  for (;;) {
    const auto row = reader.next();
    if (!row) return Failure{place + in_words(row.error()), "look into the target's log"};
    if (!*row) return list;
    list.targets.push_back(**row);
  }
}

}  // namespace

Outcome<PortalList> list_targets(Conversation& conversation, const std::vector<Portal>& portals,
                                 iscsi::LoginConfig config) {
  config.target_name.clear();
  Outcome<PortalList> list = Failure{"there is no portal to ask", "name one"};
  for (const Portal& portal : portals) {
    list = list_of(conversation, portal, config);
    if (list) break;
  }
  return list;
}

std::string target_lines(const PortalList& list) {
  std::string lines;
  for (const auto& target : list.targets)
    lines += printable(target.name) + " " + address_of(target, list.portal) +
             (target.unusable.empty() ? "\n" : " (cannot be read as an address)\n");
  return lines;
}

Json targets_json(const PortalList& list) {
  Json rows = Json::list();
  for (const auto& target : list.targets) {
    const bool has_tag = target.has_address && target.address.has_group_tag;
    Json row;
    row["name"] = std::string{target.name.view()};
    row["address"] = address_of(target, list.portal);
    row["usable"] = target.unusable.empty();
    row["portal_group_tag"] = has_tag ? Json(target.address.group_tag) : Json{};
    rows.push_back(row);
  }
  return Json::object({{"targets", rows}});
}

Outcome<iscsi::IscsiName> only_target(const PortalList& list) {
  const std::string place = text_of(list.portal);
  iscsi::IscsiName found;
  std::string names;
  for (const auto& target : list.targets) {
    if (!names.empty() && found != target.name) {
      names += " " + printable(target.name);
    } else {
      found = target.name;
      names = printable(target.name);
    }
  }
  if (names.empty())
    return Failure{place + " lists no target for us", "allow this initiator at the target"};
  if (names != printable(found))
    return Failure{"the URL names no target, and " + place + " has several",
                   "add one of these to the URL: " + names};
  return found;
}

}  // namespace isboot::app
