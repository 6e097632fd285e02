#include "app/check/initiator_name.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "testing/fixture.h"

namespace isboot::app {
namespace {

class InitiatorNameTest : public ::testing::Test {
protected:
  InitiatorNameTest() {
    char name[] = "/tmp/isboot-name-XXXXXX";
    folder_ = mkdtemp(name);
    places_ = {folder_ / "initiatorname.iscsi", folder_ / "uuid"};
    EXPECT_TRUE(parameters_.table.assign((folder_ / "table").string()));
  }
  ~InitiatorNameTest() override { std::filesystem::remove_all(folder_); }

  std::string name() const {
    const auto found = initiator_name(parameters_, places_);
    return found ? std::string{found->view()} : "none";
  }

  std::filesystem::path folder_;
  InitiatorNamePlaces places_;
  boot::Parameters parameters_;
};

TEST_F(InitiatorNameTest, IsTheFirstThatIsThere) {
  EXPECT_EQ(name(), "none");
  std::ofstream{places_.uuid} << "4C4C4544-0042-3510-8052-B4C04F4A3132\n";
  EXPECT_EQ(name(), "iqn.2026-11.invalid.isboot:uuid:4c4c4544-0042-3510-8052-b4c04f4a3132");
  const auto table =
      isboot::testing::load_fixture(ISBOOT_FIXTURES, "ibft/ipxe-uefi-virtio-nochap.bin");
  std::ofstream{folder_ / "table"}.write(reinterpret_cast<const char*>(table.data()),
                                         static_cast<std::streamsize>(table.size()));
  EXPECT_EQ(name(), "iqn.2026-11.org.example:spike-initiator");
  std::ofstream{places_.file} << "# a comment\nInitiatorName=iqn.2026-11.org.example:machine\n";
  EXPECT_EQ(name(), "iqn.2026-11.org.example:machine");
  ASSERT_TRUE(parameters_.initiator.assign("iqn.2026-11.org.example:asked"));
  EXPECT_EQ(name(), "iqn.2026-11.org.example:asked");
}

TEST_F(InitiatorNameTest, ANameThatIsTooLongIsNotCut) {
  std::ofstream{places_.file} << "InitiatorName=iqn." << std::string(300, 'x') << '\n';
  EXPECT_EQ(name(), "none");
}

}  // namespace
}  // namespace isboot::app
