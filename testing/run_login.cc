#include "testing/run_login.h"

#include <algorithm>

namespace isboot::testing {

iscsi::LoginStep run_login(iscsi::Login& login, ScriptedTarget& target, std::size_t cut) {
  using Kind = iscsi::LoginStep::Kind;
  std::vector<std::uint8_t> stream;
  std::size_t at = 0;
  iscsi::LoginStep step = login.start();
  while (step.kind == Kind::Send || step.kind == Kind::Receive) {
    if (step.kind == Kind::Send) {
      const auto reply = target.respond(step.send);
      stream.insert(stream.end(), reply.begin(), reply.end());
    }
    const std::size_t left = stream.size() - at;
    if (left == 0) {
      step.kind = Kind::Receive;
      return step;
    }
    std::size_t size = std::min(step.wanted, left);
    if (cut != 0) size = std::min(size, cut);
    const Bytes piece = Bytes{stream}.subspan(at, size);
    at += size;
    step = login.on_bytes(piece);
  }
  return step;
}

}  // namespace isboot::testing
