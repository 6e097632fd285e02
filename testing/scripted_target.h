// A target that plays a script: one reply a request, honest where the script does
// not say otherwise. Written against RFC 7143 on its own, without core/iscsi's
// encoders, so that a mistake there does not cancel itself out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace isboot::testing {

// A request as it came, taken apart.
struct ScriptedRequest {
  std::vector<std::uint8_t> header;
  std::string text;  // the segment, NULs and all

  std::uint8_t opcode() const { return header[0] & 0x3f; }
  bool immediate() const { return (header[0] & 0x40) != 0; }
  bool transit() const { return (header[1] & 0x80) != 0; }
  bool continues() const { return (header[1] & 0x40) != 0; }
  int stage() const { return (header[1] >> 2) & 3; }
  int next_stage() const { return header[1] & 3; }
  std::uint32_t be32(std::size_t at) const;
  // The value of a key, none when it is not there.
  std::optional<std::string> key(const std::string& name) const;
};

struct ScriptedReply {
  // What the reply answers with; the defaults follow the request.
  bool transit = false;
  bool continues = false;
  std::optional<int> stage;
  std::optional<int> next_stage;
  std::string text;  // pairs; text_of() builds it
  std::uint8_t status_class = 0;
  std::uint8_t status_detail = 0;
  std::uint16_t tsih = 0;
  // The last word: changes the finished PDU.
  std::function<void(std::vector<std::uint8_t>&)> spoil;
  // Decides text or status from the request, e.g. to prove a secret.
  std::function<void(const ScriptedRequest&, ScriptedReply&)> decide;
};

// "A=1\0B=2\0" of {"A=1", "B=2"}
std::string text_of(const std::vector<std::string>& pairs);

class ScriptedTarget {
public:
  explicit ScriptedTarget(std::vector<ScriptedReply> script) : script_{std::move(script)} {}

  // One whole request in, the bytes of the reply out; none when the script is over.
  std::vector<std::uint8_t> respond(Bytes request);

  const std::vector<ScriptedRequest>& requests() const { return requests_; }
  // Requests that broke a rule that every request must keep, in words.
  const std::vector<std::string>& complaints() const { return complaints_; }

  std::uint32_t stat_sn = 1000;  // of the first reply

private:
  void inspect(const ScriptedRequest& request);

  std::vector<ScriptedReply> script_;
  std::vector<ScriptedRequest> requests_;
  std::vector<std::string> complaints_;
};

// Scripts that honest targets play.
ScriptedReply go_on();          // nothing to say, on to the next stage
ScriptedReply security_done();  // AuthMethod=None, on to the operational stage
ScriptedReply operational_done(const std::vector<std::string>& pairs = {});
std::vector<ScriptedReply> plain_login(const std::vector<std::string>& answers = {});

}  // namespace isboot::testing
