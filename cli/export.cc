#include <cerrno>
#include <memory>
#include <vector>

#include "app/boot/boot_sequence.h"
#include "app/failure.h"
#include "app/keeper/saved_sessions.h"
#include "app/table/export_table.h"
#include "cli/command.h"
#include "cli/options/parameter_options.h"
#include "cli/report/report.h"
#include "platform/linux/system/private_file.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::cli {
namespace {

Outcome<int> export_table(const std::string& path, bool as_initramfs) {
  linux_platform::StderrLog log;
  const boot::Parameters parameters = read_parameters(kernel_command_line(), {}, log);
  const auto records = std::make_unique<linux_platform::SessionRecords>();
  const auto loaded = load_saved_sessions(parameters, log, *records);
  if (!loaded)
    return Failure{in_words(loaded.error()),
                   errno_of(loaded.error().code) == EACCES ? "do it as root" : "isboot status"};
  if (records->empty()) return Failure{"no session is kept", "isboot status"};
  std::vector<std::uint8_t> buffer(ibft::kMaxEncoded);
  const auto table = table_of_sessions(records->view(), buffer);
  if (!table)
    return Failure{
        in_words(table.error()),
        "attach such a disk again by hand (only sessions of `boot` and `init` are exported)"};
  std::vector<std::uint8_t> archive;
  if (as_initramfs) archive = initramfs_with("isboot.ibft", *table);
  // CHAP secrets may be in it.
  const auto written =
      linux_platform::make_private_file(path, as_initramfs ? Bytes{archive} : Bytes{*table});
  wipe(buffer);
  wipe(archive);
  if (written) return int{kDone};
  return Failure{path + ": " + in_words(written.error()), "name a file that can be written"};
}

}  // namespace

void add_export(Command& program) {
  Command command = program.subcommand(
      "export", "Write the table that leads the next kernel to the running sessions (kexec)");
  struct Options {
    std::string file;
    bool initramfs = false;
  };
  const auto options = std::make_shared<Options>();
  command.option("FILE", options->file, "Where to; CHAP secrets are in it").required();
  command.flag("--initramfs", options->initramfs,
               "As an archive to put in front of an initramfs; boot that with "
               "isboot.table=/isboot.ibft");
  command.runs([options] { return status_of(export_table(options->file, options->initramfs)); });
}

}  // namespace isboot::cli
