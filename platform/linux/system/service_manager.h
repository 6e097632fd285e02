#pragma once

#include "core/base/bytes.h"

namespace isboot::linux_platform {

// Tells the service manager that started this process, by $NOTIFY_SOCKET (sd_notify(3)): "READY=1",
// "STATUS=…", one a line. Without one, nothing is done. Never waits.
void tell_service_manager(Text what);

}  // namespace isboot::linux_platform
