#include "platform/linux/keeper/spared.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "core/base/text.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

constexpr const char* kFileOfSpared = "isboot";

// Not open(): musl's calls fcntl() besides, which the keeper's filter refuses.
UniqueFd open_in(const char* folder, int flags) {
  const UniqueFd in{openat(AT_FDCWD, folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
  return UniqueFd{openat(in.get(), kFileOfSpared, flags | O_NOFOLLOW | O_CLOEXEC, 0644)};
}

// A line for each: sendsigs takes words.
Text lines(std::span<const pid_t> processes, TextWriter out) {
  for (const pid_t process : processes) out.decimal(static_cast<unsigned>(process)) << '\n';
  return out.text();
}

}  // namespace

void make_spared_folder(const char* folder) { (void)mkdir(folder, 0755); }

void spare(std::span<const pid_t> processes, const char* folder) {
  std::array<char, 64> buffer{};
  const Text text = lines(processes, TextWriter{buffer});
  const UniqueFd file = open_in(folder, O_WRONLY | O_CREAT | O_TRUNC);
  if (file) (void)!write(file.get(), text.data(), text.size());
}

void spare_no_more(pid_t first, const char* folder) {
  std::array<char, 64> buffer{};
  std::array<char, 64> found{};
  const Text ours = lines({&first, 1}, TextWriter{buffer});
  const UniqueFd file = open_in(folder, O_RDONLY);
  const ssize_t size = file ? read(file.get(), found.data(), found.size()) : 0;
  if (size <= 0 || !Text{found.data(), static_cast<std::size_t>(size)}.starts_with(ours)) return;
  const UniqueFd in{open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
  (void)unlinkat(in.get(), kFileOfSpared, 0);
}

}  // namespace isboot::linux_platform
