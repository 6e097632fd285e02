// What the keeper answers to `isboot status` is JSON that it can read, whatever a table, a target
// or a disk is named. The first bytes: lengths of the names, how many sessions, what became of
// them.
#include <nlohmann/json.hpp>
#include <string>

#include "platform/linux/keeper/control.h"
#include "platform/linux/keeper/session_folder.h"
#include "platform/linux/keeper/status_json.h"
#include "platform/linux/system_error.h"
#include "testing/fake_clock.h"
#include "tests/linux/keeper/keeper_ports.h"

namespace {

using namespace isboot;
using namespace isboot::linux_platform;

constexpr std::size_t kHead = 8;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < kHead) return 0;
  const Text names = part_of(as_text(Bytes{data, size}), kHead);
  const std::size_t of_target = data[0] % 224U;
  const std::size_t of_disk = data[1] % 65U;
  const std::size_t of_id = data[2] % 128U;
  const std::size_t sessions = 1 + data[3] % 6U;
  testing::FakeClock clock;
  PlayedPorts played;
  SessionRecord record;
  (void)record.kernel.target_name.assign(part_of(names, 0, of_target));
  (void)record.disk.assign(part_of(names, of_target, of_disk));
  DiskId id;
  (void)id.assign(part_of(names, of_target + of_disk, of_id));
  KeptSession session{record, played.ports(clock)};
  if ((data[4] & 1) != 0) {
    (void)session.start(true);
    for (int losses = data[5] % 12; losses > 0; --losses)
      session.on_decision({.kind = keep::Action::Kind::Lose,
                           .error = system_error(data[6], "the target closed the connection")});
  }
  std::array<char, kMaxAnswer> buffer{};
  StatusJson json{buffer};
  for (std::size_t i = 0; i < sessions; ++i)
    json.append(session, id, (data[4] & 2) != 0, clock, played.log_);
  const auto text = json.finish();
  if (!text) return 0;
  const auto parsed = nlohmann::json::parse(std::string{*text}, nullptr, false);
  require(!parsed.is_discarded() && parsed["sessions"].size() == sessions);
  return 0;
}
