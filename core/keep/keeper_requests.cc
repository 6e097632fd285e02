// What clients ask the keeper for, and when they are answered.
#include "core/keep/keeper.h"

namespace isboot::keep {

bool Keeper::Client::waits() const {
  for (const bool waits : waits_for)
    if (waits) return true;
  return false;
}

// Each request has an answer of its own: what comes in between is not begun.
void Keeper::on_request(const Event& event, Millis now) {
  if (has_to_wait(event.client))
    return add_answer(event.client, false, "the last request is still under way; ask again then");
  if (event.kind == Event::Kind::EndRequested) return on_end_requested(event, now);
  if (event.kind == Event::Kind::ReleaseRequested) return on_release_requested(event.client);
  if (event.kind == Event::Kind::KeepRequested) return on_keep_requested(event.client);
  on_replace_requested(event.client);
}

bool Keeper::has_to_wait(std::size_t client) const {
  return clients_[client].waits() || succession_.is(client) ||
         (handover_ && handover_->client == client);
}

void Keeper::on_end_requested(const Event& event, Millis now) {
  Client& client = clients_[event.client];
  bool any = false;
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    Slot& slot = slots_[i];
    if (!slot.used || (event.session != kAllSessions && event.session != slot.session)) continue;
    any = client.waits_for[i] = true;
    if (slot.end.under_way()) continue;
    if (event.then == MachineEnd::Stay) {
      say(LogLevel::Info, "ends: its disks go, caches flushed", i, Happening::Ends);
      carry_out(i, slot.end.begin(now + event.limit));
    } else {
      say(LogLevel::Info, "ends with the machine", i, Happening::Ends);
      carry_out(i, slot.end.begin_with_machine(now + event.limit, slot.carried, now));
    }
  }
  if (!any) return answer(event.client, false, "no such session is kept");
  // Who wants one session to end takes nothing back of what somebody else has asked for.
  if (event.then != MachineEnd::Stay) then_ = event.then;
}

void Keeper::on_release_requested(std::size_t client) {
  for (std::size_t slot = 0; slot < kMaxKept; ++slot)
    if (slots_[slot].used) add(Action::Kind::Forget, slot);
  slots_ = {};
  ended_ = true;
  add(Action::Kind::Save);
  for (std::size_t other = 0; other < kMaxClients; ++other)
    if (clients_[other].waits())
      answer(other, false, "the sessions were left to another daemon before they had ended");
  answer(client, true, "");
}

// One who waited is gone with the answer: nothing more is expected of it.
void Keeper::answer(std::size_t client, bool done, const char* text) {
  add_answer(client, done, text);
  clients_[client].waits_for = {};
}

void Keeper::add_answer(std::size_t client, bool done, const char* text) {
  Action& answer = add(Action::Kind::Answer);
  answer.client = client;
  answer.done = done;
  answer.text = text;
}

// What was begun for it goes on.
void Keeper::on_client_left(std::size_t client) {
  clients_[client] = {};
  if (succession_.is(client)) succession_.end();
  if (handover_ && handover_->client == client) handover_->client = Action::kNone;
}

std::optional<std::size_t> Keeper::free_client() const {
  for (std::size_t client = 0; client < kMaxClients; ++client)
    if (!clients_[client].there) return client;
  return std::nullopt;
}

}  // namespace isboot::keep
