#include "platform/linux/keeper/session_record.h"

#include "core/base/reader.h"
#include "core/base/writer.h"

namespace isboot::linux_platform {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr HashAlgorithm kAlgorithms[] = {HashAlgorithm::Md5, HashAlgorithm::Sha1,
                                         HashAlgorithm::Sha256, HashAlgorithm::Sha3_256};

// Bits of the flags byte.
enum : std::uint8_t {
  kHeaderDigest = 1,
  kDataDigest = 2,
  kRecoveryLimit = 4,
  kHadSecrets = 8,
};

void write_text(Writer& out, Text text) {
  out.le16(static_cast<std::uint16_t>(text.size())).text(text);
}

template <std::size_t capacity>
Result<Done> read_text(Reader& in, InlineText<capacity>& text) {
  const std::uint16_t size = ISBOOT_TRY(in.le16());
  return text.assign(as_text(ISBOOT_TRY(in.bytes(size))));
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
  const Bytes address = ISBOOT_TRY(in.bytes(kernel.portal.address.bytes.size()));
  std::memcpy(kernel.portal.address.bytes.data(), address.data(), address.size());
  kernel.portal.port = ISBOOT_TRY(in.le16());
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

}  // namespace

Result<Bytes> encode(const SessionRecord& record, Secrets secrets, MutableBytes buffer) {
  const SessionConfig& kernel = record.kernel;
  const iscsi::LoginConfig& login = record.login;
  const iscsi::Credentials& credentials = login.credentials;
  std::uint8_t flags = 0;
  if (login.header_digest) flags |= kHeaderDigest;
  if (login.data_digest) flags |= kDataDigest;
  if (kernel.recovery_timeout) flags |= kRecoveryLimit;
  if (record.had_secrets || credentials.one_way()) flags |= kHadSecrets;
  std::uint8_t algorithms = 0;
  for (std::size_t i = 0; i < std::size(kAlgorithms); ++i)
    if (login.chap_algorithms.has(kAlgorithms[i]))
      algorithms = static_cast<std::uint8_t>(algorithms | 1U << i);

  Writer out{buffer};
  out.u8(kVersion).u8(flags).le32(record.session.value).le32(record.link);
  write_text(out, record.disk);
  write_text(out, record.credentials_file);
  out.le32(kernel.initial_cmd_sn).le32(kernel.recovery_timeout.value_or(0));
  out.le32(kernel.ping_after).le32(kernel.ping_limit);
  out.bytes(kernel.portal.address.bytes).le16(kernel.portal.port);
  write_text(out, kernel.initiator_name);
  write_text(out, kernel.target_name);
  out.bytes(login.isid.bytes).u8(algorithms);
  write_text(out, credentials.name);
  write_text(out, credentials.reverse_name);
  const bool take = secrets == Secrets::Take;
  write_text(out, take ? as_text(credentials.secret.reveal()) : Text{});
  write_text(out, take ? as_text(credentials.reverse_secret.reveal()) : Text{});
  return Bytes{ISBOOT_TRY(out.finish())};
}

Result<Done> decode(Bytes bytes, SessionRecord& record) {
  Reader in{bytes};
  if (ISBOOT_TRY(in.u8()) != kVersion)
    return Error{Errc::Unsupported, 0, "the record is of another version of isboot"};
  const std::uint8_t flags = ISBOOT_TRY(in.u8());
  record.session.value = ISBOOT_TRY(in.le32());
  record.link = ISBOOT_TRY(in.le32());
  ISBOOT_TRY(read_text(in, record.disk));
  ISBOOT_TRY(read_text(in, record.credentials_file));
  ISBOOT_TRY(read_kernel(in, record.kernel, flags));
  ISBOOT_TRY(read_login(in, record.login));
  if (in.remaining() != 0)
    return Error{Errc::BadValue, static_cast<std::uint32_t>(in.offset()), "bytes behind a record"};
  record.login.header_digest = (flags & kHeaderDigest) != 0;
  record.login.data_digest = (flags & kDataDigest) != 0;
  record.had_secrets = (flags & kHadSecrets) != 0;
  record.login.initiator_name = record.kernel.initiator_name;
  record.login.target_name = record.kernel.target_name;
  return Done{};
}

}  // namespace isboot::linux_platform
