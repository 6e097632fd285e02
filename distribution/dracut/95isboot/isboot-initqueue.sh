#!/bin/sh
# Does not hold the initqueue while it waits: that goes on to look for root, and ends when it is
# there.
boot-and-tell </dev/null &
exit 0
