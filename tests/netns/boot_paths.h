#pragma once

#include <array>
#include <atomic>
#include <list>
#include <string>

#include "app/boot/path_order.h"
#include "core/boot/establish.h"
#include "testing/fake_log.h"
#include "tests/netns/disk_reader.h"
#include "tests/netns/tgt.h"

namespace isboot::netns {

// A log whose reader sees the system's words for an error too.
class WordyLog final : public Log {
public:
  explicit WordyLog(Log& log) : log_{log} {}
  void write(LogLevel level, Text line) override { log_.write(level, line); }
  Text words(Code code) override;

private:
  Log& log_;
};

// The paths of a plan as `isboot boot` has them, but for the kernel's part, which a DiskReader
// plays. The connections stay for as long as this object, or the path's process.
class BootPaths final : public app::PlannedPaths {
public:
  // All borrowed. `together`: so many paths that are tried at the same time wait for one
  // another when they have their disk, so that all of them are seen at the target at once.
  BootPaths(const boot::Plan& plan, const boot::Parameters& parameters, const Tgt& tgt,
            Clock& clock, int together);
  BootPaths(const BootPaths&) = delete;
  ~BootPaths();  // ends the paths' processes

  void set_limit(Millis give_up) override { give_up_ = give_up; }
  std::string bring_up(std::size_t path, Log& log) override;
  bool may_come_later(std::size_t) override { return false; }
  void before_leaving(Log&) override { sessions_ = tgt_.sessions(); }
  void leave(std::size_t, Log&) override {}
  void take_back(std::size_t, Log&) override {}

  // What the target said when the first of several paths at a time had its disk.
  const std::string& sessions() const { return sessions_; }

private:
  // In memory that the paths' processes share.
  struct Shared {
    std::array<std::atomic<int>, boot::kMaxPaths> process{};
    std::atomic<int> up{0};
  };

  const boot::Plan& plan_;
  const boot::Parameters& parameters_;
  const Tgt& tgt_;
  Clock& clock_;
  int together_;
  Shared* shared_;
  int starter_;
  Millis give_up_ = 0;
  std::string sessions_;
  std::list<DiskReader> readers_;  // of this process
};

}  // namespace isboot::netns
