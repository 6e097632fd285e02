// The NICs that ip= asks for, as the machine has them: who is meant, and the lease that an
// initramfs's DHCP client has got for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/tableless/boot_table.h"
#include "core/boot/tableless.h"

namespace isboot::app {

// Between two looks for a NIC or a lease that is not there yet.
inline constexpr Millis kNicPause = 50;

// Borrows all that it is given.
class WantedNics {
public:
  WantedNics(const boot::Tableless& wanted, const boot::Parameters& parameters, Text command_line,
             const TablelessPaths& paths)
      : wanted_{wanted}, parameters_{parameters}, command_line_{command_line}, paths_{paths} {}

  struct Completed {
    boot::Tableless wanted;      // its NICs are those that are there
    std::optional<Error> lacks;  // why the first of the others is not
    std::string name;            // what the command line calls that first one
  };
  // As they are now.
  Result<Completed> completed() const;

  // Whether DHCP is asked for, for no NIC by name, and a NIC that nobody names has no lease yet.
  bool may_get_more() const;

  // Whether those that are there lead to every target; no, where none is named.
  bool lead_to_all() const;

  // As nics_without_lease().
  std::vector<std::string> without_lease(const Patience& patience) const;

private:
  using IpParameter = boot::IpParameter;
  using Leases = std::vector<boot::Lease>;
  using Nics = decltype(boot::Tableless::nics);

  struct Lacking {
    std::vector<std::string> lease;  // NICs that are there without one
    std::vector<std::string> nic;    // that are not there themselves
  };
  Lacking lacking_lease() const;
  Result<Done> complete(IpParameter& nic, Leases& leases) const;
  Result<Done> name_nic(IpParameter& nic) const;
  Result<Done> take_lease(IpParameter& nic, Leases& leases) const;
  bool asks_any_nic() const;
  std::vector<std::string> others_without_lease() const;
  bool leads_to_a_target(const boot::Lease& lease) const;
  bool is_named(const LinkName& device) const;
  bool is_for_any(IpParameter nic) const;
  Nics nics_for(const Leases& leases) const;

  const boot::Tableless& wanted_;
  const boot::Parameters& parameters_;
  Text command_line_;
  const TablelessPaths& paths_;
};

}  // namespace isboot::app
