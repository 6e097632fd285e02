#include "app/tableless/boot_table.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "app/keeper/credentials.h"
#include "app/tableless/wanted_nics.h"
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
  std::vector<std::string> without_lease(const Patience& patience) const {
    return nics().without_lease(patience);
  }

  bool lead_to_all() const { return nics().lead_to_all(); }

private:
  WantedNics nics() const { return {wanted_, parameters_, command_line_, paths_}; }
  void say(LogLevel level, const std::string& line) { log_.write(level, line); }
  // A URL that cannot be used; the value is hidden where a secret may be in it.
  void tell_of(const char* source, Text value, const Error& error);
  void replace_url();
  bool take_root_path();
  Result<boot::Tableless> awaited(const Patience* patience);
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

// Waits for the NICs that are wanted, until those that are there lead to every target. In the end
// what is there has to do: a cable that is not plugged in must not end a boot by another.
Result<boot::Tableless> Making::awaited(const Patience* patience) {
  for (;;) {
    const WantedNics::Completed now = ISBOOT_TRY(nics().completed());
    const bool some = !now.wanted.nics.empty();
    if (some && now.wanted.leads_to_all()) return now.wanted;
    // Another NIC's lease may still come.
    const bool enough = now.wanted.reaches_all() || !nics().may_get_more();
    if (!now.lacks && enough) return now.wanted;
    if (patience != nullptr && patience->clock.now() < patience->give_up) {
      patience->clock.sleep_until(patience->clock.now() + kNicPause);
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
  for (const IpParameter& nic : wanted.nics)
    if (parameters_.mtu == 0) parameters_.mtu = nic.mtu;
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

bool nics_lead_to_all(boot::Parameters parameters, Log& log, const TablelessPaths& paths) {
  Making making{parameters, log, paths};
  return making.read() && making.lead_to_all();
}

Result<FirmwareTable> find_boot_table(boot::Parameters& parameters, Log& log,
                                      const Patience* patience, const TablelessPaths& paths) {
  auto found = linux_platform::choose_table(parameters.table);
  if (found || found.error().code != Errc::NotFound || !parameters.table.empty()) return found;
  return table_of_command_line(parameters, log, patience, paths);
}

}  // namespace isboot::app
