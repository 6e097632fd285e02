# How the C++ is compiled, as a module and in a kernel: as freestanding C++ without exceptions,
# RTTI or guarded statics, with the C++ headers of the base system (libc++, which -nostdinc hides)
# behind the kernel's own search path. Large frames are warned of: the process has an ordinary
# kernel stack (tools/check_stack). Only warned: KASAN makes all of them larger.
ISBOOT_CXXINCLUDE?=	/usr/include/c++/v1
ISBOOT_CINCLUDE?=	/usr/include
ISBOOT_CXXFLAGS=	-U_KERNEL -std=c++20 -ffreestanding -fno-exceptions -fno-rtti \
			-fno-threadsafe-statics -fno-asynchronous-unwind-tables \
			-Wframe-larger-than=2048 -Wno-error=frame-larger-than \
			-isystem ${ISBOOT_CXXINCLUDE} -isystem ${ISBOOT_CINCLUDE}
