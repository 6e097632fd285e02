// How a subcommand joins the program: one file each, one function each.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string_view>

#include "app/exit_status.h"

namespace isboot::cli {

using namespace app;  // this layer is words around that one

// What main() runs after the options were parsed. Each add_… sets it in the
// callback of its subcommand.
using Run = std::function<int()>;

void add_attach(CLI::App& app, Run& run);
void add_boot(CLI::App& app, Run& run);
void add_check(CLI::App& app, Run& run);
void add_detach(CLI::App& app, Run& run);
void add_discover(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);
void add_ibft(CLI::App& app, Run& run);
void add_init(CLI::App& app, Run& run);
void add_initramfs(CLI::App& app, Run& run);
void add_keep(CLI::App& app, Run& run);
void add_plan(CLI::App& app, Run& run);
void add_status(CLI::App& app, Run& run);
void add_timeline(CLI::App& app, Run& run);

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
