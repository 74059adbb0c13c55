// The input of run and check: a file as it stands, or a spooled copy of what can be read only once.
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

struct opened_input {
  std::string name;  // in messages: the path as given, or "stdin"
  std::optional<input::spooled_input> spooled;
  input::job_source source;
};

// No row is in it. A stream that held nothing and a header without rows are complete answers of whatever made
// them: nothing to do. A file that is empty altogether is a mistake: the failure says so.
std::optional<failure> refuse_no_rows(const opened_input&);
inline constexpr const char* nothing_to_do = "no rows in it: there is nothing to do";

// What came through a pipe and does not end with a line end: the program before it may have been cut off in
// the middle of a cell, which then says something else. `name`: for the user. Pure.
failure refuse_open_end(const input::open_line&, const std::string& name);

// Spools to `spool_path`.part where need be. Failures name the input as the user knows it.
expected<opened_input> open_input(const options&, const std::string& spool_path,
                                  const std::function<void(std::uint64_t bytes)>& on_spooled,
                                  const std::atomic<bool>* stop);

}  // namespace pawl::app
