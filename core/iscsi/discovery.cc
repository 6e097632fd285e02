#include "core/iscsi/discovery.h"

namespace isboot::iscsi {

Result<std::optional<DiscoveredTarget>> DiscoveryReader::next() {
  DiscoveredTarget row;
  row.name = name_;
  while (const auto key = ISBOOT_TRY(keys_.next())) {
    if (key->name == "TargetName") {
      const bool pending = has_name_ && !listed_;
      if (key->value.empty() || !name_.assign(key->value))
        return Error{Errc::BadValue, key->offset, "target's name is empty or too long"};
      has_name_ = true;
      listed_ = false;
      if (pending) return std::optional<DiscoveredTarget>{row};
      row.name = name_;
    } else if (key->name == "TargetAddress") {
      if (!has_name_) return Error{Errc::BadValue, key->offset, "target's address before its name"};
      const auto address = parse_target_address(key->value);
      if (!address) return Error{Errc::BadValue, key->offset, "target's address is none"};
      row.has_address = true;
      row.address = *address;
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
