#include "platform/linux/keeper/keeper.h"

#include <sys/socket.h>

#include <algorithm>

#include "core/keep/session_events.h"
#include "platform/linux/keeper/status_json.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr int kForEver = -1;
constexpr int kMostNotices = 64;  // in one turn of the loop

}  // namespace

Result<Done> Keeper::open(const KeeperPlaces& places) {
  state_file_.emplace(ISBOOT_TRY(StateFile::open(places.state)));
  ISBOOT_TRY(state_file_->lock());
  listener_.emplace(ISBOOT_TRY(ControlListener::open(places.control)));
  baton_.emplace(ISBOOT_TRY(Baton::make()));
  return open_what_is_shared_with_nobody(places);
}

Result<Done> Keeper::open_what_is_shared_with_nobody(const KeeperPlaces& places) {
  room_.emplace(ISBOOT_TRY(InSecretPages<SecretRoom>::make_shared()));
  folder_.emplace(ISBOOT_TRY(SessionFolder::open(places.classes)));
  end_notice_.emplace(ISBOOT_TRY(EndNotice::open(places.state)));
  ports_.multipath.open(places.devices);
  return ports_.initiator.open();
}

Result<Done> Keeper::remember(const SessionRecord& record) {
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    if ((*room_)->kept[i]) continue;
    (*room_)->records[i] = record;
    (*room_)->kept[i] = true;
    return Done{};
  }
  return Error{Errc::NoSpace, 0, "too many sessions"};
}

Result<Done> Keeper::prepare() {
  started_ = false;
  core_.emplace((*room_)->announced);
  core_->set_end_limit(end_limit_ * Millis{1000});
  // The notices first: what happens from here on is not missed.
  ISBOOT_TRY(notices_.open());
  ISBOOT_TRY(ports_.initiator.open());
  ISBOOT_TRY(ports_.errands.start(*folder_, room_->pages()));
  for (std::size_t client = 0; client < kMaxClients; ++client)
    if (clients_[client]) tell({.kind = keep::Event::Kind::ClientCame, .client = client});
  look_for_ends_cancelled();
  for (const Slot& slot : slots_) {
    if (!is_kept(slot)) continue;
    auto found = find(record_of(slot));
    if (keep::adoption_after(found) == keep::Adoption::TryAgain) return found;
  }
  return Done{};
}

Result<Done> Keeper::adopt() {
  for (Slot& slot : slots_)
    if (is_kept(slot)) ISBOOT_TRY(adopt(slot));
  started_ = true;
  save();
  return Done{};
}

Result<Done> Keeper::find(const SessionRecord& record) const {
  return folder_->find(record.session, record.kernel.target_name, !record.logged_in);
}

Result<Done> Keeper::adopt(Slot& slot) {
  std::array<char, 160> line{};
  TextWriter out{line};
  (out << "session ").decimal(record_of(slot).session.value) << ": ";
  // The file may have it twice, after a keeper was killed in the middle.
  Result<Done> begun = core_->slot_of(record_of(slot).session)
                           ? Error{Errc::BadValue, 0, "the session is kept already"}
                           : watch(slot);
  out << (begun ? Text{"adopted"} : Text{begun.error().text});
  ports_.log.write(LogLevel::Info, out.text());
  if (begun)
    ports_.journal.write(
        {keep::Happening::Adopted, LogLevel::Info, out.text(), &record_of(slot), {}});
  if (begun) return begun;
  if (keep::adoption_after(begun) == keep::Adoption::TryAgain) return begun;
  release(slot);
  return Done{};
}

void Keeper::serve(UniqueFd client) {
  if (!client) return;
  clients_[0] = std::move(client);
  if (core_) tell({.kind = keep::Event::Kind::ClientCame, .client = 0});
}

bool Keeper::has_work() const {
  return kept() != 0 || (*room_)->announced.session_given_up_at() != keep::kNever;
}

std::size_t Keeper::kept() const {
  std::size_t count = 0;
  for (const Slot& slot : slots_) count += slot.session ? 1 : 0;
  return count;
}

std::size_t Keeper::index_of(const Slot& slot) const {
  return static_cast<std::size_t>(&slot - slots_.data());
}

SessionRecord& Keeper::record_of(const Slot& slot) { return (*room_)->records[index_of(slot)]; }

bool& Keeper::is_kept(const Slot& slot) { return (*room_)->kept[index_of(slot)]; }

