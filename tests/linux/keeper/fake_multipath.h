#pragma once

#include <string>
#include <vector>

#include "platform/linux/keeper/multipath.h"

namespace isboot::linux_platform {

// Has no path that works until one is reinstated, which it refuses as often as the test says. All
// that it was told is in `reinstated`.
class FakeMultipath final : public Multipath {
public:
  void open(const char*) override {}
  MultipathUse use_of(const MultipathPath&) override { return {.failed = failed}; }
  Result<Done> tell_udev(const MultipathPath& path) override { return reinstate(path); }
  Result<Done> reinstate(const MultipathPath& path) override {
    if (refusals > 0) {
      --refusals;
      return Error{Errc::Unsupported, 0, "refused"};
    }
    reinstated.push_back(std::string{path.device.view()} + " " + std::string{path.disk.view()});
    failed = false;
    return Done{};
  }

  bool failed = false;
  int refusals = 0;
  std::vector<std::string> reinstated;
};

}  // namespace isboot::linux_platform
