#include "platform/linux/keeper/session_record.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/linux/keeper/records.h"

namespace isboot::linux_platform {
namespace {

std::vector<std::uint8_t> encoded(const SessionRecord& record, Secrets secrets) {
  std::array<std::uint8_t, kMaxRecord> buffer{};
  const auto bytes = encode(record, secrets, buffer);
  EXPECT_TRUE(bytes);
  return {bytes->begin(), bytes->end()};
}

bool holds(const std::vector<std::uint8_t>& bytes, Text text) {
  const Bytes wanted = as_bytes(text);
  return std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()) != bytes.end();
}

TEST(SessionRecord, ComesBackAsItWas) {
  const SessionRecord before = full_record();
  SessionRecord after;
  ASSERT_TRUE(decode(encoded(before, Secrets::Take), after));
  EXPECT_EQ(after.session, before.session);
  EXPECT_EQ(after.link, before.link);
  EXPECT_EQ(after.lun.bytes, before.lun.bytes);
  EXPECT_EQ(after.disk, before.disk);
  EXPECT_EQ(after.origin, ibft::Origin::Dhcp);
  EXPECT_EQ(after.time2wait, 5);
  EXPECT_EQ(after.credentials_file.view(), "/etc/isboot/disk");
  EXPECT_EQ(after.kernel.initial_cmd_sn, 17U);
  EXPECT_EQ(after.kernel.recovery_timeout, before.kernel.recovery_timeout);
  EXPECT_EQ(after.kernel.ping_after, 7U);
  EXPECT_EQ(after.kernel.ping_limit, 9U);
  EXPECT_EQ(after.kernel.portal, before.kernel.portal);
  EXPECT_EQ(after.login.initiator_name, before.login.initiator_name);
  EXPECT_EQ(after.login.target_name, before.login.target_name);
  EXPECT_EQ(after.login.isid, before.login.isid);
  EXPECT_FALSE(after.login.header_digest);
  EXPECT_TRUE(after.login.data_digest);
  EXPECT_TRUE(after.login.chap_algorithms.has(HashAlgorithm::Sha256));
  EXPECT_FALSE(after.login.chap_algorithms.has(HashAlgorithm::Md5));
  EXPECT_EQ(as_text(after.login.credentials.secret.reveal()), "twelve bytes or more");
  EXPECT_EQ(as_text(after.login.credentials.reverse_secret.reveal()), "another long secret");
  EXPECT_TRUE(after.had_secrets);
}

TEST(SessionRecord, KnowsWhereARedirectToANameHasLedTo) {
  SessionRecord before = full_record();
  before.found_by_name = {IpAddress::v4(10, 0, 2, 9), 3265};
  SessionRecord after;
  ASSERT_TRUE(decode(encoded(before, Secrets::Take), after));
  EXPECT_EQ(after.found_by_name, before.found_by_name);
  EXPECT_EQ(after.kernel.target_name, before.kernel.target_name);
  ASSERT_TRUE(decode(encoded(full_record(), Secrets::Take), after));
  EXPECT_TRUE(after.found_by_name.address.is_absent());
}

TEST(SessionRecord, KnowsWhetherItWasEverLoggedIn) {
  for (const bool logged_in : {true, false}) {
    SessionRecord before = full_record();
    before.logged_in = logged_in;
    SessionRecord after = full_record();
    ASSERT_TRUE(decode(encoded(before, Secrets::Leave), after));
    EXPECT_EQ(after.logged_in, logged_in);
  }
}

TEST(SessionRecord, KnowsHowTheNicIsSetUpAgain) {
  const SessionRecord before = full_record();
  SessionRecord after;
  ASSERT_TRUE(decode(encoded(before, Secrets::Leave), after));
  ASSERT_TRUE(after.nic);
  EXPECT_EQ(after.nic->nic.mac, before.nic->nic.mac);
  EXPECT_EQ(after.nic->nic.pci, before.nic->nic.pci);
  EXPECT_EQ(after.nic->nic.name, before.nic->nic.name);
  EXPECT_EQ(after.nic->config.address, before.nic->config.address);
  EXPECT_EQ(after.nic->config.prefix, 24);
  EXPECT_EQ(after.nic->config.gateway, before.nic->config.gateway);
  EXPECT_EQ(after.nic->config.target, before.nic->config.target);
  EXPECT_EQ(after.nic->config.vlan, 42);
  EXPECT_EQ(after.nic->config.mtu, 9000U);
  EXPECT_TRUE(after.nic->config.apart);
}

TEST(SessionRecord, KeepsToNoNicWhereThereIsNoOther) {
  SessionRecord before = full_record();
  before.nic->config.apart = false;
  SessionRecord after = full_record();
  ASSERT_TRUE(decode(encoded(before, Secrets::Leave), after));
  EXPECT_FALSE(after.nic->config.apart);
}

TEST(SessionRecord, LeavesTheNetworkAloneWhenItIsNotOurs) {
  SessionRecord before = full_record();
  before.nic.reset();
  SessionRecord after = full_record();
  ASSERT_TRUE(decode(encoded(before, Secrets::Leave), after));
  EXPECT_FALSE(after.nic);
  before = full_record();
  before.nic->nic.pci.reset();
  ASSERT_TRUE(decode(encoded(before, Secrets::Leave), after));
  EXPECT_FALSE(after.nic->nic.pci);
}

TEST(SessionRecord, HoldsIoForEverWhenItHasNoLimit) {
  SessionRecord before = full_record();
  before.kernel.recovery_timeout.reset();
  SessionRecord after;
  ASSERT_TRUE(decode(encoded(before, Secrets::Take), after));
  EXPECT_FALSE(after.kernel.recovery_timeout);
}

TEST(SessionRecord, LeavesSecretsOutAndRemembersThatThereWereSome) {
  const auto bytes = encoded(full_record(), Secrets::Leave);
  EXPECT_FALSE(holds(bytes, "twelve bytes"));
  EXPECT_FALSE(holds(bytes, "another long"));
  SessionRecord after;
  ASSERT_TRUE(decode(bytes, after));
  EXPECT_TRUE(after.login.credentials.secret.empty());
  EXPECT_TRUE(after.had_secrets);
  // A second keeper that dies before it found them must not forget it.
  SessionRecord again;
  ASSERT_TRUE(decode(encoded(after, Secrets::Leave), again));
  EXPECT_TRUE(again.had_secrets);
}

TEST(SessionRecord, FitsItsLimitWithTheLongestNames) {
  SessionRecord record = full_record();
  const std::string longest(255, 'x');
  (void)record.kernel.initiator_name.assign(Text{longest}.substr(0, 223));
  (void)record.kernel.target_name.assign(Text{longest}.substr(0, 223));
  (void)record.credentials_file.assign(longest);
  (void)record.disk.assign(Text{longest}.substr(0, 64));
  (void)record.nic->nic.name.assign(Text{longest}.substr(0, 15));
  (void)record.login.credentials.name.assign(longest);
  (void)record.login.credentials.reverse_name.assign(longest);
  (void)record.login.credentials.secret.assign(as_bytes(longest));
  (void)record.login.credentials.reverse_secret.assign(as_bytes(longest));
  std::array<std::uint8_t, kMaxRecord> buffer{};
  EXPECT_TRUE(encode(record, Secrets::Take, buffer));
}

TEST(SessionRecord, IsRefusedWhereverItIsCut) {
  const auto whole = encoded(full_record(), Secrets::Take);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    SessionRecord record;
    EXPECT_FALSE(decode(Bytes{whole}.first(size), record));
  }
}

TEST(SessionRecord, IsRefusedWithBytesBehindIt) {
  auto bytes = encoded(full_record(), Secrets::Take);
  bytes.push_back(0);
  SessionRecord record;
  EXPECT_EQ(decode(bytes, record).error().code, Errc::BadValue);
}

TEST(SessionRecord, IsRefusedWhenItIsOfAnotherVersion) {
  auto bytes = encoded(full_record(), Secrets::Take);
  ++bytes[0];
  SessionRecord record;
  EXPECT_EQ(decode(bytes, record).error().code, Errc::Unsupported);
}

}  // namespace
}  // namespace isboot::linux_platform
