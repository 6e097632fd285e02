#include "platform/linux/keeper/keeper.h"

#include <sys/socket.h>

#include <algorithm>

#include "platform/linux/keeper/status_json.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr int kForEver = -1;
const Error kFull{Errc::NoSpace, 0, "too many sessions"};

}  // namespace

Millis Keeper::Slot::deadline() const {
  Millis first = session ? session->waiting().deadline : kNever;
  if (end.under_way() && end.deadline() < first) first = end.deadline();
  if (session && care_at < first) first = care_at;
  return first;
}

Result<Done> Keeper::open(const KeeperPlaces& places) {
  room_.emplace(ISBOOT_TRY(InSecretPages<SecretRoom>::make_shared()));
  folder_.emplace(ISBOOT_TRY(SessionFolder::open(places.classes)));
  state_file_.emplace(ISBOOT_TRY(StateFile::open(places.state)));
  ISBOOT_TRY(state_file_->lock());
  listener_.emplace(ISBOOT_TRY(ControlListener::open(places.control)));
  end_notice_.emplace(ISBOOT_TRY(EndNotice::open(places.state)));
  return ports_.initiator.open();
}

Result<Done> Keeper::remember(const SessionRecord& record) {
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    if ((*room_)->kept[i]) continue;
    (*room_)->records[i] = record;
    (*room_)->kept[i] = true;
    return Done{};
  }
  return kFull;
}

Result<Done> Keeper::start() {
  // The notices first: what happens from here on is not missed.
  ISBOOT_TRY(notices_.open());
  ISBOOT_TRY(ports_.initiator.open());
  for (Slot& slot : slots_)
    if (is_kept(slot)) adopt(slot);
  return Done{};
}

void Keeper::adopt(Slot& slot) {
  std::array<char, 160> line{};
  TextWriter out{line};
  (out << "session ").decimal(record_of(slot).session.value) << ": ";
  const auto begun = begin(slot);
  out << (begun ? Text{"adopted"} : Text{begun.error().text});
  ports_.log.write(LogLevel::Info, out.text());
}

void Keeper::serve(int client) {
  if (client >= 0) clients_[0].socket.reset(client);
}

Keeper::Slot* Keeper::find(SessionId session) {
  for (Slot& slot : slots_)
    if (slot.session && slot.session->record().session == session) return &slot;
  return nullptr;
}

std::size_t Keeper::kept() const {
  std::size_t count = 0;
  for (const Slot& slot : slots_) count += slot.session ? 1 : 0;
  return count;
}

Keeper::Slot* Keeper::free_slot() {
  for (Slot& slot : slots_)
    if (!slot.session) return &slot;
  return nullptr;
}

SessionRecord& Keeper::record_of(const Slot& slot) {
  return (*room_)->records[static_cast<std::size_t>(&slot - slots_.data())];
}

bool& Keeper::is_kept(const Slot& slot) {
  return (*room_)->kept[static_cast<std::size_t>(&slot - slots_.data())];
}

Result<Done> Keeper::keep(const SessionRecord& record) {
  Slot* slot = free_slot();
  if (slot == nullptr) return kFull;
  record_of(*slot) = record;
  return begin(*slot);
}

Result<Done> Keeper::keep_encoded(Bytes bytes) {
  Slot* slot = free_slot();
  if (slot == nullptr) return kFull;
  auto decoded = decode(bytes, record_of(*slot));
  if (decoded) return begin(*slot);
  release(*slot);
  return decoded;
}

// With the slot's record. What does not begin is forgotten.
Result<Done> Keeper::begin(Slot& slot) {
  auto begun = watch(slot);
  is_kept(slot) = begun.ok();
  if (!begun) release(slot);
  save();
  return begun;
}

Result<Done> Keeper::watch(Slot& slot) {
  SessionRecord& record = record_of(slot);
  const bool there = folder_->has(record.session, record.kernel.target_name) ||
                     (!record.logged_in && folder_->has_unused(record.session));
  if (!there) return Error{Errc::NotFound, 0, "the kernel has no such session"};
  if (find(record.session) != nullptr) return Error{Errc::BadValue, 0, "is kept already"};
  slot.session.emplace(record, ports_);
  slot.disk_id = folder_->disk_id(record.disk);
  slot.taken_away = record.disk.empty();
  if (!record.disk.empty()) let_commands_wait(record);
  return slot.session->start(folder_->is_logged_in(record.session));
}

