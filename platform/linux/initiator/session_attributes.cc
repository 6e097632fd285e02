#include "platform/linux/initiator/session_attributes.h"

namespace isboot::linux_platform {
namespace {

IscsiParamValue text(IscsiParam param, Text value) {
  IscsiParamValue result{param, {}};
  (void)result.value.assign(value);  // fits: a name has 223 bytes at most
  return result;
}

IscsiParamValue number(IscsiParam param, std::uint32_t value) {
  std::array<char, 10> digits{};
  TextWriter out{digits};
  out.decimal(value);
  return text(param, out.text());
}

}  // namespace

IscsiParamValue recovery_timeout_attribute(const SessionConfig& config) {
  if (!config.recovery_timeout) return text(IscsiParam::RecoveryTimeout, "-1");
  return number(IscsiParam::RecoveryTimeout, *config.recovery_timeout);
}

SessionAttributes session_attributes(const SessionConfig& config,
                                     const iscsi::SessionParams& params) {
  SessionAttributes list;
  const auto add = [&list](IscsiParam param, std::uint32_t value) {
    list.push(number(param, value));
  };
  add(IscsiParam::MaxReceiveLength, params.max_recv_data_segment_length);
  add(IscsiParam::MaxTransmitLength, params.max_xmit_data_segment_length);
  add(IscsiParam::HeaderDigest, params.header_digest);
  add(IscsiParam::DataDigest, params.data_digest);
  add(IscsiParam::InitialR2t, params.initial_r2t);
  add(IscsiParam::MaxR2t, params.max_outstanding_r2t);
  add(IscsiParam::ImmediateData, params.immediate_data);
  add(IscsiParam::FirstBurst, params.first_burst_length);
  add(IscsiParam::MaxBurst, params.max_burst_length);
  add(IscsiParam::PduInOrder, params.data_pdu_in_order);
  add(IscsiParam::DataSequenceInOrder, params.data_sequence_in_order);
  add(IscsiParam::ErrorRecoveryLevel, params.error_recovery_level);
  add(IscsiParam::ExpStatSn, params.exp_stat_sn);
  add(IscsiParam::PingTimeout, config.ping_limit);
  add(IscsiParam::ReceiveTimeout, config.ping_after);
  list.push(text(IscsiParam::TargetName, config.target_name));
  add(IscsiParam::TargetPortalGroupTag, params.target_portal_group_tag);
  list.push(text(IscsiParam::PersistentAddress, to_text(config.portal.address)));
  add(IscsiParam::PersistentPort, config.portal.port);
  list.push(text(IscsiParam::InitiatorName, config.initiator_name));
  return list;
}

}  // namespace isboot::linux_platform
