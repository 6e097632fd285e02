#include "tests/netns/disk_reader.h"

#include <unistd.h>

#include "core/iscsi/drive.h"
#include "core/iscsi/scsi.h"
#include "platform/linux/system/clock.h"
#include "tests/netns/tgt.h"

namespace isboot::netns {
namespace {

namespace scsi = iscsi::scsi;

constexpr std::uint32_t kBlockSize = 512;
constexpr std::size_t kOneRead = 128 << 10;  // many full frames

}  // namespace

Result<Done> DiskReader::hand_over(SessionId, Stream& stream, const iscsi::SessionParams& params) {
  stream_ = &stream;
  connection_.reset(dup(stream.descriptor()));
  exchange_.emplace(params);
  return Done{};
}

Result<DiskName> DiskReader::find_disk(SessionId, const Lun& lun, Millis deadline) {
  lun_ = lun;
  deadline_ = deadline;
  std::vector<std::uint8_t> data(96);
  ISBOOT_TRY(command(scsi::inquiry(96), data));
  const auto inquiry = ISBOOT_TRY(scsi::decode_inquiry(data));
  if (!inquiry.connected || !inquiry.is_disk) return Error{Errc::NotFound, 0, "no disk"};
  data.clear();
  ISBOOT_TRY(command(scsi::test_unit_ready(), data));
  for (std::size_t start = 0; start < kRead; start += kOneRead) ISBOOT_TRY(read(start, kOneRead));
  DiskName name;
  ISBOOT_TRY(name.assign(inquiry.product));
  return name;
}

Result<Done> DiskReader::command(Bytes cdb, std::vector<std::uint8_t>& data) {
  linux_platform::LinuxClock clock;
  // A new session's first command gets a unit attention in place of an answer.
  for (int tries = 0; tries < 3; ++tries) {
    const auto last = ISBOOT_TRY(
        iscsi::drive(*exchange_, exchange_->command(lun_, cdb, data), *stream_, clock, deadline_));
    if (last.kind == iscsi::ExchangeStep::Kind::Failed) return last.error;
    if (exchange_->result().scsi_status != scsi::kGood) continue;
    data.resize(exchange_->result().data_size);
    return Done{};
  }
  return Error{Errc::BadValue, 0, "the disk refuses a command"};
}

Result<Done> DiskReader::read(std::size_t start, std::size_t size) {
  std::vector<std::uint8_t> data(size);
  ISBOOT_TRY(command(
      scsi::read_16(start / kBlockSize, static_cast<std::uint32_t>(size / kBlockSize)), data));
  if (data.size() != size) return Error{Errc::BadValue, 0, "the disk sends too little"};
  for (std::size_t at = 0; at < size; ++at)
    if (data[at] != disk_byte(start + at))
      return Error{Errc::BadValue, 0, "the disk's bytes are others"};
  return Done{};
}

}  // namespace isboot::netns
