#include "core/iscsi/discovery.h"

namespace isboot::iscsi {

Result<std::optional<TextKey>> DiscoveryReader::next_pair() {
  for (;;) {
    auto pair = keys_.next();
    if (pair || pair.error().code == TextErrc::TooManyKeys) return pair;
  }
}

Result<std::optional<DiscoveredTarget>> DiscoveryReader::next() {
  DiscoveredTarget row;
  row.name = name_;
  while (const auto key = ISBOOT_TRY(next_pair())) {
    if (equal_ignoring_case(key->name, "TargetName")) {
      const bool pending = has_name_ && !listed_;
      has_name_ = !without_blanks(key->value).empty() && name_.assign(without_blanks(key->value));
      listed_ = !has_name_;
      if (pending) return std::optional<DiscoveredTarget>{row};
      row.name = name_;
    } else if (equal_ignoring_case(key->name, "TargetAddress")) {
      if (!has_name_) continue;
      if (const auto address = parse_target_address(key->value)) {
        row.has_address = true;
        row.address = *address;
      } else {
        (void)row.unusable.assign(part_of(key->value, 0, 255));  // fits
      }
      listed_ = true;
      return std::optional<DiscoveredTarget>{row};
    }
    // Other keys (TargetAlias) say nothing about where to log in.
  }
  if (!has_name_ || listed_) return std::optional<DiscoveredTarget>{};
  listed_ = true;
  return std::optional<DiscoveredTarget>{row};
}

}  // namespace isboot::iscsi
