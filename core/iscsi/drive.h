// Carries out the steps of a Login or a FullFeature over a Stream. Blocks.
#pragma once

#include "core/ports/clock.h"
#include "core/ports/stream.h"

namespace isboot::iscsi {

// Sends and receives until `machine` wants neither, and gives that last step. Errors
// are the stream's, and Errc::TimedOut at `deadline` also where data flows without an end: a time
// on `clock`.
template <class Machine, class Step>
Result<Step> drive(Machine& machine, Step step, Stream& stream, Clock& clock, Millis deadline) {
  std::array<std::uint8_t, 4096> buffer{};
  while (step.kind == Step::Kind::Send || step.kind == Step::Kind::Receive) {
    if (clock.now() >= deadline)
      return Error{Errc::TimedOut, 0, "the target sends, but no answer in time"};
    if (step.kind == Step::Kind::Send) ISBOOT_TRY(stream.send(step.send, deadline));
    const std::size_t most = step.wanted < buffer.size() ? step.wanted : buffer.size();
    const std::size_t got = ISBOOT_TRY(stream.receive(MutableBytes{buffer}.first(most), deadline));
    step = machine.on_bytes(Bytes{buffer}.first(got));
  }
  return step;
}

}  // namespace isboot::iscsi
