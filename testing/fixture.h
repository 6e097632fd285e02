// Files of tests/fixtures and of the build's own temporary folder.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace isboot::testing {

// `root` is ISBOOT_FIXTURES, `name` a path below it. Throws when there is no such file.
inline std::vector<std::uint8_t> load_fixture(const std::string& root, const std::string& name) {
  std::ifstream file{root + "/" + name, std::ios::binary};
  if (!file) throw std::runtime_error{"no fixture " + name};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace isboot::testing
