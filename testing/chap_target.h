// Scripts of a target that wants CHAP (RFC 7143 section 12.1.3), with every lie as a
// knob. It computes responses itself, through the Hash that it is given.
#pragma once

#include "core/ports/hash.h"
#include "testing/scripted_target.h"

namespace isboot::testing {

struct ChapTarget {
  Hash& hash;
  HashAlgorithm algorithm = HashAlgorithm::Md5;
  std::string secret = "initiator's secret";
  std::string reverse_name = "target";
  std::string reverse_secret{};  // empty: does not prove itself
  std::string identifier = "23";
  std::string challenge = "0x00112233445566778899aabbccddeeff";
  std::string extra_proof{};  // further pairs in the last text of the security stage

  // AuthMethod=CHAP; CHAP_A, I, C; the verdict and the proof; the operational stage.
  std::vector<ScriptedReply> script() const;
};

std::vector<std::uint8_t> from_hex(const std::string& text);  // after "0x"
std::string to_hex(Bytes bytes);                              // with "0x"

}  // namespace isboot::testing
