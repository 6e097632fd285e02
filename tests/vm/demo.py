"""What scripts/demo shows: one boot from iSCSI, its console as it happens, and its phases."""

import argparse
import contextlib
import os
import select
import sys
import termios
import tty

from harness.boot import BIOS, UEFI, Boot

# Each phase begins with the first line that has its pattern.
PHASES = (("firmware", r""),
          ("loader", r"GRUB"),
          ("kernel", r"Linux version"),
          ("isboot", r"isboot: \d"),
          ("system", r"ISBOOT-SYSTEM"),
          ("off", r"reboot: Power down"))
BOLD, PLAIN = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")


def show(seconds, text):
    ours = text.startswith(("isboot:", "ISBOOT-", "GRUB:"))
    print(f"{seconds:7.2f}  {BOLD if ours else ''}{text}{PLAIN if ours else ''}", flush=True)


def phase_table(console):
    """The lines `name  seconds`; a phase that never began has none."""
    begins = [(name, console.first(pattern)) for name, pattern in PHASES]
    begins = [(name, when) for name, when in begins if when is not None]
    begins[0] = (begins[0][0], 0.0)
    return [f"  {name:9} {after - when:6.2f} s"
            for (name, when), (_, after) in zip(begins, begins[1:])]


@contextlib.contextmanager
def raw_terminal():
    """Keys go to the machine as they are pressed; without a terminal nothing changes."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def converse(console, qemu):
    """Our keyboard and the machine's shell, until it powers off."""
    screen = console.screen
    sources = [sys.stdin, screen]
    with raw_terminal():
        while not screen.ended:
            ready = select.select(sources, [], [])[0]
            if screen in ready:
                os.write(sys.stdout.fileno(), console.take(screen))
            if sys.stdin in ready:
                keys = os.read(sys.stdin.fileno(), 4096)
                if not keys:
                    sources.remove(sys.stdin)
                qemu.stdin.write(keys)
                qemu.stdin.flush()


def boot_and_show(boot, interactive):
    with boot.running(show) as qemu:
        boot.wait_for_report()
        if interactive:
            boot.console.watcher = None
            converse(boot.console, qemu)
        boot.wait_for_power_off(qemu)
    boot.check()


def main():
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--uefi", action="store_true")
    parser.add_argument("--interactive", action="store_true")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()

    boot = Boot("demo", UEFI if options.uefi else BIOS,
                "vm.interactive=yes" if options.interactive else "")
    print(f"demo: a {'UEFI' if options.uefi else 'BIOS'} machine without a disk of its own; "
          f"a target on this host has one for it\ndemo: files are in {boot.workspace.path}")
    try:
        boot_and_show(boot, options.interactive)
    except (AssertionError, RuntimeError) as error:
        sys.exit(f"\ndemo: {error}\n\ndemo: it did not boot. The whole console is in "
                 f"{boot.workspace.path}/console.log, the target's words in tgtd.log beside it.\n"
                 "demo: next, look for isboot's last line there; it says what to do.")
    report = boot.report
    print(f"\ndemo: root was {report['device']}, a disk of iSCSI session {report['session']}; "
          "the marker that the system wrote is in the image, fsck finds it clean")
    print("demo: how long each phase took")
    print("\n".join(phase_table(boot.console)))
    if options.keep:
        print(f"demo: kept in {boot.workspace.path}")
    else:
        boot.workspace.clear()


if __name__ == "__main__":
    main()
