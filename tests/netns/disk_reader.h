#pragma once

#include <vector>

#include "core/iscsi/full_feature.h"
#include "core/ports/initiator.h"
#include "platform/linux/system/file.h"

namespace isboot::netns {

inline constexpr std::size_t kRead = 1 << 20;  // bytes that a disk is asked for

// In the kernel's place: takes the connection after the login, and finds the disk of tgt.h when
// it is ready and the kRead bytes at its start are right.
class DiskReader final : public Initiator {
public:
  Result<SessionId> create(const SessionConfig&) override { return SessionId{1}; }
  // Keeps the connection when the stream is closed. Until then the stream is used.
  Result<Done> hand_over(SessionId, Stream& stream, const iscsi::SessionParams& params) override;
  Result<std::uint32_t> recover(SessionId) override { return 1U; }
  Result<DiskName> find_disk(SessionId, const Lun& lun, Millis deadline) override;
  void destroy(SessionId) override { connection_.reset(); }

private:
  Result<Done> command(Bytes cdb, std::vector<std::uint8_t>& data);
  Result<Done> read(std::size_t start, std::size_t size);

  Stream* stream_ = nullptr;
  linux_platform::UniqueFd connection_;
  std::optional<iscsi::FullFeature> exchange_;
  Lun lun_;
  Millis deadline_ = 0;
};

}  // namespace isboot::netns
