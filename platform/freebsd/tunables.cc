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

// One after the other: several at once would be too much for a kernel's stack.
class Tunable {
public:
  // Whether it is set.
  bool read(const char* name) {
    const bool set = isboot_tunable(name, value_.data(), value_.size()) != 0;
    if (set) show(name, value());
    return set;
  }
  Text value() const {
    std::size_t size = 0;
    while (size < value_.size() && value_[size] != 0) ++size;
    return {value_.data(), size};
  }
  bool is_zero() const { return same_text(value(), "0"); }

private:
  std::array<char, kMaxValue> value_{};
};

void warn(KernelLog& log, Text name, Text value, const char* message) {
  const Text shown = boot::shown_value({name, value, true});
  log.write(LogLevel::Warning,
            (Line{} << name << '=' << shown << ": " << message << "; ignored").text());
}

// What users of isboot 0.2.16 have in their loader.conf.
void read_old_names(Tunable& tunable, boot::Parameters& parameters, KernelLog& log) {
  if (tunable.read("hw.ibft.verbose") && !tunable.is_zero()) parameters.verbose = 2;
  if (tunable.read("net.isboot.debug") && !tunable.is_zero()) parameters.verbose = 3;
  // 1, its default, looked in low memory as well.
  if (!tunable.read("hw.ibft.acpi_table") || same_text(tunable.value(), "1")) return;
  if (!parse_decimal(tunable.value(), 1000) || tunable.is_zero())
    return warn(log, "hw.ibft.acpi_table", tunable.value(), "expected a number from 1 on");
  (void)parameters.table.assign((Line{} << "acpi:" << tunable.value()).text());  // it is short
}

}  // namespace

void read_tunables(KernelLog& log, boot::Parameters& parameters) {
  Tunable tunable;
  read_old_names(tunable, parameters, log);
  parameters.off = tunable.read("hw.isboot.enable") && tunable.is_zero();
  for (const char* name : kNames) {
    Line full;
    full << "hw.isboot." << name;
    if (!tunable.read(full.c_str())) continue;
    const auto taken = boot::set_parameter(
        parameters, part_of(full.text(), Text{"hw.isboot."}.size()), tunable.value());
    if (!taken) warn(log, full.text(), tunable.value(), taken.error().text);
  }
  boot::ParameterWarnings warnings;
  boot::refuse_names(parameters, warnings);
  for (const boot::ParameterWarning& warning : warnings)
    warn(log, "hw.isboot.url", warning.value, warning.message);
}

}  // namespace isboot::freebsd
