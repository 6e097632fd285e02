// What the tests of the login share: an honest configuration and its ports.
#pragma once

#include <gtest/gtest.h>

#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"
#include "testing/run_login.h"

namespace isboot::iscsi {

class LoginTest : public ::testing::Test {
protected:
  LoginTest() {
    (void)config.initiator_name.assign("iqn.2026-11.org.example:initiator");
    (void)config.target_name.assign("iqn.2026-11.org.example:disk");
    config.isid.bytes = {0x80, 1, 2, 3, 0, 1};
  }

  // Runs one login; the target that played is kept for questions.
  LoginStep run(std::vector<isboot::testing::ScriptedReply> script, std::size_t cut = 0) {
    target.emplace(std::move(script));
    login.emplace(config, hash, entropy);
    return isboot::testing::run_login(*login, *target, cut);
  }
  // The code with which a login against `script` fails; no code when it does not.
  Code failure(std::vector<isboot::testing::ScriptedReply> script) {
    const LoginStep step = run(std::move(script));
    return step.kind == LoginStep::Kind::Failed ? step.error.code : Code{};
  }

  LoginConfig config;
  isboot::testing::FakeHash hash;
  isboot::testing::FakeEntropy entropy;
  std::optional<isboot::testing::ScriptedTarget> target;
  std::optional<Login> login;
};

}  // namespace isboot::iscsi
