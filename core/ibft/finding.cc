#include "core/ibft/finding.h"

namespace isboot::ibft {

void Findings::add(const Finding& finding) {
  if (full()) {
    ++dropped;
    return;
  }
  items[count++] = finding;
}

bool Findings::has_errors() const {
  for (const Finding& finding : *this)
    if (finding.severity == Severity::Error) return true;
  return false;
}

}  // namespace isboot::ibft
