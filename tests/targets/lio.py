"""LIO, the kernel's target, in a machine of its own: Debian's kernel under QEMU, its port forwarded
from a free one of the loopback interface. Nothing is set up on the host."""

import contextlib
import pathlib

import daemons
from harness import initramfs
from harness.kernel import Kernel
from harness.machine import KERNEL_ARGUMENTS, Machine
from harness.workspace import Workspace

# With what LIO asks for at run time: the hashes of CHAP and of the digests.
MODULES = ("virtio_pci", "virtio_net", "target_core_mod", "target_core_file", "iscsi_target_mod",
           "crc32c_generic")
OPTIONAL_MODULES = ("md5", "sha1_generic", "sha256_generic", "sha3_generic")
BUSYBOX = pathlib.Path("/bin/busybox")
PORT = 3260
START_S = 180

INIT = """#!/bin/busybox sh
PATH=/bin; export PATH
/bin/busybox mkdir -p /bin /etc
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
exec >/dev/ttyS1
for module in {modules}; do modprobe $module; done
ifconfig lo up; ifconfig eth0 10.0.2.15 up
mount -t configfs configfs /sys/kernel/config
target=/sys/kernel/config/target
disk=$target/core/fileio_0/disk
mkdir -p $disk
echo fd_dev_name=/disk.img,fd_dev_size={size},fd_buffered_io=1 >$disk/control
echo 1 >$disk/enable
mkdir $target/iscsi
serve() {{
  mkdir -p $target/iscsi/$1/tpgt_1/lun/lun_0
  cd $target/iscsi/$1/tpgt_1
  mkdir np/0.0.0.0:{port} "np/[::1]:{port}"
  ln -s $disk lun/lun_0/disk
  echo 1 >attrib/generate_node_acls
  echo 1 >attrib/cache_dynamic_acls
  echo 0 >attrib/demo_mode_write_protect
  echo $2 >attrib/authentication
  [ $2 = 0 ] || {{ printf %s "{user}" >auth/userid; printf %s "{secret}" >auth/password; echo CHAP >param/AuthMethod; }}
  [ $3 = 0 ] || {{ printf %s "{reverse_user}" >auth/userid_mutual; printf %s "{reverse_secret}" >auth/password_mutual; }}
  echo 1 >enable
  cd /
}}
{serve}
echo "LIO-IPV6 $(isboot check "{ipv6_url}" --json | tr -d '\\n')"
echo LIO-READY
while :; do sleep 1000; done
"""


def init_script():
    flags = {"none": "0 0", "chap": "1 0", "mutual": "1 1"}
    serve = "\n".join(f"serve {daemons.name_of(auth, digest)} {flags[auth]}"
                      for auth in daemons.AUTHS for digest in daemons.DIGESTS)
    ipv6_url = f"iscsi:[::1]::{PORT}:0:{daemons.name_of('none', 'none')}"
    return INIT.format(modules=" ".join((*MODULES, *OPTIONAL_MODULES)), size=daemons.DISK_SIZE,
                       port=PORT, user=daemons.USER, secret=daemons.SECRET,
                       reverse_user=daemons.REVERSE_USER, reverse_secret=daemons.REVERSE_SECRET,
                       serve=serve, ipv6_url=ipv6_url)


def module_files(kernel):
    """A hash that is built in has no module; then there is none to bring."""
    names = list(MODULES)
    for name in OPTIONAL_MODULES:
        with contextlib.suppress(KeyError):
            kernel.module_files((name,))
            names.append(name)
    return kernel.module_files(names)


@contextlib.contextmanager
def lio(folder, program):
    """`program` has its say over IPv6 inside of the machine: QEMU forwards no IPv6 port."""
    workspace = Workspace("lio")
    kernel = Kernel()
    archive = initramfs.build({
        **module_files(kernel), "init": init_script().encode(),
        "bin/busybox": BUSYBOX.read_bytes(), "bin/isboot": pathlib.Path(program).read_bytes(),
        "disk.img": daemons.make_disk(folder).read_bytes()})
    (workspace / "initrd.img").write_bytes(archive)
    port = daemons.free_port()
    machine = Machine(workspace, f",hostfwd=tcp:127.0.0.1:{port}-:{PORT}", [
        "-device", "virtio-net-pci,netdev=net,romfile=", "-kernel", kernel.image,
        "-initrd", "initrd.img", "-append", f"{KERNEL_ARGUMENTS} quiet"])
    with machine.running():
        said = machine.console.wait_for(r"LIO-IPV6 (.*)", START_S, "what isboot says in there")
        machine.console.wait_for(r"LIO-READY", START_S, "LIO's start")
        yield daemons.Daemon(0, port, said_over_ipv6=said.group(1))
    workspace.clear()
