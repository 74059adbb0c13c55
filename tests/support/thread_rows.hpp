// Makes rows of job files about threads.
#pragma once

#include <cstddef>
#include <string>

namespace pawl::test {

// "thr_000017", as the sandbox names its threads.
std::string thread_id(std::size_t number);

// A cell of a CSV file (RFC 4180), in quotes if it needs them.
std::string csv_cell(const std::string& text);

}  // namespace pawl::test
