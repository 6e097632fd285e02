// A client brings a session to the keeper that runs: a good one, one that is kept already, is gone
// or cannot be read, more than there is room for, and clients that do not wait for the answer.
#include "tests/keep/world.h"

namespace isboot::keep::simulation {
namespace {

constexpr Millis kWrittenWithin = 75'000;

}  // namespace

// By hand, as `isboot attach` leaves it to the keeper: now and then more than it takes.
void World::clients_bring_sessions() {
  const std::uint64_t count = random_.one_in(4) ? 1 + random_.below(8) : 1;
  for (std::uint64_t i = 0; i < count; ++i) client_brings_a_session();
}

// In the machine's life a few.
void World::client_brings_a_session() {
  if (!alive() || rests() || over_ || all_.size() >= 3 * kMaxKept) return;
  const auto client = who_brings();
  if (!client) return;
  all_.push_back(std::make_unique<Kept>(SessionId{next_id_++}));
  Kept& brought = *all_.back();
  give_nic(brought, nics_are_apart_ ? add_nic() : all_.front()->nic);
  make_up(brought);
  bring(brought, *client);
  if (over_) return;
  if (clients_[*client].there && random_.one_in(2)) {
    clients_[*client] = {};
    tell({.kind = Event::Kind::ClientLeft, .client = *client});
  }
  care_for_paths();
}

// One who waits for something asks for too much: asks_again().
std::optional<std::size_t> World::who_brings() {
  const std::size_t client = random_.below(kMaxClients);
  if (successor_.there && successor_.client == client) return std::nullopt;
  if (clients_[client].answer_by != kNever) return std::nullopt;
  if (!clients_[client].there) {
    clients_[client].there = true;
    tell({.kind = Event::Kind::ClientCame, .client = client});
  }
  return client;
}

void World::make_up(Kept& brought) {
  Kept& other = *all_[random_.below(all_.size() - 1)];
  handover_ = {.session = &brought};
  brought.kernel_carries = !random_.one_in(5);
  switch (random_.below(12)) {
    case 0:
      note("a session that was brought before");
      brought.id = other.id;
      brought.exists = other.exists;
      handover_.same = &other;
      break;
    case 1:
      brought.exists = false;
      break;
    case 2:
      handover_.unreadable = true;
      break;
    case 3:  // the kernel gives numbers again, and nobody has heard yet that it was gone
      if (!other.exists || !other.session) break;
      somebody_ends(other);
      if (random_.one_in(2)) brought.id = other.id;
      break;
    case 4:
      handover_.gone_then = true;
      break;
    default:
      break;
  }
}

bool World::has_a_place_for(const Kept& brought) const {
  std::size_t kept = 0;
  for (const auto& other : all_) {
    if (other.get() == &brought || !other->session || !other->exists) continue;
    if (other->id == brought.id) return false;
    ++kept;
  }
  return kept < kMaxKept;
}

void World::bring(Kept& brought, std::size_t client) {
  note("client " + std::to_string(client) + " brings session " + std::to_string(brought.id.value));
  handover_.client = client;
  clients_[client].answer_by = now_;
  const bool machine_ends = asked_then_ != MachineEnd::Stay;
  tell({.kind = Event::Kind::KeepRequested, .client = client});
  const bool is_good = handover_.has_place && !machine_ends && !handover_.unreadable &&
                       brought.exists && !handover_.not_taken;
  check_handover(brought, client, is_good);
  handover_.session = nullptr;
  if (!is_good) return all_.pop_back();  // it is its own affair
  unseen_ = false;                       // who gives the driver another path tells udev
}

void World::read_brought() {
  if (handover_.session == nullptr) fail("nobody has brought a session");
  handover_.has_place = has_a_place_for(*handover_.session);
  if (random_.one_in(6)) {
    note("who brings it does not wait");
    handover_.client_left = true;
    clients_[handover_.client] = {};
    tell({.kind = Event::Kind::ClientLeft, .client = handover_.client});
  }
  if (handover_.unreadable)
    return tell({.kind = Event::Kind::NotKept, .error = {Errc::Truncated, 0, "cut off"}});
  tell({.kind = Event::Kind::Brought, .session = handover_.session->id});
}

// What fails may fail when a part is done.
void World::begin_brought(std::size_t slot) {
  if (handover_.session == nullptr) fail("nobody has brought a session");
  Kept& brought = *handover_.session;
  take_place(brought, slot);
  if (handover_.gone_then || (handover_.same != nullptr && !handover_.same->exists))
    brought.exists = false;
  handover_.not_taken = random_.one_in(10);
  if (!brought.exists || handover_.not_taken)
    return tell({.kind = Event::Kind::NotKept, .error = {Errc::NotFound, 0, "no such session"}});
  begin(brought);
}

void World::check_handover(const Kept& brought, std::size_t client, bool is_good) {
  if (!handover_.client_left) {
    if (clients_[client].answer_by != kNever) fail("who brings a session is not answered");
    if (clients_[client].done && !is_good) fail("a session is taken that cannot be kept");
    if (!clients_[client].done && is_good) fail("a session is refused without a reason");
  }
  const bool in_core = brought.slot && keeper_->slot_of(brought.id) == brought.slot;
  if (is_good && (!brought.session || !in_core)) fail("a session is accepted and not kept");
  if (!is_good && (brought.session || brought.slot)) fail("a refused session is half kept");
}

// The driver's file, which is replaced as a whole.
void World::save() {
  if (!started_) return;
  if (now_ < full_until_)
    return tell({.kind = Event::Kind::NotSaved, .error = {Errc::NoSpace, 0, "it is full"}});
  for (const auto& kept : all_) kept->written = kept->session != nullptr;
  tell({.kind = Event::Kind::Saved});
}

void World::check_saved() {
  for (const auto& kept : all_) {
    if (!alive() || rests() || !kept->slot) continue;
    if (!kept->written &&
        now_ > std::max({kept->since, full_until_, keeper_since_}) + kWrittenWithin)
      fail("a session is kept and not written down");
    for (const auto& other : all_)
      if (other != kept && other->slot && (other->id == kept->id || other->slot == kept->slot))
        fail("a session is kept twice, or two in one place");
    if (keeper_->slot_of(kept->id) != kept->slot) fail("who is in a place is told apart");
  }
}

}  // namespace isboot::keep::simulation
