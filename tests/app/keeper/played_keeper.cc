// A program that is started as a keeper, for tests of those who start it: it writes its arguments
// into the file that ISBOOT_PLAYED_KEEPER names, a line each, answers its client's requests (every
// one with "played"), and ends with its client. As one that replaces another it answers at once.
#include <sys/socket.h>

#include <cstdlib>
#include <fstream>
#include <vector>

#include "platform/linux/keeper/control.h"
#include "platform/linux/keeper/independence.h"

int main(int argc, char** argv) {
  using namespace isboot;
  const char* const file = std::getenv("ISBOOT_PLAYED_KEEPER");
  if (file == nullptr) return 1;
  {
    std::ofstream out{file};
    for (int i = 0; i < argc; ++i) out << argv[i] << '\n';
  }
  if (argc < 3) return 0;
  const int client = std::atoi(argv[2]);
  if (argc > 3 && Text{argv[3]} == linux_platform::kReplaces) {
    linux_platform::answer(client, true, "played");
    return 0;
  }
  std::vector<std::uint8_t> request(linux_platform::kMaxRequest);
  while (recv(client, request.data(), request.size(), 0) > 0)
    linux_platform::answer(client, true, "played");
  return 0;
}
