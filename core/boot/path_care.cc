#include "core/boot/path_care.h"

namespace isboot::boot {
namespace {

// Another path to the disk of paths[index]. `used`: by the multipath driver, too.
bool another_lives(std::span<const PathStatus> paths, std::size_t index, bool used) {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const PathStatus& other = paths[i];
    if (i != index && other.carried && !other.taken_away && !other.gone &&
        !(used && (other.failed || !other.shared)) && !other.disk_id.empty() &&
        same_text(other.disk_id, paths[index].disk_id))
      return true;
  }
  return false;
}

}  // namespace

PathCare care_for(std::span<const PathStatus> paths, std::size_t index) {
  const PathStatus& path = paths[index];
  const bool others = another_lives(paths, index, false);
  // What an errand has done whose keeper was killed in the middle is nobody's wish.
  if (path.taken_away || (path.gone && others))
    return path.carried ? PathCare::BringBack : PathCare::Leave;
  // Without a multipath driver nobody takes failed I/O another way: a root disk that is
  // mounted by one of its paths must never fail.
  if (!path.shared) return PathCare::Leave;
  if (path.carried) return others ? PathCare::Limit : PathCare::Hold;
  if (!others || !path.holds) return PathCare::Leave;
  return path.lost_for < kFailOver * Millis{1000} ? PathCare::Wait : PathCare::Release;
}

Reinstate reinstatement_of(std::span<const PathStatus> paths, std::size_t index) {
  const PathStatus& path = paths[index];
  if (!path.shared || !path.carried) return Reinstate::No;
  if (!path.failed) return path.unused ? Reinstate::ForUdev : Reinstate::No;
  return another_lives(paths, index, true) ? Reinstate::No : Reinstate::ForUse;
}

}  // namespace isboot::boot
