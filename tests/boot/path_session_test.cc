#include "core/boot/path_session.h"

#include "tests/boot/establish_fixture.h"

namespace isboot::boot {
namespace {

using PathSessionTest = EstablishTest;

TEST_F(PathSessionTest, MakesNoSessionWhenThereIsNoNic) {
  network_.present = {};
  const auto established = run();
  ASSERT_FALSE(established);
  EXPECT_EQ(established.error().code, Errc::NotFound);
  EXPECT_EQ(initiator_.calls, Calls{});
  EXPECT_TRUE(stream_.portals.empty());
}

TEST_F(PathSessionTest, SaysWhatIsMissingWhenTheKernelHasNoInitiator) {
  initiator_.no_session = Error{Errc::NotFound, 0, "the kernel has no iscsi_tcp"};
  ASSERT_FALSE(run());
  EXPECT_TRUE(log_.says("iscsi_tcp"));
  EXPECT_EQ(network_.calls, (Calls{"find_link", "configure"}));  // and waits for no carrier
}

}  // namespace
}  // namespace isboot::boot
