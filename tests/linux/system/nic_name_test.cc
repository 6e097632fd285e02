#include "platform/linux/system/nic_name.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/linux/system_error.h"

namespace isboot::linux_platform {
namespace {

int error_of(const std::string& from, const std::string& to) {
  const auto renamed = rename_nic(from, to);
  return renamed ? 0 : errno_of(renamed.error().code);
}

// In a network of its own, where loopback is a NIC that is down.
int in_own_network(int (*question)()) {
  const pid_t child = fork();
  if (child == 0) _exit(unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ? question() : 200);
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(RenameNic, IsKnownByItsNewNameAlone) {
  const int seen = in_own_network([] {
    if (const int error = error_of("lo", "fifteen-letters")) return error;
    return if_nametoindex("fifteen-letters") != 0 && if_nametoindex("lo") == 0 ? 0 : 201;
  });
  if (seen == 200) GTEST_SKIP() << "no network namespace can be made";
  EXPECT_EQ(seen, 0);
}

TEST(RenameNic, SaysWhyNot) {
  const int seen = in_own_network([] { return error_of("no-such-nic", "ens2"); });
  if (seen == 200) GTEST_SKIP() << "no network namespace can be made";
  EXPECT_EQ(seen, ENODEV);
  EXPECT_EQ(error_of("sixteen-letters.", "ens2"), ENAMETOOLONG);
  EXPECT_EQ(error_of("lo", "sixteen-letters."), ENAMETOOLONG);
}

}  // namespace
}  // namespace isboot::linux_platform
