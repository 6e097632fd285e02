#!/bin/sh
# Compiles the whole module against FreeBSD's kernel sources, as the kernel is compiled: its flags,
# its warnings, -Werror. FREEBSD_SRC names one or more source trees, with ":" between them; without
# it the test is skipped (exit status 77). Nothing is kept. Usage: compile_test.sh PROJECT
set -eu
project=$1
if [ -z "${FREEBSD_SRC:-}" ]; then
  echo "skipped: FREEBSD_SRC names no FreeBSD source tree"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# sys/conf/kern.mk and kmod.mk for amd64, clang. Without the stack protector: clang 14 reaches its
# guard in a way that FreeBSD's module loader does not know.
kernel_flags="--target=x86_64-unknown-freebsd -O2 -fno-common -fno-omit-frame-pointer
  -mno-omit-leaf-frame-pointer -mcmodel=kernel -mno-red-zone -mno-mmx -mno-sse -msoft-float
  -mno-aes -mno-avx -fno-asynchronous-unwind-tables -ffreestanding -fwrapv -fno-stack-protector
  -fno-strict-aliasing -Wall -Wpointer-arith -Wcast-qual -Wundef -D__printf__=__freebsd_kprintf__
  -Wmissing-include-dirs -Wno-unknown-pragmas -Wno-address-of-packed-member
  -Wno-format-zero-length -Werror"
c_flags="-std=gnu99 -D_KERNEL -DKLD_MODULE -nostdinc -Wstrict-prototypes -Wmissing-prototypes
  -Wno-pointer-sign"
cxx_flags="-std=c++20 -fno-exceptions -fno-rtti -fno-threadsafe-statics --target=x86_64-linux-gnu"

# 15's own compiler warns of more.
clang=$(command -v clang-19 || command -v clang)

compile_c() {
  sys=$1
  ln -s "$sys/amd64/include" machine
  ln -s "$sys/x86/include" x86
  for header in opt_acpi.h opt_cam.h; do : >"$header"; done
  # What config.mk writes for a module that is built apart from a kernel: GENERIC has these.
  printf '#define %s 1\n' SMP MAC VIMAGE >opt_global.h
  # Two interfaces that the ACPI headers include, as the kernel's make files make them.
  for interface in bus device; do
    awk -f "$sys/tools/makeobjops.awk" "$sys/kern/${interface}_if.m" -h
  done
  # shellcheck disable=SC2086
  "$clang" $kernel_flags $c_flags -include opt_global.h -I. -I"$sys" -I"$sys/contrib/ck/include" \
    -I"$project" -c "$project/platform/freebsd/isboot_kernel.c" -o isboot_kernel.o
}

compile_cxx() {
  for source in $(sed 's/#.*//; s/ISBOOT_CXX=//; s/\\//' "$project/platform/freebsd/sources.mk"); do
    file=$(find "$project/core" "$project/platform/freebsd" -name "$source")
    # shellcheck disable=SC2086
    clang++ $kernel_flags $cxx_flags -I"$project" -c "$file" -o "$source.o"
  done
}

mkdir "$work/cxx"
cd "$work/cxx"
compile_cxx
IFS=:
for tree in $FREEBSD_SRC; do
  unset IFS
  version=$(awk '/^#define[[:space:]]+__FreeBSD_version/ { print $3 }' "$tree/sys/sys/param.h")
  mkdir "$work/$version"
  cd "$work/$version"
  compile_c "$(cd "$tree/sys" && pwd)"
  ld.lld -m elf_x86_64 -r -o isboot.ko isboot_kernel.o ../cxx/*.o
  # Of an ordinary kernel stack of 16 KiB; the rest is for the kernel's own functions below.
  "$project/tools/check_stack" 2048 10240 isboot_kernel.o ../cxx/*.o
  echo "FreeBSD $version: compiled without a warning"
done
