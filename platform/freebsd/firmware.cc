#include "platform/freebsd/firmware.h"

#include "core/ibft/locate.h"
#include "core/ports/line.h"
#include "platform/freebsd/kernel.h"

namespace isboot::freebsd {
namespace {

// ACPI counts each signature's tables; people count them all, iBFT before IBFT. How long it is;
// 0: there is none.
std::size_t nth_table(unsigned number, MutableBytes out) {
  std::size_t length = 0;
  for (const char* signature : {"iBFT", "IBFT"})
    for (unsigned i = 1; isboot_acpi_table(signature, i, out.data(), out.size(), &length) == 0; ++i)
      if (--number == 0) return length;
  return 0;
}

Result<FoundTable> from_acpi(unsigned number, MutableBytes out) {
  const std::size_t length = nth_table(number, out);
  if (length == 0) return Error{Errc::NotFound, 0, "ACPI has no such table"};
  FoundTable found{out.first(length), {}};
  Line source;
  (source << "acpi:").decimal(number);
  ISBOOT_TRY(found.source.assign(source.text()));
  return found;
}

// One stretch of low memory, at most kMaxTable bytes of it at a time: a table may start in
// one half and end in the next, so each look goes half as far as it reads.
Result<FoundTable> from_stretch(std::uint32_t start, std::uint32_t end, MutableBytes out) {
  const auto window = static_cast<std::uint32_t>(out.size());
  for (std::uint32_t at = start; at < end; at += window / 2) {
    const std::uint32_t size = end - at < window ? end - at : window;
    if (isboot_low_memory(at, out.data(), size) != 0) break;
    const auto location = ibft::find_table(out.first(size));
    if (!location) continue;
    FoundTable found{out.subspan(location->offset, location->length), {}};
    std::array<char, 32> text{};
    TextWriter source{text};
    (source << "lowmem:0x").hex(at + location->offset);
    ISBOOT_TRY(found.source.assign(source.text()));
    return found;
  }
  return Error{Errc::NotFound, 0, "low memory has no table"};
}

Result<FoundTable> from_low_memory(MutableBytes out) {
  auto found = from_stretch(ibft::kLowMemoryStart, ibft::kVideoStart, out);
  if (found) return found;
  return from_stretch(ibft::kVideoEnd, ibft::kLowMemoryEnd, out);
}

}  // namespace

Result<FoundTable> find_table(Text choice, MutableBytes out) {
  constexpr Text kNumbered = "acpi:";
  if (choice.empty() || same_text(choice, "auto")) {
    auto found = from_acpi(1, out);
    return found ? found : from_low_memory(out);
  }
  if (same_text(choice, "acpi")) return from_acpi(1, out);
  if (same_text(choice, "lowmem")) return from_low_memory(out);
  if (!same_text(part_of(choice, 0, kNumbered.size()), kNumbered))
    return Error{Errc::BadValue, 0, "expected auto, acpi, acpi:N or lowmem"};
  const auto number = parse_decimal(part_of(choice, kNumbered.size()), 1000);
  if (!number || *number == 0) return Error{Errc::BadValue, 0, "tables are counted from 1"};
  return from_acpi(static_cast<unsigned>(*number), out);
}

}  // namespace isboot::freebsd
