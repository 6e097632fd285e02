// What is needed to boot and to stay, by main()'s arguments.
#pragma once

namespace isboot::cli::small {

// Returns an ExitStatus.
int run_program(int argc, char** argv);

}  // namespace isboot::cli::small
