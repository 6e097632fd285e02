#include "platform/linux/keeper/state_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/reader.h"
#include "core/base/writer.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr const char* kName = "sessions";
constexpr const char* kNewName = "sessions.new";
constexpr std::size_t kMaxFile = kMaxKept * (kMaxRecord + 2);

}  // namespace

Result<StateFile> StateFile::open(const char* folder) {
  if (mkdir(folder, 0700) != 0 && errno != EEXIST)
    return system_error(errno, "the keeper's folder in /run cannot be made");
  UniqueFd opened{::open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!opened) return system_error(errno, "the keeper's folder in /run cannot be opened");
  return StateFile{std::move(opened)};
}

Result<Done> StateFile::lock() const {
  if (flock(folder_.get(), LOCK_EX | LOCK_NB) == 0) return Done{};
  if (errno == EWOULDBLOCK) return Error{Errc::BadValue, 0, "a keeper runs already"};
  return system_error(errno, "the keeper's folder in /run cannot be locked");
}

Result<Done> StateFile::load(SessionRecords& records) const {
  records = {};
  const UniqueFd file{openat(folder_.get(), kName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!file) {
    if (errno == ENOENT) return Done{};
    return system_error(errno, "the keeper's state file cannot be opened");
  }
  std::array<std::uint8_t, kMaxFile> content;
  const ssize_t size = read(file.get(), content.data(), content.size());
  if (size < 0) return system_error(errno, "the keeper's state file cannot be read");
  Reader in{Bytes{content}.first(static_cast<std::size_t>(size))};
  while (in.remaining() != 0 && !records.full()) {
    const std::uint16_t length = ISBOOT_TRY(in.le16());
    const Bytes bytes = ISBOOT_TRY(in.bytes(length));
    SessionRecord record;
    if (decode(bytes, record)) records.push(record);
  }
  return Done{};
}

Result<Done> StateFile::save(std::span<const SessionRecord* const> records) const {
  std::array<std::uint8_t, kMaxFile> content;
  Writer out{content};
  for (const SessionRecord* record : records) {
    std::array<std::uint8_t, kMaxRecord> buffer;
    const Bytes bytes = ISBOOT_TRY(encode(*record, Secrets::Leave, buffer));
    out.le16(static_cast<std::uint16_t>(bytes.size())).bytes(bytes);
  }
  const Bytes whole{ISBOOT_TRY(out.finish())};
  const UniqueFd file{
      openat(folder_.get(), kNewName, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!file) return system_error(errno, "the keeper's state file cannot be made");
  if (write(file.get(), whole.data(), whole.size()) != static_cast<ssize_t>(whole.size()))
    return system_error(errno, "the keeper's state file cannot be written");
  if (renameat(folder_.get(), kNewName, folder_.get(), kName) != 0)
    return system_error(errno, "the keeper's state file cannot be replaced");
  return Done{};
}

}  // namespace isboot::linux_platform
