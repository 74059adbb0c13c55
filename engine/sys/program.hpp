// Runs another program to its end and keeps what it prints. No shell is between: the arguments are its own.
#pragma once

#include "engine/model/time.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pawl {

struct program_limits {
  duration time = std::chrono::seconds{30};
  std::size_t output = 64 * 1024;  // bytes
};

struct program_end {
  enum class how : std::uint8_t {
    exited,       // `number` is its exit status
    signalled,    // a signal that somebody else sent ended it: `number`
    timed_out,    // it was killed
    too_much,     // it was killed, because it printed more to its standard output than the limit
    given_up,     // it was killed, because nobody waits for it any more
    not_started,  // `number` is the errno
  };
  how is = how::not_started;
  int number = 0;
  std::string output;           // its standard output, at most as long as the limit
  std::string errors;           // the end of its standard error, at most as long as the limit
  bool errors_are_cut = false;  // there was more before `errors`
};

// The program is looked for in PATH unless its name has a slash. It runs in a process group of its own, with
// the environment of this process, an empty standard input, no other open descriptor, and all signals as they
// are by default. If it has to be killed, so is its whole group. What it leaves behind in the background is
// not waited for: the answer is there once the program itself has ended. Blocks the calling thread until
// then, or until `given_up` is true; `arguments` is not empty. Any thread.
program_end run_program(const std::vector<std::string>& arguments, const program_limits&,
                        const std::atomic<bool>& given_up);

}  // namespace pawl
