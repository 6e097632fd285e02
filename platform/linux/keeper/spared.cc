#include "platform/linux/keeper/spared.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "core/base/text.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {
namespace {

constexpr const char* kOfKeeper = "isboot";  // the name of the file

using Buffer = std::array<char, 64>;

// Not open(): musl's calls fcntl() besides, which the keeper's filter refuses.
UniqueFd open_in(const char* folder, const char* name, int flags) {
  const UniqueFd in{openat(AT_FDCWD, folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
  return UniqueFd{openat(in.get(), name, flags | O_NOFOLLOW | O_CLOEXEC, 0644)};
}

// A line for each: sendsigs takes words.
Text lines(std::span<const pid_t> processes, TextWriter out) {
  for (const pid_t process : processes) out.decimal(static_cast<unsigned>(process)) << '\n';
  return out.text();
}

void write_lines(const char* folder, const char* name, Text text) {
  const UniqueFd file = open_in(folder, name, O_WRONLY | O_CREAT | O_TRUNC);
  if (file) (void)!write(file.get(), text.data(), text.size());
}

// What stands behind the first line, where that names `first`.
std::optional<Text> behind(pid_t first, const char* folder, const char* name, Buffer& found) {
  Buffer buffer{};
  const Text ours = lines({&first, 1}, TextWriter{buffer});
  const UniqueFd file = open_in(folder, name, O_RDONLY);
  const ssize_t size = file ? read(file.get(), found.data(), found.size()) : 0;
  if (size <= 0) return std::nullopt;
  const Text text{found.data(), static_cast<std::size_t>(size)};
  if (!text.starts_with(ours)) return std::nullopt;
  return part_of(text, ours.size());
}

void remove_file(const char* folder, const char* name) {
  const UniqueFd in{open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
  (void)unlinkat(in.get(), name, 0);
}

Buffer file_of_heir(pid_t first_guard) {
  Buffer name{};  // and a NUL: it is longer than any number
  (TextWriter{name} << "isboot-heir-").decimal(static_cast<unsigned>(first_guard));
  return name;
}

}  // namespace

void make_spared_folder(const char* folder) { (void)mkdir(folder, 0755); }

void spare(std::span<const pid_t> processes, const char* folder) {
  Buffer buffer{};
  write_lines(folder, kOfKeeper, lines(processes, TextWriter{buffer}));
}

void spare_in_place_of(pid_t before, pid_t guard, const char* folder) {
  Buffer found{};
  const auto others = behind(before, folder, kOfKeeper, found);
  if (!others) return;
  Buffer buffer{};
  TextWriter out{buffer};
  out.decimal(static_cast<unsigned>(guard)) << '\n' << *others;
  write_lines(folder, kOfKeeper, out.text());
}

void spare_no_more(pid_t first, const char* folder) {
  Buffer found{};
  if (behind(first, folder, kOfKeeper, found)) remove_file(folder, kOfKeeper);
}

void spare_heir(pid_t first_guard, pid_t heir, const char* folder) {
  Buffer buffer{};
  write_lines(folder, file_of_heir(first_guard).data(), lines({&heir, 1}, TextWriter{buffer}));
}

void spare_heir_no_more(pid_t first_guard, const char* folder) {
  remove_file(folder, file_of_heir(first_guard).data());
}

}  // namespace isboot::linux_platform
