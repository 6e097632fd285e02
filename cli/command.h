// How a subcommand joins the program: one file each, one function each.
#pragma once

#include "app/exit_status.h"
#include "cli/options/command.h"

namespace isboot::cli {

using namespace app;  // a subcommand is its options and messages around one call of app

void add_attach(Command& program);
void add_boot(Command& program);
void add_check(Command& program);
void add_detach(Command& program);
void add_discover(Command& program);
void add_export(Command& program);
void add_ibft(Command& program);
void add_init(Command& program);
void add_initramfs(Command& program);
void add_keep(Command& program);
void add_plan(Command& program);
void add_status(Command& program);
void add_timeline(Command& program);

}  // namespace isboot::cli
