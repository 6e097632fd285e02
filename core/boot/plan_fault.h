// Why nothing, or not everything, can be booted, in words that name source, structure, field and
// value: `boot`, `plan`, `check` and `ibft check` say the same of the same table.
#pragma once

#include "core/boot/plan.h"

namespace isboot::boot {

inline constexpr std::size_t kMaxPlanFault = 512;
using PlanFaultText = InlineText<kMaxPlanFault>;

// "file:x.bin, nic0, offset 160: the NIC has no address"; of a URL
// "isboot.url=iscsi:…, offset 9: protocol is neither 6 nor tcp". `error` is decode()'s or
// make_plan()'s; `source` says where the table is from.
PlanFaultText fault_text(Text source, const ibft::Table& table, const Parameters& parameters,
                         const Error& error);

// Why none of the plan's first `count` paths can be set up, as far as the table tells: the first's
// target, NIC and reason. Empty when one can.
PlanFaultText set_up_fault(const Plan& plan, std::size_t count);

}  // namespace isboot::boot
