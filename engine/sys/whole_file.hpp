// Reads small files whole, and never waits for ever: a name may be that of a pipe to which nobody writes.
#pragma once

#include <cstddef>
#include <string>
#include <system_error>

namespace pawl {

enum class if_pipe {
  refused,
  awaited,  // as `<(...)` of a shell makes them; waits for up to 30 s of silence
};

// Reads at most `bound` bytes into `into`, and one more if the file has more, so that the caller sees it. The
// buffer does not move meanwhile (unless the file grows), so that a caller who reads a secret can wipe it.
// Errors are those of the system, and
//   is_a_directory
//   invalid_argument   not a regular file (with if_pipe::refused)
//   timed_out          a pipe that said nothing
std::error_code read_whole_file(const std::string& path, std::size_t bound, if_pipe, std::string& into);

// The error in words for people: "is not a regular file".
std::string trouble_in_words(const std::error_code& of_whole_file);

}  // namespace pawl
