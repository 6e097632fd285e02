// How a subcommand joins the program: one file each, one function each.
#pragma once

#include <string_view>

#include "app/exit_status.h"
#include "cli/options/command.h"

namespace isboot::cli {

using namespace app;  // this layer is words around that one

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

// `isboot boot` without options, and with --wanted alone.
int boot();
int boot_wanted();

// Whether a process of this name is the keeper itself, and not who asks for it.
bool is_keeper(std::string_view name);
// The keeper; `keep` and keeper_client.h start it, with the descriptor of its first client
// as the last argument, if there is one.
int run_keeper(int argc, char** argv);

// `isboot` as PID 1. `arguments` are argv: what the kernel did not understand of its
// command line, meant for the system's init. Does not return.
int init(char** arguments);

}  // namespace isboot::cli
