// A ledger in a temporary directory of its own, and the shortest way to a generation in it.
#pragma once

#include "engine/ledger/ledger.hpp"
#include "engine/ledger/ledger_writer.hpp"
#include "engine/ledger/sealer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace pawl::ledger::testing {

inline wall_time at_us(std::int64_t us) {
  return wall_time{std::chrono::microseconds{us}};
}
inline const wall_time start = at_us(1'795'000'000'000'000);  // 2026-11-18T11:06:40Z

class temporary_directory {
 public:
  temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "pawl-ledger-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    ::chmod(path_.c_str(), 0755);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  ~temporary_directory() {
    std::error_code ignored;  // a directory left behind fails no test
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline generation_row a_generation(std::uint64_t rows) {
  generation_row g;
  g.target = {"productlane", "https://productlane.com/api/v2", "ws_1"};
  g.input.file[0] = 0xab;
  g.input.shaping[31] = 0x01;
  g.input_path = "jobs.csv";
  g.header = "id,title";
  g.delimiter = ';';
  g.settings = R"({"limits.write":["60/min"]})";
  g.rows = rows;
  g.started = start;
  return g;
}

struct open_ledger {
  ledger_file file;
  std::int64_t generation, run;
};

// EXPECT would go on without a value: what does not open throws.
template <class T>
T must(expected<T> value) {
  if (!value) throw std::runtime_error(to_string(value.error()));
  return std::move(*value);
}
inline void must(const status& done) {
  if (!done) throw std::runtime_error(to_string(done.error()));
}

// What a run writes with: the checksums go with the records.
inline std::unique_ptr<database> writable(const std::string& path) {
  auto db = must(database::open(path, SQLITE_OPEN_READWRITE));
  db->tell(must(sealer::make(*db)));
  return db;
}

inline open_ledger begin(const std::string& path, std::uint64_t rows) {
  auto file = must(ledger_file::open(path, access::read_write));
  const auto generation = must(file.begin_generation(a_generation(rows), {}));
  const auto run = must(file.begin_run(generation, "0.1.0", start));
  return {std::move(file), generation, run};
}

inline job_record applied(std::uint64_t row, std::string_view id = "00000000-0000-4000-8000-0000000000aa") {
  job_record job;
  job.row = row;
  job.id = id;
  job.outcome = outcome::applied;
  job.verified = verified::full;
  job.http_status = 200;
  job.request_id = "req_3727ca7b4f0fff3c";
  job.attempts = 1;
  job.sent_at = start + std::chrono::milliseconds{row};
  job.latency_us = 40'250;
  job.finished_at = job.sent_at + std::chrono::microseconds{40'300};
  return job;
}

inline std::vector<job_row> all_jobs(ledger_file& file, std::int64_t generation,
                                     const std::vector<outcome>& filter = {}) {
  std::vector<job_row> rows;
  must(file.for_each_job(generation, filter, [&](const job_row& job) {
    rows.push_back(job);
    return true;
  }));
  return rows;
}

}  // namespace pawl::ledger::testing
