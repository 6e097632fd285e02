#include "app/attach/give_to_keeper.h"

#include "platform/linux/keeper/session_folder.h"

namespace isboot::app {
namespace {

constexpr Millis kLookEvery = 20;

// With the disk gone first its cache is flushed, and what udev still reads does not fail.
void take_back(SessionId session, linux_platform::SessionKeeping& initiator, Clock& clock,
               const KeeperWay& way) {
  const auto folder = linux_platform::SessionFolder::open(way.classes.c_str());
  const Millis deadline = clock.now() + way.until_unbound;
  if (initiator.unbind(session) && folder)
    while (!folder->is_unbound(session) && clock.now() < deadline)
      clock.sleep_until(clock.now() + kLookEvery);
  initiator.destroy(session);
}

}  // namespace

Outcome<> give_to_keeper(const boot::BootSession& made, const std::string& credentials_file,
                         linux_platform::SessionKeeping& initiator, Clock& clock,
                         const KeeperWay& way) {
  auto kept = leave_to_keeper(made, credentials_file, way.client);
  if (kept) return kept;
  take_back(made.session, initiator, clock, way);
  return Failure{kept.error().message + "; the disk was taken back", kept.error().next_step};
}

}  // namespace isboot::app
