#include "app/iscsid/hand_over.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <list>
#include <memory>

#include "app/boot/boot_sequence.h"
#include "app/boot/parameter_sources.h"
#include "app/failure.h"
#include "app/iscsid/node_record.h"
#include "app/keeper/credentials.h"
#include "app/keeper/saved_sessions.h"
#include "platform/linux/keeper/session_folder.h"
#include "platform/linux/sysfs/sysfs.h"
#include "platform/linux/system/secret_pages.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::app {
namespace {

using linux_platform::ControlRequest;
using linux_platform::session_folder;
using linux_platform::SessionRecord;
using linux_platform::Sysfs;

constexpr std::size_t kMaxNodeRecord = 1U << 16;
// iscsid's socket has this name, without a place in the file system (its mgmt_ipc.h).
constexpr const char* kIscsidSocket = "@ISCSIADM_ABSTRACT_NAMESPACE";

// iscsid takes a session for its own when sysfs names a creator other than -1. The kernel
// never changes that file; a file of ours, mounted over it, says what is so now. It is gone
// with the session. What a session was made with follows from the true creator. Until settle() the
// end of this object brings back what sysfs said before it.
class Creator {
public:
  Creator(unsigned session, const Sysfs& sysfs, const std::string& run)
      : mine_{run + "/creator" + std::to_string(session)},
        path_{sysfs.target(session_folder(session) + "creator")} {
    const auto is_nobody = [&] {
      return sysfs.attribute(session_folder(session) + "creator") == "-1";
    };
    seemed_nobody_ = is_nobody();
    uncover();
    was_nobody_ = is_nobody();
  }
  Creator(const Creator&) = delete;
  Creator& operator=(const Creator&) = delete;
  ~Creator() {
    if (settled_) return;
    uncover();
    (void)set_nobody(seemed_nobody_);
  }

  bool was_nobody() const { return was_nobody_; }
  void settle() { settled_ = true; }
  Result<Done> set_nobody(bool nobody) {
    if (nobody == was_nobody_) return Done{};
    ISBOOT_TRY(linux_platform::make_file(mine_, nobody ? "-1\n" : "1\n"));
    if (mount(mine_.c_str(), path_.c_str(), nullptr, MS_BIND, nullptr) != 0)
      return system_error(errno, "the session's creator cannot be changed");
    return Done{};
  }

private:
  void uncover() const {
    while (!path_.empty() && umount2(path_.c_str(), 0) == 0) {
      // An earlier change of hands left it there.
    }
  }

  std::string mine_;
  std::string path_;  // in sysfs; empty: there is no such session
  bool seemed_nobody_ = false;
  bool was_nobody_ = false;
  bool settled_ = false;
};

bool iscsid_runs(const std::string& sockets_file) {
  const auto sockets = linux_platform::read_file(sockets_file, 1U << 20);
  return sockets && sockets->find(kIscsidSocket) != std::string::npos;
}

// Folders as iscsid makes them, for root alone.
Result<Done> write_node_record(const SessionRecord& record, const Sysfs& sysfs,
                               const std::string& nodes) {
  const unsigned group = static_cast<unsigned>(std::strtoul(
      sysfs.attribute(session_folder(record.session.value) + "tpgt").c_str(), nullptr, 10));
  const NodeRecord node = node_record(record, group);
  if (!has_safe_folders(node))
    return Error{Errc::BadValue, 0, "iscsid has no place for a target whose name holds a '/'"};
  std::string folder = nodes;
  (void)mkdir(nodes.substr(0, nodes.rfind('/')).c_str(), 0755);
  (void)mkdir(folder.c_str(), 0700);
  for (const std::string& part : node.folders) {
    folder += "/" + part;
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
      return system_error(errno, "iscsid's node record cannot be made");
  }
  return linux_platform::make_file(folder + "/" + node.name, node.text);
}

// The first disk of the session.
Lun first_lun(unsigned session, const Sysfs& sysfs) {
  Lun lun;
  const std::string host = sysfs.target(session_folder(session) + "device");
  const std::size_t at = host.rfind("/host");
  if (at == std::string::npos) return lun;
  const std::string number = host.substr(at + 5, host.find('/', at + 1) - at - 5);
  for (unsigned i = 0; i < 256; ++i) {
    if (!sysfs.has("class/scsi_device/" + number + ":0:0:" + std::to_string(i) + "/device/block"))
      continue;
    lun.bytes[1] = static_cast<std::uint8_t>(i);
    break;
  }
  return lun;
}

// The kernel does not tell what iscsid has made the session with: iscsid's own record does. Without
// one it is iscsid's default. A record that was made without a portal group is a file of the
// portal's name, not a folder. CHAP secrets may be in it.
std::uint32_t initial_cmd_sn_of_iscsid(const SessionConfig& kernel, const std::string& group,
                                       const std::string& nodes) {
  const std::string portal = nodes + "/" + std::string{kernel.target_name.view()} + "/" +
                             std::string{to_text(kernel.portal.address).view()} + "," +
                             std::to_string(kernel.portal.port);
  for (const std::string& path : {portal + "," + group + "/default", portal}) {
    const auto text = linux_platform::read_secret_file(path.c_str(), kMaxNodeRecord);
    if (text) return initial_cmd_sn_in(as_text(text->bytes()));
  }
  return 0;
}

Result<boot::BootSession> read_session(unsigned session, bool made_by_isboot, const Sysfs& sysfs,
                                       const HandOverPaths& paths) {
  const std::string folder = session_folder(session);
  const std::string connection = linux_platform::connection_folder(session);
  const auto attribute = [&sysfs](const std::string& path) { return sysfs.attribute(path); };
  boot::BootSession found;
  found.session = SessionId{session};
  ISBOOT_TRY(found.kernel.target_name.assign(attribute(folder + "targetname")));
  if (found.kernel.target_name.empty())
    return Error{Errc::NotFound, 0, "the kernel has no such session"};
  ISBOOT_TRY(found.kernel.initiator_name.assign(attribute(folder + "initiatorname")));
  found.kernel.portal.address = ISBOOT_TRY(parse_ip(attribute(connection + "persistent_address")));
  found.kernel.portal.port = static_cast<std::uint16_t>(
      ISBOOT_TRY(parse_decimal(attribute(connection + "persistent_port"), UINT16_MAX)));
  found.kernel.initial_cmd_sn =
      made_by_isboot
          ? 1
          : initial_cmd_sn_of_iscsid(found.kernel, attribute(folder + "tpgt"), paths.nodes);
  found.login.initiator_name = found.kernel.initiator_name;
  found.login.target_name = found.kernel.target_name;
  found.login.cmd_sn = found.kernel.initial_cmd_sn;
  found.login.header_digest = attribute(connection + "header_digest") == "1";
  found.login.data_digest = attribute(connection + "data_digest") == "1";
  linux_platform::LinuxEntropy entropy;
  found.logged_in = true;
  found.login.isid = ISBOOT_TRY(iscsi::random_isid(entropy, 0));
  found.lun = first_lun(session, sysfs);
  const auto sessions = ISBOOT_TRY(linux_platform::SessionFolder::open(sysfs.at("class").c_str()));
  found.disk = sessions.disk_of(found.session, found.lun);
  return found;
}

Outcome<> give_node_record(const SessionRecord& record, const Sysfs& sysfs,
                           const std::string& nodes) {
  const std::string target{record.kernel.target_name.view()};
  // iscsid would lose it for good at the first break of its connection.
  if (record.had_secrets && !record.login.credentials.one_way())
    return Failure{target + ": its secrets are not found",
                   "mend what is said above, and do the same again"};
  const auto written = write_node_record(record, sysfs, nodes);
  if (written) return Done{};
  return Failure{target + ": " + in_words(written.error()),
                 written.error().code == Errc::BadValue
                     ? "leave it to isboot, or give the target another name"
                     : "make " + nodes + " writable"};
}

}  // namespace

