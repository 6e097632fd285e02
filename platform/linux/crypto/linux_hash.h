// The Hash port with libmbedcrypto (MD5, SHA-1, SHA-256; linked statically) and sha3.h.
#pragma once

#include "core/ports/hash.h"

namespace isboot::linux_platform {

class LinuxHash final : public Hash {
public:
  std::size_t size(HashAlgorithm algorithm) override;
  // Errc::Unsupported for an algorithm that it does not have, Errc::BadValue when `out`
  // has another size. Nothing of the parts stays behind in memory.
  Result<Done> digest(HashAlgorithm algorithm, std::span<const Bytes> parts,
                      MutableBytes out) override;
};

}  // namespace isboot::linux_platform
