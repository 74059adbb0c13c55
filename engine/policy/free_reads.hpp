// Whether a run that reads before each write takes no longer for it, and no quota of its writes: what
// `read_first = "auto"` asks. Pure.
#pragma once

#include "engine/policy/pacer_options.hpp"

namespace pawl::policy {

// `reads_after`: each write is followed by a read that shows what it did, which needs quota as well.
// Reads are free where no limit that writes count against counts them too, and where their own limits let
// them come as fast as the writes.
bool reads_are_free(const pacer_options& writes, const pacer_options& reads, bool reads_after) noexcept;

}  // namespace pawl::policy
