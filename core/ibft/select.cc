#include "core/ibft/select.h"

#include "core/ibft/judge.h"

namespace isboot::ibft {
namespace {

struct NicChoice {
  std::optional<std::uint8_t> nic;
  const char* reason = "no NIC of the table can be used";
};

enum class Flags : std::uint8_t { Heeded, Passed };

bool usable(const Nic& nic, Flags flags) {
  return (flags == Flags::Passed || is_used(nic)) && !nic.mac.is_zero() && !nic.mac.is_multicast();
}

// The usable NICs that `fits` takes.
struct Matches {
  std::size_t count = 0;
  std::uint8_t first = 0;
};
template <class Fits>
Matches match(const Table& table, Flags flags, Fits fits) {
  Matches matches;
  for (std::uint8_t i = 0; i < table.nics.count; ++i) {
    if (!usable(table.nics[i], flags) || !fits(table.nics[i])) continue;
    if (matches.count++ == 0) matches.first = i;
  }
  return matches;
}

NicChoice choose_nic(const Table& table, const Target& target, std::uint8_t number, Flags flags) {
  const bool pair = number < table.nics.count && usable(table.nics[number], flags);
  const Matches named =
      match(table, flags, [&](const Nic& nic) { return nic.index == target.nic_index; });
  if (named.count == 1) return {named.first, "the target names it"};
  if (named.count > 1) {
    // Firmware that gives every structure index 0.
    if (pair && table.nics[number].index == target.nic_index)
      return {number, "several NICs have the index that the target names: the one of its pair"};
    return {named.first, "the first of several with the index that the target names"};
  }
  if (pair) return {number, "the NIC that the target names cannot be used: the one of its pair"};
  const Matches selected = match(table, flags, [](const Nic& nic) { return nic.boot_selected; });
  if (selected.count != 0)
    return {selected.first, "the NIC that the target names cannot be used: the boot-selected one"};
  const Matches any = match(table, flags, [](const Nic&) { return true; });
  if (any.count != 0)
    return {any.first, "the NIC that the target names cannot be used: the first that can"};
  return {};
}

// Firmware that sets no flag of a NIC, though it booted by one.
NicChoice choose_nic(const Table& table, const Target& target, std::uint8_t number) {
  const NicChoice choice = choose_nic(table, target, number, Flags::Heeded);
  return choice.nic ? choice : choose_nic(table, target, number, Flags::Passed);
}

// Why nothing can be done with `target`; nullptr when something can.
const char* obstacle(const Target& target) {
  if (target.name.empty()) return "it has no name";
  if (target.address.is_absent() && target.host.empty()) return "it has no address";
  if (target.port == 0) return "its port is 0";
  return nullptr;
}

struct Ranked {
  unsigned rank;  // lower is better
  const char* reason;
};

// Steps of ten: the addressless stand between two classes.
Ranked rank_of(const Table& table, const Target& target, const NicChoice& nic) {
  Ranked ranked{30, "no target has a flag set: in the order of the table"};
  if (target.boot_selected && target.valid)
    ranked = {0, "boot-selected"};
  else if (target.boot_selected)
    ranked = {10, "boot-selected, though not marked as valid"};
  else if (target.valid)
    ranked = {20, "valid, but not the one that firmware booted from"};
  if (!nic.nic) return {ranked.rank + 2, ranked.reason};
  if (!table.nics[*nic.nic].address.is_absent()) return ranked;
  return {ranked.rank + 1, target.boot_selected ? "boot-selected, but its NIC never got an address"
                                                : "its NIC never got an address"};
}

bool any_flag(std::span<const Target> targets) {
  for (const Target& target : targets)
    if (is_used(target)) return true;
  return false;
}

}  // namespace

Selection select(const Table& table) { return select(table, table.targets.view()); }

Selection select(const Table& table, std::span<const Target> targets) {
  Selection selection;
  std::array<unsigned, kMaxPairs> ranks{};
  const bool flags_are_set = any_flag(targets);
  const auto count = static_cast<std::uint8_t>(targets.size());  // at most kMaxPairs
  for (std::uint8_t i = 0; i < count; ++i) {
    const Target& target = targets[i];
    const char* reason = obstacle(target);
    if (reason == nullptr && flags_are_set && !is_used(target))
      reason = "it is neither valid nor boot-selected";
    if (reason != nullptr) {
      (void)selection.skipped.push({i, reason});  // room for every target
      continue;
    }
    const NicChoice nic = choose_nic(table, target, i);
    const Ranked ranked = rank_of(table, target, nic);
    // Insertion keeps the table's order among equals.
    std::size_t at = selection.candidates.count;
    (void)selection.candidates.push({});
    for (; at != 0 && ranks[at - 1] > ranked.rank; --at) {
      ranks[at] = ranks[at - 1];
      selection.candidates.items[at] = selection.candidates.items[at - 1];
    }
    ranks[at] = ranked.rank;
    selection.candidates.items[at] = {i, nic.nic, ranked.reason, nic.reason};
  }
  return selection;
}

}  // namespace isboot::ibft
