#include "app/boot/table_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/boot/plan.h"
#include "core/ibft/decode.h"
#include "core/iscsi/chap.h"
#include "core/iscsi/login.h"
#include "core/iscsi/status.h"
#include "platform/linux/firmware/firmware_table.h"
#include "testing/fake_log.h"

namespace isboot::app {
namespace {

TEST(TablePaths, AnotherSecretMayMendWhatASecretHasSpoilt) {
  for (const Code code : {Code{iscsi::RefusalErrc::AuthenticationFailed},
                          Code{iscsi::ChapErrc::WrongResponse}, Code{iscsi::ChapErrc::SameSecret}})
    EXPECT_TRUE(is_of_secret(Error{code, 0, "x"}));
  for (const Code code : {Code{iscsi::RefusalErrc::Forbidden}, Code{iscsi::RefusalErrc::NotFound},
                          Code{iscsi::LoginErrc::MethodRejected}, Code{iscsi::ChapErrc::WrongName},
                          Code{Errc::NotFound}})
    EXPECT_FALSE(is_of_secret(Error{code, 0, "x"}));
}

// Of firmware's table, on another machine.
TEST(TablePaths, APathWithoutItsNicHasNoDiskAndNothingToLeave) {
  const auto found =
      linux_platform::choose_table(ISBOOT_FIXTURES "/ibft/ipxe-uefi-virtio-nochap.bin");
  ASSERT_TRUE(found.ok());
  ibft::Table table;
  ibft::Findings findings;
  ASSERT_TRUE(linux_platform::decode(*found, table, findings).ok());
  const boot::Parameters parameters;
  boot::Plan plan;
  ASSERT_TRUE(boot::make_plan(table, parameters, plan).ok());
  Machine machine;
  const TimelineRecorder recorder;
  SecretRefused refused = false;
  TablePaths paths{machine, table, plan, parameters, recorder, refused};
  paths.set_limit(machine.clock.now());
  testing::FakeLog log;
  EXPECT_EQ(paths.bring_up(0, log), "");
  EXPECT_FALSE(paths.may_come_later(0));
  EXPECT_FALSE(refused);
  EXPECT_FALSE(log.lines.empty());
}

}  // namespace
}  // namespace isboot::app
