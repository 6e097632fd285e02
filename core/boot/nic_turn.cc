#include "core/boot/nic_turn.h"

namespace isboot::boot {

using Do = NicTurn::Do;

Do NicTurn::begin() {
  state_ = State::LookingAtLink;
  return {.kind = Do::Kind::LookAtLink, .link = link_};
}

void NicTurn::take_address(const IpAddress& address) {
  if (address == setup_.config.address)
    sight_.has_ours = true;
  else if (!address.is_link_local())
    sight_.has_another = true;
}

Do NicTurn::on_event(const Event& event) {
  const bool failed = event.kind == Event::Kind::Failed;
  switch (state_) {
    case State::LookingAtLink:
      return failed ? find() : on_link(event);
    case State::LookingAtParent:
      return failed ? find() : on_parent(event);
    case State::LookingAtAddresses:
      return failed ? give_up(event.error) : judge();
    case State::Finding:
      return on_found(event);
    case State::LookingAtMaster:
      return on_master(event);
    case State::SettingUp:
      return failed ? give_up(event.error) : use(event.link.id, event.link.id);
    case State::BringingUp:
      return failed ? give_up(event.error) : use(link_, by_);
  }
  return give_up(event.error);
}

// A number is a link's for as long as it lives, a name can be another one's tomorrow: that is for
// finding it again. A MAC has to be right all the time, since numbers can be chosen too.
bool NicTurn::is_the_nic(const SeenLink& link) const {
  return !setup_.nic.name.empty() || matches(link, setup_.nic);
}

Do NicTurn::on_link(const Event& event) {
  sight_ = {.up = event.link.up};
  if (was_found_) {
    sight_.up = sight_.up && nic_.up;
    return look_at_addresses();
  }
  if (setup_.config.vlan == 0) {
    nic_ = event.link;
    is_known_ = is_the_nic(event.link);
    return look_at_addresses();
  }
  if (event.vlan != setup_.config.vlan || event.parent.index == 0) return look_at_addresses();
  state_ = State::LookingAtParent;
  return {.kind = Do::Kind::LookAtLink, .link = event.parent};
}

Do NicTurn::on_parent(const Event& event) {
  nic_ = event.link;
  is_known_ = is_the_nic(event.link);
  sight_.up = sight_.up && event.link.up;
  return look_at_addresses();
}

Do NicTurn::look_at_addresses() {
  if (!is_known_ || !is_planned() || !sight_.up) return judge();
  state_ = State::LookingAtAddresses;
  return {.kind = Do::Kind::LookAtAddresses, .link = link_};
}

Do NicTurn::judge() {
  if (!is_known_) return find();
  if (!must_be_set_up(sight_, is_planned(), unreachable_)) return use(link_, link_);
  return set_up();
}

Do NicTurn::find() {
  // What was found a moment ago is gone: the next try looks anew.
  if (was_found_) return give_up({Errc::NotFound, 0, "the NIC is gone"});
  state_ = State::Finding;
  return {.kind = Do::Kind::FindNic};
}

Do NicTurn::on_found(const Event& event) {
  if (event.kind == Event::Kind::Failed) return give_up(event.error);
  // A bridge keeps a NIC's MAC while the NIC's driver is loaded again.
  if (setup_.nic.name.empty() && event.link.origin == LinkOrigin::Stacked)
    return give_up({Errc::NotFound, 0, "only a link on top of others has the NIC's MAC address"});
  nic_ = event.link;
  is_known_ = was_found_ = true;
  sight_ = {};  // was another link's
  if (event.carrier.index == 0) return set_up();
  // Of another number by now: it may have all again, for another session, or belong to who has
  // given it another address.
  link_ = event.carrier;
  return begin();
}

// What comes in by a port is its master's: an address on it would hear nothing, and its route would
// lead away from the master, which works. Who has moved the address there wants it to be used
// there.
Do NicTurn::set_up() {
  if (nic_.master.index != 0 && !sight_.has_ours) {
    sight_ = {};
    if (!is_planned()) return on_master({});
    state_ = State::LookingAtMaster;
    return {.kind = Do::Kind::LookAtAddresses, .link = nic_.master};
  }
  const auto plan = plan_network(setup_.config);
  if (!plan) return give_up(plan.error());
  plan_ = *plan;
  state_ = State::SettingUp;
  const bool precaution = !must_be_set_up(sight_, is_planned(), false);
  return {.kind = Do::Kind::SetUp, .link = nic_.id, .precaution = precaution};
}

Do NicTurn::on_master(const Event&) {
  by_ = sight_.has_ours ? nic_.master : link_;
  if (nic_.up) return use(link_, by_);
  plan_ = {};
  NetworkChange up;
  up.kind = NetworkChange::Kind::LinkUp;
  (void)plan_.changes.push(up);
  state_ = State::BringingUp;
  return {.kind = Do::Kind::SetUp, .link = nic_.id};
}

}  // namespace isboot::boot
