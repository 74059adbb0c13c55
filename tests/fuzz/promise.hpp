// What a fuzzed function promised, said aloud when it does not keep it.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace pawl::fuzzing {

inline void promise(bool kept, const char* what) {
  if (kept) return;
  std::fputs(what, stderr);
  std::fputc('\n', stderr);
  std::abort();
}

}  // namespace pawl::fuzzing
