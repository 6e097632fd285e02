#!/bin/sh
# What sources.mk lists is all of platform/freebsd, and needs nothing beyond itself, the C interface
# and the few functions that every kernel has, and leaves the kernel enough of the stack that a
# process has (16 KiB). Usage: sources_test.sh PROJECT BUILD (preset freestanding)
set -eu
project=$1
build=$2
listed=$(sed 's/#.*//; s/ISBOOT_CXX=//; s/\\//' "$project/platform/freebsd/sources.mk")
set --
for source in $listed; do
  object=$(find "$build" -path "*.dir/$source.o")
  case $object in
    *"
"*) echo "sources_test: two files have the name $source, and make knows only one" >&2; exit 1 ;;
    "") echo "sources_test: $source is listed in sources.mk but not built" >&2; exit 1 ;;
  esac
  set -- "$@" "$object"
done
for source in "$project"/platform/freebsd/*.cc; do
  case " $(echo "$listed" | tr -s "\t\n" "  ") " in
    *" ${source##*/} "*) ;;
    *) echo "sources_test: ${source##*/} is missing in sources.mk" >&2; exit 1 ;;
  esac
done
"$project/tools/check_stack" 2048 10240 "$@"
"$project/tools/check_symbols" --interface "$project/platform/freebsd/isboot_kernel.h" "$@"
