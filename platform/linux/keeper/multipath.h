// What the keeper wants of dm-multipath (linux/dm-ioctl.h, dm-mpath.c). multipathd, which lets it
// use a path again that has failed, may not run: the initramfs's is gone when the system's is yet
// to be started, and is on the disk that waits for it.
#pragma once

#include "platform/linux/keeper/session_folder.h"

namespace isboot::linux_platform {

// What a device makes of a path. Nothing is known: neither.
struct MultipathUse {
  bool failed = false;  // the device does not use the path any more
  bool unused = false;  // nobody has the device open
};

class Multipath {
public:
  // `devices`: devtmpfs. What is missing there shows when it is used: the kernel's module may be
  // loaded later.
  virtual void open(const char* devices) = 0;
  virtual MultipathUse use_of(const MultipathPath& path) = 0;
  // The device uses the path again from now on; nothing changes where it does already.
  virtual Result<Done> reinstate(const MultipathPath& path) = 0;
  // The same with a path that the device uses: it fails first, so that udev hears of it. Not where
  // somebody has the device open, whose I/O could fail in between.
  virtual Result<Done> tell_udev(const MultipathPath& path) = 0;

protected:
  ~Multipath() = default;
};

// By a descriptor that stays good when the root directory changes. Allocates nothing; the kernel
// answers from its memory.
class DmMultipath final : public Multipath {
public:
  void open(const char* devices) override;
  MultipathUse use_of(const MultipathPath& path) override;
  Result<Done> reinstate(const MultipathPath& path) override;
  Result<Done> tell_udev(const MultipathPath& path) override;

private:
  Result<Done> send(Text message, const MultipathPath& path);

  UniqueFd devices_;
};

// The status of a target of type "multipath" has "A" or "F" behind each path's numbers.
bool has_failed(Text status, Text disk);

}  // namespace isboot::linux_platform
