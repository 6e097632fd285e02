#include "platform/linux/crypto/linux_hash.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/iscsi/chap.h"
#include "testing/fake_entropy.h"
#include "tests/linux/crypto/hex.h"

namespace isboot::linux_platform {
namespace {

// FIPS 180-4, FIPS 202 and RFC 1321 give "abc" as an example; `chap` is Python's hashlib
// over 2a, "correct horse  batteryé" and the bytes 00 to 0f.
struct Vector {
  HashAlgorithm algorithm;
  const char* abc;
  const char* chap;
};
constexpr Vector kVectors[] = {
    {HashAlgorithm::Md5, "900150983cd24fb0d6963f7d28e17f72", "90917eb1242b72705e90cd1442aac345"},
    {HashAlgorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d",
     "aefd16c05ce5468444459d2ba8f349a89154a63b"},
    {HashAlgorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "2543b381e4b23281ff217347ef8fd7d1912cff216b91a3d33bd70db6f86c2305"},
    {HashAlgorithm::Sha3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
     "3a26f9423c769bc20123fc540486f6fda4aa276fa192dde3b6b022d1ec219e98"},
};

TEST(LinuxHash, GivesTheStandardsExamples) {
  LinuxHash hash;
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(static_cast<int>(vector.algorithm));
    std::vector<std::uint8_t> out(hash.size(vector.algorithm));
    const Bytes parts[] = {as_bytes("a"), {}, as_bytes("bc")};
    ASSERT_TRUE(hash.digest(vector.algorithm, parts, out));
    EXPECT_EQ(test::hex(out), vector.abc);
  }
}

TEST(LinuxHash, RefusesWhatItCannotDo) {
  LinuxHash hash;
  std::array<std::uint8_t, 16> out{};
  EXPECT_EQ(hash.size(HashAlgorithm{99}), 0U);
  EXPECT_FALSE(hash.digest(HashAlgorithm{99}, {}, out));
  EXPECT_FALSE(hash.digest(HashAlgorithm::Sha1, {}, out));
}

TEST(LinuxHash, MakesTheChapResponsesThatOthersMake) {
  LinuxHash hash;
  isboot::testing::FakeEntropy entropy;
  iscsi::Credentials credentials;
  (void)credentials.name.assign("user");
  (void)credentials.secret.assign(as_bytes("correct horse  battery\xc3\xa9"));
  for (const Vector& vector : kVectors) {
    iscsi::Chap chap{credentials, iscsi::AlgorithmSet::all(), hash, entropy};
    std::array<std::uint8_t, 256> buffer{};
    iscsi::TextKeyWriter out{buffer};
    const std::string algorithm = std::to_string(static_cast<int>(vector.algorithm));
    iscsi::SecurityKeys keys;
    keys.algorithm = algorithm;
    keys.identifier = "42";
    keys.challenge = "0x000102030405060708090a0b0c0d0e0f";
    ASSERT_TRUE(chap.answer(keys, out));
    EXPECT_NE(as_text(*out.finish()).find(std::string{"CHAP_R=0x"} + vector.chap),
              std::string::npos);
  }
}

}  // namespace
}  // namespace isboot::linux_platform
