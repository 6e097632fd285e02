#include "platform/freebsd/tunables.h"

#include "core/boot/command_line.h"
#include "core/ports/line.h"
#include "platform/freebsd/kernel.h"
#include "platform/freebsd/sysctls.h"

namespace isboot::freebsd {
namespace {

constexpr std::size_t kMaxValue = 600;  // longer than isboot.url can be

constexpr const char* kNames[] = {"table",    "url",     "initiator", "nic",    "vlan",
                                  "mtu",      "timeout", "retries",   "digest", "chap",
                                  "recovery", "ping",    "paths",     "verbose"};

class Tunable {
public:
  explicit Tunable(const char* name)
      : set_{isboot_tunable(name, value_.data(), value_.size()) != 0} {
    if (set_) show(name, value());
  }
  bool is_set() const { return set_; }
  Text value() const {
    std::size_t size = 0;
    while (size < value_.size() && value_[size] != 0) ++size;
    return {value_.data(), size};
  }
  bool is_zero() const { return same_text(value(), "0"); }

private:
  std::array<char, kMaxValue> value_{};
  bool set_;
};

void warn(Log& log, Text name, Text value, const char* message) {
  const Text shown = boot::shown_value({name, value, true});
  log.write(LogLevel::Warning,
            (Line{} << name << '=' << shown << ": " << message << "; ignored").text());
}

// What users of isboot 0.2.16 have in their loader.conf.
void read_old_names(boot::Parameters& parameters, Log& log) {
  const Tunable verbose{"hw.ibft.verbose"};
  if (verbose.is_set() && !verbose.is_zero()) parameters.verbose = 2;
  const Tunable debug{"net.isboot.debug"};
  if (debug.is_set() && !debug.is_zero()) parameters.verbose = 3;
  const Tunable table{"hw.ibft.acpi_table"};
  // 1, its default, looked in low memory as well.
  if (!table.is_set() || same_text(table.value(), "1")) return;
  if (!parse_decimal(table.value(), 1000) || table.is_zero())
    return warn(log, "hw.ibft.acpi_table", table.value(), "expected a number from 1 on");
  (void)parameters.table.assign((Line{} << "acpi:" << table.value()).text());  // it is short
}

}  // namespace

boot::Parameters read_tunables(Log& log) {
  boot::Parameters parameters;
  read_old_names(parameters, log);
  const Tunable enable{"hw.isboot.enable"};
  parameters.off = enable.is_set() && enable.is_zero();
  for (const char* name : kNames) {
    Line full;
    full << "hw.isboot." << name;
    const Tunable tunable{full.c_str()};
    if (!tunable.is_set()) continue;
    const auto taken = boot::set_parameter(
        parameters, part_of(full.text(), Text{"hw.isboot."}.size()), tunable.value());
    if (!taken) warn(log, full.text(), tunable.value(), taken.error().text);
  }
  boot::ParameterWarnings warnings;
  boot::refuse_names(parameters, warnings);
  for (const boot::ParameterWarning& warning : warnings)
    warn(log, "hw.isboot.url", warning.value, warning.message);
  return parameters;
}

}  // namespace isboot::freebsd
