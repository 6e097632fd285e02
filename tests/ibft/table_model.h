// Tables as models: one that uses every field, and what it means to be the same.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "core/ibft/encode.h"

namespace isboot::ibft::test {

// A table without a finding. Pair 0 is selected and uses mutual CHAP over IPv4; odd
// pairs are IPv6. At most kMaxPairs.
Table full_table(std::size_t pairs);

// What encode() writes; fails the test when it does not.
std::vector<std::uint8_t> encoded(const Table& table, Layout layout);

// Equal but for length, checksum and offsets.
void expect_same(const Table& a, const Table& b);

}  // namespace isboot::ibft::test
