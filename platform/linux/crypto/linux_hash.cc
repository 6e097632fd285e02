#include "platform/linux/crypto/linux_hash.h"

#include <mbedtls/md5.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

#include "core/base/secret.h"
#include "platform/linux/crypto/sha3.h"

// Debian 12 has release 2 of libmbedcrypto, where the functions that can fail end in _ret, Debian
// 13 release 3, where all of them do and none ends so.
#if MBEDTLS_VERSION_MAJOR < 3
#define ISBOOT_MBED(name) name##_ret
#else
#define ISBOOT_MBED(name) name
#endif

// What the hashes wipe with. libmbedcrypto's own has a neighbour that asks for the time of day, and
// the C library's time zones, scanf() and floating point come with that: 170 KB in a static
// program.
void mbedtls_platform_zeroize(void* memory, std::size_t size) {
  isboot::wipe({static_cast<std::uint8_t*>(memory), size});
}

// libmbedcrypto's functions for each hash, and not mbedtls_md_…() for all of them: those bring
// hashes along that CHAP does not have, and allocate, which the keeper must not.
namespace isboot::linux_platform {
namespace {

constexpr std::size_t kMd5Size = 16;
constexpr std::size_t kSha1Size = 20;
constexpr std::size_t kSha256Size = 32;

int start_sha256(mbedtls_sha256_context* context) {
  return ISBOOT_MBED(mbedtls_sha256_starts)(context, 0);  // 0: not SHA-224
}

template <typename Context, auto init, auto start, auto update, auto finish, auto free>
Result<Done> digest_with_mbed(std::span<const Bytes> parts, MutableBytes out) {
  Context context;
  init(&context);
  bool ok = start(&context) == 0;
  for (const Bytes part : parts) ok = ok && update(&context, part.data(), part.size()) == 0;
  ok = ok && finish(&context, out.data()) == 0;
  free(&context);  // wipes
  if (!ok) return Error{Errc::Unsupported, 0, "libmbedcrypto failed to hash"};
  return Done{};
}

Result<Done> digest_with_sha3(std::span<const Bytes> parts, MutableBytes out) {
  Sha3_256 sha3;
  for (const Bytes part : parts) sha3.update(part);
  sha3.finish(out);
  return Done{};
}

}  // namespace

std::size_t LinuxHash::size(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::Md5:
      return kMd5Size;
    case HashAlgorithm::Sha1:
      return kSha1Size;
    case HashAlgorithm::Sha256:
      return kSha256Size;
    case HashAlgorithm::Sha3_256:
      return Sha3_256::kSize;
  }
  return 0;
}

Result<Done> LinuxHash::digest(HashAlgorithm algorithm, std::span<const Bytes> parts,
                               MutableBytes out) {
  const std::size_t wanted = size(algorithm);
  if (wanted == 0) return Error{Errc::Unsupported, 0, "no such hash here"};
  if (out.size() != wanted) return Error{Errc::BadValue, 0, "digest of another size"};
  switch (algorithm) {
    case HashAlgorithm::Md5:
      return digest_with_mbed<mbedtls_md5_context, mbedtls_md5_init,
                              ISBOOT_MBED(mbedtls_md5_starts), ISBOOT_MBED(mbedtls_md5_update),
                              ISBOOT_MBED(mbedtls_md5_finish), mbedtls_md5_free>(parts, out);
    case HashAlgorithm::Sha1:
      return digest_with_mbed<mbedtls_sha1_context, mbedtls_sha1_init,
                              ISBOOT_MBED(mbedtls_sha1_starts), ISBOOT_MBED(mbedtls_sha1_update),
                              ISBOOT_MBED(mbedtls_sha1_finish), mbedtls_sha1_free>(parts, out);
    case HashAlgorithm::Sha256:
      return digest_with_mbed<mbedtls_sha256_context, mbedtls_sha256_init, start_sha256,
                              ISBOOT_MBED(mbedtls_sha256_update),
                              ISBOOT_MBED(mbedtls_sha256_finish), mbedtls_sha256_free>(parts, out);
    case HashAlgorithm::Sha3_256:
      break;
  }
  return digest_with_sha3(parts, out);
}

}  // namespace isboot::linux_platform
