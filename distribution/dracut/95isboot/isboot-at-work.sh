#!/bin/sh
# Of dracut's initqueue, sourced in each of its turns: while isboot is at work, which isboot.timeout= limits
# or a person who types a secret, the last third of the time for root (rd.retry=, 180 s) does not begin.
# What the command line says of that stands.
# shellcheck disable=SC2154 # main_loop counts the turns to RDRETRY.
if [ -e "${ISBOOT_AT_WORK:-/run/isboot.at-work}" ] && [ "$main_loop" -gt $((2 * RDRETRY / 3)) ] &&
  ! getarg rd.retry >/dev/null; then
  main_loop=$((2 * RDRETRY / 3))
fi
