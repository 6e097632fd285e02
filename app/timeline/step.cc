#include "app/timeline/step.h"

#include <array>

namespace isboot::app {
namespace {

// In the order of the enum.
constexpr std::array kTexts = {
    StepText{"plan", "find the table and plan", ""},
    StepText{"find-nic", "find the NIC", "driver"},
    StepText{"bring-up", "bring the NIC up", "kernel"},
    StepText{"create-session", "make the kernel's session", "kernel"},
    StepText{"wait-ready", "wait for the link", "carrier and routers"},
    StepText{"connect", "connect to the portal", "target"},
    StepText{"log-in", "log in", "target"},
    StepText{"hand-over", "hand the session over", "kernel"},
    StepText{"find-disk", "wait for the disk", "target and kernel"},
    StepText{"start-keeper", "leave the session to the keeper", ""},
    StepText{"leave-network", "leave the NIC to the system", ""},
    StepText{"mount-root", "find and mount root", "disk"},
};
static_assert(kTexts.size() == static_cast<std::size_t>(Step::MountRoot) + 1);

}  // namespace

const StepText& text_of(Step step) { return kTexts[static_cast<std::size_t>(step)]; }

std::optional<Step> parse_step(Text name) {
  for (std::size_t i = 0; i < kTexts.size(); ++i)
    if (name == kTexts[i].name) return static_cast<Step>(i);
  return std::nullopt;
}

}  // namespace isboot::app
