#include "core/keep/session_history.h"

namespace isboot::keep {
namespace {

constexpr std::size_t kMaxRefusal = 160;

// Their texts are literals; kernels have no strcmp for us.
bool same_words(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) {
    ++a;
    ++b;
  }
  return *a == *b;
}

bool same_cause(const Error& a, const Error& b) {
  return a.code == b.code && same_words(a.text, b.text);
}

// The place of that cause, or the one that was told the longest ago.
SessionHistory::Told& place_of(SessionHistory& history, const Error& cause) {
  SessionHistory::Told* oldest = history.told.data();
  for (SessionHistory::Told& told : history.told) {
    if (told.until != 0 && same_cause(told.cause, cause)) return told;
    if (told.until < oldest->until) oldest = &told;
  }
  *oldest = {cause, 0};
  return *oldest;
}

}  // namespace

void begin(SessionHistory& history, Millis now) { history.since = now; }

void on_lost(SessionHistory& history, const Error& cause, Millis now) {
  history.last_error = history.loss = cause;
  history.refusal.clear();
  history.since = now;
  history.told = {};
}

void on_given_up(SessionHistory& history, const Error& cause, Text refusal) {
  history.last_error = cause;
  (void)history.refusal.assign(part_of(refusal, 0, kMaxRefusal));  // cut, so it fits
}

bool on_failed(SessionHistory& history, const Error& cause, Text refusal, std::uint32_t tries,
               Millis now) {
  if (tries == 0 && same_cause(cause, history.loss)) return false;
  on_given_up(history, cause, refusal);
  SessionHistory::Told& told = place_of(history, cause);
  if (now < told.until) return false;
  told.until = now + SessionHistory::kRepeatEvery;
  return true;
}

bool told_lately(const SessionHistory& history, Millis now) {
  for (const SessionHistory::Told& told : history.told)
    if (now < told.until) return true;
  return false;
}

Millis on_back(SessionHistory& history, Millis now) {
  const Millis took = now - history.since;
  history.last[history.recoveries % SessionHistory::kRemembered] = {history.since, took,
                                                                    history.loss};
  ++history.recoveries;
  history.last_took = took;
  if (took > history.worst_took) history.worst_took = took;
  history.since = now;
  return took;
}

}  // namespace isboot::keep
