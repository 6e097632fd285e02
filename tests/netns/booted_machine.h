// What the tests of the booted system's network managers share: a machine that isboot has booted,
// with its address, its routes, and a target behind a gateway.
#pragma once

#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <thread>

#include "platform/linux/net/handover/handover.h"
#include "tests/netns/daemon.h"
#include "tests/netns/network_test.h"

namespace isboot::netns {

class BootedMachine : public NetworkTest {
protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_EQ(mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), 0);
    plug_in();
    far_side_up();
    outside->run("ip addr add 192.0.2.7/32 dev lo");
    const auto link = network.find_link(mac(kMac), in(2000));
    ASSERT_TRUE(link);
    const LinkConfig boot = config("10.0.2.15", 24, "10.0.2.2", "192.0.2.7");
    ASSERT_TRUE(bring_up(*link, boot, in(2000))) << log_text();
    number_ = link->index;
  }

  void hand_over(bool dhcp = false) {
    linux_platform::BootNic nic;
    nic.link = {"eth0", number_};
    nic.mac = mac(kMac);
    nic.address = ip("10.0.2.15");
    nic.prefix = 24;
    nic.gateway = ip("10.0.2.2");
    nic.target = ip("192.0.2.7");
    nic.dhcp = dhcp;
    ASSERT_TRUE(linux_platform::write_run_files("/run", linux_platform::run_files(nic)));
  }
  // Whether the condition, a shell's, holds within thirty seconds.
  bool comes_true(const std::string& condition) {
    for (const Millis limit = in(30000); clock.now() < limit;) {
      if (machine->output("(" + condition + ") 2>/dev/null && echo yes; true") == "yes\n")
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return false;
  }
  // Notes every address and route that goes away, from now on.
  void watch() {
    monitor_ = std::make_unique<Daemon>(
        *machine, std::vector<std::string>{"/bin/sh", "-c", "exec ip monitor address route"},
        "/run/monitor.log");
  }
  // Of those, root's.
  std::string lost() {
    monitor_->stop();
    return machine->output("grep -e 10.0.2.15 -e 192.0.2.7 /run/monitor.log | grep Deleted; true");
  }
  std::string link_state() { return machine->output("ip addr show dev eth0; ip route"); }

  std::uint32_t number_ = 0;

private:
  std::unique_ptr<Daemon> monitor_;
};

}  // namespace isboot::netns
