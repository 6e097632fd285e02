#include "app/keeper/credentials.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/linux/system/file.h"
#include "platform/linux/system/secret_pages.h"

namespace isboot::app {
namespace {

constexpr std::size_t kMaxFile = 4096;

std::string quoted(const std::string& path) { return "credentials file " + path; }

// The whole file; one byte of `buffer` stays unused, to tell a file that is too long.
Outcome<> read_private(const std::string& path, MutableBytes buffer, std::size_t& size) {
  const linux_platform::UniqueFd fd{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  struct stat status {};
  if (!fd || fstat(fd.get(), &status) != 0) {
    const bool missing = errno == ENOENT;
    return Failure{
        quoted(path) + ": " + strerror(errno),
        missing ? "name a file that exists" : "give a file that is yours, and no link to one"};
  }
  if (!S_ISREG(status.st_mode) || (status.st_mode & 077) != 0)
    return Failure{quoted(path) + " can be read by others than its owner", "chmod 0600 " + path};
  while (size < buffer.size()) {
    const ssize_t got = read(fd.get(), &buffer[size], buffer.size() - size);
    if (got < 0) return Failure{quoted(path) + ": " + strerror(errno), "look into the disk"};
    if (got == 0) return Done{};
    size += static_cast<std::size_t>(got);
  }
  return Failure{quoted(path) + " is too long", "keep it to four lines"};
}

// False: no such name, or the value is too long.
bool set(iscsi::Credentials& credentials, Text name, Text value) {
  if (name == "name") return credentials.name.assign(value).ok();
  if (name == "secret") return credentials.secret.assign(as_bytes(value)).ok();
  if (name == "reverse_name") return credentials.reverse_name.assign(value).ok();
  if (name == "reverse_secret") return credentials.reverse_secret.assign(as_bytes(value)).ok();
  return false;
}

Outcome<> parse(const std::string& path, Text text, iscsi::Credentials& credentials) {
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = position_of(text, '\n');
    const Text row = part_of(text, 0, end);
    text = end == Text::npos ? Text{} : part_of(text, end + 1);
    if (row.empty() || row[0] == '#') continue;
    const std::size_t equals = position_of(row, '=');
    if (equals == Text::npos ||
        !set(credentials, part_of(row, 0, equals), part_of(row, equals + 1)))
      return Failure{quoted(path) + ", line " + std::to_string(line) + ": not understood",
                     "use lines name=, secret=, reverse_name=, reverse_secret= of up to 255 bytes"};
  }
  return Done{};
}

}  // namespace

Outcome<> read_credentials(const std::string& path, iscsi::Credentials& credentials) {
  auto pages = linux_platform::SecretPages::allocate(kMaxFile);
  if (!pages) return Failure{in_words(pages.error()), "free some memory"};
  pages->resize(kMaxFile);  // all of it is wiped in the end
  std::size_t size = 0;
  ISBOOT_TRY(read_private(path, pages->memory(), size));
  return parse(path, as_text(pages->bytes().first(size)), credentials);
}

}  // namespace isboot::app
