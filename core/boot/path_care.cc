#include "core/boot/path_care.h"

namespace isboot::boot {

PathCare care_for(std::span<const PathStatus> paths, std::size_t index) {
  const PathStatus& path = paths[index];
  bool another_lives = false;
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (i != index && paths[i].carried && !paths[i].taken_away && !paths[i].gone &&
        !paths[i].disk_id.empty() && same_text(paths[i].disk_id, path.disk_id))
      another_lives = true;
  // What an errand has done whose keeper was killed in the middle is nobody's wish.
  if (path.taken_away || (path.gone && another_lives))
    return path.carried ? PathCare::BringBack : PathCare::Leave;
  // Without a multipath driver nobody takes failed I/O another way: a root disk that is
  // mounted by one of its paths must never fail.
  if (!path.shared) return PathCare::Leave;
  if (path.carried) return another_lives ? PathCare::Limit : PathCare::Hold;
  if (!another_lives || !path.holds) return PathCare::Leave;
  return path.lost_for < kFailOver * Millis{1000} ? PathCare::Wait : PathCare::Release;
}

}  // namespace isboot::boot
