// What `isboot ibft build` reads: the JSON that `isboot ibft show --json` writes.
#pragma once

#include <list>
#include <stdexcept>

#include "app/table/ibft_json.h"

namespace isboot::app {

// What is wrong with a spec and where: "nics[0].prefix: is above 255".
struct SpecError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The texts that a table borrows; wiped at the end, since secrets are among them.
class TextStore {
public:
  TextStore() = default;
  TextStore(const TextStore&) = delete;
  TextStore& operator=(const TextStore&) = delete;
  ~TextStore();

  Text keep(std::string text) { return texts_.emplace_back(std::move(text)); }

private:
  std::list<std::string> texts_;
};

// What a spec leaves out is zero, false or absent; of the header revision is 1, of a
// block `valid` and `boot_selected` are false; index is the place in the list and
// nic_index that of the target. What only a table that was read can have (source, length,
// checksum_ok, offset, findings) is not looked at. `lun_number` stands in for `lun`.
// Throws SpecError for anything else that is not in design.md's JSON.
ibft::Table table_from_json(const Json& spec, TextStore& texts);

}  // namespace isboot::app
