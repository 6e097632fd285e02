#include "testing/chap_target.h"

#include <cstdlib>

namespace isboot::testing {
namespace {

std::string response(Hash& hash, HashAlgorithm algorithm, std::uint8_t identifier,
                     const std::string& secret, Bytes challenge) {
  std::vector<std::uint8_t> out(hash.size(algorithm));
  const std::vector<std::uint8_t> secret_bytes{secret.begin(), secret.end()};
  const Bytes parts[] = {Bytes{&identifier, 1}, secret_bytes, challenge};
  (void)hash.digest(algorithm, parts, out);
  return to_hex(out);
}

std::uint8_t number(const std::string& text) {
  return static_cast<std::uint8_t>(std::strtoul(text.c_str(), nullptr, 0));
}

}  // namespace

std::vector<std::uint8_t> from_hex(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2)
    bytes.push_back(
        static_cast<std::uint8_t>(std::strtoul(text.substr(i, 2).c_str(), nullptr, 16)));
  return bytes;
}

std::string to_hex(Bytes bytes) {
  std::string text = "0x";
  for (const std::uint8_t byte : bytes) {
    text += "0123456789ABCDEF"[byte >> 4];
    text += "0123456789ABCDEF"[byte & 15];
  }
  return text;
}

std::vector<ScriptedReply> ChapTarget::script() const {
  ScriptedReply method;
  method.text = text_of({"TargetPortalGroupTag=1", "AuthMethod=CHAP"});
  ScriptedReply asked;
  asked.text = text_of({"CHAP_A=" + std::to_string(static_cast<int>(algorithm)),
                        "CHAP_I=" + identifier, "CHAP_C=" + challenge});
  ScriptedReply verdict;
  verdict.transit = true;
  verdict.decide = [self = *this](const ScriptedRequest& request, ScriptedReply& reply) {
    const std::string right = response(self.hash, self.algorithm, number(self.identifier),
                                       self.secret, from_hex(self.challenge));
    // Hex digits compare without case.
    if (from_hex(request.key("CHAP_R").value_or("")) != from_hex(right)) {
      reply.status_class = 2;
      reply.status_detail = 1;
      return;
    }
    if (!self.reverse_secret.empty()) {
      const std::string proof =
          response(self.hash, self.algorithm, number(request.key("CHAP_I").value_or("")),
                   self.reverse_secret, from_hex(request.key("CHAP_C").value_or("")));
      reply.text += text_of({"CHAP_N=" + self.reverse_name, "CHAP_R=" + proof});
    }
    if (!self.extra_proof.empty()) reply.text += text_of({self.extra_proof});
  };
  return {method, asked, verdict, operational_done()};
}

}  // namespace isboot::testing
