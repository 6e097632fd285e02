// The NIC of a session before a connect: what is looked at, and whether, and on which link, the
// boot plan is made once more. Nothing is ever set up on a link that is not the plan's NIC, or its
// VLAN, whatever number, name or addresses another one has by now. docs/keeper.md, "The NIC".
// No I/O: each answer is an event, and says what to do next; after a few it is Use or GiveUp.
#pragma once

#include "core/boot/link_choice.h"
#include "core/boot/network_plan.h"
#include "core/boot/nic_care.h"

namespace isboot::boot {

class NicTurn {
public:
  struct Event {
    enum class Kind : std::uint8_t {
      LinkSeen,       // the answer to LookAtLink: `link`, `parent`, `vlan`
      AddressesSeen,  // the answer to LookAtAddresses: take_address() was called for each
      NicFound,       // the answer to FindNic: `link`, `carrier`
      IsSetUp,        // the answer to SetUp: `link` carries the plan's address now
      Failed,         // the answer to any: the link is gone, no NIC matches, the kernel refuses
    };
    Kind kind = Kind::Failed;
    SeenLink link{};
    LinkId parent{};         // whose VLAN it is; 0: no VLAN
    std::uint16_t vlan = 0;  // which one
    LinkId carrier{};        // the NIC itself, or the plan's VLAN on it; 0: that is to be made
    Error error{};
  };
  struct Do {
    enum class Kind : std::uint8_t {
      LookAtLink,       // what `link` is
      LookAtAddresses,  // which ones of the family of the plan's address `link` has
      FindNic,          // choose_link() among all links
      SetUp,            // plan() on `link`
      Use,              // connect now, by `by`; `link` is what carries the plan's address
      GiveUp,           // no connect can be tried: `error`
    };
    Kind kind = Kind::GiveUp;
    LinkId link{};
    LinkId by{};              // `link` itself, or the bridge that it is a port of
    bool precaution = false;  // SetUp: nothing is seen to be wrong, and yet no connect was answered
    Error error{};
  };

  // Borrows the setup. `link`: what carried the address last. `unreachable`: the last connect by
  // it got no answer.
  NicTurn(const NicSetup& setup, LinkId link, bool unreachable)
      : setup_{setup}, link_{link}, unreachable_{unreachable} {}

  Do begin();
  Do on_event(const Event& event);
  void take_address(const IpAddress& address);
  // The list that was begun does not count: it comes once more.
  void forget_addresses() { sight_.has_ours = sight_.has_another = false; }

  const NetworkPlan& plan() const { return plan_; }  // of SetUp

private:
  enum class State : std::uint8_t {
    LookingAtLink,
    LookingAtParent,  // is it a VLAN of the NIC?
    LookingAtAddresses,
    Finding,
    LookingAtMaster,  // the NIC is a port now: has the other link what was the NIC's?
    SettingUp,
    BringingUp,  // a port
  };

  bool is_planned() const { return !setup_.config.address.is_absent(); }
  bool is_the_nic(const SeenLink& link) const;
  Do on_link(const Event& event);
  Do on_parent(const Event& event);
  Do on_found(const Event& event);
  Do on_master(const Event& event);
  Do look_at_addresses();
  Do judge();
  Do find();
  Do set_up();
  Do use(LinkId link, LinkId by) const { return {.kind = Do::Kind::Use, .link = link, .by = by}; }
  Do give_up(const Error& error) const { return {.kind = Do::Kind::GiveUp, .error = error}; }

  const NicSetup& setup_;
  LinkId link_;
  const bool unreachable_;
  State state_ = State::LookingAtLink;
  SeenLink nic_;            // on which it would be set up
  LinkId by_;               // once it is a port: the link that has its address
  bool is_known_ = false;   // what was looked at is the plan's
  bool was_found_ = false;  // among all links, no longer by its number
  NicSight sight_;
  NetworkPlan plan_;
};

}  // namespace isboot::boot
