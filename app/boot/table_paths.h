// The paths of a table's plan, each in the process that brings it up.
#pragma once

#include <atomic>

#include "app/boot/machine.h"
#include "app/boot/path_order.h"
#include "app/timeline/record.h"
#include "core/ibft/table.h"
#include "platform/linux/system/file.h"

namespace isboot::app {

// That a path was refused for its secret. The processes of paths share it.
using SecretRefused = std::atomic<bool>;

// Whether another CHAP secret than the one that a login had may mend that.
bool is_of_secret(const Error& error);

class TablePaths final : public PlannedPaths {
public:
  // Borrows all of it.
  TablePaths(Machine& machine, const ibft::Table& table, const boot::Plan& plan,
             const boot::Parameters& parameters, const TimelineRecorder& recorder,
             SecretRefused& secret_refused)
      : machine_{machine},
        table_{table},
        plan_{plan},
        parameters_{parameters},
        recorder_{recorder},
        secret_refused_{secret_refused} {}

  void set_limit(Millis give_up) override;
  std::string bring_up(std::size_t path, Log& log) override;
  bool may_come_later(std::size_t path) override;
  void before_leaving(Log& log) override;
  // To the keeper.
  void leave(std::size_t path, Log& log) override;
  void take_back(std::size_t path, Log& log) override;

private:
  // Returns when it ended.
  std::uint64_t note(std::uint64_t begin, std::size_t path, Step step, Text outcome);

  Machine& machine_;
  const ibft::Table& table_;
  const boot::Plan& plan_;
  const boot::Parameters& parameters_;
  const TimelineRecorder& recorder_;
  SecretRefused& secret_refused_;
  Millis give_up_ = 0;
  linux_platform::UniqueFd keeper_;  // while the first path leaves its session to it
};

}  // namespace isboot::app
