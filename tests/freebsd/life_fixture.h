// The module's whole life, from the table on, against a kernel that is played.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "testing/fixture.h"
#include "tests/freebsd/fake_kernel.h"

namespace isboot::freebsd::test {

inline constexpr const char* kTable = "ibft/ipxe-uefi-virtio-nochap.bin";
inline constexpr const char* kMac = "52:54:00:12:34:56";
inline constexpr const char* kTarget = "iqn.2026-11.org.example:spike";

class LifeTest : public ::testing::Test {
protected:
  LifeTest() {
    kernel_.acpi["iBFT"].push_back(testing::load_fixture(ISBOOT_FIXTURES, kTable));
    kernel_.links.push_back(link_named("vtnet0", kMac));
    kernel_.scripts.push_back(testing::plain_login());
  }
  void run() { isboot_main(); }
  long count(const std::string& call) const {
    return std::count(kernel_.calls.begin(), kernel_.calls.end(), call);
  }

  FakeKernel kernel_;
};

}  // namespace isboot::freebsd::test
