// What the keeper answers to `isboot status`, as one JSON text built without a heap.
#pragma once

#include "platform/linux/keeper/kept_session.h"

namespace isboot::linux_platform {

// Begins with {"sessions": [ and ends with ]}: append_session() comes in between.
class StatusJson {
public:
  // Borrows `buffer`.
  explicit StatusJson(std::span<char> buffer) : out_{buffer} { out_ << "{\"sessions\":["; }

  // `disk_id`: empty when it is not known.
  void append(const KeptSession& session, Text disk_id, bool ending, Clock& clock, Log& log);
  // Errc::NoSpace: it did not fit.
  Result<Text> finish();

private:
  void name(Text name);
  void text(Text name, Text value);
  void number(Text name, std::uint64_t value);
  void recoveries(const SessionHistory& history, Millis now, Log& log);

  TextWriter out_;
  bool first_session_ = true;
  bool first_member_ = true;
};

}  // namespace isboot::linux_platform
