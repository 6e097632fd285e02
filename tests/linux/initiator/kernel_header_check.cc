// Our numbers and offsets against the kernel's own header. Compiled by
// kernel_header_test.py, with the header that Debian ships in linux-headers-*-common.
#include <linux/types.h>

#include <cstddef>
#include <cstdint>

#include "platform/linux/initiator/iscsi_netlink.h"

// What the kernel's headers expect of the kernel.
#define __packed __attribute__((packed))
#define __aligned(size) __attribute__((aligned(size)))
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using s32 = std::int32_t;
#define HZ 250
#include <scsi/iscsi_if.h>

namespace {

using namespace isboot::linux_platform;

#define SAME(ours, theirs) static_assert(static_cast<int>(ours) == static_cast<int>(theirs))

SAME(IscsiRequest::CreateSession, ISCSI_UEVENT_CREATE_SESSION);
SAME(IscsiRequest::DestroySession, ISCSI_UEVENT_DESTROY_SESSION);
SAME(IscsiRequest::CreateConnection, ISCSI_UEVENT_CREATE_CONN);
SAME(IscsiRequest::DestroyConnection, ISCSI_UEVENT_DESTROY_CONN);
SAME(IscsiRequest::BindConnection, ISCSI_UEVENT_BIND_CONN);
SAME(IscsiRequest::SetParam, ISCSI_UEVENT_SET_PARAM);
SAME(IscsiRequest::StartConnection, ISCSI_UEVENT_START_CONN);
SAME(IscsiRequest::StopConnection, ISCSI_UEVENT_STOP_CONN);
SAME(IscsiRequest::SendPdu, ISCSI_UEVENT_SEND_PDU);
SAME(IscsiRequest::GetStats, ISCSI_UEVENT_GET_STATS);
SAME(IscsiRequest::UnbindSession, ISCSI_UEVENT_UNBIND_SESSION);

SAME(IscsiEvent::ReceivedPdu, ISCSI_KEVENT_RECV_PDU);
SAME(IscsiEvent::ConnectionError, ISCSI_KEVENT_CONN_ERROR);
SAME(IscsiEvent::InterfaceError, ISCSI_KEVENT_IF_ERROR);
SAME(IscsiEvent::DestroySession, ISCSI_KEVENT_DESTROY_SESSION);
SAME(IscsiEvent::UnbindSession, ISCSI_KEVENT_UNBIND_SESSION);
SAME(IscsiEvent::CreateSession, ISCSI_KEVENT_CREATE_SESSION);

SAME(IscsiParam::MaxReceiveLength, ISCSI_PARAM_MAX_RECV_DLENGTH);
SAME(IscsiParam::MaxTransmitLength, ISCSI_PARAM_MAX_XMIT_DLENGTH);
SAME(IscsiParam::HeaderDigest, ISCSI_PARAM_HDRDGST_EN);
SAME(IscsiParam::DataDigest, ISCSI_PARAM_DATADGST_EN);
SAME(IscsiParam::InitialR2t, ISCSI_PARAM_INITIAL_R2T_EN);
SAME(IscsiParam::MaxR2t, ISCSI_PARAM_MAX_R2T);
SAME(IscsiParam::ImmediateData, ISCSI_PARAM_IMM_DATA_EN);
SAME(IscsiParam::FirstBurst, ISCSI_PARAM_FIRST_BURST);
SAME(IscsiParam::MaxBurst, ISCSI_PARAM_MAX_BURST);
SAME(IscsiParam::PduInOrder, ISCSI_PARAM_PDU_INORDER_EN);
SAME(IscsiParam::DataSequenceInOrder, ISCSI_PARAM_DATASEQ_INORDER_EN);
SAME(IscsiParam::ErrorRecoveryLevel, ISCSI_PARAM_ERL);
SAME(IscsiParam::ExpStatSn, ISCSI_PARAM_EXP_STATSN);
SAME(IscsiParam::TargetName, ISCSI_PARAM_TARGET_NAME);
SAME(IscsiParam::TargetPortalGroupTag, ISCSI_PARAM_TPGT);
SAME(IscsiParam::PersistentAddress, ISCSI_PARAM_PERSISTENT_ADDRESS);
SAME(IscsiParam::PersistentPort, ISCSI_PARAM_PERSISTENT_PORT);
SAME(IscsiParam::RecoveryTimeout, ISCSI_PARAM_SESS_RECOVERY_TMO);
SAME(IscsiParam::InitiatorName, ISCSI_PARAM_INITIATOR_NAME);

SAME(IscsiStop::Terminate, STOP_CONN_TERM);
SAME(IscsiStop::Recover, STOP_CONN_RECOVER);
SAME(IscsiNetlink::kEventGroup, ISCSI_NL_GRP_ISCSID);

// struct iscsi_uevent: where iscsi_netlink.cc writes and reads.
static_assert(sizeof(iscsi_uevent) == 56);
static_assert(offsetof(iscsi_uevent, type) == 0);
static_assert(offsetof(iscsi_uevent, iferror) == 4);
static_assert(offsetof(iscsi_uevent, transport_handle) == 8);
static_assert(offsetof(iscsi_uevent, u) == 16);
static_assert(offsetof(iscsi_uevent, r) == 40);

// The words of the requests in linux_initiator.cc; word n is at offset 16 + 4 n.
static_assert(offsetof(iscsi_uevent, u.c_session.initial_cmdsn) == 16);
static_assert(offsetof(iscsi_uevent, u.c_session.cmds_max) == 20);
static_assert(offsetof(iscsi_uevent, u.c_session.queue_depth) == 22);
static_assert(offsetof(iscsi_uevent, u.c_conn.sid) == 16);
static_assert(offsetof(iscsi_uevent, u.c_conn.cid) == 20);
static_assert(offsetof(iscsi_uevent, u.b_conn.sid) == 16);
static_assert(offsetof(iscsi_uevent, u.b_conn.cid) == 20);
static_assert(offsetof(iscsi_uevent, u.b_conn.transport_eph) == 24);
static_assert(offsetof(iscsi_uevent, u.b_conn.is_leading) == 32);
static_assert(offsetof(iscsi_uevent, u.set_param.sid) == 16);
static_assert(offsetof(iscsi_uevent, u.set_param.cid) == 20);
static_assert(offsetof(iscsi_uevent, u.set_param.param) == 24);
static_assert(offsetof(iscsi_uevent, u.set_param.len) == 28);
static_assert(offsetof(iscsi_uevent, u.stop_conn.sid) == 16);
static_assert(offsetof(iscsi_uevent, u.stop_conn.flag) == 32);
static_assert(offsetof(iscsi_uevent, u.get_stats.sid) == 16);
static_assert(offsetof(iscsi_uevent, u.get_stats.cid) == 20);
static_assert(offsetof(iscsi_uevent, r.c_session_ret.sid) == 40);
static_assert(offsetof(iscsi_uevent, r.c_session_ret.host_no) == 44);
static_assert(offsetof(iscsi_uevent, r.retcode) == 40);
static_assert(offsetof(iscsi_stats, scsicmd_pdus) == 20);

}  // namespace
