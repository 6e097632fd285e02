#pragma once

#include <string>
#include <vector>

#include "tests/netns/namespace.h"

namespace isboot::netns {

// A program that runs inside a namespace until stop() or the end of the test.
class Daemon {
public:
  // Output, also of errors, goes to `log`.
  Daemon(const Namespace& where, const std::vector<std::string>& command, const std::string& log);
  Daemon(const Daemon&) = delete;
  ~Daemon() { stop(); }
  void stop();  // asks it to end and waits until it has
  void kill();  // for one that does not do what it is asked

private:
  void end(int signal);

  int pid_ = -1;
};

}  // namespace isboot::netns
