#include "platform/linux/system/secret_pages.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "core/base/text.h"

namespace isboot::linux_platform::test {
namespace {

TEST(SecretPages, StartZeroedAndWipeWhatIsGivenUp) {
  auto pages = SecretPages::allocate(4096);
  ASSERT_TRUE(pages);
  EXPECT_TRUE(pages->bytes().empty());
  pages->resize(16);
  std::fill_n(pages->memory().begin(), 16, std::uint8_t{'s'});
  pages->resize(4);
  EXPECT_EQ(as_text(pages->bytes()), "ssss");
  for (const std::uint8_t byte : pages->memory().subspan(4, 12)) EXPECT_EQ(byte, 0);
  pages->resize(100000);
  EXPECT_EQ(pages->bytes().size(), 4096U);
}

TEST(SecretPages, MoveWithoutCopies) {
  auto pages = SecretPages::allocate(4096);
  ASSERT_TRUE(pages);
  pages->resize(1);
  const std::uint8_t* start = pages->bytes().data();
  const SecretPages moved{std::move(*pages)};
  EXPECT_EQ(moved.bytes().data(), start);
  EXPECT_TRUE(pages->bytes().empty());
}

// The rights of the mapping that an address is in, as proc(5) writes them; empty: there is none.
std::string rights_at(const std::uint8_t* address) {
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields{line};
    std::uintptr_t start = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::string rights;
    fields >> std::hex >> start >> dash >> end >> rights;
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    if (wanted >= start && wanted < end) return rights;
  }
  return {};
}

TEST(SecretPages, LieBetweenPagesThatNobodyMayTouch) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  auto pages = SecretPages::allocate(page + 1);
  ASSERT_TRUE(pages);
  const std::uint8_t* start = pages->memory().data();
  EXPECT_EQ(rights_at(start - 1), "---p");
  EXPECT_EQ(rights_at(start), "rw-p");
  EXPECT_EQ(rights_at(start + 2 * page - 1), "rw-p");
  EXPECT_EQ(rights_at(start + 2 * page), "---p");
  { const SecretPages gone{std::move(*pages)}; }
  EXPECT_NE(rights_at(start), "rw-p");
}

struct Pair {
  int first = 3;
  int second = 4;
};

TEST(SecretPages, HoldAnObjectThatNoChildSees) {
  const auto pair = InSecretPages<Pair>::make();
  ASSERT_TRUE(pair);
  EXPECT_EQ((*pair)->first, 3);
  const pid_t child = fork();
  if (child == 0) _exit((*pair)->first + (*pair)->second);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ((*pair)->second, 4);
}

}  // namespace
}  // namespace isboot::linux_platform::test
