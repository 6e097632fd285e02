#include "platform/linux/net/linux_network.h"

#include "platform/linux/net/ipv6_settings.h"
#include "platform/linux/net/link_finder.h"
#include "platform/linux/system/modules.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

using boot::NetworkChange;

void log_error(Log& log, Text what, const Error& error) {
  std::array<char, 256> line{};
  TextWriter out{line};
  out << what << ": " << Text{error.text};
  const Text words = system_error_text(error.code);
  if (!words.empty()) out << ": " << words;
  log.write(LogLevel::Error, out.text());
}

// How many changes at the start of `changes` rtnetlink can make at once.
std::size_t batch_size(std::span<const NetworkChange> changes) {
  std::size_t count = 0;
  while (count < changes.size() && changes[count].kind != NetworkChange::Kind::AddVlan &&
         changes[count].kind != NetworkChange::Kind::TrustLinkLocal)
    ++count;
  return count;
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
  if (socket_) return Done{};
  auto opened = RouteSocket::open(clock_);
  if (!opened) {
    log_error(log_, "network", opened.error());
    return opened.error();
  }
  socket_.emplace(std::move(*opened));
  return Done{};
}

Result<LinkId> LinuxNetwork::find_link(const WantedLink& wanted, Millis deadline) {
  ISBOOT_TRY(open());
  return ISBOOT_TRY((LinkFinder{*socket_, log_, wanted}.find(deadline))).id;
}

// A change that cannot stand in a batch.
Result<LinkState> LinuxNetwork::make_alone(LinkChanger& changer, const NetworkChange& change,
                                           const LinkState& link, Millis deadline) {
  if (change.kind == NetworkChange::Kind::AddVlan) {
    // The kernel would ask modprobe, which an initramfs of ours does not have. When the
    // module is not there either, the kernel's answer to the request says so.
    (void)Modules::of_running_kernel().load("8021q");
    return changer.make_vlan(change, link.seen, deadline);
  }
  const auto trusted = trust_own_link_local(link.seen.name);
  if (!trusted) {
    log_error(log_, link.seen.name, trusted.error());
    return trusted.error();
  }
  return link;
}

Result<LinkState> LinuxNetwork::make(const boot::NetworkPlan& plan, LinkId link, Millis deadline) {
  LinkChanger changer{*socket_, clock_, log_};
  LinkState state = ISBOOT_TRY(changer.look(link, deadline));
  // As few batches as can be: a VLAN has to be there before it can be named in one.
  std::span<const NetworkChange> rest = plan.changes.view();
  while (!rest.empty()) {
    const std::size_t count = batch_size(rest);
    if (count != 0)
      state = ISBOOT_TRY(changer.make(rest.first(count), state.seen, deadline));
    else
      state = ISBOOT_TRY(make_alone(changer, rest[0], state, deadline));
    rest = rest.subspan(count != 0 ? count : 1);
  }
  return changer.wait_running(state, deadline);
}

Result<LinkId> LinuxNetwork::configure(LinkId link, const LinkConfig& config, Millis deadline) {
  ISBOOT_TRY(open());
  const auto plan = boot::plan_network(config);
  if (!plan) {
    log_error(log_, "network", plan.error());
    return plan.error();
  }
  for (const boot::NetworkNote note : plan->notes) log_.write(LogLevel::Warning, note);
  const auto state = make(*plan, link, deadline);
  if (!state) return state.error();
  log_done(log_, *state, *plan);
  return state->seen.id;
}

}  // namespace isboot::linux_platform