// Its secrets are wiped.
void Keeper::release(Slot& slot) {
  is_kept(slot) = false;
  slot.session.reset();
  slot.end = {};
  slot.disk_id.clear();
  slot.was_carried = slot.taken_away = false;
  slot.care_at = kNever;
  record_of(slot) = {};
}

void Keeper::let_commands_wait(const SessionRecord& record) {
  if (!folder_->retry_for_ever(record.session, record.lun))
    ports_.log.write(LogLevel::Warning,
                     "the kernel does not let I/O wait for longer than 180 s; "
                     "raise the disk's timeout in sysfs (device/timeout) to change that");
}

MachineEnd Keeper::run() {
  for (;;) {
    bool somebody_may_bring_one = false;
    for (const Client& client : clients_)
      if (client.socket && !client.waits_for_end) somebody_may_bring_one = true;
    if (kept() == 0 && (ended_ || !somebody_may_bring_one) && is_over()) return what_then();
    wait();
    const Millis now = ports_.clock.now();
    for (Slot& slot : slots_) {
      if (slot.session && slot.session->waiting().deadline <= now) slot.session->on_time();
      if (slot.end.under_way() && slot.end.deadline() <= now) slot.end.on_time();
      if (slot.session && slot.session->take_changed()) save();
    }
    give_up_lost();
    collect_ended();
    if (paths_have_changed()) care_for_paths();
  }
}

void Keeper::wait() {
  std::array<pollfd, kMaxPolled> polled{};
  std::size_t count = 0;
  const auto add = [&polled, &count](int fd, short events) {
    polled[count++] = {fd, events, 0};  // poll() ignores a descriptor of -1
  };
  add(notices_.descriptor(), POLLIN);
  add(listener_->descriptor(), POLLIN);
  for (const Client& client : clients_) add(client.socket.get(), POLLIN);
  Millis deadline = kNever;
  for (const Slot& slot : slots_) {
    const Waiting waiting = slot.session ? slot.session->waiting() : Waiting{};
    add(waiting.descriptor, waiting.events);
    deadline = std::min({deadline, slot.deadline(), given_up_at(slot)});
  }
  for (std::size_t way = 0; way < EndNotice::kWays.size(); ++way)
    add(end_notice_->descriptor(way), 0);
  if (kept() == 0) deadline = std::min(deadline, end_by_us_at_);
  const Millis now = ports_.clock.now();
  const int timeout = deadline == kNever ? kForEver : poll_timeout(now, deadline);
  if (poll(polled.data(), count, timeout) <= 0) return;

  // Sessions before the clients: a request may change who has which slot.
  if (polled[0].revents != 0) read_notices();
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    const pollfd& ready = polled[2 + kMaxClients + i];
    Slot& slot = slots_[i];
    if (ready.revents != 0 && slot.session && slot.session->waiting().descriptor == ready.fd)
      slot.session->on_ready();
  }
  for (std::size_t i = 0; i < kMaxClients; ++i)
    if (polled[2 + i].revents != 0) on_request(clients_[i]);
  if (polled[1].revents != 0) accept_client();
  keep::AnnouncedEnd::Ways ways{};
  for (std::size_t way = 0; way < EndNotice::kWays.size(); ++way)
    if (polled[2 + kMaxClients + kMaxKept + way].revents != 0)
      ways[static_cast<std::size_t>(end_notice_->take(way))] = true;
  begin_machine_end(ways);
}

void Keeper::read_notices() {
  for (;;) {
    const auto notice = notices_.next(ports_.clock);
    if (!notice) {
      const int number = errno_of(notice.error().code);
      if (number == ENOBUFS)
        look_into_sysfs();  // some were dropped
      else if (number != 0)
        return;  // else one datagram of no use
      continue;
    }
    if (!*notice) return;
    on_notice(**notice);
  }
}

void Keeper::on_notice(const IscsiNotice& notice) {
  Slot* slot = find(notice.session);
  if (slot == nullptr) return;
  slot->end.on_notice(notice, slot->session->carried(), ports_.clock.now());
  // Nothing is brought back that has said goodbye.
  if (slot->end.state() == SessionEnd::State::LoggingOut ||
      slot->end.state() == SessionEnd::State::Over)
    return;
  if (notice.kind == IscsiNotice::Kind::ConnectionLost)
    slot->session->on_lost(Error{Errc::Closed, 0, words_of_connection_error(notice.error)});
  if (notice.kind != IscsiNotice::Kind::Pdu) return;
  on_target_notice(*slot->session, read_target_notice(notice.pdu));
}

