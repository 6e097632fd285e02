#pragma once

#include <optional>
#include <string>

#include "tests/netns/daemon.h"

namespace isboot::netns {

inline constexpr const char* kTgtName = "iqn.2026-11.org.example:netns";
inline constexpr std::uint16_t kTgtLun = 1;

// The byte of the disk at a place, so that a wrong block is told from the right one.
constexpr std::uint8_t disk_byte(std::size_t at) {
  return static_cast<std::uint8_t>(at + (at >> 8) * 7 + (at >> 16) * 13);
}
inline constexpr std::size_t kDiskSize = 1 << 20;

// The real tgtd, in a namespace, at port 3260 of every address there, with one disk.
class Tgt {
public:
  // Why it cannot be had; empty when it can.
  static std::string reason_to_skip();

  explicit Tgt(const Namespace& where);
  Tgt(const Tgt&) = delete;
  ~Tgt();

  // What it says of its target: the sessions with their addresses, among others.
  std::string sessions() const;

private:
  void wait_until_it_listens() const;
  void serve() const;
  std::string admin(const std::string& arguments) const;

  const Namespace& where_;
  std::string folder_;
  std::optional<Daemon> daemon_;
};

}  // namespace isboot::netns
