#include "platform/linux/net/link/nic_mender.h"

#include "platform/linux/net/link/link_finder.h"

namespace isboot::linux_platform {
namespace {

// All links are listed at once; a NIC that is not among them is asked for again at the
// next try of the session.
constexpr Millis kFindLimit = 20;

// What the finder says of a NIC that is missing, each try anew, is not worth the log: its
// caller says it, now and then.
class NoLog final : public Log {
public:
  void write(LogLevel, Text) override {}
  Text words(Code) override { return {}; }
};

bool has_vlan(const boot::NetworkPlan& plan) {
  for (const boot::NetworkChange& change : plan.changes)
    if (change.kind == boot::NetworkChange::Kind::AddVlan) return true;
  return false;
}

}  // namespace

Result<LinkId> NicMender::mend(const NicSetup& setup, LinkId link, bool unreachable) {
  const Millis deadline = clock_.now() + kLimit;
  socket_.emplace(clock_);
  ISBOOT_TRY(socket_->open());
  const auto must = must_mend(setup, link, unreachable, deadline);
  auto result = !must   ? Result<LinkId>{must.error()}
                : *must ? set_up(setup, link, unreachable, deadline)
                        : link;
  socket_.reset();
  return result;
}

Result<bool> NicMender::must_mend(const NicSetup& setup, LinkId link, bool unreachable,
                                  Millis deadline) {
  const auto state = LinkChanger{*socket_, clock_, log_}.look(link, deadline);
  boot::NicSight nic{.up = state && state->seen.up};
  const IpAddress& wanted = setup.config.address;
  const bool planned = !wanted.is_absent();
  if (nic.up && planned) ISBOOT_TRY(look_for_addresses(wanted, link, nic, deadline));
  return boot::must_be_set_up(nic, planned, unreachable);
}

Result<Done> NicMender::look_for_addresses(const IpAddress& wanted, LinkId link,
                                           boot::NicSight& nic, Millis deadline) {
  ISBOOT_TRY(socket_->list_addresses(wanted));
  for (;;) {
    const RouteEvent event = ISBOOT_TRY(socket_->next(deadline));
    if (event.kind == RouteEvent::Kind::AllListed) return Done{};
    if (event.kind == RouteEvent::Kind::ListedAgain) nic.has_ours = nic.has_another = false;
    if (event.kind != RouteEvent::Kind::AddressListed || event.address.link != link) continue;
    if (event.address.address == wanted)
      nic.has_ours = true;
    else if (!event.address.address.is_link_local())
      nic.has_another = true;
  }
}

Result<LinkId> NicMender::set_up(const NicSetup& setup, LinkId link, bool unreachable,
                                 Millis deadline) {
  const auto plan = boot::plan_network(setup.config);
  if (!plan) return plan.error();
  NoLog quiet;
  const auto nic = LinkFinder{*socket_, quiet, setup.nic}.find(clock_.now() + kFindLimit);
  if (!nic) return nic.error();
  // Of another number by now: it may have all again, for another session, or belong to who has
  // given it another address.
  if (!has_vlan(*plan) && nic->id != link &&
      !ISBOOT_TRY(must_mend(setup, nic->id, unreachable, deadline)))
    return nic->id;
  const LinkState state =
      ISBOOT_TRY((LinkChanger{*socket_, clock_, log_}.make_all(*plan, nic->id, deadline)));
  std::array<char, 160> line{};
  TextWriter out{line};
  out << state.seen.name << " set up again";
  if (has_vlan(*plan)) out << ", on " << nic->name;
  if (!setup.config.address.is_absent()) out << ", " << to_text(setup.config.address);
  log_.write(LogLevel::Info, out.text());
  return state.seen.id;
}

}  // namespace isboot::linux_platform
