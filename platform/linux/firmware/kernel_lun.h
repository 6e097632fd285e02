#pragma once

#include "core/base/lun.h"

namespace isboot::linux_platform {

struct KernelLun {
  Lun lun;
  bool certain = false;  // no other LUN is printed the same way
};

// iscsi_ibft prints each of the eight bytes with "%x", without a leading zero and with
// nothing between: LUN 1 is "01000000", and "110…" can be 01 10 or 11 00. Takes the one
// reading there is, else the one that is a LUN of a single level in peripheral or flat
// addressing (SAM-5 section 4.7), else nothing (LUN 0, not certain). Sixteen digits are two a byte.
// Less than eight are the decimal number that drivers of adapters print (qedi, be2iscsi).
KernelLun parse_kernel_lun(Text text);

}  // namespace isboot::linux_platform