Result<Done> Keeper::watch(Slot& slot) {
  SessionRecord& record = record_of(slot);
  ISBOOT_TRY(find(record));
  slot.session.emplace(record, ports_);
  slot.disk_id = folder_->disk_id(record.disk);
  // One that does not say what it is may have been taken away since the record was written.
  paths_[index_of(slot)].begin(!slot.disk_id.empty());
  ISBOOT_TRY(slot.session->start(folder_->is_logged_in(record.session)));
  if (!record.disk.empty()) let_commands_wait(record);
  is_kept(slot) = true;
  slot.told_carried = slot.session->carried();
  tell({.kind = keep::Event::Kind::Began,
        .slot = index_of(slot),
        .session = record.session,
        .carried = slot.told_carried});
  return Done{};
}

// Its secrets are wiped.
void Keeper::release(Slot& slot) {
  is_kept(slot) = false;
  if (slot.session) ports_.initiator.forget(slot.session->record().session);
  slot.session.reset();
  slot.disk_id.clear();
  slot.told_carried = false;
  paths_[index_of(slot)].end();
  record_of(slot) = {};
}

void Keeper::let_commands_wait(const SessionRecord& record) {
  if (!folder_->retry_for_ever(record.session, record.lun))
    ports_.log.write(LogLevel::Warning,
                     "the kernel does not let I/O wait for longer than 180 s; "
                     "raise the disk's timeout in sysfs (device/timeout) to change that");
}

MachineEnd Keeper::run() {
  tell({.kind = keep::Event::Kind::Time});
  while (!over_ && !cannot_go_on()) {
    if (offered_to_) {
      rest();
      continue;
    }
    on_time();
    if (over_ || offered_to_) continue;
    // Before the first wait too: nothing may happen for days, and the last path have a limit.
    if (paths_have_changed()) care_for_paths();
    wait();
  }
  return over_.value_or(MachineEnd::Stay);
}

void Keeper::on_time() {
  // It wakes nobody, and is to be known before that way may be announced anew.
  look_for_ends_taken_back();
  const Millis now = ports_.clock.now();
  for (Slot& slot : slots_) {
    if (slot.session && slot.session->waiting().deadline <= now) slot.session->on_time();
    tell_whether_carried(slot);
    if (slot.session && slot.session->take_changed()) save();
  }
  if (core_->deadline() <= now) tell({.kind = keep::Event::Kind::Time});
}

void Keeper::wait() {
  std::array<pollfd, kMaxPolled> polled{};
  std::size_t count = 0;
  const auto add = [&polled, &count](int fd, short events) {
    polled[count++] = {fd, events, 0};  // poll() ignores a descriptor of -1
  };
  add(notices_.descriptor(), POLLIN);
  add(listener_->descriptor(), POLLIN);
  for (const UniqueFd& client : clients_) add(client.get(), POLLIN);
  Millis deadline = std::min(core_->deadline(), paths_.care_at());
  for (const Slot& slot : slots_) {
    const Waiting waiting = slot.session ? slot.session->waiting() : Waiting{};
    add(waiting.descriptor, waiting.events);
    deadline = std::min(deadline, waiting.deadline);
  }
  for (std::size_t way = 0; way < EndNotice::kWays.size(); ++way)
    add(end_notice_->descriptor(way), 0);
  add(ports_.errands.descriptor(), POLLIN);
  const Millis now = ports_.clock.now();
  const int timeout = deadline == kNever ? kForEver : poll_timeout(now, deadline);
  if (poll(polled.data(), count, timeout) <= 0) return;

  // Sessions before the clients: a request may change who has which slot.
  if (polled[0].revents != 0) read_notices();
  if (polled[count - 1].revents != 0) read_errands();
  for (std::size_t i = 0; i < kMaxKept; ++i) {
    const pollfd& ready = polled[2 + kMaxClients + i];
    Slot& slot = slots_[i];
    if (ready.revents != 0 && slot.session && slot.session->waiting().descriptor == ready.fd)
      slot.session->on_ready();
    tell_whether_carried(slot);
  }
  // An end before who wants to take over: it is not to be missed by both.
  keep::Event announced{.kind = keep::Event::Kind::Announced};
  for (std::size_t way = 0; way < EndNotice::kWays.size(); ++way) {
    if (polled[2 + kMaxClients + kMaxKept + way].revents == 0) continue;
    // It was held again, and nobody looked.
    if (end_notice_->is_taken(way))
      tell({.kind = keep::Event::Kind::TakenBack, .then = EndNotice::end_by(way)});
    announced.ways[static_cast<std::size_t>(end_notice_->take(way))] = true;
  }
  tell(announced);
  for (std::size_t i = 0; i < kMaxClients; ++i)
    if (polled[2 + i].revents != 0) on_request(i);
  if (polled[1].revents != 0) accept_client();
}

