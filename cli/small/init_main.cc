// The one program of isboot's own initramfs, which goes in there as `/init`.
#include "app/init/init.h"
#include "cli/small/program.h"

int main(int argc, char** argv) {
  if (argc > 0 && isboot::app::is_init(argv[0])) return isboot::app::init(argv);
  return isboot::cli::small::run_program(argc, argv);
}
