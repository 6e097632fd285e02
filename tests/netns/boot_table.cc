#include "tests/netns/boot_table.h"

#include <gtest/gtest.h>

#include "core/ibft/decode.h"
#include "core/ibft/encode.h"
#include "tests/netns/tgt.h"

namespace isboot::netns {
namespace {

ibft::Table table_of(const std::vector<Pair>& pairs) {
  ibft::Table table;
  table.revision = 1;
  table.oem_id = "ISBOOT";
  table.oem_table_id = "NETNS";
  table.initiator.emplace();
  table.initiator->valid = table.initiator->boot_selected = true;
  table.initiator->name = "iqn.2026-11.org.example:netns-initiator";
  for (const Pair& pair : pairs) {
    ibft::Nic nic;
    nic.index = static_cast<std::uint8_t>(table.nics.count);
    nic.valid = true;
    nic.boot_selected = pair.boot_selected;
    nic.mac = *parse_mac(pair.mac);
    nic.address = *parse_ip(pair.address);
    nic.prefix = pair.prefix;
    nic.origin = ibft::Origin::Manual;
    if (!pair.gateway.empty()) nic.gateway = *parse_ip(pair.gateway);
    ibft::Target target;
    target.index = target.nic_index = nic.index;
    target.valid = true;
    target.boot_selected = pair.boot_selected;
    target.address = *parse_ip(pair.target);
    target.port = 3260;
    target.lun = *Lun::from_number(kTgtLun);
    target.name = kTgtName;
    table.nics.push(nic);
    table.targets.push(target);
  }
  return table;
}

}  // namespace

boot::Plan plan_of(const std::vector<Pair>& pairs, const boot::Parameters& parameters) {
  std::vector<std::uint8_t> bytes(ibft::kMaxEncoded);
  const auto encoded = ibft::encode(table_of(pairs), ibft::Layout::Ipxe, bytes);
  EXPECT_TRUE(encoded);
  ibft::Table table;
  ibft::Findings findings;
  EXPECT_TRUE(ibft::decode(*encoded, table, findings));
  boot::Plan plan;
  EXPECT_TRUE(boot::make_plan(table, parameters, plan));
  EXPECT_EQ(plan.count, pairs.size());
  return plan;
}

}  // namespace isboot::netns
