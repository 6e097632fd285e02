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

// Of an end that is cancelled nothing is left that would have systemd hold the FIFO again. It does
// when the keeper asks by writing a file: the target starts, stops at once, for nobody needs it,
// and has the socket started after itself by a job that fails where the way to end is being taken
// (OnSuccessJobMode=fail: no end is called off by it). Known from systemd 249 on; before, nobody
// answers.
constexpr const char* kQuestion = R"([Unit]
Description=Isboot may ask whether the machine ends after all: %i
Documentation=man:isboot-keep(1)
DefaultDependencies=no
IgnoreOnIsolate=yes

[Path]
PathChanged=/run/isboot/%i-stands
Unit=isboot-end-asked@%i.target
)";

constexpr const char* kAsked = R"([Unit]
Description=Isboot asks whether the machine ends after all: %i
Documentation=man:isboot-keep(1)
DefaultDependencies=no
IgnoreOnIsolate=yes
StopWhenUnneeded=yes
OnSuccess=isboot-end@%i.socket
OnSuccessJobMode=fail
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
  for (const std::string way : EndNotice::kWays)
    wants += "isboot-end@" + way + ".socket isboot-end-asked@" + way + ".path ";
  return {{folder + "isboot-end@.socket", kSocket},
          {folder + "isboot-end-asked@.path", kQuestion},
          {folder + "isboot-end-asked@.target", kAsked},
          {folder + "isboot-end.service", kService},
          {folder + "sysinit.target.d/isboot.conf", wants + "\n"}};
}

}  // namespace isboot::linux_platform
