#include "app/keeper/saved_sessions.h"

#include "app/keeper/credentials.h"
#include "app/tableless/boot_table.h"
#include "core/boot/plan.h"
#include "core/ibft/decode.h"
#include "platform/linux/firmware/firmware_table.h"

namespace isboot::app {
namespace {

using linux_platform::SessionRecord;

bool find_in_table(SessionRecord& record, boot::Parameters parameters, Log& log) {
  const auto found = find_boot_table(parameters, log);
  ibft::Table table;
  ibft::Findings findings;
  boot::Plan plan;
  if (!found || !linux_platform::decode(*found, table, findings) ||
      !boot::make_plan(table, parameters, plan))
    return false;
  for (const boot::Path& path : plan)
    if (path.login.target_name == record.kernel.target_name && path.login.credentials.one_way()) {
      record.login.credentials = path.login.credentials;
      return true;
    }
  return false;
}

void find_credentials(SessionRecord& record, const boot::Parameters& parameters, Log& log) {
  const std::string file{record.credentials_file.view()};
  const bool found = file.empty() ? find_in_table(record, parameters, log)
                                  : read_credentials(file, record.login.credentials).ok();
  if (found) return;
  log.write(LogLevel::Error,
            in_one_line({"no secrets for " + std::string{record.kernel.target_name.view()} +
                             " in " + (file.empty() ? "the iBFT" : file),
                         "mend that and do the same again"}));
}

}  // namespace

Result<Done> load_saved_sessions(const boot::Parameters& parameters, Log& log,
                                 linux_platform::SessionRecords& records,
                                 const std::string& folder) {
  const auto state = linux_platform::StateFile::open(folder.c_str());
  if (!state) return state.error();
  ISBOOT_TRY(state->load(records));
  for (SessionRecord& record : records)
    if (record.had_secrets) find_credentials(record, parameters, log);
  return Done{};
}

}  // namespace isboot::app
