#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/base/secret.h"
#include "core/ibft/locate.h"
#include "platform/linux/firmware/sources.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

constexpr std::size_t kPiece = 4096;

// Piece after piece, into the same memory: nearly every machine has nothing there, and a range as a
// whole costs it several times as much to be given, locked and wiped. What cannot be read is read
// again as a whole, which says why.
bool may_hold_table(int fd, std::uint32_t start, std::uint32_t end) {
  std::array<std::uint8_t, kPiece> piece{};
  bool may = false;
  for (std::uint32_t at = start; at < end && !may; at += kPiece)
    may = pread(fd, piece.data(), kPiece, static_cast<off_t>(at)) != static_cast<ssize_t>(kPiece) ||
          ibft::may_hold_table(piece);
  wipe(piece);  // a table's secrets are in it
  return may;
}

// Read, not mapped: a read of a page that the kernel keeps to itself gives zeros or an
// error, an access through a mapping a signal. Returns what could be read.
Result<SecretPages> read_range(int fd, std::uint32_t start, std::uint32_t end) {
  SecretPages pages = ISBOOT_TRY(SecretPages::allocate(end - start));
  while (pages.bytes().size() < end - start) {
    const std::size_t size = pages.bytes().size();
    const MutableBytes room = pages.memory().subspan(size);
    const ssize_t count =
        pread(fd, room.data(), room.size(), static_cast<off_t>(start) + static_cast<off_t>(size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && size == 0) return system_error(errno, "low memory cannot be read");
    if (count <= 0) break;
    pages.resize(size + static_cast<std::size_t>(count));
  }
  return pages;
}

void search_range(Bytes memory, std::uint32_t start, FirmwareSearch& search) {
  std::size_t from = 0;
  while (const auto found = ibft::find_table(memory, from)) {
    from = found->offset + found->length;
    auto pages = SecretPages::allocate(found->length);
    if (!pages) return;
    const Bytes table = memory.subspan(found->offset, found->length);
    pages->resize(table.size());
    std::copy(table.begin(), table.end(), pages->memory().begin());
    std::array<char, 24> buffer{};
    TextWriter source{buffer};
    source << "lowmem:0x";
    source.hex(start + found->offset);
    search.tables.push_back({std::string{source.text()}, std::move(*pages), {}});
  }
}

}  // namespace

void search_low_memory(const FirmwarePaths& paths, FirmwareSearch& search) {
  if (access(paths.efi.c_str(), F_OK) == 0) return;  // UEFI leaves nothing there
  const UniqueFd fd{open(paths.memory.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) {
    // EPERM: locked down, or not root.
    if (errno != ENOENT)
      search.obstacles.push_back(obstacle(paths.memory, system_error(errno, "not readable")));
    return;
  }
  for (const auto& [start, end] : {std::pair{ibft::kLowMemoryStart, ibft::kVideoStart},
                                   std::pair{ibft::kVideoEnd, ibft::kLowMemoryEnd}}) {
    if (!may_hold_table(fd.get(), start, end)) continue;
    const auto pages = read_range(fd.get(), start, end);
    if (pages)
      search_range(pages->bytes(), start, search);
    else
      search.obstacles.push_back(obstacle(paths.memory, pages.error()));
  }
}

}  // namespace isboot::linux_platform
