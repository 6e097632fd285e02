#include "testing/scripted_target.h"

namespace isboot::testing {
namespace {

void put32(std::vector<std::uint8_t>& to, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) to[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

}  // namespace

std::uint32_t ScriptedRequest::be32(std::size_t at) const {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | header[at + i];
  return value;
}

std::optional<std::string> ScriptedRequest::key(const std::string& name) const {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\0', at);
    const std::string pair = text.substr(at, end - at);
    if (pair.starts_with(name + "=")) return pair.substr(name.size() + 1);
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return std::nullopt;
}

std::string text_of(const std::vector<std::string>& pairs) {
  std::string text;
  for (const std::string& pair : pairs) {
    text += pair;
    text += '\0';
  }
  return text;
}

void ScriptedTarget::inspect(const ScriptedRequest& request) {
  const auto complain = [this](const char* what) { complaints_.emplace_back(what); };
  if (request.opcode() != 0x03) complain("not a login request");
  if (!request.immediate()) complain("login request without the I bit");
  if (request.transit() && request.continues()) complain("T and C together");
  if (!request.transit() && request.next_stage() != 0) complain("NSG without T");
  if (request.header[2] != 0 || request.header[3] != 0) complain("version is not 0");
  if (request.header[4] != 0) complain("AHS in a login request");
  if ((request.be32(12) & 0xffff) != 0) complain("TSIH in a new session");
  if (!requests_.empty()) {
    const ScriptedRequest& first = requests_.front();
    if (request.be32(8) != first.be32(8)) complain("ISID changed");
    if (request.be32(16) != first.be32(16)) complain("task tag changed");
    if (request.be32(24) != first.be32(24)) complain("CmdSN changed");
    if (request.be32(28) != stat_sn) complain("ExpStatSN is not the next StatSN");
  }
  if (!request.text.empty() && !request.continues() && request.text.back() != '\0')
    complain("text without a NUL at its end");
}

std::vector<std::uint8_t> ScriptedTarget::respond(Bytes bytes) {
  if (bytes.size() < 48) {
    complaints_.emplace_back("request without a whole header");
    return {};
  }
  ScriptedRequest request;
  request.header.assign(bytes.begin(), bytes.begin() + 48);
  const std::uint32_t length = request.be32(4) & 0xffffff;
  if (bytes.size() != 48 + ((length + 3) & ~3U)) {
    complaints_.emplace_back("request's length is not its segment's");
    return {};
  }
  request.text.assign(bytes.begin() + 48, bytes.begin() + 48 + length);
  for (std::size_t i = 48 + length; i < bytes.size(); ++i)
    if (bytes[i] != 0) complaints_.emplace_back("padding is not zero");
  inspect(request);
  requests_.push_back(request);
  if (requests_.size() > script_.size()) return {};

  ScriptedReply reply = script_[requests_.size() - 1];
  if (reply.decide) reply.decide(request, reply);
  const int stage = reply.stage.value_or(request.stage());
  const int next = reply.next_stage.value_or(request.next_stage());
  std::vector<std::uint8_t> pdu(48);
  pdu[0] = 0x23;
  pdu[1] = static_cast<std::uint8_t>((reply.transit ? 0x80 | next : 0) |
                                     (reply.continues ? 0x40 : 0) | stage << 2);
  put32(pdu, 4, static_cast<std::uint32_t>(reply.text.size()));
  for (std::size_t i = 8; i < 14; ++i) pdu[i] = request.header[i];
  pdu[14] = static_cast<std::uint8_t>(reply.tsih >> 8);
  pdu[15] = static_cast<std::uint8_t>(reply.tsih & 0xff);
  put32(pdu, 16, request.be32(16));
  put32(pdu, 24, stat_sn++);
  put32(pdu, 28, request.be32(24));
  put32(pdu, 32, request.be32(24) + 31);
  pdu[36] = reply.status_class;
  pdu[37] = reply.status_detail;
  pdu.insert(pdu.end(), reply.text.begin(), reply.text.end());
  pdu.resize((pdu.size() + 3) & ~std::size_t{3});
  if (reply.spoil) reply.spoil(pdu);
  return pdu;
}

ScriptedReply go_on() {
  ScriptedReply reply;
  reply.transit = true;
  return reply;
}

ScriptedReply security_done() {
  ScriptedReply reply = go_on();
  reply.text = text_of({"TargetPortalGroupTag=1", "AuthMethod=None"});
  return reply;
}

ScriptedReply operational_done(const std::vector<std::string>& pairs) {
  ScriptedReply reply = go_on();
  reply.tsih = 1;
  reply.text = text_of(pairs);
  return reply;
}

std::vector<ScriptedReply> plain_login(const std::vector<std::string>& answers) {
  return {security_done(), operational_done(answers)};
}

}  // namespace isboot::testing
