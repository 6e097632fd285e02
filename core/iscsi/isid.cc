#include "core/iscsi/isid.h"

namespace isboot::iscsi {

Result<Isid> random_isid(Entropy& entropy, std::uint16_t qualifier) {
  Isid isid;
  isid.bytes[0] = 0x80;  // T and A
  ISBOOT_TRY(entropy.fill(MutableBytes{isid.bytes}.subspan(1, 3)));
  isid.bytes[4] = static_cast<std::uint8_t>(qualifier >> 8);
  isid.bytes[5] = static_cast<std::uint8_t>(qualifier & 0xff);
  return isid;
}

}  // namespace isboot::iscsi