// A target that says something without end keeps nobody else waiting.
void Keeper::read_notices() {
  for (int read = 0; read < kMostNotices; ++read) {
    const auto notice = notices_.next(ports_.clock);
    if (!notice) {
      const int number = errno_of(notice.error().code);
      if (number == ENOBUFS)
        tell({.kind = keep::Event::Kind::NoticesDropped});
      else if (number != 0)
        return;  // else one datagram of no use
      continue;
    }
    if (!*notice) return;
    on_notice(**notice);
  }
}

void Keeper::on_notice(const IscsiNotice& notice) {
  using Kind = keep::Event::Kind;
  keep::Event event{.session = notice.session};
  switch (notice.kind) {
    case IscsiNotice::Kind::ConnectionLost:
      event.kind = Kind::ConnectionLost;
      event.error = {Errc::Closed, 0, words_of_connection_error(notice.error)};
      break;
    case IscsiNotice::Kind::Unbound:
      event.kind = Kind::Unbound;
      break;
    case IscsiNotice::Kind::SomeGone:
      event.kind = Kind::SomeGone;
      break;
    case IscsiNotice::Kind::Pdu:
      event.kind = Kind::TargetSaid;
      event.said = keep::read_target_notice(notice.pdu);
      break;
    case IscsiNotice::Kind::Other:
      return;
  }
  tell(event);
}

void Keeper::accept_client() {
  UniqueFd socket = listener_->accept();
  if (!socket) return;
  const auto place = core_->free_client();
  if (!place) return answer(socket.get(), false, "others wait for answers; ask again in a moment");
  clients_[*place] = std::move(socket);
  tell({.kind = keep::Event::Kind::ClientCame, .client = *place});
}

void Keeper::on_request(std::size_t client) {
  std::array<std::uint8_t, kMaxRequest>& buffer = (*room_)->request;
  const int socket = clients_[client].get();
  const ssize_t size = recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size <= 0) return leave(client);
  const auto request = decode_request(Bytes{buffer}.first(static_cast<std::size_t>(size)));
  if (request)
    carry_out(client, *request);
  else
    answer(socket, false, request.error().text);
  wipe(buffer);  // it may have held secrets
}

void Keeper::carry_out(std::size_t client, const ControlRequest& request) {
  using Kind = keep::Event::Kind;
  const int socket = clients_[client].get();
  switch (request.kind) {
    case ControlRequest::Kind::Status:
      return answer_status(socket);
    case ControlRequest::Kind::Keep:
      brought_ = request.record;
      tell({.kind = Kind::KeepRequested, .client = client});
      brought_ = {};
      return;
    case ControlRequest::Kind::Release:
      return tell({.kind = Kind::ReleaseRequested, .client = client});
    case ControlRequest::Kind::Replace:
      return tell({.kind = Kind::ReplaceRequested, .client = client});
    case ControlRequest::Kind::End:
      return tell({.kind = Kind::EndRequested,
                   .client = client,
                   .session = request.session,
                   .limit = request.limit * Millis{1000},
                   .then = request.then});
  }
}

void Keeper::answer_status(int socket) {
  StatusJson json{answer_};
  for (const Slot& slot : slots_)
    if (slot.session)
      json.append(*slot.session, slot.disk_id, core_->ends(index_of(slot)), ports_.clock,
                  ports_.log);
  const auto text = json.finish();
  answer(socket, text.ok(), text ? *text : Text{text.error().text});
}

void Keeper::save() {
  if (!started_) return;
  List<const SessionRecord*, kMaxKept> records;
  for (const Slot& slot : slots_)
    if (slot.session) records.push(&slot.session->record());
  const auto saved = state_file_->save(records.view());
  if (saved)
    tell({.kind = keep::Event::Kind::Saved});
  else
    tell({.kind = keep::Event::Kind::NotSaved, .error = saved.error()});
}

}  // namespace isboot::linux_platform
