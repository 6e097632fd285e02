// What sysctl(8) shows: hw.isboot, and as isboot 0.2.16 had it hw.ibft and net.isboot.
#pragma once

#include "core/boot/establish.h"
#include "core/ibft/table.h"

namespace isboot::freebsd {

void show(const char* name, Text value);
void show(const char* name, std::uint64_t value);

// What the table says about the path that is used.
void show_path(const ibft::Table& table, const boot::Path& path);

}  // namespace isboot::freebsd
