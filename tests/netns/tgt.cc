#include "tests/netns/tgt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace isboot::netns {
namespace {

constexpr const char* kDaemon = "/usr/sbin/tgtd";
constexpr const char* kAdmin = "/usr/sbin/tgtadm";
constexpr auto kStartLimit = std::chrono::seconds{20};

void write_disk(const std::string& path) {
  std::string bytes(kDiskSize, '\0');
  for (std::size_t at = 0; at < bytes.size(); ++at) bytes[at] = static_cast<char>(disk_byte(at));
  std::ofstream{path, std::ios::binary} << bytes;
}

}  // namespace

std::string Tgt::reason_to_skip() {
  for (const char* program : {kDaemon, kAdmin})
    if (access(program, X_OK) != 0) return std::string{"needs "} + program + " (package tgt)";
  return {};
}

Tgt::Tgt(const Namespace& where) : where_{where} {
  char folder[] = "/tmp/isboot-tgt-XXXXXX";
  EXPECT_NE(mkdtemp(folder), nullptr);
  folder_ = folder;
  write_disk(folder_ + "/disk");
  // Its control socket: apart from those of every other tgtd of this machine.
  setenv("TGT_IPC_SOCKET", (folder_ + "/control").c_str(), 1);
  daemon_.emplace(where, std::vector<std::string>{kDaemon, "-f"}, folder_ + "/log");
  wait_until_it_listens();
  serve();
}

void Tgt::wait_until_it_listens() const {
  const auto limit = std::chrono::steady_clock::now() + kStartLimit;
  while (admin("--mode portal --op show 2>/dev/null; true").find(":3260,") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), limit) << where_.output("cat " + folder_ + "/log");
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

void Tgt::serve() const {
  admin(std::string{"--mode target --op new --tid 1 --targetname "} + kTgtName);
  admin("--mode logicalunit --op new --tid 1 --lun " + std::to_string(kTgtLun) +
        " --backing-store " + folder_ + "/disk");
  admin("--mode target --op bind --tid 1 --initiator-address ALL");
}

Tgt::~Tgt() {
  daemon_->kill();  // asked to end, it waits for somebody to take its targets away
  std::filesystem::remove_all(folder_);
}

std::string Tgt::sessions() const { return admin("--mode target --op show"); }

std::string Tgt::admin(const std::string& arguments) const {
  return where_.output(std::string{kAdmin} + " --lld iscsi " + arguments);
}

}  // namespace isboot::netns
