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

using boot::NicTurn;

NicTurn::Event seen(const LinkState& state) {
  return {.kind = NicTurn::Event::Kind::LinkSeen,
          .link = state.seen,
          .parent = state.parent,
          .vlan = state.vlan};
}

NicTurn::Event failed(const Error& error) {
  return {.kind = NicTurn::Event::Kind::Failed, .error = error};
}

}  // namespace

Result<NicMending::Mended> NicMender::mend(const NicSetup& setup, LinkId link, bool unreachable) {
  deadline_ = clock_.now() + kLimit;
  socket_.emplace(clock_);
  ISBOOT_TRY(socket_->open());
  NicTurn turn{setup, link, unreachable};
  NicTurn::Do next = turn.begin();
  while (next.kind != NicTurn::Do::Kind::Use && next.kind != NicTurn::Do::Kind::GiveUp)
    next = turn.on_event(carry_out(turn, next, setup));
  socket_.reset();
  if (next.kind == NicTurn::Do::Kind::GiveUp) return next.error;
  return Mended{next.link, next.by};
}

NicTurn::Event NicMender::carry_out(NicTurn& turn, const NicTurn::Do& what, const NicSetup& setup) {
  switch (what.kind) {
    case NicTurn::Do::Kind::LookAtLink: {
      const auto state = LinkChanger{*socket_, clock_, log_}.look(what.link, deadline_);
      return state ? seen(*state) : failed(state.error());
    }
    case NicTurn::Do::Kind::LookAtAddresses: {
      const auto listed = list_addresses(turn, what.link, setup.config.address);
      if (!listed) return failed(listed.error());
      return {.kind = NicTurn::Event::Kind::AddressesSeen};
    }
    case NicTurn::Do::Kind::FindNic: {
      const auto found = find(setup);
      return found ? *found : failed(found.error());
    }
    case NicTurn::Do::Kind::SetUp: {
      const auto made = set_up(turn.plan(), what);
      if (!made) return failed(made.error());
      NicTurn::Event event{.kind = NicTurn::Event::Kind::IsSetUp};
      event.link.id = *made;
      return event;
    }
    case NicTurn::Do::Kind::Use:
    case NicTurn::Do::Kind::GiveUp:
      break;  // nothing is left to be done
  }
  return failed(what.error);
}

Result<Done> NicMender::list_addresses(NicTurn& turn, LinkId link, const IpAddress& like) {
  ISBOOT_TRY(socket_->list_addresses(like));
  for (;;) {
    const RouteEvent event = ISBOOT_TRY(socket_->next(deadline_));
    if (event.kind == RouteEvent::Kind::AllListed) return Done{};
    if (event.kind == RouteEvent::Kind::ListedAgain) turn.forget_addresses();
    if (event.kind == RouteEvent::Kind::AddressListed && event.address.link == link)
      turn.take_address(event.address.address);
  }
}

Result<NicTurn::Event> NicMender::find(const NicSetup& setup) {
  NoLog quiet;
  const auto nic =
      ISBOOT_TRY((LinkFinder{*socket_, quiet, setup.nic}.find(clock_.now() + kFindLimit)));
  NicTurn::Event event{.kind = NicTurn::Event::Kind::NicFound, .link = nic, .carrier = nic.id};
  if (setup.config.vlan == 0) return event;
  LinkChanger changer{*socket_, clock_, log_};
  const auto vlan = ISBOOT_TRY(changer.find_vlan(nic.id, setup.config.vlan, deadline_));
  event.carrier = vlan ? vlan->seen.id : LinkId{};
  return event;
}

Result<LinkId> NicMender::set_up(const boot::NetworkPlan& plan, const NicTurn::Do& what) {
  LinkChanger changer{*socket_, clock_, log_};
  const LinkState state = ISBOOT_TRY(changer.make_all(plan, what.link, deadline_));
  std::array<char, 160> line{};
  TextWriter out{line};
  out << state.seen.name << " set up again";
  for (const boot::NetworkChange& change : plan.changes)
    if (change.kind == boot::NetworkChange::Kind::AddAddress)
      out << ", " << to_text(change.address);
  // A target that is silent for hours is tried all the time: the kernel's log is small.
  log_.write(what.precaution ? LogLevel::Detail : LogLevel::Info, out.text());
  return state.seen.id;
}

}  // namespace isboot::linux_platform
