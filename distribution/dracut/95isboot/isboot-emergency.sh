#!/bin/sh
# dracut's emergency hook, before the prompt. What isboot said last is what to do.
[ -s /run/isboot.said ] && cat /run/isboot.said
:
