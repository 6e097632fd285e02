// Which target of a table to boot from, through which NIC, in what order, and why.
#pragma once

#include "core/ibft/table.h"

namespace isboot::ibft {

// One way to the disk. Numbers are places in the table's lists; texts are static.
struct Candidate {
  std::uint8_t target = 0;
  std::optional<std::uint8_t> nic;  // none: no NIC of the table can be used for it
  const char* reason = "";          // why the target stands where it stands in the order
  const char* nic_reason = "";      // why this NIC
};

// A target that nothing can be done with.
struct Skipped {
  std::uint8_t target = 0;
  const char* reason = "";
};

// Every target is in exactly one of the two lists.
struct Selection {
  List<Candidate, kMaxPairs> candidates;  // the best first
  List<Skipped, kMaxPairs> skipped;
};

// The order: what firmware marked as boot-selected (valid or not: some option ROMs set
// this bit alone), then what is only valid, then, if no flag is set anywhere, the rest.
// EDK2 before 2018 also published attempts that had failed (tianocore/edk2 issue 7329):
// those are valid, never boot-selected, so they come behind the one that worked. Among
// equals a target whose NIC got an address comes first, then the table's order.
//
// The control structure's failover flag does not matter: EDK2 leaves it off although it
// publishes several paths, because an installer did not find its disk otherwise.
Selection select(const Table& table);

// The same of other targets than the table's own.
Selection select(const Table& table, std::span<const Target> targets);

}  // namespace isboot::ibft
