// What a failure of SQLite means where the file is a temporary one of this process.
#pragma once

#include "engine/model/error.hpp"

#include <utility>

namespace pawl::ledger {

// sqlite_failure() words it for a ledger.
inline failure of_scratch(failure why) {
  why.kind = failure_kind::mend;
  why.place = "the directory for temporary files";
  why.remedy = "make room there, or name another directory with TMPDIR";
  return why;
}

}  // namespace pawl::ledger
