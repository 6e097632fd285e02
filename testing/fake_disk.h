// A Stream whose other end logs in honestly and then serves one small disk: enough of a
// target for `isboot check`.
#pragma once

#include <deque>
#include <set>
#include <vector>

#include "core/base/lun.h"
#include "core/ports/stream.h"
#include "testing/scripted_target.h"

namespace isboot::testing {

class FakeDisk final : public Stream {
public:
  // The knobs; all may be turned before the first connect().
  std::vector<ScriptedReply> login = plain_login();
  std::set<std::uint16_t> luns = {1};
  std::vector<std::uint8_t> image = std::vector<std::uint8_t>(16384);  // 512-byte blocks
  int attentions = 0;                     // commands that end with a unit attention first
  int busy = 0;                           // commands that end with status BUSY first
  int not_carried_out = 0;                // commands that end with response 1 first
  std::vector<std::uint8_t> broken = {};  // operation codes that end with the next two and `sense`
  std::uint8_t broken_status = 2;
  std::uint8_t broken_response = 0;
  std::vector<std::uint8_t> absent = {};  // operation codes that it does not have (5/20/00)
  std::uint8_t version = 5;               // of its standard, in the INQUIRY data: SPC-3
  bool write_protected = false;
  bool starts = false;  // START STOP UNIT mends what is broken
  std::vector<std::uint8_t> sense = {0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 4, 0};
  bool listens = true;
  std::string discovery = {};  // the answer to SendTargets

  Result<Done> connect(const Portal& portal, Via via, Millis deadline) override;
  Result<Done> send(Bytes data, Millis deadline) override;
  Result<std::size_t> receive(MutableBytes out, Millis deadline) override;
  void close() override { incoming_.clear(); }
  int descriptor() const override { return -1; }

  // Operation codes in the order in which they came.
  const std::vector<std::uint8_t>& commands() const { return commands_; }
  bool logged_out() const { return logged_out_; }

private:
  void command(Bytes header);
  std::vector<std::uint8_t> data_of(Bytes cdb, std::uint16_t lun) const;
  void reply(std::uint8_t opcode, std::uint8_t flags, Bytes request, std::uint8_t status,
             Bytes data, std::uint8_t response = 0);

  ScriptedTarget target_{{}};
  std::uint32_t stat_sn_ = 0;
  std::deque<std::uint8_t> incoming_;
  std::vector<std::uint8_t> commands_;
  bool logged_out_ = false;
};

}  // namespace isboot::testing
