// A Session, and the target and kernel that answer it in tests.
#pragma once

#include <gtest/gtest.h>

#include "core/boot/session.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/scripted_target.h"

namespace isboot::boot {

using testing::ScriptedReply;
using Event = SessionEvent;
using Kind = SessionStep::Kind;

inline const Portal kHome{IpAddress::v4(10, 0, 2, 2), 3260};
// RFC 7143 section 13.15: the default of DefaultTime2Wait, which a target that says nothing keeps.
inline constexpr Millis kAgreed = 2'000;
inline const Portal kOther{IpAddress::v4(10, 0, 2, 3), 3261};

inline ScriptedReply refusal(std::uint8_t status_class, std::uint8_t detail,
                             const std::vector<std::string>& pairs = {}) {
  ScriptedReply reply;
  reply.status_class = status_class;
  reply.status_detail = detail;
  reply.text = testing::text_of(pairs);
  return reply;
}

class SessionFixture : public ::testing::Test {
protected:
  SessionFixture() {
    (void)config_.initiator_name.assign("iqn.2026-11.org.example:host");
    (void)config_.target_name.assign("iqn.2026-11.org.example:disk");
    limits_.give_up = 120'000;
    make();
  }

  void make() { session_.emplace(kHome, config_, limits_, hash_, entropy_); }
  SessionStep on(const Event& event) { return session_->on_event(event, now_); }

  // Plays `script` against the session, which is about to send its first request.
  SessionStep play(SessionStep step, std::vector<ScriptedReply> script) {
    testing::ScriptedTarget target{std::move(script)};
    std::vector<std::uint8_t> stream;
    while (step.kind == Kind::Send || step.kind == Kind::Receive) {
      if (step.kind == Kind::Send) stream = target.respond(step.send);
      if (stream.empty()) return on(Event::failed(Error{Errc::Closed, 0, "closed"}));
      const std::size_t count = std::min(step.wanted, stream.size());
      const std::vector<std::uint8_t> piece{stream.begin(),
                                            stream.begin() + static_cast<std::ptrdiff_t>(count)};
      stream.erase(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(count));
      step = on(Event::received(piece));
    }
    if (!target.requests().empty()) login_cmd_sn_ = target.requests()[0].be32(24);
    return step;
  }
  SessionStep log_in(std::vector<ScriptedReply> script = testing::plain_login()) {
    return play(on(Event::connected()), std::move(script));
  }
  // The kernel lets go, and the time that was agreed on passes.
  SessionStep let_go(std::uint32_t cmd_sn) {
    const SessionStep step = on(Event::recovered(cmd_sn));
    if (step.kind != Kind::Wait) return step;
    now_ = step.deadline;
    return on(Event::due());
  }
  void bring_up() {
    on(Event::start());
    ASSERT_EQ(log_in().kind, Kind::HandOver);
    ASSERT_EQ(on(Event::handed_over()).kind, Kind::Carried);
  }

  testing::FakeHash hash_;
  testing::FakeEntropy entropy_;
  iscsi::LoginConfig config_;
  SessionLimits limits_;
  Millis now_ = 1000;
  std::uint32_t login_cmd_sn_ = 0;
  std::optional<Session> session_;
};

}  // namespace isboot::boot
