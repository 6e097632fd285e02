#include "tests/netns/boot_paths.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/linux/crypto/linux_entropy.h"
#include "platform/linux/crypto/linux_hash.h"
#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/net/link/linux_network.h"
#include "platform/linux/system_error.h"

namespace isboot::netns {

Text WordyLog::words(Code code) { return system_error_text(code); }

BootPaths::BootPaths(const boot::Plan& plan, const boot::Parameters& parameters, const Tgt& tgt,
                     Clock& clock, int together)
    : plan_{plan},
      parameters_{parameters},
      tgt_{tgt},
      clock_{clock},
      together_{together},
      shared_{new (mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0)) Shared},
      starter_{getpid()} {}

BootPaths::~BootPaths() {
  if (getpid() != starter_) return;
  for (const int process : shared_->process) {
    // Still a child of ours, and not one that has been waited for.
    if (process == 0 || waitpid(process, nullptr, WNOHANG) != 0) continue;
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
  }
  munmap(shared_, sizeof(Shared));
}

std::string BootPaths::bring_up(std::size_t path, Log& log) {
  const bool alone = getpid() == starter_;
  if (!alone) shared_->process[path] = getpid();
  WordyLog wordy{log};
  linux_platform::LinuxNetwork network{clock_, wordy};
  linux_platform::TcpStream stream{clock_};
  linux_platform::LinuxHash hash;
  linux_platform::LinuxEntropy entropy;
  boot::Workroom room;
  boot::Ports ports{network, readers_.emplace_back(), stream, clock_, hash, entropy, wordy, room};
  const auto established = boot::establish(plan_[path], parameters_, give_up_, ports);
  if (!established) return {};
  ++shared_->up;
  while (!alone && shared_->up < together_ && clock_.now() < give_up_)
    clock_.sleep_until(clock_.now() + 1);
  return std::string{room.made->disk.view()};
}

}  // namespace isboot::netns
