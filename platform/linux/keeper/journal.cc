#include "platform/linux/keeper/journal.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "core/base/writer.h"

namespace isboot::linux_platform {
namespace {

using keep::Happening;

constexpr std::size_t kMaxEntry = 2048;

// syslog(3)
Text priority(LogLevel level) {
  switch (level) {
    case LogLevel::Error:
      return "3";
    case LogLevel::Warning:
      return "4";
    case LogLevel::Info:
      return "6";
    case LogLevel::Detail:
      return "7";
  }
  return "6";
}

void put(Writer& out, Text name, Text value) {
  out.text(name).u8('\n').le64(value.size()).text(value).u8('\n');
}

}  // namespace

Text message_id(Happening what) {
  switch (what) {
    case Happening::Lost:
      return "8c623f861e4c4f178c07442894a6d9d1";
    case Happening::Back:
      return "773774facec2409b8bdd9cd38efec9d6";
    case Happening::LoggedIn:
      return "fc5f341a81574202802fb2d1ed9028fc";
    case Happening::Refused:
      return "f62d8434495d448b8c934db0ae6458e7";
    case Happening::Failed:
      return "39c9cabc75f74de9803a8df349102880";
    case Happening::Moved:
      return "be7b1abf4cb0474d8bb04beede4a888c";
    case Happening::Adopted:
      return "6e7afd82c52d4e368fdec52175062e1a";
    case Happening::TakenOver:
      return "bbc38a2c68314c108ef910e604d8c837";
    case Happening::OtherPath:
      return "74033d0df0294b33878efc97c2b4b1de";
    case Happening::Ends:
      return "6cde95af53a24e6c8077116f4f8bde21";
    case Happening::Over:
      return "96c99ea6ab6c45ed866883827bd54607";
    case Happening::GivenUp:
      return "5940a58c27e2438e8e59ca0d3130b82f";
    case Happening::MachineEnds:
      return "09a4230742e7448c880563b633a5af54";
    case Happening::MachineGoesOn:
      return "ebe18d67c88249148b18348c31965b0f";
    case Happening::None:
      break;
  }
  return {};
}

Result<Bytes> encode(const JournalEntry& entry, MutableBytes out) {
  Writer writer{out};
  put(writer, "MESSAGE", entry.line);
  put(writer, "MESSAGE_ID", message_id(entry.what));
  put(writer, "PRIORITY", priority(entry.level));
  put(writer, "SYSLOG_IDENTIFIER", "isboot-keep");
  put(writer, "OBJECT_SYSTEMD_UNIT", "isboot.service");
  if (entry.session != nullptr) {
    std::array<char, 16> number{};
    TextWriter digits{number};
    digits.decimal(entry.session->session.value);
    put(writer, "ISBOOT_SESSION", digits.text());
    put(writer, "ISBOOT_TARGET", entry.session->kernel.target_name);
    put(writer, "ISBOOT_PORTAL",
        to_text(entry.portal ? *entry.portal : entry.session->kernel.portal));
    if (!entry.session->disk.empty()) put(writer, "ISBOOT_DISK", entry.session->disk);
  }
  return Bytes{ISBOOT_TRY(writer.finish())};
}

SystemdJournal::SystemdJournal(const char* path)
    : path_{path}, socket_{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {}

void SystemdJournal::write(const JournalEntry& entry) {
  if (!socket_ || entry.what == Happening::None) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (void)std::strncpy(address.sun_path, path_, sizeof address.sun_path - 1);
  std::array<std::uint8_t, kMaxEntry> buffer;
  const auto encoded = encode(entry, buffer);
  if (!encoded) return;
  (void)sendto(socket_.get(), encoded->data(), encoded->size(), MSG_DONTWAIT | MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

}  // namespace isboot::linux_platform
