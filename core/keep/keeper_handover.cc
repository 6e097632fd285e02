// A client brings a session that is to be kept from now on: by its number, which Read tells, and,
// if nothing is against it, with all that belongs to it, which Begin takes over.
#include "core/keep/keeper.h"

namespace isboot::keep {

// What the kernel has is looked at first: a session that is gone, as nobody has heard yet, is in
// the way of none, neither with its place nor with its number, which the kernel gives again.
void Keeper::on_keep_requested(std::size_t client) {
  if (handover_) return add_answer(client, false, "others bring a session; ask again in a moment");
  handover_ = {.client = client};
  look_at_all();
  add(Action::Kind::Read).client = client;
}

void Keeper::on_brought(SessionId session) {
  if (!handover_ || handover_->slot != Action::kNone) return;
  if (const char* why = refuses(session)) return end_handover(false, why);
  handover_->slot = *free_slot();
  add(Action::Kind::Begin, handover_->slot);
}

const char* Keeper::refuses(SessionId session) const {
  // It would be in the way of the machine's end, which comes when none is kept any more.
  if (then_ != MachineEnd::Stay) return "the machine is about to end, as was asked for";
  if (slot_of(session)) return "the session is kept already";
  return free_slot() ? nullptr : "too many sessions are kept already";
}

// Nothing of it stays, least of all its secrets.
void Keeper::on_not_kept(const char* why) {
  if (!handover_) return;
  if (handover_->slot != Action::kNone) add(Action::Kind::Forget, handover_->slot);
  end_handover(false, why);
}

void Keeper::end_handover(bool done, const char* text) {
  const std::size_t client = handover_->client;
  handover_.reset();
  if (client != Action::kNone) add_answer(client, done, text);
}

}  // namespace isboot::keep
