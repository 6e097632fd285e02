#include "app/tableless/boot_table.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "app/keeper/credentials.h"
#include "core/boot/command_line.h"
#include "core/boot/plan_fault.h"
#include "core/boot/tableless.h"
#include "core/ibft/encode.h"
#include "platform/linux/system/file.h"

namespace isboot::app {
namespace {

using boot::IpParameter;
using linux_platform::FirmwareTable;
using linux_platform::SecretPages;

constexpr std::size_t kMaxCommandLine = 64U << 10;
constexpr Millis kPause = 50;
// Sources of what is made up.
constexpr char kCommandLine[] = "kernel command line";
constexpr char kRootPath[] = "DHCP root path";

// What the command line asks for, and the machine has to give.
class Making {
public:
  Making(boot::Parameters& parameters, Log& log, const TablelessPaths& paths)
      : parameters_{parameters}, log_{log}, paths_{paths} {}

  // False: nobody asks for a boot.
  bool read();
  Result<FirmwareTable> make(const Patience* patience);
  bool wants_lease() const { return wanted_.wants_lease(); }
  std::vector<std::string> without_lease(const Patience& patience);

private:
  using Nics = decltype(boot::Tableless::nics);
  struct Completed {
    boot::Tableless wanted;      // its NICs are those that are there
    std::optional<Error> lacks;  // why the first of the others is not
    std::string name;            // what the command line calls that first one
  };

  void say(LogLevel level, const std::string& line) { log_.write(level, line); }
  // A URL that cannot be used; the value is hidden where a secret may be in it.
  void tell_of(const char* source, Text value, const Error& error);
  void replace_url();
  bool take_root_path();
  Result<Completed> completed();
  Result<boot::Tableless> awaited(const Patience* patience);
  Result<Done> complete(IpParameter& nic, std::vector<boot::Lease>& leases);
  Result<Done> name_nic(IpParameter& nic) const;
  Result<Done> take_lease(IpParameter& nic, std::vector<boot::Lease>& leases) const;
  void add_nics_without_lease(std::vector<std::string>& names) const;
  bool is_named(const LinkName& device) const;
  bool is_for_any(IpParameter nic) const;
  bool asks_any_nic() const;
  Nics nics_for(const std::vector<boot::Lease>& leases) const;
  Result<Done> name_initiator(boot::Tableless& wanted);
  Result<Done> read_secrets(iscsi::Credentials& credentials, const Patience* patience);

