// Job files for the tests of the command line, and what the sandbox must hold once they are applied.
#pragma once

#include "tests/support/sandbox_process.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pawl::test {

struct thread_job {
  std::string id, status, snoozed_until, title;  // an empty text is left out of the file's row
  std::vector<std::string> tags;
};

// Jobs for thr_000001 on, one per thread: statuses, tags, and titles with quotes, commas, line ends and
// emoji.
std::vector<thread_job> make_jobs(std::size_t count);

// RFC 4180, with a column of notes (`_note`).
std::string to_csv(const std::vector<thread_job>&);
std::string to_ndjson(const std::vector<thread_job>&);

// Every thread of the jobs holds what its job wants, and was written exactly `times` times.
::testing::AssertionResult applied(const sandbox_process&, const std::vector<thread_job>&,
                                   std::int64_t times = 1);

// Whether the text stands in any file below the directory.
bool stands_in_files(const std::filesystem::path& directory, const std::string& text);

// The summary that a run wrote.
boost::json::object read_summary(const std::filesystem::path&);

std::int64_t number(const boost::json::object&, const char* name);

}  // namespace pawl::test
