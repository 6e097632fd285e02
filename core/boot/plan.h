// What to do to boot: each way from a NIC to a disk that the table and the parameters
// name, in the order in which they are tried, with the reason. Pure: it touches nothing.
#pragma once

#include "core/base/list.h"
#include "core/boot/parameters.h"
#include "core/ibft/table.h"
#include "core/iscsi/login.h"
#include "core/ports/network.h"

namespace isboot::boot {

enum class PlanErrc : std::uint16_t {  // values from 0x100 on
  NoTarget = 0x100,                    // the table names nothing that can be booted from
  NoNic,
  NoInitiatorName,
  NoAddress,
  BadUrl,  // isboot.url= is none; the offset is in it
  NameTooLong,
  ChapNameTooLong,
  ReverseChapNameTooLong,
  SecretTooLong,
};

inline constexpr std::size_t kMaxPaths = ibft::kMaxPairs;

struct Path {
  std::uint8_t target_index = 0;  // of the table's targets
  std::uint8_t nic_index = 0;     // of the table's NICs
  const char* reason = "";        // static: why the target stands here in the order
  const char* nic_reason = "";    // static: why this NIC
  bool boot_selected = false;     // firmware booted from it, or from another way to it
  WantedLink nic;
  ibft::Origin origin = ibft::Origin::Other;
  LinkConfig link;
  LinkId over{};  // for a NIC that is left alone: the link that the user named; 0: as routes say
  HostName
      host;  // of the server, not looked up yet: the addresses of portal and link.target are absent
  std::array<IpAddress, 2> dns;  // servers that the table names, or ip=
  Portal portal;
  Lun lun;
  iscsi::LoginConfig login;  // with its secrets; the ISID is still zero
};

using Plan = List<Path, kMaxPaths>;

// A target of the table that no path leads to.
struct LeftOut {
  std::uint8_t target_index = 0;
  const char* reason = "";  // static
  bool wanted = false;      // firmware marked it: it lacks something
};
using LeftOuts = List<LeftOut, kMaxPaths>;

// Fills `plan`. With isboot.url= there is one path: to that target, through the NIC of the
// table's best one; CHAP credentials apply only if the table's target has the same name. An Error
// says what the table lacks when no path can be had at all; `offset` is then that of the structure
// in the table. `left_out`, when given, takes every target of the table that the plan lacks.
Result<Done> make_plan(const ibft::Table& table, const Parameters& parameters, Plan& plan,
                       LeftOuts* left_out = nullptr);

// How many of the plan's first `count` paths are tried at the same time, beginning with
// plan[first]: those that firmware selected are ways to one disk, or as good. Any other is
// a guess, for when nothing before it works, and stands alone. At least 1.
std::size_t paths_at_once(const Plan& plan, std::size_t first, std::size_t count);

}  // namespace isboot::boot

namespace isboot {
template <>
inline constexpr std::uint16_t kErrorDomain<boot::PlanErrc> = 6;
}  // namespace isboot
