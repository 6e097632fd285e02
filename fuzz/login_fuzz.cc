// A whole login with a hostile target. The first byte is the configuration, the second
// how the bytes are cut. Then either raw bytes, or records that become responses with
// honest headers but for what the record spoils: so that deep states are reached.
#include "core/iscsi/login.h"

#include <vector>

#include "testing/fake_entropy.h"
#include "testing/fake_hash.h"

namespace {

using namespace isboot;
using namespace isboot::iscsi;
using Kind = LoginStep::Kind;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

enum Configuration : unsigned {
  kDiscovery = 1,
  kChap = 2,
  kMutual = 4,
  kDigests = 8,
  kSmallSegments = 16,
  kRaw = 32,
};

LoginConfig make_config(unsigned flags) {
  LoginConfig config;
  (void)config.initiator_name.assign("iqn.2026-11.org.example:initiator");
  if ((flags & kDiscovery) == 0) (void)config.target_name.assign("iqn.2026-11.org.example:disk");
  (void)config.credentials.name.assign("user");
  if ((flags & (kChap | kMutual)) != 0)
    (void)config.credentials.secret.assign(as_bytes("initiator's secret"));
  if ((flags & kMutual) != 0)
    (void)config.credentials.reverse_secret.assign(as_bytes("target's secret"));
  config.header_digest = config.data_digest = (flags & kDigests) != 0;
  if ((flags & kSmallSegments) != 0) config.request_segment = 16;
  return config;
}

class Input {
public:
  Input(const std::uint8_t* data, std::size_t size) : rest_{data, size} {}
  unsigned byte() {
    if (rest_.empty()) return 0;
    const unsigned value = rest_[0];
    rest_ = rest_.subspan(1);
    return value;
  }
  Bytes take(std::size_t count) {
    const Bytes part = rest_.first(count < rest_.size() ? count : rest_.size());
    rest_ = rest_.subspan(part.size());
    return part;
  }
  bool empty() const { return rest_.empty(); }

private:
  Bytes rest_;
};

void put32(std::vector<std::uint8_t>& to, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) to[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

// One record: flags, status, what to spoil, two bytes of length, text.
std::vector<std::uint8_t> response(Input& input, std::uint32_t stat_sn) {
  std::vector<std::uint8_t> pdu(48);
  pdu[0] = 0x23;
  pdu[1] = static_cast<std::uint8_t>(input.byte());
  const unsigned status = input.byte();
  const unsigned spoil = input.byte();
  const unsigned high = input.byte();
  const Bytes text = input.take(high << 8 | input.byte());
  put32(pdu, 4, static_cast<std::uint32_t>(text.size()));
  pdu[15] = static_cast<std::uint8_t>(1 ^ (spoil & 1));
  put32(pdu, 16, (spoil & 2) != 0 ? 7 : 0);
  put32(pdu, 24, (spoil & 4) != 0 ? stat_sn - 1 : stat_sn);
  put32(pdu, 28, (spoil & 8) != 0 ? 9 : 1);
  pdu[36] = static_cast<std::uint8_t>(status >> 4);
  pdu[37] = static_cast<std::uint8_t>(status & 15);
  pdu.insert(pdu.end(), text.begin(), text.end());
  pdu.resize((pdu.size() + 3) & ~std::size_t{3});
  return pdu;
}

void judge_end(const LoginStep& step, const Login& login, unsigned flags) {
  if (step.kind == Kind::Failed) require(step.error.code.domain() != 0);
  if (step.kind != Kind::Complete) return;
  // A target that does not know the secret cannot make us believe it.
  require((flags & kMutual) == 0);
  const SessionParams& params = login.params();
  require(params.cmd_sn == 1);
  require(params.first_burst_length <= params.max_burst_length);
  require(params.max_xmit_data_segment_length >= 512);
  require((flags & kDigests) != 0 || (!params.header_digest && !params.data_digest));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{data, size};
  const unsigned flags = input.byte();
  const std::size_t cut = input.byte();
  const LoginConfig config = make_config(flags);
  isboot::testing::FakeHash hash;
  isboot::testing::FakeEntropy entropy;
  Login login{config, hash, entropy};
  LoginStep step = login.start();
  std::vector<std::uint8_t> stream;
  std::size_t at = 0;
  unsigned sent = 0;
  while (step.kind == Kind::Send || step.kind == Kind::Receive) {
    require(step.wanted > 0 && step.wanted <= kLoginSegment);
    if (step.kind == Kind::Send) {
      require(step.send.size() >= kHeaderSize && step.send.size() % 4 == 0);
      require(++sent <= kMaxRounds + 1);
    }
    if (at == stream.size()) {
      if (input.empty()) return 0;
      const Bytes raw = (flags & kRaw) != 0 ? input.take(size) : Bytes{};
      stream =
          raw.empty() ? response(input, sent) : std::vector<std::uint8_t>(raw.begin(), raw.end());
      at = 0;
    }
    std::size_t piece = step.wanted < stream.size() - at ? step.wanted : stream.size() - at;
    if (cut != 0 && piece > cut) piece = cut;
    step = login.on_bytes(Bytes{stream}.subspan(at, piece));
    at += piece;
  }
  judge_end(step, login, flags);
  return 0;
}
