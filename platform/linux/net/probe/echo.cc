#include "platform/linux/net/probe/echo.h"

#include "core/base/reader.h"
#include "core/base/writer.h"
#include "platform/linux/net/probe/internet_checksum.h"

namespace isboot::linux_platform {
namespace {

constexpr std::uint8_t kV4Request = 8;
constexpr std::uint8_t kV4Reply = 0;
constexpr std::uint8_t kV6Request = 128;
constexpr std::uint8_t kV6Reply = 129;
constexpr std::size_t kChecksumAt = 2;

std::size_t ip_header_size(const Echo& echo) { return echo.v4 ? kV4HeaderSize : kV6HeaderSize; }

}  // namespace

Result<Bytes> write_echo(MutableBytes buffer, const Echo& echo) {
  const std::size_t headers = ip_header_size(echo) + kEchoHeaderSize;
  if (echo.packet_size < headers)
    return Error{Errc::BadValue, 0, "packet is too small for an echo"};
  Writer out{buffer};
  out.u8(echo.v4 ? kV4Request : kV6Request).u8(0).be16(0);
  out.be16(echo.identifier).be16(echo.sequence).zeros(echo.packet_size - headers);
  const MutableBytes message = ISBOOT_TRY(out.finish());
  if (echo.v4) Writer{message.subspan(kChecksumAt)}.be16(internet_checksum(message));
  return Bytes{message};
}

bool is_reply(Bytes received, const Echo& echo) {
  std::size_t start = 0;
  if (echo.v4) {
    if (received.empty()) return false;
    start = static_cast<std::size_t>(received[0] & 0x0f) * 4;  // IHL, in words of four bytes
  }
  if (received.size() < start || received.size() - start != echo.packet_size - ip_header_size(echo))
    return false;
  Reader in{received, start};
  const auto type = in.u8();
  if (!type || *type != (echo.v4 ? kV4Reply : kV6Reply) || !in.skip(3)) return false;
  const auto identifier = in.be16();
  const auto sequence = in.be16();
  return identifier && sequence && *identifier == echo.identifier && *sequence == echo.sequence;
}

}  // namespace isboot::linux_platform
