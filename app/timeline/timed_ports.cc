#include "app/timeline/timed_ports.h"

namespace isboot::app {
namespace {

// Calls `work`, and notes how long it took and how it ended.
template <typename Work>
auto timed(const TimelineRecorder& recorder, unsigned path, Step step, Work work) {
  const std::uint64_t begin = monotonic_microseconds();
  auto result = work();
  recorder.add(begin, monotonic_microseconds(), path, step,
               result ? Text{"ok"} : Text{result.error().text});
  return result;
}

}  // namespace

Result<LinkId> TimedNetwork::find_link(const WantedLink& wanted, Millis deadline) {
  return timed(recorder_, path_, Step::FindNic,
               [&] { return network_.find_link(wanted, deadline); });
}

Result<LinkId> TimedNetwork::configure(LinkId link, const LinkConfig& config, Millis deadline) {
  return timed(recorder_, path_, Step::BringUp,
               [&] { return network_.configure(link, config, deadline); });
}

Result<Done> TimedNetwork::wait_ready(Millis deadline) {
  return timed(recorder_, path_, Step::WaitReady, [&] { return network_.wait_ready(deadline); });
}

Result<Done> TimedStream::connect(const Portal& portal, Via via, Millis deadline) {
  close();  // what connect() would do to an earlier one, so that its end is noted
  auto up = timed(recorder_, path_, Step::Connect,
                  [&] { return stream_.connect(portal, via, deadline); });
  if (up) connected_at_ = monotonic_microseconds();
  return up;
}

void TimedStream::close() {
  if (connected_at_ != 0)
    recorder_.add(connected_at_, monotonic_microseconds(), path_, Step::LogIn,
                  "the login was not completed");
  connected_at_ = 0;
  stream_.close();
}

void TimedStream::logged_in() {
  if (connected_at_ != 0)
    recorder_.add(connected_at_, monotonic_microseconds(), path_, Step::LogIn);
  connected_at_ = 0;
}

Result<SessionId> TimedInitiator::create(const SessionConfig& config) {
  return timed(recorder_, path_, Step::CreateSession, [&] { return initiator_.create(config); });
}

Result<Done> TimedInitiator::hand_over(SessionId session, Stream& stream,
                                       const iscsi::SessionParams& params) {
  stream_.logged_in();
  return timed(recorder_, path_, Step::HandOver,
               [&] { return initiator_.hand_over(session, stream, params); });
}

Result<DiskName> TimedInitiator::find_disk(SessionId session, const Lun& lun, Millis deadline) {
  return timed(recorder_, path_, Step::FindDisk,
               [&] { return initiator_.find_disk(session, lun, deadline); });
}

}  // namespace isboot::app
