// One program's keeper takes over from another's: both sides. Until claim() the sessions are those
// of the one that runs, from then on they are ours; it cannot be that nobody's, nor both's
// (core/keep/succession.h).
#include <poll.h>

#include "platform/linux/keeper/keeper.h"
#include "platform/linux/keeper/offer.h"
#include "platform/linux/system/clock.h"

namespace isboot::linux_platform {
namespace {

// For those who ask it for something now, the end of a session among it.
constexpr int kOfferWithinMs = 30'000;
constexpr int kRecordWithinMs = 5'000;

}  // namespace

Result<Done> Keeper::take_over(int predecessor, InlineText<127>& refusal,
                               const KeeperPlaces& places) {
  ISBOOT_TRY(open_what_is_shared_with_nobody(places));
  // The FIFOs are open: an end that is announced from here on is not missed.
  Offer offer = ISBOOT_TRY(ask_for_offer(predecessor, kOfferWithinMs));
  refusal = offer.refusal;
  if (!refusal.empty())
    return Error{Errc::Unsupported, 0, "the keeper that runs gives its sessions to nobody"};
  baton_.emplace(ISBOOT_TRY(Baton::receive(std::move(offer.turn))));
  state_file_.emplace(std::move(offer.folder));
  listener_.emplace(std::move(offer.listener));
  if (offer.records > kMaxKept)
    return Error{Errc::NoSpace, 0, "the keeper that runs has too many sessions"};
  for (std::size_t i = 0; i < offer.records; ++i) {
    std::array<std::uint8_t, kMaxRequest>& buffer = (*room_)->request;
    const Bytes bytes = ISBOOT_TRY(receive_record(predecessor, kRecordWithinMs, buffer));
    auto decoded = decode(bytes, (*room_)->records[i]);
    wipe(buffer);
    if (!decoded) return decoded;
    (*room_)->kept[i] = true;
  }
  return Done{};
}

bool Keeper::claim() { return baton_->is_ours() || baton_->take(); }

bool Keeper::is_replaced() {
  (void)baton_->take_back();  // of a keeper that was killed before anybody had taken it
  return !baton_->is_ours();
}

// A connection that does not take it in at once, or is gone, takes nothing.
void Keeper::offer(std::size_t client) {
  offered_to_ = client;
  std::size_t records = 0;
  for (const Slot& slot : slots_) records += slot.session ? 1 : 0;
  const int socket = clients_[client].get();
  bool sent =
      baton_->offer() && send_offer(socket, {records, baton_->descriptor(),
                                             state_file_->descriptor(), listener_->descriptor()});
  for (const Slot& slot : slots_) {
    if (!sent || !slot.session) continue;
    std::array<std::uint8_t, kMaxRequest>& buffer = (*room_)->request;
    const auto bytes = encode(slot.session->record(), Secrets::Take, buffer);
    sent = bytes.ok() && send_record(socket, *bytes);
    wipe(buffer);
  }
  if (!sent) leave(client);
}

// One who was made an offer says nothing more: it closes, whether it has taken it or not.
void Keeper::rest() {
  const std::size_t client = *offered_to_;
  pollfd polled{clients_[client].get(), POLLIN, 0};
  const Millis deadline = core_->deadline();
  if (poll(&polled, 1, poll_timeout(ports_.clock.now(), deadline)) > 0) return leave(client);
  if (ports_.clock.now() >= deadline) tell({.kind = keep::Event::Kind::Time});
}

void Keeper::leave(std::size_t client) {
  clients_[client].reset();
  tell({.kind = keep::Event::Kind::ClientLeft, .client = client});
}

void Keeper::take_offer_back() {
  const bool taken = !baton_->take_back();
  offered_to_.reset();
  tell({.kind = keep::Event::Kind::OfferOver, .taken = taken});
}

}  // namespace isboot::linux_platform
