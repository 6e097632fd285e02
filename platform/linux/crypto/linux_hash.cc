#include "platform/linux/crypto/linux_hash.h"

#include <mbedtls/md.h>
#include <nettle/sha3.h>

#include "core/base/secret.h"

namespace isboot::linux_platform {
namespace {

const mbedtls_md_info_t* mbed_info(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::Md5:
      return mbedtls_md_info_from_type(MBEDTLS_MD_MD5);
    case HashAlgorithm::Sha1:
      return mbedtls_md_info_from_type(MBEDTLS_MD_SHA1);
    case HashAlgorithm::Sha256:
      return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
    case HashAlgorithm::Sha3_256:
      return nullptr;
  }
  return nullptr;
}

Result<Done> digest_with_mbed(const mbedtls_md_info_t* info, std::span<const Bytes> parts,
                              MutableBytes out) {
  mbedtls_md_context_t context;
  mbedtls_md_init(&context);
  bool ok = mbedtls_md_setup(&context, info, 0) == 0 && mbedtls_md_starts(&context) == 0;
  for (const Bytes part : parts)
    ok = ok && mbedtls_md_update(&context, part.data(), part.size()) == 0;
  ok = ok && mbedtls_md_finish(&context, out.data()) == 0;
  mbedtls_md_free(&context);  // wipes
  if (!ok) return Error{Errc::Unsupported, 0, "libmbedcrypto failed to hash"};
  return Done{};
}

void digest_with_nettle(std::span<const Bytes> parts, MutableBytes out) {
  sha3_256_ctx context;
  sha3_256_init(&context);
  for (const Bytes part : parts) sha3_256_update(&context, part.size(), part.data());
  sha3_256_digest(&context, out.size(), out.data());
  wipe({reinterpret_cast<std::uint8_t*>(&context), sizeof context});
}

}  // namespace

std::size_t LinuxHash::size(HashAlgorithm algorithm) {
  if (algorithm == HashAlgorithm::Sha3_256) return SHA3_256_DIGEST_SIZE;
  const mbedtls_md_info_t* info = mbed_info(algorithm);
  return info == nullptr ? 0 : mbedtls_md_get_size(info);
}

Result<Done> LinuxHash::digest(HashAlgorithm algorithm, std::span<const Bytes> parts,
                               MutableBytes out) {
  const std::size_t wanted = size(algorithm);
  if (wanted == 0) return Error{Errc::Unsupported, 0, "no such hash here"};
  if (out.size() != wanted) return Error{Errc::BadValue, 0, "digest of another size"};
  if (algorithm != HashAlgorithm::Sha3_256)
    return digest_with_mbed(mbed_info(algorithm), parts, out);
  digest_with_nettle(parts, out);
  return Done{};
}

}  // namespace isboot::linux_platform
