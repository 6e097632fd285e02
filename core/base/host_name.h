// The name of a host, as DNS has it.
#pragma once

#include "core/base/text.h"

namespace isboot {

using HostName = InlineText<255>;

// Labels of 1 to 63 letters, digits, '-' and '_', with dots between and perhaps one at the end;
// 253 bytes at most without that (RFC 1035 section 2.3.4). The last label is no number:
// "10.0.0.300" is an address with a mistake in it, and no name (RFC 1123 section 2.1).
bool is_dns_name(Text text);

}  // namespace isboot
