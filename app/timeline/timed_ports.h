// The ports of a boot, with the time of each step noted on the way. Each borrows the port that
// does the work, and the recorder.
#pragma once

#include "app/timeline/record.h"
#include "core/ports/initiator.h"
#include "core/ports/network.h"
#include "core/ports/stream.h"

namespace isboot::app {

class TimedNetwork final : public Network {
public:
  TimedNetwork(Network& network, const TimelineRecorder& recorder, unsigned path)
      : network_{network}, recorder_{recorder}, path_{path} {}

  Result<LinkId> find_link(const WantedLink& wanted, Millis deadline) override;
  Result<LinkId> configure(LinkId link, const LinkConfig& config, Millis deadline) override;
  Result<Done> wait_ready(Millis deadline) override;
  void tell_conflict() override { network_.tell_conflict(); }

private:
  Network& network_;
  const TimelineRecorder& recorder_;
  unsigned path_;
};

class TimedStream final : public Stream {
public:
  TimedStream(Stream& stream, const TimelineRecorder& recorder, unsigned path)
      : stream_{stream}, recorder_{recorder}, path_{path} {}

  Result<Done> connect(const Portal& portal, Via via, Millis deadline) override;
  Result<Done> send(Bytes data, Millis deadline) override { return stream_.send(data, deadline); }
  Result<std::size_t> receive(MutableBytes out, Millis deadline) override {
    return stream_.receive(out, deadline);
  }
  // Ends the step of the login, as failed: a login that succeeds hands its connection over and
  // does not close it.
  void close() override;
  int descriptor() const override { return stream_.descriptor(); }

  // Ends the step of the login, as done: the session is about to be handed over.
  void logged_in();

private:
  Stream& stream_;
  const TimelineRecorder& recorder_;
  unsigned path_;
  std::uint64_t connected_at_ = 0;  // 0: no login is under way
};

class TimedInitiator final : public Initiator {
public:
  // `stream`: the one that boot logs in on.
  TimedInitiator(Initiator& initiator, TimedStream& stream, const TimelineRecorder& recorder,
                 unsigned path)
      : initiator_{initiator}, stream_{stream}, recorder_{recorder}, path_{path} {}

  Result<SessionId> create(const SessionConfig& config) override;
  Result<Done> hand_over(SessionId session, Stream& stream,
                         const iscsi::SessionParams& params) override;
  Result<std::uint32_t> recover(SessionId session) override { return initiator_.recover(session); }
  Result<DiskName> find_disk(SessionId session, const Lun& lun, Millis deadline) override;
  void destroy(SessionId session) override { initiator_.destroy(session); }

private:
  Initiator& initiator_;
  TimedStream& stream_;
  const TimelineRecorder& recorder_;
  unsigned path_;
};

}  // namespace isboot::app
