// What comes to the keeper as bytes of another isboot process or an earlier keeper: requests on the
// control socket, session records, the state file in /run. What is taken comes out as it went in.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>

#include "core/boot/network_plan.h"
#include "platform/linux/keeper/control.h"
#include "platform/linux/keeper/session_record.h"
#include "platform/linux/keeper/state_file.h"

namespace {

using namespace isboot;
using namespace isboot::linux_platform;

void require(bool condition) {
  if (!condition) __builtin_trap();
}

void read_request(Bytes bytes) {
  const auto request = decode_request(bytes);
  if (!request) return;
  std::array<std::uint8_t, 1U << 17> buffer;
  const auto again = encode(*request, buffer);
  if (!again) return require(bytes.size() > buffer.size());
  const auto twice = decode_request(*again);
  require(twice.ok() && twice->kind == request->kind && twice->session == request->session &&
          twice->limit == request->limit && twice->then == request->then &&
          twice->record.size() == request->record.size());
}

void read_record(Bytes bytes) {
  SessionRecord record;
  if (!decode(bytes, record)) return;
  std::array<std::uint8_t, kMaxRecord> buffer;
  const auto out = encode(record, Secrets::Take, buffer);
  if (!out) return require(bytes.size() > kMaxRecord);
  SessionRecord second;
  require(decode(*out, second).ok());
  std::array<std::uint8_t, kMaxRecord> again;
  const auto twice = encode(second, Secrets::Take, again);
  require(twice.ok() && std::equal(out->begin(), out->end(), twice->begin(), twice->end()));
  if (record.nic) (void)boot::plan_network(record.nic->config);
}

// In memory, for the life of this process.
struct Folder {
  Folder() {
    char name[] = "/dev/shm/isboot-record-fuzz-XXXXXX";
    require(mkdtemp(name) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

void read_state_file(Bytes bytes) {
  static const Folder folder;
  static const auto state = StateFile::open(folder.path.c_str());
  static const auto records = std::make_unique<SessionRecords>();
  require(state.ok());
  {
    const UniqueFd file{
        open((folder.path + "/sessions").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)};
    require(write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  if (!state->load(*records)) return;
  List<const SessionRecord*, kMaxKept> saved;
  for (const SessionRecord& record : *records) saved.push(&record);
  const std::size_t count = records->count;
  require(state->save(saved.view()).ok());
  require(state->load(*records).ok() && records->count == count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes{data, size};
  read_request(bytes);
  read_record(bytes);
  read_state_file(bytes);
  return 0;
}
