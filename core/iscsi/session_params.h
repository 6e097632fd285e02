// What a login agreed on: all that a kernel's initiator needs to go on from it.
#pragma once

#include "core/base/ip_address.h"
#include "core/base/text.h"

namespace isboot::iscsi {

// RFC 7143 section 4.2.7.1: at most 223 bytes.
using IscsiName = InlineText<223>;

struct SessionParams {
  // Declared by each side, not negotiated (RFC 7143 section 13.12).
  std::uint32_t max_recv_data_segment_length = 8192;  // ours
  std::uint32_t max_xmit_data_segment_length = 8192;  // the target's
  bool header_digest = false;                         // CRC32C
  bool data_digest = false;
  bool initial_r2t = true;
  bool immediate_data = true;
  std::uint32_t first_burst_length = 65536;
  std::uint32_t max_burst_length = 262144;
  std::uint16_t max_outstanding_r2t = 1;
  bool data_pdu_in_order = true;
  bool data_sequence_in_order = true;
  std::uint8_t error_recovery_level = 0;
  std::uint16_t time2wait = 2;     // seconds
  std::uint16_t time2retain = 20;  // seconds
  std::uint16_t target_portal_group_tag = 0;
  std::uint16_t tsih = 0;
  std::uint8_t chap_algorithm = 0;  // by which we proved ourselves; 0: we did not
  std::uint32_t cmd_sn = 0;         // of the first command in full-feature phase
  std::uint32_t exp_stat_sn = 0;    // last StatSN of the login + 1
};

}  // namespace isboot::iscsi
