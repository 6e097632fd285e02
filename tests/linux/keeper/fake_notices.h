#pragma once

#include <sys/eventfd.h>

#include <deque>

#include "platform/linux/initiator/iscsi_events.h"
#include "platform/linux/net/link/nic_mender.h"
#include "platform/linux/system/file.h"

namespace isboot::linux_platform {

// What the kernel says, in this order; readable from the beginning.
class FakeNotices final : public IscsiNotices {
public:
  FakeNotices() : ready_{eventfd(1, EFD_CLOEXEC)} {}

  Result<Done> open() override { return Done{}; }
  int descriptor() const override { return ready_.get(); }
  Result<std::optional<IscsiNotice>> next(Clock&) override {
    if (said.empty()) return std::optional<IscsiNotice>{};
    const auto first = said.front();
    said.pop_front();
    return first;
  }
  std::deque<Result<std::optional<IscsiNotice>>> said;

private:
  UniqueFd ready_;
};

class FakeNics final : public NicMending {
public:
  Result<Mended> mend(const NicSetup&, LinkId link, bool) override { return Mended{link, link}; }
};

}  // namespace isboot::linux_platform
