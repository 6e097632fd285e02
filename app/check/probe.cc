#include "app/check/probe.h"

#include <algorithm>
#include <vector>

#include "core/iscsi/scsi.h"

namespace isboot::app {
namespace {

namespace scsi = iscsi::scsi;

// With the list's header 8192 bytes: istgt 0.4 never answers when more is asked for than a segment
// holds (docs/quirks.md).
constexpr std::size_t kMaxLuns = 1023;
constexpr std::uint64_t kSmallestDisk = 2;       // blocks: a partition table and its header
constexpr std::uint8_t kLunNotSupported = 0x25;  // ASC

std::string number_of(const Lun& lun) {
  const auto number = lun.number();
  return number ? std::to_string(*number) : "0x" + std::string{to_hex(lun).view()};
}

// Why a command was not GOOD; none when it was.
Outcome<> judge(const char* what, const Lun& lun, const iscsi::ExchangeResult& result) {
  const std::string command = std::string{what} + " of LUN " + number_of(lun) + ": ";
  if (result.response != 0)
    return Failure{command + "the target could not carry it out (response " +
                       std::to_string(result.response) + ")",
                   "look into the target's log"};
  if (result.scsi_status == scsi::kGood) return Done{};
  if (result.scsi_status != scsi::kCheckCondition)
    return Failure{command + std::string{scsi::status_text(result.scsi_status).view()},
                   result.scsi_status == scsi::kReservationConflict
                       ? "end the reservation at the machine that holds it, or at the target"
                       : "look into the target's log"};
  const auto sense = scsi::decode_sense(result.sense);
  if (!sense)
    return Failure{command + "CHECK CONDITION without sense", "look into the target's log"};
  if (sense->key == scsi::kRecoveredError) return Done{};
  const std::string words = command + std::string{to_text(*sense).view()};
  if (sense->asc == kLunNotSupported)
    return Failure{"the target has no LUN " + number_of(lun) + ": " + what + ": " +
                       std::string{to_text(*sense).view()},
                   "check the LUN in the firmware's settings and at the target"};
  if (sense->key == scsi::kNotReady)
    return Failure{words, "wait until the disk is ready, or look into the target's log"};
  return Failure{words, "look into the target's log"};
}

// Linux' sd does without the answer of a command that is refused. It sends again, and goes on with
// nothing else, what the target fails to carry out (tests/vm/check_agrees_test.py).
Failure never_ends(Failure failure) {
  failure.message += "; Linux would send it again without end";
  return failure;
}

// Runs a command into `data`, which is cut to what came.
Outcome<> run(Conversation& target, const Lun& lun, const char* what, const scsi::Cdb& cdb,
              std::vector<std::uint8_t>& data, iscsi::ExchangeResult& result) {
  if (const auto asked = target.command(lun, cdb, data, result); !asked)
    return Failure{std::string{what} + " of LUN " + number_of(lun) + ": " + asked.error().message,
                   asked.error().next_step};
  ISBOOT_TRY(judge(what, lun, result));
  data.resize(result.data_size);
  return Done{};
}

Outcome<> run(Conversation& target, const Lun& lun, const char* what, const scsi::Cdb& cdb,
              std::vector<std::uint8_t>& data) {
  iscsi::ExchangeResult result;
  return run(target, lun, what, cdb, data, result);
}

std::optional<scsi::Sense> not_ready(const iscsi::ExchangeResult& result) {
  if (result.scsi_status != scsi::kCheckCondition) return {};
  const auto sense = scsi::decode_sense(result.sense);
  if (!sense || !scsi::is_waited_for(*sense)) return {};
  return *sense;
}

Failure bad_data(const char* what, const Error& error) {
  return {std::string{what} + ": " + error.text, "look into the target's log"};
}

Outcome<scsi::Inquiry> read_names(Conversation& target, const Lun& lun, DiskReport& report) {
  std::vector<std::uint8_t> data(96);
  ISBOOT_TRY(run(target, lun, "INQUIRY", scsi::inquiry(96), data));
  const auto inquiry = scsi::decode_inquiry(data);
  if (!inquiry) return bad_data("INQUIRY", inquiry.error());
  if (!inquiry->connected)
    return Failure{"the target has no LUN " + number_of(lun),
                   "check the LUN in the firmware's settings and at the target"};
  if (!inquiry->is_disk)
    return Failure{"LUN " + number_of(lun) + " is no disk",
                   "check the LUN in the firmware's settings and at the target"};
  report.vendor = inquiry->vendor.view();
  report.product = inquiry->product.view();
  report.revision = inquiry->revision.view();

  // Not every disk has these pages; one without them boots all the same.
  iscsi::ExchangeResult result;
  data.assign(255, 0);
  ISBOOT_TRY(target.command(lun, scsi::inquiry(scsi::VpdPage::SerialNumber, 255), data, result));
  if (const auto serial = scsi::decode_serial_number(Bytes{data}.first(result.data_size)))
    report.serial = serial->view();
  data.assign(1024, 0);
  ISBOOT_TRY(target.command(lun, scsi::inquiry(scsi::VpdPage::Identification, 1024), data, result));
  if (const auto id = scsi::decode_identification(Bytes{data}.first(result.data_size)))
    report.identification = id->view();
  return *inquiry;
}

// The LUNs that the target lists, for people: the kernel is told which one to look at. Asked of
// LUN 0, which should answer even when there is no disk (SPC-5, REPORT LUNS); not every target's
// does.
std::string list_luns(Conversation& target, DiskReport& report) {
  constexpr std::uint32_t kSize = 8 + 8 * kMaxLuns;
  std::vector<std::uint8_t> data(kSize);
  const auto listed = run(target, Lun{}, "REPORT LUNS", scsi::report_luns(kSize), data);
  const auto list = scsi::decode_lun_list(data);
  if (!listed || !list) {
    report.notes.push_back((listed ? "REPORT LUNS: bad answer" : listed.error().message) +
                           "; a boot does not need that list");
    return {};
  }
  report.luns = list->count;
  std::string there;
  for (std::size_t at = 0; at + 8 <= list->entries.size(); at += 8) {
    Lun other;
    std::copy_n(list->entries.begin() + static_cast<std::ptrdiff_t>(at), 8, other.bytes.begin());
    there += (there.empty() ? "" : ", ") + number_of(other);
  }
  return there.empty() ? "none at all" : there;
}

// Linux' sd takes these.
constexpr std::uint32_t kBlockSizes[] = {512, 1024, 2048, 4096};

// What is said of a LUN that does not answer, with those that the target has.
Failure with_list(Failure failure, Conversation& target, DiskReport& report) {
  const std::string there = list_luns(target, report);
  if (!there.empty()) failure.next_step = "check the LUN; the target has " + there;
  return failure;
}

Outcome<> read_capacity_10(Conversation& target, const Lun& lun, scsi::Capacity& capacity) {
  std::vector<std::uint8_t> data(8);
  ISBOOT_TRY(run(target, lun, "READ CAPACITY(10)", scsi::read_capacity_10(), data));
  data.resize(8);  // as the kernel: what did not come is zeros
  const auto decoded = scsi::decode_capacity_10(data);
  if (!decoded) return bad_data("READ CAPACITY(10)", decoded.error());
  capacity = *decoded;
  return Done{};
}

// False: there is none, and Linux does without.
Outcome<bool> read_capacity_16(Conversation& target, const Lun& lun, scsi::Capacity& capacity) {
  std::vector<std::uint8_t> data(32);
  iscsi::ExchangeResult result;
  const auto known =
      run(target, lun, "READ CAPACITY(16)", scsi::read_capacity_16(32), data, result);
  if (!known && is_sent_again(result)) return never_ends(known.error());
  if (!known) return false;
  data.resize(32);
  const auto decoded = scsi::decode_capacity(data);
  // Linux holds the size of a block in an int, and a negative one for an error.
  if (!decoded || decoded->block_size > INT32_MAX) return false;
  capacity = *decoded;
  return true;
}

// Whether Linux' sd asks with the long command first.
bool asks_long_first(const scsi::Inquiry& inquiry) {
  constexpr std::uint8_t kScsi2 = 2;
  constexpr std::uint8_t kSpc2 = 4;
  return inquiry.version > kSpc2 || (inquiry.version > kScsi2 && inquiry.protects);
}

// As sd: with the long command and, where that is refused, with the short one; of an older disk
// with the short one and, where the size does not fit its answer, with the long one.
Outcome<> read_capacity(Conversation& target, const Lun& lun, const scsi::Inquiry& inquiry,
                        DiskReport& report) {
  scsi::Capacity capacity;
  const bool long_first = asks_long_first(inquiry);
  const bool is_long = long_first && ISBOOT_TRY(read_capacity_16(target, lun, capacity));
  if (!is_long) ISBOOT_TRY(read_capacity_10(target, lun, capacity));
  if (long_first && !is_long)
    report.notes.push_back("no READ CAPACITY(16); a boot uses READ CAPACITY(10)");
  // Where there is no long answer, sd takes the most that a short one can say.
  if (!long_first && capacity.blocks > UINT32_MAX)
    ISBOOT_TRY(read_capacity_16(target, lun, capacity));
  report.blocks = capacity.blocks;
  report.block_size = capacity.block_size;
  return Done{};
}

Outcome<> read_start(Conversation& target, const Lun& lun, DiskReport& report) {
  const auto* const known =
      std::find(std::begin(kBlockSizes), std::end(kBlockSizes), report.block_size);
  if (report.blocks < kSmallestDisk || known == std::end(kBlockSizes))
    return Failure{"LUN " + number_of(lun) +
                       " is no disk to boot from: " + std::to_string(report.blocks) +
                       " blocks of " + std::to_string(report.block_size) + " bytes",
                   known == std::end(kBlockSizes)
                       ? "let the target show blocks of 512 or 4096 bytes"
                       : "check the LUN in the firmware's settings and at the target"};
  // As sd chooses it: the long command only where the short one cannot name every block.
  const bool is_large = report.blocks > UINT32_MAX;
  std::vector<std::uint8_t> data(kSmallestDisk * report.block_size);
  ISBOOT_TRY(run(target, lun, "READ",
                 is_large ? scsi::read_16(0, kSmallestDisk)
                          : scsi::read_10(0, static_cast<std::uint16_t>(kSmallestDisk)),
                 data));
  report.partition_table = partition_table(data, report.block_size);
  return Done{};
}

// As sd asks: for all pages, and where that is refused for none. A disk that does not answer can be
// written to.
Outcome<> read_write_protection(Conversation& target, const Lun& lun, DiskReport& report) {
  constexpr std::uint8_t kAllPages = 0x3f;
  for (const std::uint8_t page : {kAllPages, std::uint8_t{0}}) {
    std::vector<std::uint8_t> data(scsi::kModeHeader);
    iscsi::ExchangeResult result;
    ISBOOT_TRY(target.command(lun, scsi::mode_sense_6(page, scsi::kModeHeader), data, result));
    const auto answered = judge("MODE SENSE", lun, result);
    if (!answered && is_sent_again(result)) return never_ends(answered.error());
    if (!answered) continue;
    if (scsi::is_write_protected(data))
      report.notes.push_back("write-protected: a boot has the disk, and root stays read-only");
    break;
  }
  return Done{};
}

// Linux' sd tells a disk that is not ready to start, waits so long for it, and then looks at it all
// the same (sd_mod of Linux 6.1, tests/vm/check_agrees_test.py).
constexpr Millis kSpinUp = 100'000;

Outcome<> await_ready(Conversation& target, const Lun& lun, DiskReport& report) {
  iscsi::ExchangeResult result;
  ISBOOT_TRY(target.command(lun, scsi::test_unit_ready(), {}, result, 0));
  auto missing = not_ready(result);
  if (missing && !scsi::has_no_medium(*missing)) {
    // Whether START STOP UNIT helped shows in the answer to the next TEST UNIT READY.
    ISBOOT_TRY(target.command(lun, scsi::start_unit(), {}, result, 0));
    ISBOOT_TRY(target.command(lun, scsi::test_unit_ready(), {}, result, kSpinUp));
  } else if (!judge("TEST UNIT READY", lun, result)) {
    ISBOOT_TRY(target.command(lun, scsi::test_unit_ready(), {}, result));
  }
  auto ready = judge("TEST UNIT READY", lun, result);
  if (ready) return Done{};
  if (is_sent_again(result)) return never_ends(ready.error());
  missing = not_ready(result);
  if (missing && (scsi::has_no_medium(*missing) || target.is_over())) return ready;
  report.notes.push_back(ready.error().message +
                         (missing ? "; a boot takes the disk after 100 s all the same"
                                  : "; a boot does not need that"));
  return Done{};
}

}  // namespace

Outcome<> probe_disk(Conversation& target, const Lun& lun, DiskReport& report) {
  const auto named = read_names(target, lun, report);
  if (!named) return with_list(named.error(), target, report);
  ISBOOT_TRY(await_ready(target, lun, report));
  ISBOOT_TRY(read_capacity(target, lun, *named, report));
  ISBOOT_TRY(read_start(target, lun, report));
  ISBOOT_TRY(read_write_protection(target, lun, report));
  // Last, since a target may end the session on what no boot asks it.
  (void)list_luns(target, report);
  return Done{};
}

}  // namespace isboot::app
