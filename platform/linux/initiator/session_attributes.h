// What the kernel is told of a session, as the texts that SET_PARAM takes.
#pragma once

#include "core/base/list.h"
#include "core/ports/initiator.h"
#include "platform/linux/initiator/iscsi_netlink.h"

namespace isboot::linux_platform {

using SessionAttributes = List<IscsiParamValue, 20>;

// All but the recovery time-out. They are sent after every BIND: a STOP resets some of
// them. Secrets are not among them, because sysfs would show them.
SessionAttributes session_attributes(const SessionConfig& config,
                                     const iscsi::SessionParams& params);

// The only attribute that the kernel takes before BIND.
IscsiParamValue recovery_timeout_attribute(const SessionConfig& config);

}  // namespace isboot::linux_platform
