#include "bench/vm/trace.h"

#include <sys/mount.h>
#include <unistd.h>

#include <cstdio>

#include "platform/linux/system/file.h"

namespace isboot::bench {
namespace {

const std::string kTracing = "/sys/kernel/tracing/";

bool set(const std::string& file, const char* value) {
  return linux_platform::write_file(kTracing + file, value).ok();
}

// What an earlier record left.
bool empty() {
  std::FILE* const trace = std::fopen((kTracing + "trace").c_str(), "we");
  return trace != nullptr && std::fclose(trace) == 0;
}

}  // namespace

bool start_trace() {
  if (access((kTracing + "trace").c_str(), F_OK) != 0 &&
      mount("tracefs", kTracing.c_str(), "tracefs", 0, "") != 0)
    return false;
  // CLOCK_MONOTONIC, as in isboot's own record.
  bool set_up = set("trace_clock", "mono") && set("buffer_size_kb", "16384");
  for (const char* event : {"sched/sched_switch", "raw_syscalls", "exceptions/page_fault_user"})
    set_up = set(std::string{"events/"} + event + "/enable", "1") && set_up;
  return set_up && empty() && set("tracing_on", "1");
}

void print_trace(const std::string& about) {
  (void)set("tracing_on", "0");
  std::printf("BENCH-TRACE %s\n", about.c_str());
  std::FILE* const trace = std::fopen((kTracing + "trace").c_str(), "re");
  if (trace == nullptr) return;
  char line[512];
  while (std::fgets(line, sizeof line, trace) != nullptr)
    if (line[0] != '#') std::printf("BENCH-TRACE %s", line);
  std::fclose(trace);
}

}  // namespace isboot::bench
