// What the program of an initramfs has: options by the names that the whole program has for them.
#pragma once

#include "app/exit_status.h"
#include "cli/small/words.h"

namespace isboot::cli::small {

using namespace app;  // a subcommand is its options and messages around one call of app

// Each takes its words, and returns an ExitStatus; kUsage when a word is left or a value is wrong,
// after `complain`.
int boot(Words& words);
int ibft(Words& words);
int keep(Words& words);
int status(Words& words);

// Says what is wrong with the command line; kUsage.
int complain(Text what, Text word);
// Whether a word is left, which it complains about.
bool is_any_left(const Words& words);

}  // namespace isboot::cli::small
