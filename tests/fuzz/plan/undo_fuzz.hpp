// What the way of a value may not break, from what an API shows to what `undo` prints: shared by the
// libFuzzer target and by the unit test that runs every seed.
#pragma once

#include <string_view>

namespace pawl::plan::fuzzing {

// Takes `value` for what a read shows of a field, under each comparison, keeps it in a ledger as a run does
// before it writes, and undoes that write. The ledger must give the bytes back; undo must print a valid job
// that wants the same value, or name the field as one that cannot go back, which it may only do where no
// input could say the value. Aborts otherwise.
void bring_back(std::string_view value);

}  // namespace pawl::plan::fuzzing
