#include "app/iscsid/node_record.h"

#include <algorithm>

namespace isboot::app {
namespace {

// As good as for ever, to iscsid.
constexpr unsigned kThirtyDays = 30U * 24 * 60 * 60;

}  // namespace

NodeRecord node_record(const linux_platform::SessionRecord& session, unsigned portal_group) {
  const SessionConfig& kernel = session.kernel;
  const iscsi::Credentials& credentials = session.login.credentials;
  const std::string target{kernel.target_name.view()};
  const std::string address{to_text(kernel.portal.address).view()};
  const std::string port = std::to_string(kernel.portal.port);
  const std::string group = std::to_string(portal_group);
  std::string text = "# BEGIN RECORD\n";
  const auto line = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text += std::string{name} + " = " + value + "\n";
  };
  line("node.name", target);
  line("node.tpgt", group);
  line("node.startup", "onboot");
  line("iface.iscsi_ifacename", "default");
  line("iface.transport_name", "tcp");
  line("iface.initiatorname", std::string{kernel.initiator_name.view()});
  line("node.session.timeo.replacement_timeout",
       std::to_string(kernel.recovery_timeout.value_or(kThirtyDays)));
  if (credentials.one_way()) {
    line("node.session.auth.authmethod", "CHAP");
    line("node.session.auth.username", std::string{credentials.name.view()});
    line("node.session.auth.password", std::string{as_text(credentials.secret.reveal())});
    line("node.session.auth.username_in", std::string{credentials.reverse_name.view()});
    line("node.session.auth.password_in",
         std::string{as_text(credentials.reverse_secret.reveal())});
  }
  line("node.conn[0].address", address);
  line("node.conn[0].port", port);
  line("node.conn[0].timeo.noop_out_interval", std::to_string(kernel.ping_after));
  line("node.conn[0].timeo.noop_out_timeout", std::to_string(kernel.ping_limit));
  line("node.conn[0].iscsi.HeaderDigest", session.login.header_digest ? "CRC32C,None" : "None");
  line("node.conn[0].iscsi.DataDigest", session.login.data_digest ? "CRC32C,None" : "None");
  text += "# END RECORD\n";
  return {{target, address + "," + port + "," + group}, "default", text};
}

bool has_safe_folders(const NodeRecord& record) {
  return std::all_of(record.folders.begin(), record.folders.end(), [](const std::string& name) {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
  });
}

std::uint32_t initial_cmd_sn_in(Text text) {
  constexpr Text kName = "node.session.initial_cmdsn = ";
  while (!text.empty()) {
    const std::size_t end = position_of(text, '\n');
    const Text line = part_of(text, 0, end);
    text = end == Text::npos ? Text{} : part_of(text, end + 1);
    if (!same_text(part_of(line, 0, kName.size()), kName)) continue;
    const auto number = parse_decimal(part_of(line, kName.size()), UINT32_MAX);
    if (number) return static_cast<std::uint32_t>(*number);
  }
  return 0;
}

}  // namespace isboot::app
