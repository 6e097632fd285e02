// One path brought up over fakes of every port.
#pragma once

#include <gtest/gtest.h>

#include "core/boot/establish.h"
#include "testing/fake_clock.h"
#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/fake_initiator.h"
#include "testing/fake_log.h"
#include "testing/fake_network.h"
#include "testing/fake_stream.h"

namespace isboot::boot {

using Calls = std::vector<std::string>;

class EstablishTest : public ::testing::Test {
protected:
  EstablishTest() {
    path_.nic.mac = *parse_mac("52:54:00:12:34:56");
    path_.portal = {IpAddress::v4(10, 0, 2, 2), 3260};
    path_.link.address = IpAddress::v4(10, 0, 2, 15);
    path_.lun = *Lun::from_number(1);
    (void)path_.login.initiator_name.assign("iqn.2026-11.org.example:host");
    (void)path_.login.target_name.assign("iqn.2026-11.org.example:disk");
    network_.present = path_.nic.mac;
  }
  Result<BootSession> run(Millis patience = 120'000) {
    const auto done = establish(path_, parameters_, clock_.now() + patience, ports_);
    EXPECT_EQ(done.ok(), room_.made.has_value());
    if (!done) return done.error();
    return *room_.made;
  }

  testing::FakeClock clock_;
  testing::FakeNetwork network_{clock_};
  testing::FakeInitiator initiator_;
  testing::FakeStream stream_{clock_};
  testing::FakeHash hash_;
  testing::FakeEntropy entropy_;
  testing::FakeLog log_;
  Workroom room_;
  Ports ports_{network_, initiator_, stream_, clock_, hash_, entropy_, log_, room_};
  Path path_;
  Parameters parameters_;
};

}  // namespace isboot::boot
