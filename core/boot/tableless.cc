#include "core/boot/tableless.h"

#include "core/boot/command_line.h"

namespace isboot::boot {
namespace {

using Method = IpParameter::Method;

constexpr Text kDracut = "rd.iscsi.";

// The words of a command line, put together.
class Reader {
public:
  explicit Reader(ParameterWarnings& warnings) : warnings_{warnings} {}

  void take(const Word& word);
  Tableless finish();

private:
  void warn(const Word& word, const char* text) {
    (void)warnings_.push({word.name, shown_value(word), text});
  }
  void take_url(const Word& word);
  void take_netroot(const Word& word);
  void take_ip(const Word& word);
  void take_dracut(const Word& word, Text name);
  void take_dracut_portal(const Word& word, Text name);
  void add(const Word& word, const Netroot& target);

  ParameterWarnings& warnings_;
  Tableless result_;
  Netroot dracut_;  // of rd.iscsi.target.*
  Word dracut_word_;
};

void Reader::add(const Word& word, const Netroot& target) {
  if (!result_.targets.push(target)) warn(word, "too many targets, this one is not used");
}

void Reader::take_url(const Word& word) {
  result_.asked = true;
  if (!iscsi::parse_url(word.value)) return;
  const auto target = parse_boot_url(word.value);
  if (!target) return warn(word, target.error().text);
  add(word, *target);
}

void Reader::take_netroot(const Word& word) {
  // With "iscsi" alone dracut has the target in rd.iscsi.*. Other values, such as "nbd:…", are not
  // for an iSCSI disk.
  if (!starts_with_ignoring_case(word.value, "iscsi:") || word.value.size() == 6) return;
  result_.asked = true;
  const auto netroot = parse_netroot(word.value);
  if (!netroot) return warn(word, netroot.error().text);
  if (netroot->has_secret)
    warn(word, "credentials are not read from here: put them into /etc/isboot/credentials");
  add(word, *netroot);
}

void Reader::take_ip(const Word& word) {
  const auto parameter = parse_ip_parameter(word.value);
  if (!parameter) return warn(word, parameter.error().text);
  if (parameter->method == Method::None) return;
  if (parameter->prefix_is_guess && parameter->method == Method::Static)
    warn(word, "the netmask is missing: that of the address's class is taken, for IPv6 64 bits");
  if (!result_.nics.push(*parameter)) warn(word, "too many NICs, this one is not used");
}

void Reader::take_dracut_portal(const Word& word, Text name) {
  dracut_word_ = word;
  result_.asked = true;
  if (same_text(name, "target.name")) {
    if (!dracut_.url.target_name.assign(word.value)) warn(word, "the target's name is too long");
    return;
  }
  if (same_text(name, "target.port")) {
    const auto port = parse_decimal(word.value, 65535);
    if (!port || *port == 0) return warn(word, "not a port");
    dracut_.url.portal.port = static_cast<std::uint16_t>(*port);
    return;
  }
  Text text = word.value;
  if (text.size() > 2 && text.front() == '[' && text.back() == ']')
    text = part_of(text, 1, text.size() - 2);
  // The last one counts, whichever of the two it is.
  const auto address = parse_ip(text);
  if (!address && (!is_dns_name(text) || !dracut_.url.host.assign(text)))
    return warn(word, "neither an IP address nor a host's name");
  if (address) dracut_.url.host.clear();
  dracut_.url.portal.address = address ? *address : IpAddress{};
}

void Reader::take_dracut(const Word& word, Text name) {
  if (same_text(name, "initiator")) {
    if (!result_.initiator.assign(word.value)) warn(word, "the name is too long");
    return;
  }
  for (const Text known : {Text{"target.name"}, Text{"target.ip"}, Text{"target.port"}})
    if (same_text(name, known)) return take_dracut_portal(word, name);
  for (const Text secret :
       {Text{"username"}, Text{"password"}, Text{"in.username"}, Text{"in.password"}})
    if (same_text(name, secret))
      return warn(word, "not read from here: put it into /etc/isboot/credentials");
  // They ask for the table, which is not there.
  if (!same_text(name, "firmware") && !same_text(name, "ibft"))
    warn(word, "it means nothing to isboot, and is not used");
}

void Reader::take(const Word& word) {
  if (same_text(word.name, "isboot.url")) return take_url(word);
  if (same_text(word.name, "netroot")) return take_netroot(word);
  if (same_text(word.name, "ip")) return take_ip(word);
  if (same_text(part_of(word.name, 0, kDracut.size()), kDracut))
    take_dracut(word, part_of(word.name, kDracut.size()));
}

Tableless Reader::finish() {
  const bool has_address = !dracut_.url.portal.address.is_absent() || !dracut_.url.host.empty();
  if (has_address && !dracut_.url.target_name.empty())
    add(dracut_word_, dracut_);
  else if (has_address || !dracut_.url.target_name.empty())
    warn(dracut_word_, "rd.iscsi.target.name= and rd.iscsi.target.ip= belong together");
  return result_;
}

bool leads_to(const IpParameter& nic, const IpAddress& target) {
  return !nic.address.is_absent() && same_network(nic.address, target, nic.prefix);
}

// What a name leads to is not known yet: it may be of any family.
bool is_of_family(const IpParameter& nic, const IpAddress& target) {
  if (target.is_absent()) return true;
  if (nic.method == Method::Advertised) return !target.is_v4();
  return nic.address.is_v4() == target.is_v4();
}

// The first that `fits` takes.
template <class Fits>
std::optional<std::uint8_t> first(const Tableless& wanted, Fits fits) {
  for (std::uint8_t i = 0; i < wanted.nics.count; ++i)
    if (fits(wanted.nics[i])) return i;
  return std::nullopt;
}

// The one that is named for the target, else the one in its subnet.
std::optional<std::uint8_t> best_nic(const Tableless& wanted, const Netroot& target) {
  const IpAddress& address = target.url.portal.address;
  const auto found = first(wanted, [&](const IpParameter& nic) {
    return !target.device.empty() && nic.device == target.device;
  });
  if (found) return found;
  return first(wanted, [&](const IpParameter& nic) { return leads_to(nic, address); });
}

// That one, else the first with a gateway.
std::optional<std::uint8_t> routed_nic(const Tableless& wanted, const Netroot& target) {
  if (const auto best = best_nic(wanted, target)) return best;
  return first(wanted, [&](const IpParameter& nic) {
    const bool routed = nic.method == Method::Advertised || !nic.gateway.is_absent();
    return is_of_family(nic, target.url.portal.address) && routed;
  });
}

std::uint8_t nic_to(const Tableless& wanted, const Netroot& target) {
  const IpAddress& address = target.url.portal.address;
  auto found = routed_nic(wanted, target);
  if (!found)
    found = first(wanted, [&](const IpParameter& nic) { return is_of_family(nic, address); });
  return found.value_or(0);
}

ibft::Nic make_nic(const IpParameter& parameter, std::uint8_t index) {
  ibft::Nic nic;
  nic.index = index;
  nic.valid = nic.boot_selected = nic.global = true;
  nic.mac = parameter.mac;
  nic.address = parameter.address;
  nic.prefix = parameter.prefix;
  nic.gateway = parameter.gateway;
  nic.dns = parameter.dns;
  nic.dhcp_server = parameter.dhcp_server;
  nic.host_name = parameter.host_name;
  nic.origin = parameter.method == Method::Dhcp         ? ibft::Origin::Dhcp
               : parameter.method == Method::Advertised ? ibft::Origin::RouterAdvertisement
                                                        : ibft::Origin::Manual;
  return nic;
}

ibft::Target make_target(const Netroot& wanted, const iscsi::Credentials& credentials,
                         std::uint8_t index, std::uint8_t nic) {
  ibft::Target target;
  target.index = index;
  target.nic_index = nic;
  target.valid = target.boot_selected = true;
  target.address = wanted.url.portal.address;
  target.host = wanted.url.host;
  target.port = wanted.url.portal.port;
  target.lun = wanted.url.lun;
  target.name = wanted.url.target_name;
  set_chap(credentials, target);
  return target;
}

}  // namespace

void set_chap(const iscsi::Credentials& credentials, ibft::Target& target) {
  if (!credentials.one_way()) return;
  target.chap = credentials.mutual() ? ibft::ChapType::Mutual : ibft::ChapType::Chap;
  target.chap_name = credentials.name;
  target.chap_secret = as_text(credentials.secret.reveal());
  target.reverse_chap_name = credentials.reverse_name;
  target.reverse_chap_secret = as_text(credentials.reverse_secret.reveal());
}

bool Tableless::wants_lease() const {
  for (const IpParameter& nic : nics)
    if (nic.method == Method::Dhcp) return true;
  return false;
}

bool Tableless::leads_to_all() const {
  for (const Netroot& target : targets)
    if (!best_nic(*this, target)) return false;
  return true;
}

bool Tableless::reaches_all() const {
  for (const Netroot& target : targets)
    if (!target.url.portal.address.is_absent() && !routed_nic(*this, target)) return false;
  return true;
}

Tableless read_tableless(Text command_line, ParameterWarnings& warnings) {
  Reader reader{warnings};
  Text rest = command_line;
  while (const auto word = next_word(rest)) reader.take(*word);
  return reader.finish();
}

Result<iscsi::IscsiName> name_from_uuid(Text uuid) {
  constexpr Text kPrefix = "iqn.2026-11.invalid.isboot:uuid:";
  constexpr std::size_t kLength = 36;
  bool varies = false;
  if (uuid.size() != kLength) return Error{Errc::BadValue, 0, "not a UUID"};
  std::array<char, kPrefix.size() + kLength> buffer{};
  TextWriter name{buffer};
  name << kPrefix;
  for (std::size_t i = 0; i < kLength; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = uuid[i];
    if (dash ? c != '-' : hex_digit(c) < 0)
      return Error{Errc::BadValue, static_cast<std::uint32_t>(i), "not a UUID"};
    varies = varies || (!dash && c != uuid[0]);
    name << static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
  }
  if (!varies) return Error{Errc::BadValue, 0, "firmware has not filled in the UUID"};
  iscsi::IscsiName result;
  ISBOOT_TRY(result.assign(name.text()));
  return result;
}

Result<ibft::Table> make_table(const Tableless& wanted, const iscsi::Credentials& credentials) {
  if (wanted.targets.empty()) return Error{Errc::BadValue, 0, "no target is named: isboot.url="};
  if (wanted.nics.empty())
    return Error{Errc::BadValue, 0, "no NIC has an address: ip= (static, dhcp, auto6)"};
  if (wanted.initiator.empty())
    return Error{Errc::BadValue, 0, "the initiator has no name: isboot.initiator="};
  ibft::Table table;
  table.revision = 1;
  table.oem_id = "ISBOOT";
  table.oem_table_id = "CMDLINE";
  ibft::Initiator& initiator = table.initiator.emplace();
  initiator.valid = initiator.boot_selected = true;
  initiator.name = wanted.initiator;
  for (const IpParameter& nic : wanted.nics)
    (void)table.nics.push(make_nic(nic, static_cast<std::uint8_t>(table.nics.count)));
  for (const Netroot& target : wanted.targets)
    (void)table.targets.push(make_target(target, credentials,
                                         static_cast<std::uint8_t>(table.targets.count),
                                         nic_to(wanted, target)));
  return table;
}

}  // namespace isboot::boot
