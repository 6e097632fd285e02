#include "platform/linux/crypto/sha3.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/linux/crypto/hex.h"

namespace isboot::linux_platform {
namespace {

// Lengths around the ends of one block and of two; the digests are of Python's hashlib.
struct Example {
  std::size_t size;  // of a message whose byte i is i modulo 251
  const char* digest;
};
constexpr Example kExamples[] = {
    {0, "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"},
    {135, "fded8fd9d6551c601eeb3b7c6bc5e5cfd8aad1d015b7e9aaa9c9b9475231d5e2"},
    {136, "cf3ccff92480a29160c2d38317c430e14749bfee1788106957dfe73f8c4930e5"},
    {137, "ce9d7dc90913ee5d92745019479a5352c6d6279bef18ed07dc0a83ee8084daca"},
    {271, "0153fcdb6825d836b10835ccb3999dc1d8b68492f77e7e38afa31f8e244bd7af"},
    {272, "b7ccd55b6c2c3fa144c9e0624059294975a348b02f321abe289701d3012f7794"},
};

std::vector<std::uint8_t> message(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
  return bytes;
}

TEST(Sha3, GivesWhatOthersGiveAroundTheEndOfABlock) {
  for (const Example& example : kExamples) {
    SCOPED_TRACE(example.size);
    Sha3_256 sha3;
    sha3.update(message(example.size));
    std::array<std::uint8_t, Sha3_256::kSize> out{};
    sha3.finish(out);
    EXPECT_EQ(test::hex(out), example.digest);
  }
}

TEST(Sha3, DoesNotCareHowAMessageIsCut) {
  for (const Example& example : kExamples) {
    SCOPED_TRACE(example.size);
    const auto bytes = message(example.size);
    Sha3_256 sha3;
    for (const std::uint8_t& byte : bytes) sha3.update({&byte, 1});
    std::array<std::uint8_t, Sha3_256::kSize> out{};
    sha3.finish(out);
    EXPECT_EQ(test::hex(out), example.digest);
  }
}

}  // namespace
}  // namespace isboot::linux_platform
