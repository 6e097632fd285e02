// One of what has an instruction budget, as often as asked: `instructions CASE TIMES`.
// instructions.py counts; what it costs to begin falls out there.
#include <cstdlib>
#include <string_view>

#include "bench/recorded_login.h"
#include "core/ibft/decode.h"
#include "platform/linux/crypto/linux_hash.h"
#include "testing/fixture.h"

namespace isboot {
namespace {

void decode_table(int times) {
  const auto bytes = testing::load_fixture(ISBOOT_FIXTURES, "ibft/ipxe-uefi-virtio-nochap.bin");
  for (int time = 0; time < times; ++time) {
    ibft::Table table;
    ibft::Findings findings;
    if (!ibft::decode(bytes, table, findings)) std::abort();
  }
}

void log_in(const iscsi::RecordedLogin& recorded, Hash& hash, int times) {
  for (int time = 0; time < times; ++time) {
    if (play_back(recorded, hash).kind != iscsi::LoginStep::Kind::Complete) std::abort();
  }
}

bool run(std::string_view name, int times) {
  linux_platform::LinuxHash hash;
  if (name == "decode") {
    decode_table(times);
  } else if (name == "login") {
    log_in(iscsi::login_without_authentication(hash), hash, times);
  } else if (name == "login-chap-md5") {
    log_in(iscsi::login_with_chap(hash, HashAlgorithm::Md5, false), hash, times);
  } else if (name == "login-chap-sha256") {
    log_in(iscsi::login_with_chap(hash, HashAlgorithm::Sha256, false), hash, times);
  } else {
    return false;
  }
  return true;
}

}  // namespace
}  // namespace isboot

int main(int count, char** arguments) {
  return count == 3 && isboot::run(arguments[1], std::atoi(arguments[2])) ? EXIT_SUCCESS
                                                                          : EXIT_FAILURE;
}
