#include "bench/vm/floor.h"

#include "core/boot/establish.h"
#include "core/iscsi/url.h"
#include "platform/linux/crypto/linux_entropy.h"
#include "platform/linux/crypto/linux_hash.h"
#include "platform/linux/initiator/linux_initiator.h"
#include "platform/linux/initiator/tcp_stream.h"
#include "platform/linux/net/link/linux_network.h"
#include "platform/linux/system/clock.h"
#include "platform/linux/system/stderr_log.h"

namespace isboot::bench {
namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr Millis kLimit = 60'000;
constexpr Text kInitiatorName = "iqn.2026-11.org.example:floor";

// Notes when it is given the connection.
class TimedInitiator final : public Initiator {
public:
  explicit TimedInitiator(Initiator& kernel) : kernel_{kernel} {}

  Result<SessionId> create(const SessionConfig& config) override { return kernel_.create(config); }
  Result<Done> hand_over(SessionId session, Stream& stream,
                         const iscsi::SessionParams& params) override {
    began = std::chrono::steady_clock::now();
    return kernel_.hand_over(session, stream, params);
  }
  Result<std::uint32_t> recover(SessionId session) override { return kernel_.recover(session); }
  Result<DiskName> find_disk(SessionId session, const Lun& lun, Millis deadline) override {
    return kernel_.find_disk(session, lun, deadline);
  }
  void destroy(SessionId session) override { kernel_.destroy(session); }

  Instant began;

private:
  Initiator& kernel_;
};

}  // namespace

std::optional<Instant> attach_at_the_floor(const std::string& url_text) {
  const auto url = iscsi::parse_url(url_text);
  if (!url) return std::nullopt;
  boot::Path path;
  path.portal = url->portal;
  path.lun = url->lun;
  path.login.target_name = url->target_name;
  if (!path.login.initiator_name.assign(kInitiatorName)) return std::nullopt;

  linux_platform::LinuxClock clock;
  linux_platform::StderrLog log;
  linux_platform::LinuxNetwork network{clock, log};
  linux_platform::LinuxInitiator kernel{clock};
  linux_platform::TcpStream stream{clock};
  linux_platform::LinuxHash hash;
  linux_platform::LinuxEntropy entropy;
  TimedInitiator initiator{kernel};
  boot::Workroom room;
  boot::Ports ports{network, initiator, stream, clock, hash, entropy, log, room};
  if (!boot::establish_over_routes(path, {}, clock.now() + kLimit, ports)) return std::nullopt;
  return initiator.began;
}

}  // namespace isboot::bench
