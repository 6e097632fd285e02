#include "app/tableless/planned_boot.h"

namespace isboot::app {

Outcome<std::unique_ptr<PlannedBoot>> plan_boot(boot::Parameters& parameters, Log& log,
                                                const TablelessPaths& paths) {
  auto found = find_boot_table(parameters, log, nullptr, paths);
  if (!found && found.error().code == Errc::NotFound) return std::unique_ptr<PlannedBoot>{};
  if (!found) return table_failure(parameters, found.error());
  auto planned = std::make_unique<PlannedBoot>();
  planned->found = std::move(*found);
  const auto decoded = linux_platform::decode(planned->found, planned->table, planned->findings);
  const auto made =
      decoded ? boot::make_plan(planned->table, parameters, planned->plan, &planned->left_out)
              : decoded;
  if (!made) return plan_failure(planned->found, planned->table, parameters, made.error());
  return planned;
}

}  // namespace isboot::app
