#include "platform/linux/initiator/session_attributes.h"

#include <gtest/gtest.h>

namespace isboot::linux_platform {
namespace {

std::string value_of(const SessionAttributes& attributes, IscsiParam param) {
  for (const IscsiParamValue& item : attributes)
    if (item.param == param) return std::string{item.value.view()};
  return "(missing)";
}

TEST(SessionAttributes, TellTheKernelWhatTheLoginAgreedOn) {
  SessionConfig config;
  config.portal = {IpAddress::v4(10, 0, 2, 2), 3261};
  (void)config.target_name.assign("iqn.2026-11.org.example:disk");
  iscsi::SessionParams params;
  params.max_xmit_data_segment_length = 65536;
  params.data_digest = true;
  params.exp_stat_sn = 4711;
  const SessionAttributes attributes = session_attributes(config, params);
  EXPECT_EQ(value_of(attributes, IscsiParam::MaxTransmitLength), "65536");
  EXPECT_EQ(value_of(attributes, IscsiParam::HeaderDigest), "0");
  EXPECT_EQ(value_of(attributes, IscsiParam::DataDigest), "1");
  EXPECT_EQ(value_of(attributes, IscsiParam::ExpStatSn), "4711");
  EXPECT_EQ(value_of(attributes, IscsiParam::TargetName), "iqn.2026-11.org.example:disk");
  EXPECT_EQ(value_of(attributes, IscsiParam::PersistentAddress), "10.0.2.2");
  EXPECT_EQ(value_of(attributes, IscsiParam::PersistentPort), "3261");
}

TEST(SessionAttributes, LetTheKernelAskASilentTarget) {
  SessionConfig config;
  config.ping_after = 7;
  config.ping_limit = 9;
  const SessionAttributes attributes = session_attributes(config, {});
  EXPECT_EQ(value_of(attributes, IscsiParam::ReceiveTimeout), "7");
  EXPECT_EQ(value_of(attributes, IscsiParam::PingTimeout), "9");
}

TEST(SessionAttributes, HoldIoForEverUnlessThereIsALimit) {
  SessionConfig config;
  EXPECT_EQ(recovery_timeout_attribute(config).value.view(), "-1");
  config.recovery_timeout = 600;
  EXPECT_EQ(recovery_timeout_attribute(config).value.view(), "600");
}

}  // namespace
}  // namespace isboot::linux_platform
