#include "app/table/build_table.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "core/ibft/decode.h"

namespace isboot::app::test {
namespace {

class BuildTableTest : public ::testing::Test {
protected:
  ~BuildTableTest() override { unlink(path_.c_str()); }

  Outcome<linux_platform::SecretPages> build(const std::string& spec) {
    std::ofstream{path_} << spec;
    return build_table(path_, ibft::Layout::Ipxe);
  }
  std::string fault(const std::string& spec) {
    const auto built = build(spec);
    return built ? "was taken" : built.error().message.substr(path_.size());
  }

  std::string path_ = ::testing::TempDir() + "build-table" + std::to_string(getpid());
};

TEST_F(BuildTableTest, MakesTheTableOfASpec) {
  const auto built =
      build(R"({"targets": [{"valid": true, "name": "iqn.2026-11.org.example:a"}]})");
  ASSERT_TRUE(built);
  ibft::Table table;
  ibft::Findings findings;
  ASSERT_TRUE(ibft::decode(built->bytes(), table, findings));
  ASSERT_EQ(table.targets.count, 1U);
  EXPECT_EQ(table.targets[0].name, "iqn.2026-11.org.example:a");
}

TEST_F(BuildTableTest, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(fault("{"), ": is no JSON");
  EXPECT_EQ(fault(R"({"nic": []})"), ": nic: is not known");
  EXPECT_FALSE(build_table("/no/such/spec", ibft::Layout::Ipxe));
}

}  // namespace
}  // namespace isboot::app::test
