#include "platform/freebsd/life.h"

#include "core/ibft/decode.h"
#include "core/ports/line.h"
#include "platform/freebsd/sysctls.h"
#include "platform/freebsd/tunables.h"

namespace isboot::freebsd {
namespace {

// For a path that joins the first one. It may come later, too: it is tried again and again then.
constexpr Millis kJoinLimit = 5'000;

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
    case LifeState::Joining:
      return state_ = join();
    case LifeState::Kept:
      return state_ = watch();
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
  read_tunables(log_, parameters_);
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
  line.decimal(table_.nics.count) << (table_.nics.count == 1 ? " NIC, " : " NICs, ");
  line.decimal(table_.targets.count) << (table_.targets.count == 1 ? " target" : " targets");
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

Result<Done> Life::bring_up(Millis give_up, boot::Unanswered unanswered) {
  boot::Path& path = plan_.items[path_];
  path.login.cmd_sn = kFirstCmdSn;
  KeptSession& session = kept_[path_].emplace(clock_, log_, hash_, entropy_);
  session.initiator().set_login(path.login);
  boot::Ports ports = session.ports(room_);
  const auto established = boot::establish(path, parameters_, give_up, ports, unanswered);
  if (!room_.made) {
    kept_[path_].reset();
    return established.error();
  }
  session.keep(*room_.made);
  return Done{};
}

// Each path gets its share of the time that is left, so that a dead one cannot use up all of it.
LifeState Life::try_path() {
  const std::size_t paths = parameters_.all_paths ? plan_.count : 1;
  if (path_ == paths) {
    log_.write(LogLevel::Error, "no iSCSI disk; next: mend what the lines above name");
    return over("failed");
  }
  show("hw.isboot.state", "connecting");
  const Millis now = clock_.now();
  const Millis left = give_up_ > now ? give_up_ - now : 0;
  const auto up = bring_up(now + left / (paths - path_), boot::Unanswered::TakenBack);
  if (!up && isboot_stopping() != 0) return over("ended");
  if (!up) {
    ++path_;
    return LifeState::Trying;
  }
  first_ = path_;
  path_ = 0;
  show_kept();
  isboot_release_root();
  return LifeState::Joining;
}

// gmultipath(8) wants every way to the disk that firmware has marked.
LifeState Life::join() {
  if (isboot_stopping() != 0) return over("ended");
  if (path_ == plan_.count || !parameters_.all_paths) return LifeState::Kept;
  if (path_ != first_ && plan_.items[path_].boot_selected) {
    // What failed is in the log.
    (void)bring_up(clock_.now() + kJoinLimit, boot::Unanswered::Left);
  }
  ++path_;
  return LifeState::Joining;
}

LifeState Life::watch() {
  if (isboot_stopping() != 0) return over("ended");
  bool any = false;
  Millis next = clock_.now() + ISBOOT_MAX_WAIT;
  for (std::optional<KeptSession>& session : kept_) {
    if (!session || session->state() == KeptState::Ended) continue;
    const Millis due = session->look();
    if (due < next) next = due;
    any = any || session->state() != KeptState::Ended;
  }
  if (isboot_stopping() != 0) return over("ended");
  show_kept();
  if (!any) {
    log_.write(LogLevel::Error, "nothing is left to bring back; next: reset the machine");
    return over("gone");
  }
  clock_.sleep_until(next);
  return LifeState::Kept;
}

void Life::show_kept() {
  const KeptSession& first = *kept_[first_];
  show("hw.isboot.state", first.state_text());
  show("hw.isboot.session", first.kernel_id());
  show("hw.isboot.disk", first.established().disk);
  show("net.isboot.device", first.established().disk);
  show("hw.isboot.interface", first.interface());
  show("net.isboot.nic", first.interface());
  Line paths;
  std::uint32_t recoveries = 0;
  for (const std::optional<KeptSession>& session : kept_) {
    if (!session) continue;
    recoveries += session->recoveries();
    if (!session->last_error().empty()) show("hw.isboot.last_error", session->last_error());
    if (!paths.text().empty()) paths << ", ";
    const DiskName& disk = session->established().disk;
    paths << (disk.empty() ? Text{"no disk yet"} : disk.view()) << ' ' << session->state_text()
          << ' ' << to_text(session->established().kernel.portal);
  }
  show("hw.isboot.paths_kept", paths.text());
  show("hw.isboot.recoveries", recoveries);
}

}  // namespace isboot::freebsd
