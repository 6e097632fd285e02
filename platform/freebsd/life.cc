#include "platform/freebsd/life.h"

#include "core/ibft/decode.h"
#include "platform/freebsd/line.h"
#include "platform/freebsd/sysctls.h"
#include "platform/freebsd/tunables.h"

namespace isboot::freebsd {
namespace {

using boot::SessionEvent;
using boot::SessionStep;

// The same failure again is worth a line only now and then.
constexpr Millis kRepeatEvery = 60'000;
// When iscsi(4) cannot be waited for, which it never said so far: no busy loop.
constexpr Millis kWaitAgain = 1'000;

const Error kLost{Errc::Closed, 0, "the connection is lost"};

// A buffer for the table, wiped and returned when it goes: CHAP secrets are in it.
class TableMemory {
public:
  TableMemory() : bytes_{static_cast<std::uint8_t*>(isboot_allocate(kMaxTable)), kMaxTable} {}
  TableMemory(const TableMemory&) = delete;
  TableMemory& operator=(const TableMemory&) = delete;
  ~TableMemory() { isboot_free(bytes_.data()); }
  MutableBytes bytes() { return bytes_; }

private:
  MutableBytes bytes_;
};

Line& add(Line& line, const Error& error) {
  line << error.text;
  const Text words = words_of(error.code);
  if (!words.empty()) line << " (" << words << ')';
  return line;
}

LogLevel level_of(ibft::Severity severity) {
  if (severity == ibft::Severity::Error) return LogLevel::Error;
  return severity == ibft::Severity::Warning ? LogLevel::Warning : LogLevel::Detail;
}

}  // namespace

LifeState Life::step() {
  switch (state_) {
    case LifeState::Begin:
      return state_ = begin();
    case LifeState::Trying:
      return state_ = try_path();
    case LifeState::Kept:
      return state_ = wait_for_loss();
    case LifeState::LoggingIn:
      return state_ = log_in();
    case LifeState::Over:
      break;
  }
  return LifeState::Over;
}

// The last word of what sysctl shows; root need not wait any longer.
LifeState Life::over(Text state) {
  show("hw.isboot.state", state);
  isboot_release_root();
  return LifeState::Over;
}

LifeState Life::begin() {
  parameters_ = read_tunables(log_);
  log_.set_verbose(parameters_.verbose);
  show("net.isboot.version", "1.0");
  if (parameters_.off) {
    log_.write(LogLevel::Info, "turned off by hw.isboot.enable=0");
    return over("off");
  }
  give_up_ = clock_.now() + parameters_.timeout * Millis{1000};
  TableMemory memory;
  const auto planned = plan(memory.bytes());
  if (planned) return LifeState::Trying;
  return over(planned.error().code == Errc::NotFound ? "no iBFT" : "failed");
}

// From the table to the paths. What goes wrong is in the log.
Result<Done> Life::plan(MutableBytes memory) {
  const auto found = find_table(parameters_.table, memory);
  Line line;
  if (!found && found.error().code == Errc::NotFound) {
    log_.write(LogLevel::Info, "no iBFT: this machine was not booted from iSCSI");
    return found.error();
  }
  if (!found) {
    line << "the iBFT " << parameters_.table << ": " << found.error().text
         << "; next: check hw.isboot.table";
    log_.write(LogLevel::Error, line.text());
    return found.error();
  }
  const auto decoded = ibft::decode(found->bytes, table_, findings_);
  log_findings(findings_);
  const auto planned = decoded ? boot::make_plan(table_, parameters_, plan_) : decoded;
  line << "iBFT " << found->source;
  if (!planned) {
    line << ", offset ";
    line.decimal(planned.error().offset) << ": " << planned.error().text;
    line << "; next: mend it in the firmware's setup";
    log_.write(LogLevel::Error, line.text());
    return Error{Errc::BadValue, 0, planned.error().text};
  }
  line << " by " << table_.oem_id << ' ' << table_.oem_table_id << ", ";
  line.decimal(table_.nics.count) << " NIC, ";
  line.decimal(table_.targets.count) << " target";
  log_.write(LogLevel::Info, line.text());
  show("hw.isboot.source", found->source);
  show_path(table_, plan_[0]);
  return Done{};
}

void Life::log_findings(const ibft::Findings& findings) {
  for (const ibft::Finding& finding : findings) {
    Line line;
    line << "iBFT " << to_text(finding.place()) << ", offset ";
    line.decimal(finding.offset) << ", " << finding.field << ": " << finding.message;
    log_.write(level_of(finding.severity), line.text());
  }
}

// Each path gets its share of the time that is left, so that a dead one cannot use up all of it.
LifeState Life::try_path() {
  const std::size_t paths = parameters_.all_paths ? plan_.count : 1;
  if (path_ == paths) {
    log_.write(LogLevel::Error, "no iSCSI disk; next: mend what the lines above name");
    return over("failed");
  }
  show("hw.isboot.state", "connecting");
  boot::Path& path = plan_.items[path_];
  path.login.cmd_sn = kFirstCmdSn;
  initiator_.set_login(path.login);
  const Millis now = clock_.now();
  const Millis left = give_up_ > now ? give_up_ - now : 0;
  const auto established = boot::establish(path, parameters_, now + left / (paths - path_), ports_);
  if (established) return keep(*established);
  if (isboot_stopping() != 0) return over("ended");
  ++path_;
  return LifeState::Trying;
}

LifeState Life::keep(const boot::BootSession& established) {
  show("hw.isboot.state", "kept");
  show("hw.isboot.session", initiator_.kernel_id());
  show("hw.isboot.disk", established.disk);
  show("net.isboot.device", established.disk);
  show("hw.isboot.interface", network_.interface());
  show("net.isboot.nic", network_.interface());
  show("hw.isboot.recoveries", recoveries_);
  id_ = established.session;
  link_ = established.link;
  login_ = established.login;
  session_.emplace(established.kernel.portal, login_, boot::SessionLimits{}, hash_, entropy_);
  (void)session_->on_event(SessionEvent::adopt(established.time2wait),
                           clock_.now());  // Carried: nothing to do
  isboot_release_root();
  return LifeState::Kept;
}

LifeState Life::wait_for_loss() {
  const auto lost = initiator_.wait_for_loss();
  if (isboot_stopping() != 0) return over("ended");
  if (!lost) {
    log_failure(lost.error(), "; asking again");
    clock_.sleep_until(clock_.now() + kWaitAgain);
    return LifeState::Kept;
  }
  if (!*lost) return LifeState::Kept;
  lost_at_ = clock_.now();
  next_log_ = 0;
  show("hw.isboot.state", "lost");
  log_.write(LogLevel::Warning, (Line{} << kLost.text << "; I/O waits until it is back").text());
  return LifeState::LoggingIn;
}

LifeState Life::log_in() {
  std::optional<SessionEvent> event = SessionEvent::lost(kLost);
  while (event) {
    if (isboot_stopping() != 0) return over("ended");
    event = carry_out(session_->on_event(*event, clock_.now()));
  }
  if (session_->state() == boot::SessionState::HandedOver) {
    log_recovery();
    return LifeState::Kept;
  }
  if (isboot_stopping() != 0) return over("ended");
  log_.write(LogLevel::Error,
             "the session of the boot disk has ended in the kernel: its disk is gone, "
             "nothing is left to bring back; next: reset the machine");
  return over("gone");
}

// The answer to a step; nothing when there is none to come: carried, or over.
std::optional<SessionEvent> Life::carry_out(const SessionStep& step) {
  switch (step.kind) {
    case SessionStep::Kind::Connect: {
      const auto up = stream_.connect(step.portal, Via{link_.index}, step.deadline);
      return up ? SessionEvent::connected() : SessionEvent::failed(up.error());
    }
    case SessionStep::Kind::Send: {
      const auto sent = stream_.send(step.send, step.deadline);
      return sent ? receive(step) : SessionEvent::failed(sent.error());
    }
    case SessionStep::Kind::Receive:
      return receive(step);
    case SessionStep::Kind::HandOver: {
      const auto taken = initiator_.hand_over(id_, stream_, session_->params());
      return taken ? SessionEvent::handed_over() : SessionEvent::failed(taken.error());
    }
    case SessionStep::Kind::Recover: {
      const auto cmd_sn = initiator_.recover(id_);
      if (!cmd_sn) return std::nullopt;
      return SessionEvent::recovered(*cmd_sn);
    }
    case SessionStep::Kind::Wait:
      stream_.close();
      log_failure(step.error, "; trying again");
      clock_.sleep_until(step.deadline);
      return SessionEvent::due();
    case SessionStep::Kind::LogOut:  // the kernel tells of no Asynchronous Message
    case SessionStep::Kind::Carried:
    case SessionStep::Kind::Stop:
      break;
  }
  stream_.close();
  return std::nullopt;
}

SessionEvent Life::receive(const SessionStep& step) {
  const std::size_t count = step.wanted < received_.size() ? step.wanted : received_.size();
  const auto got = stream_.receive(MutableBytes{received_}.first(count), step.deadline);
  if (!got) return SessionEvent::failed(got.error());
  return SessionEvent::received(Bytes{received_}.first(*got));
}

void Life::log_failure(const Error& error, Text then) {
  Line why;
  if (session_->refusal().empty())
    add(why, error);
  else
    why << session_->refusal();
  show("hw.isboot.last_error", why.text());
  const Millis now = clock_.now();
  if (now < next_log_) return;
  next_log_ = now + kRepeatEvery;
  Line line;
  line << to_text(session_->portal()) << ": " << why.text() << then;
  log_.write(LogLevel::Warning, line.text());
}

void Life::log_recovery() {
  ++recoveries_;
  show("hw.isboot.state", "kept");
  show("hw.isboot.recoveries", recoveries_);
  Line line;
  line << "back at " << to_text(session_->portal()) << " after ";
  const Millis took = clock_.now() - lost_at_;
  line.decimal(took / 1000) << '.' << static_cast<char>('0' + took / 100 % 10) << " s";
  log_.write(LogLevel::Info, line.text());
}

}  // namespace isboot::freebsd
