#include "app/initramfs/build.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "app/initramfs/microcode.h"
#include "app/initramfs/tool.h"
#include "platform/linux/system/file.h"
#include "platform/linux/system/modules.h"

namespace isboot::app {
namespace {

std::string temporary_folder() {
  const char* named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

bool is_file(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// A folder of ours that goes when we do.
class Stage {
public:
  Stage() {
    std::string name = temporary_folder() + "/isboot-initramfs-XXXXXX";
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Stage() {
    if (!path_.empty()) (void)run_tool({"rm", "-rf", "--", path_});
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  bool made() const { return !path_.empty(); }
  std::string root() const { return path_ + "/root"; }
  std::string early() const { return path_ + "/early"; }
  std::string file(const char* name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

// With the folders above it.
Outcome<> put(const std::string& from, const std::string& to, const char* mode) {
  return run_tool({"install", "-D", "-m", mode, "--", from, to});
}

std::vector<std::string> module_files(const InitramfsPlan& plan,
                                      const linux_platform::Modules& modules) {
  std::set<std::string> files;
  for (const std::string& name : plan.modules)
    for (const std::string& file : modules.files_of(name)) files.insert(file);
  for (const std::string& folder : plan.module_folders)
    for (const std::string& file : modules.files_below(folder)) {
      const std::string name = file.substr(file.rfind('/') + 1);
      for (const std::string& needed : modules.files_of(name.substr(0, name.find(".ko"))))
        files.insert(needed);
    }
  return {files.begin(), files.end()};
}

// Firmware files that the modules ask for and that the machine has.
Outcome<> put_firmware(const InitramfsPlan& plan, const Stage& stage,
                       const std::vector<std::string>& modules) {
  if (modules.empty()) return Done{};
  std::vector<std::string> command{"modinfo", "-F", "firmware"};
  command.insert(command.end(), modules.begin(), modules.end());
  ISBOOT_TRY(run_tool(command, {.output = stage.file("firmware")}));
  std::ifstream names{stage.file("firmware")};
  for (std::string name; std::getline(names, name);)
    for (const char* suffix : {"", ".xz", ".zst"}) {
      const std::string below = "lib/firmware/" + name + suffix;
      const std::string file = plan.base + "/" + below;
      if (!is_file(file)) continue;
      ISBOOT_TRY(put(file, stage.root() + "/" + below, "0644"));
    }
  return Done{};
}

Outcome<> put_modules(const InitramfsPlan& plan, const Stage& stage) {
  const std::string below = "/lib/modules/" + plan.version + "/";
  const std::string from = plan.base + below;
  const std::string to = stage.root() + below;
  const linux_platform::Modules modules{from};
  std::vector<std::string> whole;
  for (const std::string& file : module_files(plan, modules)) {
    ISBOOT_TRY(put(from + file, to + file, "0644"));
    whole.push_back(from + file);
  }
  // depmod asks for them; "modules.builtin" tells `init` what it need not look for.
  // The last came with Linux 5.2.
  for (const char* list : {"modules.order", "modules.builtin", "modules.builtin.modinfo"})
    if (is_file(from + list)) ISBOOT_TRY(put(from + list, to + list, "0644"));
  ISBOOT_TRY(run_tool({"depmod", "-b", stage.root(), plan.version}));
  // For modprobe alone, which is not there.
  ISBOOT_TRY(
      run_tool({"find", to, "(", "-name", "*.bin", "-o", "-name", "modules.order", "-o", "-name",
                "modules.symbols", "-o", "-name", "modules.builtin.modinfo", ")", "-delete"}));
  return put_firmware(plan, stage, whole);
}

// For ip=dhcp without a table: klibc's DHCP client (app/tableless/lease.h), and the library that it
// names as its interpreter, whose name has a checksum in it. Debian's initramfs-tools has the same.
Outcome<> put_dhcp_client(const InitramfsPlan& plan, const Stage& stage) {
  const std::string client = plan.base + "/usr/lib/klibc/bin/ipconfig";
  if (!is_file(client)) return Done{};
  ISBOOT_TRY(put(client, stage.root() + "/bin/ipconfig", "0755"));
  std::error_code ignored;
  for (const char* folder : {"/lib", "/usr/lib"})
    for (const auto& entry : std::filesystem::directory_iterator{plan.base + folder, ignored}) {
      const std::string name = entry.path().filename();
      if (name.starts_with("klibc-") && name.ends_with(".so"))
        ISBOOT_TRY(put(entry.path(), stage.root() + "/lib/" + name, "0755"));
    }
  return Done{};
}

// CHAP's, for a boot without a table. The image is for its owner alone (tool.h).
Outcome<> put_credentials(const InitramfsPlan& plan, const Stage& stage) {
  const std::string below = "/etc/isboot/credentials";
  if (!is_file(plan.base + below)) return Done{};
  return put(plan.base + below, stage.root() + below, "0600");
}

// For `init`, which has no udev (app/init/nic_names.h).
Outcome<> put_nic_names(const InitramfsPlan& plan, const Stage& stage) {
  if (plan.nic_names.empty()) return Done{};
  const std::string file = stage.file("nic-names");
  std::ofstream names{file};
  names << plan.nic_names;
  if (!names.flush())
    return Failure{"the names of the NICs cannot be written", "make room in " + temporary_folder()};
  return put(file, stage.root() + "/etc/isboot/nic-names", "0644");
}

// What the archive of that folder holds, sorted; with the time of all of it set to the beginning of
// time, so that the same files give the same bytes.
Outcome<> list_files(const Stage& stage, const std::string& folder) {
  ISBOOT_TRY(run_tool({"find", folder, "-exec", "touch", "-h", "-d", "@0", "{}", "+"}));
  ISBOOT_TRY(run_tool({"find", folder, "-mindepth", "1", "-printf", "%P\n"},
                      {.output = stage.file("found")}));
  std::ifstream found{stage.file("found")};
  std::vector<std::string> names;
  for (std::string name; std::getline(found, name);) names.push_back(name);
  std::sort(names.begin(), names.end());
  std::ofstream list{stage.file("list")};
  for (const std::string& name : names) list << name << '\n';
  if (list.flush()) return Done{};
  return Failure{"the list of files cannot be written", "make room in " + temporary_folder()};
}

Outcome<> archive(const Stage& stage, const std::string& folder, const std::string& output) {
  ISBOOT_TRY(list_files(stage, folder));
  return run_tool({"cpio", "--quiet", "--create", "--format=newc", "--reproducible",
                   "--owner=+0:+0", "--directory=" + folder},
                  {.input = stage.file("list"), .output = output});
}

// Into the archives whose order is that of the initramfs.
Outcome<> add_microcode(const InitramfsPlan& plan, const Stage& stage,
                        std::vector<std::string>& archives) {
  const Microcode microcode = microcode_for(plan.base + "/lib/firmware", plan.cpuinfo);
  if (microcode.name.empty()) return Done{};
  std::vector<std::string> join{"cat", "--"};
  join.insert(join.end(), microcode.files.begin(), microcode.files.end());
  ISBOOT_TRY(run_tool(join, {.output = stage.file("microcode")}));
  ISBOOT_TRY(put(stage.file("microcode"), stage.early() + "/" + microcode.name, "0644"));
  archives.push_back(stage.file("early.cpio"));
  return archive(stage, stage.early(), archives.back());
}

// gzip is what every distribution's kernel reads. Newer packages keep a kernel's settings beside
// its modules (Debian's 7.3).
std::vector<std::string> compressor_for(const InitramfsPlan& plan) {
  for (const std::string& path : {plan.base + "/boot/config-" + plan.version,
                                  plan.base + "/lib/modules/" + plan.version + "/config"}) {
    std::ifstream configuration{path};
    for (std::string line; std::getline(configuration, line);)
      if (line == "CONFIG_RD_ZSTD=y" && has_tool("zstd")) return {"zstd", "-q", "-19", "-T1", "-c"};
  }
  return {"gzip", "-9", "-n", "-c"};
}

// The file is whole on its disk before it has its name.
Outcome<> give_name(const std::string& written, const std::string& name) {
  const linux_platform::UniqueFd file{open(written.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file && fsync(file.get()) == 0 && rename(written.c_str(), name.c_str()) == 0) return Done{};
  const int number = errno;
  unlink(written.c_str());
  return Failure{name + ": " + strerrordesc_np(number), "name a file that can be written with -o"};
}

}  // namespace

std::vector<std::string> boot_modules() {
  return {"iscsi_tcp", "sd_mod", "crc32c", "iscsi_ibft", "8021q"};
}

std::vector<std::string> all_nic_folders() {
  return {"kernel/drivers/net/ethernet/", "kernel/drivers/net/vmxnet3/",
          "kernel/drivers/net/hyperv/",   "kernel/drivers/net/virtio_net.ko",
          "kernel/drivers/net/phy/",      "kernel/drivers/net/mdio/",
          "kernel/drivers/net/usb/",      "kernel/drivers/net/xen-netfront.ko"};
}

std::vector<std::string> all_nic_buses() {
  return {"virtio_pci", "virtio_mmio", "hv_vmbus", "xhci_pci"};
}

Outcome<> build_initramfs(const InitramfsPlan& plan) {
  const Stage stage;
  if (!stage.made())
    return Failure{"no temporary folder can be made", "set TMPDIR to a folder with room"};
  if (!is_file(plan.base + "/lib/modules/" + plan.version + "/modules.dep"))
    return Failure{"kernel " + plan.version + " has no lib/modules/" + plan.version +
                       "/modules.dep" + (plan.base.empty() ? "" : " below " + plan.base),
                   "install that kernel, name another with --kernel, or run depmod"};
  std::vector<std::string> folders{"mkdir", "-p"};
  for (const char* folder : {"/dev", "/proc", "/root", "/run", "/sys"})
    folders.push_back(stage.root() + folder);
  ISBOOT_TRY(run_tool(folders));
  ISBOOT_TRY(put(plan.program, stage.root() + "/init", "0755"));
  ISBOOT_TRY(put_modules(plan, stage));
  ISBOOT_TRY(put_dhcp_client(plan, stage));
  ISBOOT_TRY(put_credentials(plan, stage));
  ISBOOT_TRY(put_nic_names(plan, stage));
  ISBOOT_TRY(archive(stage, stage.root(), stage.file("archive")));
  ISBOOT_TRY(run_tool(compressor_for(plan),
                      {.input = stage.file("archive"), .output = stage.file("compressed")}));
  std::vector<std::string> join{"cat", "--"};
  ISBOOT_TRY(add_microcode(plan, stage, join));
  join.push_back(stage.file("compressed"));
  const std::string written = plan.output + ".new";
  const auto joined = run_tool(join, {.output = written});
  if (!joined) {
    unlink(written.c_str());
    return joined;
  }
  return give_name(written, plan.output);
}

}  // namespace isboot::app
