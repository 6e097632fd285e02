#!/bin/sh
# Does not hold the initqueue while it waits: that goes on to look for root, and ends when it is
# there (isboot-at-work.sh).
at_work=${ISBOOT_AT_WORK:-/run/isboot.at-work}
: >"$at_work"
{
  boot-and-tell
  rm -f "$at_work"
} </dev/null &
exit 0
