#include "platform/freebsd/ports.h"

#include <gtest/gtest.h>

#include "platform/freebsd/stream.h"
#include "tests/freebsd/fake_kernel.h"

namespace isboot::freebsd::test {
namespace {

TEST(KernelLog, SaysWhenAndShowsNoControlCharacters) {
  FakeKernel kernel;
  KernelLog log;
  kernel.now += 1041;
  log.write(LogLevel::Info, "em0 up\nlogin: \x1b[2J");
  EXPECT_EQ(kernel.lines, (std::vector<std::string>{"isboot: 1.041 em0 up?login: ?[2J"}));
}

TEST(KernelLog, SaysAsMuchAsIsWanted) {
  for (unsigned verbose = 0; verbose < 3; ++verbose) {
    FakeKernel kernel;
    KernelLog log;
    log.set_verbose(verbose);
    for (const LogLevel level :
         {LogLevel::Error, LogLevel::Warning, LogLevel::Info, LogLevel::Detail})
      log.write(level, "line");
    EXPECT_EQ(kernel.lines.size(), 2U + verbose);
  }
}

TEST(KernelLog, HasWordsForTheKernelsNumbers) {
  FakeKernel kernel;
  KernelLog log;
  EXPECT_EQ(log.words(kernel_error(61, "x").code), "Connection refused");
  EXPECT_EQ(
      log.words(kernel_error(13, "x").code),
      "Permission denied; next: let the target's address pass the firewall, ipfw(8) or pf(4)");
  EXPECT_EQ(log.words(kernel_error(99, "x").code), "see errno(2)");
  EXPECT_EQ(log.words(Errc::TimedOut), "");
}

TEST(KernelError, HasTheCodesThatEveryPlatformShares) {
  EXPECT_EQ(kernel_error(ISBOOT_ETIMEDOUT, "x").code, Errc::TimedOut);
  EXPECT_EQ(kernel_error(ISBOOT_EWOULDBLOCK, "x").code, Errc::TimedOut);
  EXPECT_EQ(kernel_error(ISBOOT_EINTR, "x").code, Errc::Cancelled);
  EXPECT_EQ(kernel_error(ISBOOT_ERESTART, "x").code, Errc::Cancelled);
  EXPECT_EQ(kernel_error(ISBOOT_ENOTCONN, "x").code, Errc::Closed);
  EXPECT_EQ(number_of(kernel_error(61, "x").code), 61);
}

TEST(KernelHash, HashesPartsAsIfTheyWereOneAndKnowsWhatIsMissing) {
  FakeKernel kernel;
  KernelHash hash;
  std::array<std::uint8_t, 16> one{};
  std::array<std::uint8_t, 16> two{};
  const std::array<Bytes, 1> whole{as_bytes("abcdef")};
  const std::array<Bytes, 3> parts{as_bytes("ab"), as_bytes("c"), as_bytes("def")};
  ASSERT_TRUE(hash.digest(HashAlgorithm::Md5, whole, one));
  ASSERT_TRUE(hash.digest(HashAlgorithm::Md5, parts, two));
  EXPECT_EQ(one, two);
  EXPECT_EQ(hash.size(HashAlgorithm::Sha3_256), 0U);
  EXPECT_EQ(hash.digest(HashAlgorithm::Sha3_256, whole, one).error().code, Errc::Unsupported);
  EXPECT_EQ(hash.digest(HashAlgorithm::Md5, whole, MutableBytes{one}.first(4)).error().code,
            Errc::BadValue);
}

TEST(KernelClock, StopsSleepingWhenTheMachineStops) {
  FakeKernel kernel;
  KernelClock clock;
  clock.sleep_until(clock.now() + 500);
  EXPECT_EQ(kernel.now, 1500U);
  const Millis deadline = clock.now() + 500;
  kernel.stopping = true;
  clock.sleep_until(deadline);
  EXPECT_EQ(kernel.now, 1500U);
  EXPECT_GT(clock.now(), deadline);
}

TEST(KernelClock, SleepsLongerThanTheKernelDoesAtOnce) {
  FakeKernel kernel;
  KernelClock clock;
  clock.sleep_until(1000 + 5 * Millis{ISBOOT_MAX_WAIT} / 2);
  EXPECT_EQ(kernel.now, 1000 + 5 * Millis{ISBOOT_MAX_WAIT} / 2);
}

TEST(KernelEntropy, GivesTheKernelTimeToGatherSomeButNotForEver) {
  FakeKernel kernel;
  KernelClock clock;
  KernelEntropy entropy{clock};
  std::array<std::uint8_t, 4> out{};
  kernel.looks_until_seeded = 10;
  const Millis start = clock.now();
  ASSERT_TRUE(entropy.fill(out));
  EXPECT_EQ(clock.now() - start, 500U);
  EXPECT_EQ(out[3], 0x5a);
  kernel.looks_until_seeded = 100000;
  ASSERT_TRUE(entropy.fill(out));
  EXPECT_EQ(clock.now() - start, 5550U);
  ASSERT_TRUE(entropy.fill(out));
  EXPECT_EQ(clock.now() - start, 5550U) << "once is enough";
}

TEST(KernelStream, SaysWhatHappenedAndClosesOnce) {
  FakeKernel kernel;
  KernelClock clock;
  KernelStream stream{clock};
  const Portal portal{IpAddress::v4(10, 0, 2, 2), 3260};
  const auto refused = stream.connect(portal, Via{}, 5000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(number_of(refused.error().code), 61);
  EXPECT_EQ(stream.descriptor(), -1);
  kernel.scripts.push_back(testing::plain_login());
  ASSERT_TRUE(stream.connect(portal, Via{}, 5000));
  EXPECT_EQ(kernel.open.size(), 1U);
  kernel.takes_at_once = 3;
  const auto partly = stream.send(as_bytes("four"), 5000);
  ASSERT_FALSE(partly);
  EXPECT_EQ(partly.error().code, Errc::TimedOut);
  EXPECT_TRUE(stream.send(as_bytes("two"), 0));
  std::array<std::uint8_t, 4> in{};
  EXPECT_EQ(stream.receive(in, 5000).error().code, Errc::TimedOut);
  EXPECT_EQ(stream.receive(in, 5000).error().code, Errc::TimedOut);
  kernel.fails["limit"] = {54};
  EXPECT_EQ(number_of(stream.receive(in, 5000).error().code), 54);
  stream.close();
  stream.close();
  EXPECT_TRUE(kernel.open.empty());
}

}  // namespace
}  // namespace isboot::freebsd::test
