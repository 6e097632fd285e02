#include "core/keep/succession.h"

namespace isboot::keep {

bool Succession::ask(std::size_t client) {
  if (client_) return false;
  client_ = client;
  return true;
}

void Succession::end() {
  client_.reset();
  until_ = kNever;
}

}  // namespace isboot::keep
