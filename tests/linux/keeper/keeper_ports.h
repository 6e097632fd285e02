// What a keeper has around it, played: all but its clock and the kernel's notices. For fixtures to
// inherit.
#pragma once

#include "platform/linux/keeper/keeper.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/fake_log.h"
#include "tests/linux/keeper/fake_errands.h"
#include "tests/linux/keeper/fake_journal.h"
#include "tests/linux/keeper/fake_keeping.h"
#include "tests/linux/keeper/fake_multipath.h"
#include "tests/linux/keeper/fake_notices.h"

namespace isboot::linux_platform {

struct PlayedPorts {
  KeeperPorts ports(Clock& clock) { return ports(clock, errands_); }
  KeeperPorts ports(Clock& clock, Errands& errands) {
    return {clock, log_, hash_, entropy_, kernel_, nics_, journal_, errands, multipath_};
  }

  testing::FakeLog log_;
  testing::FakeHash hash_;
  testing::FakeEntropy entropy_;
  FakeKeeping kernel_;
  FakeNics nics_;
  FakeJournal journal_;
  FakeErrands errands_;
  FakeMultipath multipath_;
};

}  // namespace isboot::linux_platform
