// The program of a distribution's initramfs, which goes in there as `isboot`.
#include "cli/small/program.h"

int main(int argc, char** argv) { return isboot::cli::small::run_program(argc, argv); }