  boot::Parameters& parameters_;
  Log& log_;
  const TablelessPaths& paths_;
  std::string command_line_;
  boot::Tableless wanted_;
  boot::ParameterWarnings warnings_;
  const char* source_ = kCommandLine;
};

bool Making::read() {
  auto line = linux_platform::read_file(paths_.command_line, kMaxCommandLine);
  if (line) command_line_ = std::move(*line);
  wanted_ = boot::read_tableless(command_line_, warnings_);
  replace_url();
  return wanted_.asked || take_root_path();
}

// An option --url stands above the command line, all of it.
void Making::replace_url() {
  const Text given = parameters_.url;
  boot::ParameterWarnings named_already;
  if (given.empty() || boot::parse_command_line(command_line_, named_already).url == given) return;
  const auto target = boot::parse_boot_url(given);
  wanted_.asked = true;
  wanted_.targets.count = 0;
  if (!target) return tell_of("--url=", given, target.error());
  (void)wanted_.targets.push(*target);
}

void Making::tell_of(const char* source, Text value, const Error& error) {
  const Text shown = boot::shown_value({"url", value, true});
  say(LogLevel::Warning,
      source + std::string{shown} + ", offset " + std::to_string(error.offset) + ": " + error.text);
}

// The root path option, when a lease is asked for and nothing else names a target.
bool Making::take_root_path() {
  if (!wanted_.wants_lease()) return false;
  for (const boot::Lease& lease : read_leases(paths_)) {
    if (!starts_with_ignoring_case(lease.root_path, "iscsi:")) continue;
    auto target = boot::parse_boot_url(lease.root_path);
    if (!target) {
      tell_of("DHCP root path: ", lease.root_path, target.error());
      wanted_.asked = true;
      continue;
    }
    target->device = lease.device;
    source_ = kRootPath;
    return wanted_.targets.push(*target);
  }
  return wanted_.asked;
}

// Gives a NIC that is named in some way both of its names; one that nobody names stays without.
Result<Done> Making::name_nic(IpParameter& nic) const {
  if (nic.mac.is_zero() && nic.device.empty()) {
    const Text given = parameters_.nic;
    // pxelinux and iPXE's users name the NIC that loaded the kernel, with "01-" for Ethernet.
    const auto loader = boot::command_line_value(command_line_, "BOOTIF");
    const Text named = given.empty() && loader ? *loader : given;
    for (const std::size_t start : {0U, 3U})
      if (const auto mac = parse_mac(part_of(named, start))) nic.mac = *mac;
    if (nic.mac.is_zero()) ISBOOT_TRY(nic.device.assign(given));
  }
  if (!nic.mac.is_zero()) {
    const auto device = interface_with(nic.mac, paths_);
    if (!device) return Error{Errc::NotFound, 0, "no NIC has the MAC address that is named for it"};
    return nic.device.assign(*device);
  }
  if (nic.device.empty()) return Done{};
  const auto mac = mac_of(std::string{nic.device.view()}, paths_);
  if (!mac) return Error{Errc::NotFound, 0, "the NIC that ip= or isboot.nic= names is not there"};
  nic.mac = *mac;
  return Done{};
}

Result<Done> Making::take_lease(IpParameter& nic, std::vector<boot::Lease>& leases) const {
  const auto lease = std::find_if(leases.begin(), leases.end(), [&](const boot::Lease& one) {
    return nic.device.empty() || one.device == nic.device;
  });
  if (lease == leases.end())
    return Error{Errc::NotFound, 0,
                 "ip= asks for DHCP, and the initramfs's client has left no lease "
                 "(/run/net-*.conf, /tmp/dhclient.*.dhcpopts): give the address itself, "
                 "ip=ADDRESS::GATEWAY:NETMASK"};
  boot::apply_lease(*lease, nic);
  leases.erase(lease);
  return name_nic(nic);
}

// DHCP for no NIC by name.
bool Making::is_for_any(IpParameter nic) const {
  return nic.method == IpParameter::Method::Dhcp && name_nic(nic) && nic.device.empty();
}

bool Making::asks_any_nic() const {
  for (const IpParameter& nic : wanted_.nics)
    if (is_for_any(nic)) return true;
  return false;
}

// Whether one of ip= is for that NIC.
bool Making::is_named(const LinkName& device) const {
  for (IpParameter nic : wanted_.nics)
    if (name_nic(nic) && nic.device == device) return true;
  return false;
}

// What is wanted, with one for each NIC that has got a lease in the place of one for any: which of
// them leads to a target is seen then.
Making::Nics Making::nics_for(const std::vector<boot::Lease>& leases) const {
  Nics result;
  for (IpParameter nic : wanted_.nics) {
    const bool for_any = is_for_any(nic);
    for (const boot::Lease& lease : leases) {
      // A client may have left two of one NIC.
      const auto is_its = [&](const IpParameter& one) { return one.device == lease.device; };
      if (!for_any || is_named(lease.device) || std::any_of(result.begin(), result.end(), is_its))
        continue;
      nic.device = lease.device;
      (void)result.push(nic);
    }
    if (!for_any || nic.device.empty()) (void)result.push(nic);
  }
  return result;
}

std::vector<std::string> Making::without_lease(const Patience& patience) {
  std::vector<boot::Lease> leases = read_leases(paths_);
  std::vector<std::string> names;
  for (IpParameter nic : wanted_.nics) {
    if (nic.method != IpParameter::Method::Dhcp) continue;
    while (!name_nic(nic) && patience.clock.now() < patience.give_up)
      patience.clock.sleep_until(patience.clock.now() + kPause);
    const bool for_any = is_for_any(nic);
    if (!take_lease(nic, leases))
      names.emplace_back(nic.device.view());
    else if (const auto now = completed(); for_any && now && !now->wanted.reaches_all())
      add_nics_without_lease(names);
  }
  return names;
}

// Those that no ip= names.
void Making::add_nics_without_lease(std::vector<std::string>& names) const {
  const std::vector<boot::Lease> leases = read_leases(paths_);
  for (const std::string& name : ethernet_nics(paths_)) {
    LinkName device;
    const bool has_lease = std::any_of(leases.begin(), leases.end(), [&](const boot::Lease& one) {
      return same_text(one.device, name);
    });
    if (!has_lease && device.assign(name) && !is_named(device)) names.push_back(name);
  }
}

Result<Done> Making::complete(IpParameter& nic, std::vector<boot::Lease>& leases) {
  ISBOOT_TRY(name_nic(nic));
  if (nic.method == IpParameter::Method::Dhcp) ISBOOT_TRY(take_lease(nic, leases));
  if (nic.device.empty()) {
    const auto all = ethernet_nics(paths_);
    if (all.empty()) return Error{Errc::NotFound, 0, "there is no Ethernet NIC for ip="};
    ISBOOT_TRY(nic.device.assign(all.front()));
    ISBOOT_TRY(name_nic(nic));
  }
  if (nic.mtu != 0 && parameters_.mtu == 0) parameters_.mtu = nic.mtu;
  return Done{};
}

Result<Making::Completed> Making::completed() {
  Completed result{wanted_, {}, {}};
  result.wanted.nics.count = 0;
  std::vector<boot::Lease> leases = read_leases(paths_);
  for (IpParameter nic : nics_for(leases)) {
    const auto done = complete(nic, leases);
    if (!done && done.error().code != Errc::NotFound) return done.error();
    if (done) {
      (void)result.wanted.nics.push(nic);
    } else if (!result.lacks) {
      result.lacks = done.error();
      result.name = nic.device.view();
      if (!nic.mac.is_zero()) result.name = to_text(nic.mac).view();
    }
  }
  return result;
}

// Waits for the NICs that are wanted, until those that are there lead to every target. In the end
// what is there has to do: a cable that is not plugged in must not end a boot by another.
Result<boot::Tableless> Making::awaited(const Patience* patience) {
  for (;;) {
    const Completed now = ISBOOT_TRY(completed());
    const bool some = !now.wanted.nics.empty();
    if (some && now.wanted.leads_to_all()) return now.wanted;
    // Another NIC's lease may still come.
    const bool all = !now.lacks && (!asks_any_nic() || now.wanted.reaches_all());
    if (all) return now.wanted;
    if (patience != nullptr && patience->clock.now() < patience->give_up) {
      patience->clock.sleep_until(patience->clock.now() + kPause);
      continue;
    }
    // It is somebody's wish: not the same as no table.
    if (!some) {
      if (!now.name.empty()) say(LogLevel::Error, "NIC " + now.name + " is wanted");
      return Error{Errc::BadValue, 0, now.lacks->text};
    }
    if (!now.lacks) return now.wanted;
    const std::string name = now.name.empty() ? "" : ": " + now.name;
    say(LogLevel::Warning, now.lacks->text + name + "; going on with the other NICs");
    return now.wanted;
  }
}

Result<Done> Making::name_initiator(boot::Tableless& wanted) {
  if (!parameters_.initiator.empty()) wanted.initiator = parameters_.initiator;
  if (!wanted.initiator.empty()) return Done{};
  const auto name = boot::name_from_uuid(first_line(paths_.uuid));
  if (!name)
    return Error{Errc::BadValue, 0,
                 "the machine has no UUID to make the initiator's name from: set "
                 "isboot.initiator="};
  wanted.initiator = *name;
  return Done{};
}

Result<Done> Making::read_secrets(iscsi::Credentials& credentials, const Patience* patience) {
  if (access(paths_.credentials.c_str(), F_OK) == 0) {
    const auto read = read_credentials(paths_.credentials, credentials);
    if (!read) {
      say(LogLevel::Error, in_one_line(read.error()));
      return Error{Errc::BadValue, 0, "the credentials cannot be used"};
    }
  }
  if (!parameters_.ask_for_secrets || patience == nullptr || !patience->ask) return Done{};
  return ask_for_secrets(patience->ask, credentials, log_);
}

Result<FirmwareTable> Making::make(const Patience* patience) {
  for (const boot::ParameterWarning& warning : warnings_)
    log_.write(LogLevel::Warning, boot::to_text(warning));
  if (wanted_.targets.empty())
    return Error{Errc::BadValue, 0, "none of the targets that are named can be used"};
  boot::Tableless wanted = ISBOOT_TRY(awaited(patience));
  ISBOOT_TRY(name_initiator(wanted));
  auto credentials = linux_platform::InSecretPages<iscsi::Credentials>::make();
  if (!credentials) return credentials.error();
  ISBOOT_TRY(read_secrets(**credentials, patience));
  const ibft::Table table = ISBOOT_TRY(boot::make_table(wanted, **credentials));
  auto pages = SecretPages::allocate(ibft::kMaxEncoded);
  if (!pages) return pages.error();
  const auto bytes = ISBOOT_TRY(ibft::encode(table, ibft::Layout::Ipxe, pages->memory()));
  pages->resize(bytes.size());
  parameters_.url.clear();
  FirmwareTable made{source_, std::move(*pages), {}};
  for (const ibft::Target& target : table.targets) made.hosts.emplace_back(target.host);
  return made;
}

}  // namespace

Failure table_failure(const boot::Parameters& parameters, const Error& error) {
  if (!parameters.table.empty())
    return {"the iBFT " + std::string{parameters.table.view()} + ": " + in_words(error),
            "check isboot.table="};
  // What the command line lacks is no error of the system's.
  if (error.code == Errc::BadValue)
    return {"no iBFT, and the kernel command line is not enough: " + in_words(error),
            "check isboot.url= and ip= (isboot-boot(1))"};
  return {"firmware's iBFT: " + in_words(error), "do it as root"};
}

Failure plan_failure(const FirmwareTable& found, const ibft::Table& table,
                     const boot::Parameters& parameters, const Error& error) {
  // Offsets of a table that nobody can look into say nothing.
  if (is_made_up(found))
    return {found.source + ": " + in_words(error), "check isboot.url= and ip= (isboot-boot(1))"};
  return {std::string{boot::fault_text(found.source, table, parameters, error).view()},
          "`isboot ibft check` names each fault of the table"};
}

bool is_made_up(const FirmwareTable& table) {
  return table.source == kCommandLine || table.source == kRootPath;
}

Result<FirmwareTable> table_of_command_line(boot::Parameters& parameters, Log& log,
                                            const Patience* patience, const TablelessPaths& paths) {
  Making making{parameters, log, paths};
  if (!making.read()) return Error{Errc::NotFound, 0, "neither a table nor a URL to boot from"};
  return making.make(patience);
}

std::vector<std::string> nics_without_lease(boot::Parameters parameters, Log& log,
                                            const Patience& patience, const TablelessPaths& paths) {
  Making making{parameters, log, paths};
  (void)making.read();  // where nobody asks for a boot, a lease's root path may
  if (!parameters.table.empty() || !making.wants_lease()) return {};
  const auto found = linux_platform::choose_table({});
  if (found || found.error().code != Errc::NotFound) return {};
  return making.without_lease(patience);
}

Result<FirmwareTable> find_boot_table(boot::Parameters& parameters, Log& log,
                                      const Patience* patience, const TablelessPaths& paths) {
  auto found = linux_platform::choose_table(parameters.table);
  if (found || found.error().code != Errc::NotFound || !parameters.table.empty()) return found;
  return table_of_command_line(parameters, log, patience, paths);
}

}  // namespace isboot::app
