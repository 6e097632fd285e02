#include "platform/linux/keeper/session_record.h"

#include "core/base/reader.h"
#include "core/base/writer.h"

namespace isboot::linux_platform {
namespace {

constexpr std::uint8_t kVersion = 3;
constexpr HashAlgorithm kAlgorithms[] = {HashAlgorithm::Md5, HashAlgorithm::Sha1,
                                         HashAlgorithm::Sha256, HashAlgorithm::Sha3_256};

// Bits of the flags byte.
enum : std::uint8_t {
  kHeaderDigest = 1,
  kDataDigest = 2,
  kRecoveryLimit = 4,
  kHadSecrets = 8,
  kHasNic = 16,
  kNicApart = 32,
  kNeverLoggedIn = 64,
  kFoundByName = 128,
};

void write_text(Writer& out, Text text) {
  out.le16(static_cast<std::uint16_t>(text.size())).text(text);
}

template <std::size_t capacity>
Result<Done> read_text(Reader& in, InlineText<capacity>& text) {
  const std::uint16_t size = ISBOOT_TRY(in.le16());
  return text.assign(as_text(ISBOOT_TRY(in.bytes(size))));
}

void write_address(Writer& out, const IpAddress& address) { out.bytes(address.bytes); }

void write_portal(Writer& out, const Portal& portal) {
  write_address(out, portal.address);
  out.le16(portal.port);
}

Result<Done> read_address(Reader& in, IpAddress& address) {
  const Bytes bytes = ISBOOT_TRY(in.bytes(address.bytes.size()));
  std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
  return Done{};
}

Result<Done> read_portal(Reader& in, Portal& portal) {
  ISBOOT_TRY(read_address(in, portal.address));
  portal.port = ISBOOT_TRY(in.le16());
  return Done{};
}

// PCI addresses have 16 bits.
constexpr std::uint32_t kNoPci = UINT32_MAX;

void write_nic(Writer& out, const NicSetup& setup) {
  out.bytes(setup.nic.mac.bytes).le32(setup.nic.pci ? *setup.nic.pci : kNoPci);
  write_text(out, setup.nic.name);
  const LinkConfig& config = setup.config;
  write_address(out, config.address);
  write_address(out, config.gateway);
  write_address(out, config.target);
  out.u8(config.prefix).le16(config.vlan).le32(config.mtu);
}

Result<Done> read_nic(Reader& in, NicSetup& setup) {
  const Bytes mac = ISBOOT_TRY(in.bytes(setup.nic.mac.bytes.size()));
  std::memcpy(setup.nic.mac.bytes.data(), mac.data(), mac.size());
  const std::uint32_t pci = ISBOOT_TRY(in.le32());
  if (pci != kNoPci) setup.nic.pci = static_cast<std::uint16_t>(pci);
  ISBOOT_TRY(read_text(in, setup.nic.name));
  LinkConfig& config = setup.config;
  ISBOOT_TRY(read_address(in, config.address));
  ISBOOT_TRY(read_address(in, config.gateway));
  ISBOOT_TRY(read_address(in, config.target));
  config.prefix = ISBOOT_TRY(in.u8());
  config.vlan = ISBOOT_TRY(in.le16());
  config.mtu = ISBOOT_TRY(in.le32());
  return Done{};
}

Result<Done> read_secret(Reader& in, Secret& secret) {
  const std::uint16_t size = ISBOOT_TRY(in.le16());
  return secret.assign(ISBOOT_TRY(in.bytes(size)));
}

Result<Done> read_kernel(Reader& in, SessionConfig& kernel, std::uint8_t flags) {
  kernel.initial_cmd_sn = ISBOOT_TRY(in.le32());
  const std::uint32_t recovery = ISBOOT_TRY(in.le32());
  kernel.recovery_timeout.reset();
  if ((flags & kRecoveryLimit) != 0) kernel.recovery_timeout = recovery;
  kernel.ping_after = ISBOOT_TRY(in.le32());
  kernel.ping_limit = ISBOOT_TRY(in.le32());
  ISBOOT_TRY(read_portal(in, kernel.portal));
  ISBOOT_TRY(read_text(in, kernel.initiator_name));
  return read_text(in, kernel.target_name);
}

Result<Done> read_login(Reader& in, iscsi::LoginConfig& login) {
  const Bytes isid = ISBOOT_TRY(in.bytes(login.isid.bytes.size()));
  std::memcpy(login.isid.bytes.data(), isid.data(), isid.size());
  const std::uint8_t algorithms = ISBOOT_TRY(in.u8());
  login.chap_algorithms = {};
  for (std::size_t i = 0; i < std::size(kAlgorithms); ++i)
    if ((algorithms >> i & 1) != 0)
      login.chap_algorithms = login.chap_algorithms.with(kAlgorithms[i]);
  ISBOOT_TRY(read_text(in, login.credentials.name));
  ISBOOT_TRY(read_text(in, login.credentials.reverse_name));
  ISBOOT_TRY(read_secret(in, login.credentials.secret));
  return read_secret(in, login.credentials.reverse_secret);
}

struct Start {
  std::uint8_t flags = 0;
  std::uint32_t session = 0;
};

Result<Start> read_start(Reader& in) {
  if (ISBOOT_TRY(in.u8()) != kVersion)
    return Error{Errc::Unsupported, 0, "the record is of another version of isboot"};
  Start start;
  start.flags = ISBOOT_TRY(in.u8());
  start.session = ISBOOT_TRY(in.le32());
  return start;
}

}  // namespace

Result<Bytes> encode(const SessionRecord& record, Secrets secrets, MutableBytes buffer) {
  const SessionConfig& kernel = record.kernel;
  const iscsi::LoginConfig& login = record.login;
  const iscsi::Credentials& credentials = login.credentials;
  std::uint8_t flags = 0;
  if (login.header_digest) flags |= kHeaderDigest;
  if (login.data_digest) flags |= kDataDigest;
  if (kernel.recovery_timeout) flags |= kRecoveryLimit;
  if (record.nic) flags |= kHasNic;
  if (record.nic && record.nic->config.apart) flags |= kNicApart;
  if (record.had_secrets || credentials.one_way()) flags |= kHadSecrets;
  if (!record.logged_in) flags |= kNeverLoggedIn;
  const bool by_name = !record.found_by_name.address.is_absent();
  if (by_name) flags |= kFoundByName;
  std::uint8_t algorithms = 0;
  for (std::size_t i = 0; i < std::size(kAlgorithms); ++i)
    if (login.chap_algorithms.has(kAlgorithms[i]))
      algorithms = static_cast<std::uint8_t>(algorithms | 1U << i);

  Writer out{buffer};
  out.u8(kVersion).u8(flags).le32(record.session.value).le32(record.link);
  if (record.nic) write_nic(out, *record.nic);
  out.u8(static_cast<std::uint8_t>(record.origin)).le16(record.time2wait);
  out.bytes(record.lun.bytes);
  write_text(out, record.disk);
  write_text(out, record.credentials_file);
  out.le32(kernel.initial_cmd_sn).le32(kernel.recovery_timeout.value_or(0));
  out.le32(kernel.ping_after).le32(kernel.ping_limit);
  write_portal(out, kernel.portal);
  write_text(out, kernel.initiator_name);
  write_text(out, kernel.target_name);
  if (by_name) write_portal(out, record.found_by_name);
  out.bytes(login.isid.bytes).u8(algorithms);
  write_text(out, credentials.name);
  write_text(out, credentials.reverse_name);
  const bool take = secrets == Secrets::Take;
  write_text(out, take ? as_text(credentials.secret.reveal()) : Text{});
  write_text(out, take ? as_text(credentials.reverse_secret.reveal()) : Text{});
  return Bytes{ISBOOT_TRY(out.finish())};
}

Result<SessionId> session_of(Bytes bytes) {
  Reader in{bytes};
  return SessionId{ISBOOT_TRY(read_start(in)).session};
}

Result<Done> decode(Bytes bytes, SessionRecord& record) {
  Reader in{bytes};
  const Start start = ISBOOT_TRY(read_start(in));
  const std::uint8_t flags = start.flags;
  record.session.value = start.session;
  record.link = ISBOOT_TRY(in.le32());
  record.nic.reset();
  if ((flags & kHasNic) != 0) ISBOOT_TRY(read_nic(in, record.nic.emplace()));
  if (record.nic) record.nic->config.apart = (flags & kNicApart) != 0;
  record.origin = static_cast<ibft::Origin>(ISBOOT_TRY(in.u8()));
  record.time2wait = ISBOOT_TRY(in.le16());
  const Bytes lun = ISBOOT_TRY(in.bytes(record.lun.bytes.size()));
  std::memcpy(record.lun.bytes.data(), lun.data(), lun.size());
  ISBOOT_TRY(read_text(in, record.disk));
  ISBOOT_TRY(read_text(in, record.credentials_file));
  ISBOOT_TRY(read_kernel(in, record.kernel, flags));
  record.found_by_name = {};
  if ((flags & kFoundByName) != 0) ISBOOT_TRY(read_portal(in, record.found_by_name));
  ISBOOT_TRY(read_login(in, record.login));
  if (in.remaining() != 0)
    return Error{Errc::BadValue, static_cast<std::uint32_t>(in.offset()), "bytes behind a record"};
  record.login.header_digest = (flags & kHeaderDigest) != 0;
  record.login.data_digest = (flags & kDataDigest) != 0;
  record.logged_in = (flags & kNeverLoggedIn) == 0;
  record.had_secrets = (flags & kHadSecrets) != 0;
  record.login.initiator_name = record.kernel.initiator_name;
  record.login.target_name = record.kernel.target_name;
  return Done{};
}

}  // namespace isboot::linux_platform