Outcome<std::string> hand_over_to_iscsid(const HandOverPaths& paths) {
  linux_platform::StderrLog log;
  const boot::Parameters parameters = read_parameters(kernel_command_line(), {}, log);
  const auto records = std::make_unique<linux_platform::SessionRecords>();
  const auto loaded = load_saved_sessions(parameters, log, *records, paths.run);
  if (!loaded) return Failure{paths.run + ": " + in_words(loaded.error()), "do it as root"};
  if (records->empty()) return Failure{"no session is kept", "isboot status"};
  const Sysfs sysfs{paths.sysfs};
  // All of them before the first changes hands: a session must not have two keepers.
  for (const SessionRecord& record : *records)
    if (record.logged_in) ISBOOT_TRY(give_node_record(record, sysfs, paths.nodes));
  std::list<Creator> creators;
  for (const SessionRecord& record : *records) {
    if (!record.logged_in) continue;
    Creator& creator = creators.emplace_back(record.session.value, sysfs, paths.run);
    const auto named = creator.set_nobody(false);
    if (!named) return Failure{in_words(named.error()), "do it as root"};
  }
  if (creators.empty()) return Failure{"no session was ever logged in", "isboot status"};
  const auto answer =
      ask_keeper({.kind = ControlRequest::Kind::Release}, kAnswerLimitMs, paths.keeper);
  if (!answer) return keeper_failure(answer.error());
  if (!answer->done) return Failure{"the keeper: " + answer->text, "isboot status"};
  for (Creator& creator : creators) creator.settle();
  return std::to_string(creators.size()) +
         (creators.size() == 1 ? " session is iscsid's; it takes it at its next start"
                               : " sessions are iscsid's; it takes them at its next start");
}

Outcome<> adopt(unsigned session, const std::string& credentials, const HandOverPaths& paths) {
  if (iscsid_runs(paths.sockets))
    return Failure{"iscsid runs, and would bring the session back as well",
                   "stop iscsid (and its socket), adopt, and start it again"};
  const Sysfs sysfs{paths.sysfs};
  Creator creator{session, sysfs, paths.run};
  auto found = read_session(session, creator.was_nobody(), sysfs, paths);
  if (!found)
    return Failure{"session " + std::to_string(session) + ": " + in_words(found.error()),
                   "ls /sys/class/iscsi_session"};
  if (!credentials.empty()) ISBOOT_TRY(read_credentials(credentials, found->login.credentials));
  // As for a session of isboot's: iscsid has set a limit, 120 s as it comes.
  const auto sessions = linux_platform::SessionFolder::open(sysfs.at("class").c_str());
  const auto held = sessions ? sessions->set_recovery_limit(found->session, std::nullopt)
                             : Result<Done>{sessions.error()};
  const auto kept = leave_to_keeper(*found, credentials, paths.keeper);
  if (!kept) return kept;
  creator.settle();  // the keeper's, whatever comes
  if (!held)
    linux_platform::StderrLog{}.write(
        LogLevel::Warning,
        "I/O will not wait for ever for a lost target: " + in_words(held.error()));
  const auto named = creator.set_nobody(true);
  if (!named)
    return Failure{
        in_words(named.error()) + "; an iscsid that is started would take the session back",
        "do not start iscsid"};
  return Done{};
}

}  // namespace isboot::app
