// What an input file from anywhere may not break: shared by the libFuzzer targets and by the unit test that
// runs every seed. All of them abort on a broken promise.
#pragma once

#include "engine/input/job_source.hpp"

#include <string_view>

namespace pawl::input::fuzzing {

// Cuts the bytes into CSV rows whole, byte by byte and in uneven pieces: the same rows each time, in order,
// each standing in the file where it says that it does.
void scan_csv(std::string_view bytes);

// Reads the bytes as jobs, where their number is odd with a profile that lets unknown fields pass. Rows are
// numbered 1, 2, ... and lines never go back; every value is compact JSON; validation counts the same rows;
// and from each checkpoint on, the rest of the file reads the same. NDJSON read the short way says what the
// long way says.
void read_jobs(std::string_view bytes, file_format);

}  // namespace pawl::input::fuzzing
