"""Programs that end with the run: by pid on every way out, and by the kernel if Python dies first."""

import contextlib
import os
import subprocess

GRACE_S = 5

# Debian keeps tgtd, mke2fs, sfdisk and depmod where only root looks.
os.environ["PATH"] += ":/usr/sbin:/sbin"


def run(*command, **options):
    """Runs a tool to its end and returns its standard output; a failure shows what it printed."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n"
                           f"{(done.stdout + done.stderr).decode(errors='replace')}")
    return done.stdout


@contextlib.contextmanager
def running(*command, **options):
    """A program that runs while the block does."""
    tied = ["setpriv", "--pdeathsig", "KILL", "--", *(str(word) for word in command)]
    with subprocess.Popen(tied, **options) as child:
        try:
            yield child
        finally:
            stop(child)


def stop(child):
    """Asks, then insists. Harmless when the program has ended."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()
