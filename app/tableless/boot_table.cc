#include "app/tableless/boot_table.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "app/keeper/credentials.h"
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

private:
  void say(LogLevel level, const std::string& line) { log_.write(level, line); }
  void replace_url();
  bool take_root_path();
  Result<boot::Tableless> completed();
  Result<boot::Tableless> awaited(const Patience* patience);
  Result<Done> complete(IpParameter& nic, std::vector<boot::Lease>& leases);
  Result<Done> find_mac(IpParameter& nic);
  Result<Done> name_initiator(boot::Tableless& wanted);
  Result<Done> read_secrets(iscsi::Credentials& credentials);

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
  return !wanted_.targets.empty() || take_root_path();
}

// An option --url stands above the command line, all of it.
void Making::replace_url() {
  const Text given = parameters_.url;
  const auto last = boot::command_line_value(command_line_, "isboot.url");
  if (given.empty() || (last && *last == given)) return;
  const auto url = iscsi::parse_url(given);
  if (!url) return say(LogLevel::Warning, "--url: " + std::string{url.error().text});
  wanted_.targets.count = 0;
  boot::Netroot target;
  target.url = *url;
  (void)wanted_.targets.push(target);
}

// The root path option, when a lease is asked for and nothing else names a target.
bool Making::take_root_path() {
  if (!wanted_.wants_lease()) return false;
  for (const boot::Lease& lease : read_leases(paths_)) {
    if (!starts_with_ignoring_case(lease.root_path, "iscsi:")) continue;
    const auto url = iscsi::parse_url(lease.root_path);
    if (!url || url->portal.address.is_absent()) {
      say(LogLevel::Warning, "DHCP root path: " + std::string{lease.root_path.view()} + ": " +
                                 (url ? "its server is not an IP address" : url.error().text));
      continue;
    }
    boot::Netroot target;
    target.url = *url;
    target.device = lease.device;
    source_ = kRootPath;
    return wanted_.targets.push(target);
  }
  return false;
}

Result<Done> Making::find_mac(IpParameter& nic) {
  if (!nic.mac.is_zero()) return Done{};
  std::string device{nic.device.view()};
  if (device.empty()) {
    // pxelinux and iPXE's users name the NIC that loaded the kernel.
    const auto loader = boot::command_line_value(command_line_, "BOOTIF");
    const Text named = !parameters_.nic.empty() ? Text{parameters_.nic}
                       : loader                 ? slice(*loader, 3)  // behind "01-", Ethernet
                                                : Text{};
    if (const auto mac = parse_mac(named)) {
      nic.mac = *mac;
      return Done{};
    }
    device = std::string{named};
  }
  if (device.empty()) device = first_nic(paths_).value_or("");
  if (device.empty()) return Error{Errc::NotFound, 0, "there is no Ethernet NIC for ip="};
  const auto mac = mac_of(device, paths_);
  if (!mac) return Error{Errc::NotFound, 0, "the NIC that ip= or isboot.nic= names is not there"};
  nic.mac = *mac;
  return nic.device.assign(device);
}

Result<Done> Making::complete(IpParameter& nic, std::vector<boot::Lease>& leases) {
  if (nic.method == IpParameter::Method::Dhcp) {
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
  }
  if (nic.mtu != 0 && parameters_.mtu == 0) parameters_.mtu = nic.mtu;
  return find_mac(nic);
}

Result<boot::Tableless> Making::completed() {
  boot::Tableless wanted = wanted_;
  std::vector<boot::Lease> leases = read_leases(paths_);
  for (IpParameter& nic : wanted.nics) ISBOOT_TRY(complete(nic, leases));
  return wanted;
}

Result<boot::Tableless> Making::awaited(const Patience* patience) {
  for (;;) {
    auto wanted = completed();
    if (wanted) return wanted;
    const bool may_come = wanted.error().code == Errc::NotFound && patience != nullptr;
    // It is somebody's wish: not the same as no table.
    if (!may_come || patience->clock.now() >= patience->give_up)
      return Error{Errc::BadValue, 0, wanted.error().text};
    patience->clock.sleep_until(patience->clock.now() + kPause);
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

Result<Done> Making::read_secrets(iscsi::Credentials& credentials) {
  if (access(paths_.credentials.c_str(), F_OK) != 0) return Done{};
  const auto failure = read_credentials(paths_.credentials, credentials);
  if (!failure) return Done{};
  say(LogLevel::Error, failure->message + "; next: " + failure->next_step);
  return Error{Errc::BadValue, 0, "the credentials cannot be used"};
}

Result<FirmwareTable> Making::make(const Patience* patience) {
  for (const boot::ParameterWarning& warning : warnings_)
    say(LogLevel::Warning, "parameter " + std::string{warning.name} + ": " + warning.message);
  boot::Tableless wanted = ISBOOT_TRY(awaited(patience));
  ISBOOT_TRY(name_initiator(wanted));
  auto credentials = linux_platform::InSecretPages<iscsi::Credentials>::make();
  if (!credentials) return credentials.error();
  ISBOOT_TRY(read_secrets(**credentials));
  const ibft::Table table = ISBOOT_TRY(boot::make_table(wanted, **credentials));
  auto pages = SecretPages::allocate(ibft::kMaxEncoded);
  if (!pages) return pages.error();
  const auto bytes = ISBOOT_TRY(ibft::encode(table, ibft::Layout::Ipxe, pages->memory()));
  pages->resize(bytes.size());
  parameters_.url.clear();
  return FirmwareTable{source_, std::move(*pages), {}};
}

}  // namespace

bool is_made_up(const FirmwareTable& table) {
  return table.source == kCommandLine || table.source == kRootPath;
}

Result<FirmwareTable> table_of_command_line(boot::Parameters& parameters, Log& log,
                                            const Patience* patience, const TablelessPaths& paths) {
  Making making{parameters, log, paths};
  if (!making.read()) return Error{Errc::NotFound, 0, "neither a table nor a URL to boot from"};
  return making.make(patience);
}

Result<FirmwareTable> find_boot_table(boot::Parameters& parameters, Log& log,
                                      const Patience* patience, const TablelessPaths& paths) {
  auto found = linux_platform::choose_table(parameters.table);
  if (found || found.error().code != Errc::NotFound || !parameters.table.empty()) return found;
  return table_of_command_line(parameters, log, patience, paths);
}

}  // namespace isboot::app
