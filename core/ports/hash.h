#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace isboot {

// The CHAP algorithms by their numbers (IANA "PPP Authentication Algorithms";
// RFC 7143 section 12.1.3 for 5).
enum class HashAlgorithm : std::uint8_t { Md5 = 5, Sha1 = 6, Sha256 = 7, Sha3_256 = 8 };

class Hash {
public:
  // Length of the digest in bytes, 0 when the platform does not have the algorithm.
  virtual std::size_t size(HashAlgorithm algorithm) = 0;
  // Hashes the parts as if they were one; `out` has exactly size() bytes.
  virtual Result<Done> digest(HashAlgorithm algorithm, std::span<const Bytes> parts,
                              MutableBytes out) = 0;

protected:
  ~Hash() = default;
};

}  // namespace isboot
