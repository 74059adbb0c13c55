// Opens the input of run and check: a file as it is, or a spooled copy of an input that can be read only
// once.
#pragma once

#include "engine/app/options.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/spool.hpp"
#include "engine/model/error.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace pawl::app {

class session;

struct opened_input {
  std::string name;  // for messages: the path as given, or "stdin"
  std::optional<input::spooled_input> spooled;
  input::job_source source;
};

// For an input without rows. A stream that held nothing, and a header without rows, are complete output of a
// program: nothing is to be done, and the result is unset. A file that is entirely empty is a mistake: the
// failure says so.
std::optional<failure> refuse_no_rows(const opened_input&);
inline constexpr const char* nothing_to_do = "no rows in it: there is nothing to do";
// Ends a use case whose input has no rows: refuses it, or notes that nothing is to be done. The exit code.
expected<int> tell_nothing_to_do(session&, const opened_input&);

// The failure of piped input whose last line has no end: the program before it may have been cut off inside a
// cell, which then has another meaning. `name` is for the user. Pure.
failure refuse_open_end(const input::open_line&, const std::string& name);

// Spools to `spool_path`.part if the input can be read only once. Failures name the input as the user knows
// it. Fields that the profile has only a form for are added to the session's profile.
expected<opened_input> open_input(session&, const std::string& spool_path,
                                  const std::function<void(std::uint64_t bytes)>& on_spooled,
                                  const std::atomic<bool>* stop);

}  // namespace pawl::app
