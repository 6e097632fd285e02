#include <cstdlib>

// libstdc++ names the exception that nobody caught, and carries a demangler of 47 KB for that.
// The linker takes this definition instead of the library's.
namespace __gnu_cxx {
void __verbose_terminate_handler();
void __verbose_terminate_handler() { std::abort(); }
}  // namespace __gnu_cxx
