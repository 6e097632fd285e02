#include "app/table/loaded_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/ibft/table_bytes.h"

namespace isboot::app::test {
namespace {

using ibft::test::TableBytes;
using ::testing::HasSubstr;

class LoadedTableTest : public ::testing::Test {
protected:
  ~LoadedTableTest() override { std::remove(path_.c_str()); }

  std::unique_ptr<LoadedTable> load(const TableBytes& bytes) {
    std::FILE* const file = std::fopen(path_.c_str(), "wb");
    EXPECT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
    std::fclose(file);
    auto loaded = load_table(path_, "auto");
    return loaded ? std::move(*loaded) : nullptr;
  }

  std::string path_ = ::testing::TempDir() + "loaded-table" + std::to_string(getpid());
};

TEST_F(LoadedTableTest, OfWhatABootTakesIsNoObstacle) {
  const auto loaded = load(ibft::test::real_table());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->obstacle, "");
  EXPECT_EQ(errors_in(*loaded), 0U);
  EXPECT_TRUE(judgement_json(*loaded)["can_boot"].boolean());
}

TEST_F(LoadedTableTest, AFindingIsAnErrorWhereABootFailsOfIt) {
  TableBytes bytes = ibft::test::real_table();
  ibft::test::put16(bytes, ibft::test::kTarget + 22, 0);  // its port
  ibft::test::seal(bytes);
  const auto loaded = load(bytes);
  ASSERT_TRUE(loaded);
  EXPECT_THAT(obstacle_failure(*loaded).message, HasSubstr("its port is 0"));
  EXPECT_GE(errors_in(*loaded), 1U);
  const Json json = judgement_json(*loaded);
  EXPECT_FALSE(json["can_boot"].boolean());
  EXPECT_THAT(json["obstacle"].text(), HasSubstr("its port is 0"));
}

TEST_F(LoadedTableTest, WhatIsNoTableIsSaidWithItsPlace) {
  const auto loaded = load(TableBytes(100, 'x'));
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(loaded->error);
  EXPECT_EQ(decode_failure(*loaded->error).message, "offset 0: this is no iBFT");
}

TEST_F(LoadedTableTest, AFileThatIsNotThereIsAFailure) {
  const auto loaded = load_table("/no/such/table", "auto");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("No such file"));
}

TEST_F(LoadedTableTest, TheListMarksTheOneThatIsTaken) {
  linux_platform::FirmwareSearch search;
  for (const char* source : {"acpi", "lowmem"}) {
    auto found = load(ibft::test::real_table());
    ASSERT_TRUE(found);
    found->found.source = source;
    search.tables.push_back(std::move(found->found));
  }
  search.obstacles = {"/dev/mem: Operation not permitted"};
  const Json tables = tables_json(search, "lowmem");
  EXPECT_EQ(table_lines(tables),
            "acpi  582 bytes  valid, boot-selected\n"
            "lowmem  582 bytes  valid, boot-selected  <- isboot takes this one\n");
  EXPECT_EQ(tables["not_looked_at"].dump(), R"(["/dev/mem: Operation not permitted"])");
}

}  // namespace
}  // namespace isboot::app::test
