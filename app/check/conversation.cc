#include "app/check/conversation.h"

#include <algorithm>

#include "app/names/find_portals.h"
#include "core/iscsi/drive.h"
#include "core/iscsi/scsi.h"

namespace isboot::app {
namespace {

// For a login response: as long as a boot waits for one in the end, since there is one try here.
constexpr Millis kAnswer = 60'000;

// A target may have several attentions waiting (power on, capacity changed, …). What it could not
// carry out counts as one of them.
constexpr int kMaxAttentions = 8;

// The next step after a login that failed without a word of the target's.
std::string advice(const Error& error) {
  switch (errno_of(error.code)) {
    case ECONNREFUSED:
      return "start the target, or check the port";
    case EHOSTUNREACH:
    case ENETUNREACH:
      return "check the address and the route to it";
    default:
      break;
  }
  if (error.code == Errc::TimedOut) return "check that the target's address answers at all";
  if (error.code == Errc::Closed) return "look into the target's log for why it hung up";
  if (error.code == iscsi::ChapErrc::AlgorithmRejected ||
      error.code == iscsi::ChapErrc::AlgorithmNotOffered)
    return "let the target have an algorithm of CHAP that isboot.chap= allows";
  if (error.code.domain() == kErrorDomain<iscsi::ChapErrc>)
    return "check the CHAP names and secrets on both sides";
  if (error.code == boot::SessionErrc::RedirectLoop ||
      error.code == boot::SessionErrc::TooManyRedirects)
    return "let each portal of the target redirect to one that serves the disk itself";
  return "look into the target's log; docs/quirks.md lists what targets are known to do";
}

Failure login_failure(const boot::Session& session, const Error& error) {
  const std::string where = std::string{to_text(session.portal()).view()} + ": ";
  const std::string fault = session.fault().empty() ? "" : ", " + std::string{session.fault()};
  const std::string refusal{session.refusal()};
  const std::size_t colon = refusal.rfind(": ");
  const IpAddress& address = session.portal().address;
  // No link is known for it: neither a table's NIC nor one in the URL.
  if (errno_of(error.code) == EINVAL && address.is_link_local() && !address.is_v4())
    return {where + in_words(error),
            "name the link: [" + std::string{to_text(address).view()} + "%LINK]"};
  if (colon != std::string::npos)
    return {where + refusal.substr(0, colon) + fault, refusal.substr(colon + 2)};
  return {where + in_words(error) + fault, advice(error)};
}

// Between two tries of a command that the target is not ready for.
constexpr Millis kPause = 250;

bool has_sense_key(const iscsi::ExchangeResult& result, std::initializer_list<std::uint8_t> keys) {
  if (result.scsi_status != iscsi::scsi::kCheckCondition) return false;
  const auto sense = iscsi::scsi::decode_sense(result.sense);
  return sense && std::find(keys.begin(), keys.end(), sense->key) != keys.end();
}

// What passes by itself, for which the kernel tries again, and a boot until its time is over.
bool is_passing(const iscsi::ExchangeResult& result) {
  namespace scsi = iscsi::scsi;
  if (result.scsi_status == scsi::kBusy || result.scsi_status == scsi::kTaskSetFull) return true;
  if (has_sense_key(result, {scsi::kAbortedCommand})) return true;
  const auto sense = scsi::decode_sense(result.sense);
  return has_sense_key(result, {scsi::kNotReady}) && sense && scsi::is_waited_for(*sense);
}

}  // namespace

bool is_sent_again(const iscsi::ExchangeResult& result) {
  return result.response != 0 || result.scsi_status == iscsi::scsi::kBusy ||
         result.scsi_status == iscsi::scsi::kTaskSetFull ||
         has_sense_key(result, {iscsi::scsi::kAbortedCommand});
}

Outcome<> Conversation::log_in(const Portal& portal, iscsi::LoginConfig config) {
  using Kind = boot::SessionStep::Kind;
  using Event = boot::SessionEvent;
  notes_.clear();
  was_hung_up_ = false;
  look_up_failure_.reset();
  boot::SessionLimits limits;
  limits.give_up = deadline_;
  limits.retries = 0;
  limits.answer = kAnswer;
  boot::Session session{portal, config, limits, hash_, entropy_};
  std::array<std::uint8_t, 4096> buffer{};
  auto step = session.on_event(Event::start(), clock_.now());
  for (;;) {
    Event event = Event::connected();
    if (step.kind == Kind::Connect) {
      const auto connected = stream_.connect(step.portal, via_, step.deadline);
      if (!connected) event = Event::failed(connected.error());
    } else if (step.kind == Kind::Send || step.kind == Kind::Receive) {
      if (step.kind == Kind::Send) {
        const auto result = stream_.send(step.send, step.deadline);
        if (!result) {
          step = session.on_event(Event::failed(result.error()), clock_.now());
          continue;
        }
      }
      const std::size_t most = std::min(step.wanted, buffer.size());
      const auto got = stream_.receive(MutableBytes{buffer}.first(most), step.deadline);
      event = got ? Event::received(Bytes{buffer}.first(*got)) : Event::failed(got.error());
    } else if (step.kind == Kind::LookUp) {
      event = look_up(step);
    } else if (step.kind == Kind::HandOver) {
      portal_ = session.portal();
      for (const iscsi::Note& note : session.notes()) notes_.emplace_back(to_text(note).view());
      params_ = session.params();
      exchange_.emplace(params_);
      return Done{};
    } else {
      if (look_up_failure_) return *look_up_failure_;
      was_hung_up_ = step.error.code == Errc::Closed;
      return login_failure(session, step.error);
    }
    step = session.on_event(event, clock_.now());
  }
}

boot::SessionEvent Conversation::look_up(const boot::SessionStep& step) {
  if (asking_ == nullptr) return boot::SessionEvent::failed(boot::kNoLookUp);
  names::Told told;
  const auto found = names::look_up(step.host, *asking_, step.deadline, told);
  if (found) return boot::SessionEvent::found((*found)[0]);
  look_up_failure_ = look_up_failure(step.host, found.error(), told);
  look_up_failure_->message =
      std::string{to_text(step.portal).view()} + ": redirects to " + look_up_failure_->message;
  return boot::SessionEvent::failed(found.error());
}

Outcome<> Conversation::finish(iscsi::ExchangeStep first, iscsi::ExchangeResult& result) {
  const auto last = iscsi::drive(*exchange_, first, stream_, clock_, deadline_);
  if (!last) return Failure{in_words(last.error()), advice(last.error())};
  if (last->kind == iscsi::ExchangeStep::Kind::Failed)
    return Failure{in_words(last->error), advice(last->error)};
  result = exchange_->result();
  return Done{};
}

bool Conversation::is_over() const { return clock_.now() + kPause >= deadline_; }

Outcome<> Conversation::command(const Lun& lun, Bytes cdb, MutableBytes data,
                                iscsi::ExchangeResult& result, Millis patience) {
  const Millis start = clock_.now();
  for (int attentions = 0;;) {
    ISBOOT_TRY(finish(exchange_->command(lun, cdb, data), result));
    if (is_passing(result)) {
      if (is_over() || clock_.now() - start >= patience) return Done{};
      clock_.sleep_until(clock_.now() + kPause);
    } else if ((result.response == 0 && !has_sense_key(result, {iscsi::scsi::kUnitAttention})) ||
               ++attentions > kMaxAttentions) {
      return Done{};
    }
  }
}

Outcome<> Conversation::text(Text request, MutableBytes answer, iscsi::ExchangeResult& result) {
  return finish(exchange_->text(request, answer), result);
}

void Conversation::log_out() {
  iscsi::ExchangeResult result;
  if (exchange_) (void)finish(exchange_->logout(), result);  // the connection ends anyway
  stream_.close();
}

}  // namespace isboot::app