void Keeper::on_target_notice(KeptSession& session, const TargetNotice& said) {
  const Error words{Errc::Closed, 0, said.words};
  switch (said.kind) {
    case TargetNotice::Kind::Nothing:
      break;
    case TargetNotice::Kind::LogOut:
      return session.on_log_out(words);
    case TargetNotice::Kind::Goodbye:
      return session.on_lost(words, said.time2wait);
    case TargetNotice::Kind::LoggedOut:
      return session.on_logged_out(said.time2wait);
    case TargetNotice::Kind::Rejected:
      return ports_.log.write(LogLevel::Warning, said.words);
  }
}

void Keeper::look_into_sysfs() {
  for (Slot& slot : slots_)
    if (slot.session && slot.session->carried() &&
        !folder_->is_logged_in(slot.session->record().session))
      slot.session->on_lost(Error{Errc::Closed, 0, "the connection was lost"});
}

void Keeper::accept_client() {
  UniqueFd socket = listener_->accept();
  if (!socket) return;
  for (Client& client : clients_)
    if (!client.socket) {
      client = Client{std::move(socket), false};
      return;
    }
}

void Keeper::on_request(Client& client) {
  std::array<std::uint8_t, kMaxRequest>& buffer = (*room_)->request;
  const ssize_t size = recv(client.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size <= 0) {
    client = {};
    return;
  }
  const auto request = decode_request(Bytes{buffer}.first(static_cast<std::size_t>(size)));
  if (request)
    carry_out(client, *request);
  else
    answer(client.socket.get(), false, request.error().text);
  wipe(buffer);  // it may have held secrets
}

void Keeper::carry_out(Client& client, const ControlRequest& request) {
  switch (request.kind) {
    case ControlRequest::Kind::Status:
      return answer_status(client);
    case ControlRequest::Kind::Keep: {
      const auto kept = keep_encoded(request.record);
      return answer(client.socket.get(), kept.ok(), kept ? Text{} : Text{kept.error().text});
    }
    case ControlRequest::Kind::Release:
      for (Slot& slot : slots_) release(slot);
      ended_ = true;
      save();
      return answer(client.socket.get(), true, {});
    case ControlRequest::Kind::End:
      return begin_end(client, request);
  }
}

void Keeper::answer_status(const Client& client) {
  StatusJson json{answer_};
  for (const Slot& slot : slots_)
    if (slot.session)
      json.append(*slot.session, slot.disk_id, slot.end.under_way(), ports_.clock, ports_.log);
  const auto text = json.finish();
  answer(client.socket.get(), text.ok(), text ? *text : Text{text.error().text});
}

void Keeper::begin_end(Client& client, const ControlRequest& request) {
  const Millis now = ports_.clock.now();
  bool any = false;
  for (Slot& slot : slots_) {
    if (!slot.session) continue;
    const SessionId id = slot.session->record().session;
    if (request.session != ControlRequest::kAll && request.session != id) continue;
    any = true;
    if (!slot.end.under_way())
      slot.end.begin(id, ports_.initiator, ports_.log, now, now + request.limit * Millis{1000});
  }
  if (!any) return answer(client.socket.get(), false, "no such session is kept");
  then_ = request.then;
  client.waits_for_end = true;
}

void Keeper::collect_ended() {
  bool collected = false;
  bool under_way = false;
  for (Slot& slot : slots_) {
    if (slot.end.under_way()) under_way = true;
    if (!slot.session || slot.end.state() != SessionEnd::State::Over) continue;
    release(slot);
    collected = true;
  }
  if (!collected) return;
  save();
  if (under_way) return;
  ended_ = true;
  for (Client& client : clients_) {
    if (!client.waits_for_end) continue;
    answer(client.socket.get(), true, {});
    client = {};
  }
}

void Keeper::save() {
  List<const SessionRecord*, kMaxKept> records;
  for (const Slot& slot : slots_)
    if (slot.session) records.push(&slot.session->record());
  const auto saved = state_file_->save(records.view());
  if (!saved) ports_.log.write(LogLevel::Warning, saved.error().text);
}

}  // namespace isboot::linux_platform
