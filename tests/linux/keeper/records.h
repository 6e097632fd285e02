#pragma once

#include "platform/linux/keeper/session_record.h"

namespace isboot::linux_platform {

// A record in which every field has a value of its own.
inline SessionRecord full_record() {
  SessionRecord record;
  record.session = SessionId{3};
  record.link = 2;
  NicSetup& nic = record.nic.emplace();
  nic.nic = WantedLink{MacAddress{{0x52, 0x54, 0, 0x12, 0x34, 0x56}}};
  nic.nic.pci = 0x18;
  (void)nic.nic.name.assign("eth0");
  nic.config.address = IpAddress::v4(10, 0, 2, 15);
  nic.config.prefix = 24;
  nic.config.gateway = IpAddress::v4(10, 0, 2, 1);
  nic.config.target = IpAddress::v4(10, 9, 0, 1);
  nic.config.vlan = 42;
  nic.config.mtu = 9000;
  nic.config.apart = true;
  record.origin = ibft::Origin::Dhcp;
  record.time2wait = 5;
  record.lun.bytes = {0, 5};
  (void)record.disk.assign("/dev/sda");
  (void)record.credentials_file.assign("/etc/isboot/disk");
  record.kernel.initial_cmd_sn = 17;
  record.kernel.recovery_timeout = 600;
  record.kernel.ping_after = 7;
  record.kernel.ping_limit = 9;
  record.kernel.portal = {IpAddress::v4(10, 0, 2, 2), 3261};
  (void)record.kernel.initiator_name.assign("iqn.2026-11.org.example:host");
  (void)record.kernel.target_name.assign("iqn.2026-11.org.example:disk");
  record.login.initiator_name = record.kernel.initiator_name;
  record.login.target_name = record.kernel.target_name;
  record.login.isid.bytes = {0x80, 1, 2, 3, 4, 5};
  record.login.data_digest = true;
  record.login.chap_algorithms = iscsi::AlgorithmSet{}.with(HashAlgorithm::Sha256);
  (void)record.login.credentials.name.assign("host");
  (void)record.login.credentials.secret.assign(as_bytes("twelve bytes or more"));
  (void)record.login.credentials.reverse_name.assign("disk");
  (void)record.login.credentials.reverse_secret.assign(as_bytes("another long secret"));
  return record;
}

}  // namespace isboot::linux_platform
