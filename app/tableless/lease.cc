#include "app/tableless/lease.h"

#include <unistd.h>

#include <algorithm>

#include "platform/linux/system/root_check.h"

namespace isboot::app {
namespace {

// For ipconfig: all that are there, until the first has a lease.
constexpr const char* kAnyNic = "::::::dhcp";
// ipconfig waits for every NIC that it was given, one without a cable too: it is asked again for
// those that are left, each time for longer.
constexpr Millis kFirstRound = 2'000;

void run_client(Log& log, const std::string& client, Millis limit,
                const std::vector<std::string>& nics) {
  const Millis seconds = std::max<Millis>(limit / 1000, 1);
  std::vector<std::string> command{client, "-t", std::to_string(seconds), "-c", "dhcp"};
  for (const std::string& nic : nics) command.push_back(nic.empty() ? kAnyNic : nic);
  const auto run = linux_platform::run_and_wait(command);
  if (!run) log.write(LogLevel::Warning, client + ": " + in_words(run.error()));
}

}  // namespace

void get_leases(Clock& clock, Log& log, const boot::Parameters& parameters, Millis give_up,
                const std::string& client, const TablelessPaths& paths) {
  if (access(client.c_str(), X_OK) != 0) return;
  const Millis end = (clock.now() + give_up) / 2;  // the other half is for the login
  for (Millis round = kFirstRound;; round += round / 2) {
    const auto nics = nics_without_lease(parameters, log, {clock, end}, paths);
    if (nics.empty() || clock.now() >= end) return;
    const Millis round_end = std::min(clock.now() + round, end);
    run_client(log, client, round_end - clock.now(), nics);
    if (nics_lead_to_all(parameters, log, paths)) return;
    if (!nics_without_lease(parameters, log, {clock, end}, paths).empty())
      clock.sleep_until(round_end);  // one that cannot run must not be run all the time
  }
}

void tell_of_no_client(Clock& clock, Log& log, const boot::Parameters& parameters,
                       const std::string& client, const TablelessPaths& paths) {
  if (access(client.c_str(), X_OK) == 0) return;
  if (nics_without_lease(parameters, log, {clock, clock.now()}, paths).empty()) return;
  log.write(LogLevel::Warning,
            "ip= asks for DHCP, and this initramfs has no client; next: install "
            "klibc-utils, then `isboot initramfs build`");
}

}  // namespace isboot::app
