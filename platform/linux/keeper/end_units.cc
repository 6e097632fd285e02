#include "platform/linux/keeper/end_units.h"

#include "platform/linux/keeper/end_notice.h"

namespace isboot::linux_platform {
namespace {

// Without Slice= the four would share one that systemd stops at every shutdown, and they with it.
constexpr const char* kSocket = R"([Unit]
Description=Tells isboot when the machine begins to end: %i
Documentation=man:isboot-keep(1)
DefaultDependencies=no
Conflicts=%i.target
IgnoreOnIsolate=yes
RefuseManualStop=yes

[Socket]
ListenFIFO=/run/isboot/%i
SocketMode=0600
Slice=-.slice
Service=isboot-end.service
)";

constexpr const char* kService = R"([Unit]
Description=Belongs to isboot-end@.socket and never runs

[Service]
ExecStart=/bin/true
)";

}  // namespace

std::vector<RunFile> end_units() {
  const std::string folder = kUnitFolder;
  std::string wants = "[Unit]\nWants=";
  for (const char* way : EndNotice::kWays) wants += "isboot-end@" + std::string{way} + ".socket ";
  return {{folder + "isboot-end@.socket", kSocket},
          {folder + "isboot-end.service", kService},
          {folder + "sysinit.target.d/isboot.conf", wants + "\n"}};
}

}  // namespace isboot::linux_platform
