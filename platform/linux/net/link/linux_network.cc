#include "platform/linux/net/link/linux_network.h"

#include "platform/linux/net/link/link_finder.h"
#include "platform/linux/net/probe/advertisement.h"
#include "platform/linux/net/probe/mtu_probe.h"
#include "platform/linux/system/modules.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

using boot::NetworkChange;

// What every Ethernet carries (IEEE Std 802.3).
constexpr std::uint32_t kStandardMtu = 1500;

constexpr Millis kListLimit = 1'000;  // the kernel's list of links takes microseconds

void log_error(Log& log, Text what, const Error& error) {
  std::array<char, 256> line{};
  TextWriter out{line};
  out << what << ": " << Text{error.text};
  const Text words = system_error_text(error.code);
  if (!words.empty()) out << ": " << words;
  log.write(LogLevel::Error, out.text());
}

// "eth0 up, 10.0.2.15/24"; then a detail for each further change.
void log_done(Log& log, const LinkState& link, const boot::NetworkPlan& plan) {
  std::array<char, 128> line{};
  TextWriter up{line};
  up << link.seen.name << " up";
  for (const NetworkChange& change : plan.changes)
    if (change.kind == NetworkChange::Kind::AddAddress)
      (up << ", " << to_text(change.address) << '/').decimal(change.prefix);
  log.write(LogLevel::Info, up.text());
  for (const NetworkChange& change : plan.changes) {
    if (change.kind != NetworkChange::Kind::AddRoute) continue;
    TextWriter route{line};
    log.write(LogLevel::Detail, (route << link.seen.name << ": " << boot::to_text(change)).text());
  }
}

}  // namespace

Result<Done> LinuxNetwork::open() {
  if (socket_.is_open()) return Done{};
  auto opened = socket_.open();
  if (!opened) log_error(log_, "network", opened.error());
  return opened;
}

Result<LinkId> LinuxNetwork::find_link(const WantedLink& wanted, Millis deadline) {
  ISBOOT_TRY(open());
  return ISBOOT_TRY((LinkFinder{socket_, log_, wanted}.find(deadline))).id;
}

Result<LinkState> LinuxNetwork::make(const boot::NetworkPlan& plan, LinkId link, Millis deadline) {
  for (const NetworkChange& change : plan.changes)
    // The kernel would ask modprobe, which an initramfs of ours does not have. When the
    // module is not there either, the kernel's answer to the request says so.
    if (change.kind == NetworkChange::Kind::AddVlan)
      (void)Modules::of_running_kernel().load("8021q");
  return LinkChanger{socket_, clock_, log_}.make_all(plan, link, deadline);
}

Result<Done> LinuxNetwork::make_rest(Millis deadline) {
  const boot::NetworkPlan rest =
      ISBOOT_TRY(await_advertisement(link_, config_, clock_, log_, deadline));
  ISBOOT_TRY((LinkChanger{socket_, clock_, log_}.make(rest.changes.view(), link_.seen, deadline)));
  std::array<char, 192> line{};
  TextWriter out{line};
  out << link_.seen.name << ": advertised, ";
  for (const NetworkChange& change : rest.changes)
    out << "from " << to_text(change.source) << ", " << boot::to_text(change);
  log_.write(LogLevel::Info, out.text());
  return Done{};
}

// An MTU above the standard one is kept only when the path has shown that it carries it:
// otherwise logins, which are small, work, and the first read from the disk hangs.
Result<Done> LinuxNetwork::prove_mtu(Millis deadline) {
  if (config_.mtu <= kStandardMtu || config_.target.is_absent()) return Done{};
  const auto verdict = probe_mtu(link_.seen.name, config_.target, config_.mtu, clock_, deadline);
  if (!verdict) log_error(log_, link_.seen.name, verdict.error());
  std::array<char, 192> line{};
  TextWriter out{line};
  (out << link_.seen.name << ": MTU ").decimal(config_.mtu);
  if (verdict && *verdict == MtuVerdict::Carries) {
    log_.write(LogLevel::Info, (out << " proved with " << to_text(config_.target)).text());
    return Done{};
  }
  const bool too_large = verdict && *verdict == MtuVerdict::TooLarge;
  out << (too_large ? ": such packets do not come back from " : ": not proved with ");
  out << to_text(config_.target);
  if (!too_large) out << ", which answers no ping";
  (out << "; using ").decimal(kStandardMtu);
  log_.write(LogLevel::Warning, out.text());
  NetworkChange change;
  change.kind = NetworkChange::Kind::SetMtu;
  change.mtu = kStandardMtu;
  ISBOOT_TRY(
      (LinkChanger{socket_, clock_, log_}.make(std::span{&change, 1}, link_.seen, deadline)));
  return Done{};
}

// The question costs one packet; what it finds out is only told. Firmware has used the address
// until now, so refusing it would turn a machine that may work into one that does not.
void LinuxNetwork::watch(const LinkState& link, const IpAddress& address) {
  watch_.reset();
  if (address.is_absent()) return;
  auto opened = AddressWatch::open(link, address);
  if (opened) return void(watch_.emplace(std::move(*opened)));
  std::array<char, 192> line{};
  TextWriter out{line};
  out << link.seen.name << ": " << Text{opened.error().text} << ": "
      << system_error_text(opened.error().code);
  log_.write(LogLevel::Detail, out.text());
}

void LinuxNetwork::tell_conflict() {
  while (watch_) {
    const auto claim = watch_->next();
    if (!claim) return void(watch_->ask());  // who comes again may hear the answer
    if (is_ours(claim->mac)) continue;
    std::array<char, 192> line{};
    TextWriter out{line};
    out << "another host";
    if (!claim->mac.is_zero()) out << ", " << to_text(claim->mac) << ',';
    out << " has our address " << to_text(claim->address)
        << " too: going on with it; next: give one of the two another address";
    log_.write(LogLevel::Warning, out.text());
    watch_.reset();
  }
}

// Linux answers by every link for all of the machine's addresses, unless told otherwise.
bool LinuxNetwork::is_ours(const MacAddress& mac) {
  const Millis limit = clock_.now() + kListLimit;
  if (mac.is_zero() || !socket_.list_links()) return false;
  bool ours = false;
  for (;;) {
    const auto event = socket_.next(limit);
    if (!event || event->kind == RouteEvent::Kind::AllListed) return ours;
    if (event->kind == RouteEvent::Kind::ListedAgain) ours = false;
    if (event->kind == RouteEvent::Kind::LinkChanged && event->link.seen.mac == mac) ours = true;
  }
}

Result<LinkId> LinuxNetwork::configure(LinkId link, const LinkConfig& config, Millis deadline) {
  ISBOOT_TRY(open());
  const auto plan = boot::plan_network(config);
  if (!plan) {
    log_.write(LogLevel::Error, boot::fault_text(config, plan.error()));
    return plan.error();
  }
  for (const boot::NetworkNote note : plan->notes) log_.write(LogLevel::Warning, note);
  config_ = config;
  plan_ = *plan;
  link_ = ISBOOT_TRY(make(plan_, link, deadline));
  return link_.seen.id;
}

Result<Done> LinuxNetwork::wait_ready(Millis deadline) {
  link_ = ISBOOT_TRY((LinkChanger{socket_, clock_, log_}.wait_running(link_, deadline)));
  log_done(log_, link_, plan_);
  watch(link_, config_.address);
  if (plan_.awaits_advertisement) ISBOOT_TRY(make_rest(deadline));
  return prove_mtu(deadline);
}

}  // namespace isboot::linux_platform
