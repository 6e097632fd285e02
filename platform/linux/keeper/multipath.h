// What the keeper wants of dm-multipath (linux/dm-ioctl.h, dm-mpath.c). multipathd, which lets it
// use a path again that has failed, may not run: the initramfs's is gone when the system's is yet
// to be started, and is on the disk that waits for it.
#pragma once

#include "platform/linux/keeper/session_folder.h"

namespace isboot::linux_platform {

class Multipath {
public:
  // `devices`: devtmpfs. What is missing there shows when it is used: the kernel's module may be
  // loaded later.
  virtual void open(const char* devices) = 0;
  // Whether the device does not use the path any more. False as well when that cannot be known.
  virtual bool has_failed(const MultipathPath& path) = 0;
  // The device uses the path again from now on; nothing changes where it does already.
  virtual Result<Done> reinstate(const MultipathPath& path) = 0;

protected:
  ~Multipath() = default;
};

// By a descriptor that stays good when the root directory changes. Allocates nothing; the kernel
// answers from its memory.
class DmMultipath final : public Multipath {
public:
  void open(const char* devices) override;
  bool has_failed(const MultipathPath& path) override;
  Result<Done> reinstate(const MultipathPath& path) override;

private:
  UniqueFd devices_;
};

// The status of a target of type "multipath" has "A" or "F" behind each path's numbers.
bool has_failed(Text status, Text disk);

}  // namespace isboot::linux_platform
