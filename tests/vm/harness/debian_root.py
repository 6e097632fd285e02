"""A small Debian with systemd and the network managers, as the disk's root: packages unpacked,
none of their scripts run; what those would have done is written here."""

import shutil

from . import orders, packages
from .process import run
from .workspace import PROJECT

PACKAGES = ("base-files", "base-passwd", "coreutils", "dash", "grep", "hostname", "libc-bin", "mount", "sed",
            "util-linux", "systemd-sysv", "systemd-resolved", "udev", "dbus", "iproute2",
            "network-manager", "ifupdown", "isc-dhcp-client", "udhcpc", "netplan.io", "apparmor")
GUEST = PROJECT / "tests/vm/guest/managers"
MODULES = ("8021q",)
ROOT_MIB = 320
# Of no use to a machine that nobody looks at.
LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info",
            "usr/share/lintian", "var/run", "usr/lib/x86_64-linux-gnu/perl", "usr/share/perl")
# Those that packages make when they are installed; base-passwd's list has the others.
USERS = (("messagebus", 101), ("systemd-network", 998), ("systemd-resolve", 997), ("polkitd", 996))
GROUPS = (("systemd-journal", 999), ("netdev", 102), ("kvm", 103), ("render", 104), ("sgx", 105))
FILES = {
    # A machine without one would be on its first boot, and systemd would turn everything on.
    "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/systemd/journald.conf": "[Journal]\nStorage=volatile\n",
    "etc/fstab": "# dhclient's script looks for it.\n",
    "etc/apparmor.d/local/sbin.dhclient": "",
}
LINKS = {
    "etc/systemd/system/default.target": "/lib/systemd/system/multi-user.target",
    "etc/systemd/system/sockets.target.wants/dbus.socket": "/lib/systemd/system/dbus.socket",
    "etc/systemd/system/isboot-test.service": "/usr/lib/isboot-test/isboot-test.service",
    "etc/systemd/system/isboot-monitor.service": "/usr/lib/isboot-test/isboot-monitor.service",
    "etc/systemd/system/multi-user.target.wants/isboot-test.service": "../isboot-test.service",
    "etc/systemd/system/multi-user.target.wants/isboot-monitor.service":
        "../isboot-monitor.service",
    "etc/systemd/system/serial-getty@.service": "/dev/null",
    "etc/systemd/system/e2scrub_reap.service": "/dev/null",
    "bin/sh": "dash",
    "usr/bin/awk": "mawk",
    "var/run": "/run",
}


def fetch(archive=packages.HOST, more=()):
    """Fills the cache, so that `make` needs no network any more. `more`: further packages."""
    return packages.unpacked_with_dependencies("-".join(("debian-root", *more)), *PACKAGES, *more,
                                               archive=archive)


def make(workspace, kernel, programs, files=None, system=None):
    """`system`: what fetch() has returned, if not the host's Debian without more. The directory that becomes the root. `programs`: name in its /sbin → file; `files`: path →
    text, or the file to copy, with what the test says to the managers."""
    tree = workspace / "root"
    run("cp", "-a", system or fetch(), tree)
    for path in LEFT_OUT:
        shutil.rmtree(tree / path, ignore_errors=True)
    for path in ("proc", "sys", "dev", "run", "tmp", "root", "boot", "var/log", "var/tmp"):
        (tree / path).mkdir(parents=True, exist_ok=True)
    _write_users(tree)
    copy_agent(tree)
    for name, file in programs.items():
        shutil.copy(file, tree / "sbin" / name)
    for path, content in kernel.module_files(MODULES).items():
        _put(tree / path, content)
    for path, content in FILES.items():
        _put(tree / path, content.encode())
    for path, content in (files or {}).items():
        if isinstance(content, str):
            _put(tree / path, content.encode())
        else:
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(content, tree / path)
        if path.endswith(".nmconnection"):
            (tree / path).chmod(0o600)  # NetworkManager reads no profile that others may read
        if "/if-up.d/" in path:
            (tree / path).chmod(0o755)
    for path, to in LINKS.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).unlink(missing_ok=True)
        (tree / path).symlink_to(to)
    run("ldconfig", "-r", tree)
    return tree


def copy_agent(tree):
    """What obeys the test in a system with systemd."""
    shutil.copytree(GUEST, tree / "usr/lib/isboot-test")
    shutil.copy(orders.OBEY, tree / "usr/lib/isboot-test")


def _put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _write_users(tree):
    base = tree / "usr/share/base-passwd"
    passwd = (base / "passwd.master").read_text().replace("root:*:", "root::")
    group = (base / "group.master").read_text()
    for name, number in USERS:
        passwd += f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n"
    for name, number in USERS + GROUPS:
        group += f"{name}:x:{number}:\n"
    (tree / "etc/passwd").write_text(passwd)
    (tree / "etc/group").write_text(group)
