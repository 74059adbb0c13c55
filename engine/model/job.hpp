// A job is one input row, checked and typed: what to send for which resource. This file has the shapes only;
// engine/input reads jobs, and engine/run sends them.
#pragma once

#include "engine/model/byte_arena.hpp"
#include "engine/text/letter_case.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// Position in api::profile::fields.
enum class field_index : std::uint16_t {};
// A field that the profile does not describe and passes on (`unknown_fields = "pass"`).
inline constexpr field_index passed_field{0xffff};

constexpr std::size_t to_index(field_index f) noexcept {
  return static_cast<std::size_t>(f);
}

// How ids are compared: for some APIs two spellings of an id (UUIDs and the like) are the same resource in
// either case.
enum class id_compare : std::uint8_t { exact, nocase };
inline bool same_id(std::string_view a, std::string_view b, id_compare how) noexcept {
  return how == id_compare::exact ? a == b : equal_without_case(a, b);
}

// One top-level member of a patch (or of `expect`).
struct field_value {
  field_index field;
  std::string_view name;  // the JSON key
  std::string_view json;  // compact JSON: no white space outside strings, numbers as they were written
};

// One row, as views into the buffer or batch that holds it.
struct job_view {
  std::uint64_t row = 0;   // 1-based; header and all-empty rows are not counted
  std::uint64_t line = 0;  // first physical line of the row in the file, 1-based
  std::string_view id;
  std::span<const field_value> patch;   // in field order, each field once; passed fields last, in input order
  std::span<const field_value> expect;  // preconditions, in the same order
  std::string_view raw;                 // the row's bytes as they stand in the input, without the line end
  bool replay_safe = true;              // whether sending it twice leaves what sending it once leaves
};

// What is wrong with one row. Messages read `jobs.csv:LINE: column: what`; the file name is not kept here.
struct complaint {
  std::uint64_t line = 0;  // physical line of the bad cell, 1-based
  std::string column;      // field or column; empty where the whole row is wrong
  std::string what;        // e.g. `must be one of open, snoozed, done (got "opne")`
};

struct row_error {
  std::uint64_t row = 0;
  std::uint64_t line = 0;
  std::string id;                         // empty if it could not be read
  std::string raw;                        // cut after 64 KiB
  std::vector<complaint> complaints;      // at least one
  std::string_view code = "invalid_row";  // of a literal: the error code of its outcome
};

// A slot's own copy of a job. It is reused from job to job and allocates only while it grows.
class job_buffer {
 public:
  void assign(const job_view&);
  job_view view() const noexcept;
  // How much memory it holds, in bytes.
  std::size_t bytes() const noexcept { return bytes_.capacity() + values_.capacity() * sizeof(field_value); }

 private:
  std::vector<char> bytes_;
  std::vector<field_value> values_;
  job_view view_;
  std::size_t patch_count_ = 0;
};

// A batch of rows, which travels from the reader thread to the network thread. One thread owns it at a time.
class job_batch {
 public:
  job_batch() = default;
  job_batch(job_batch&&) = default;
  job_batch& operator=(job_batch&&) = default;

  void clear() noexcept;
  bool empty() const noexcept { return rows_.empty(); }
  std::size_t size() const noexcept { return rows_.size(); }

  // Memory for the texts of the next jobs.
  byte_arena& bytes() noexcept { return bytes_; }

  // Copies the arrays of the job's fields, not its texts: these must lie in bytes() or live as long as the
  // source does, as the names of fields do.
  void add(const job_view&);
  void add(row_error);

  // Of a good row: another id, whose text lies as add() says; and what is wrong with it after all.
  void set_id(std::size_t at, std::string_view id) noexcept { rows_[at].job.id = id; }
  void reject(std::size_t at, row_error);

  // Null: the row is good. `at` < size().
  const row_error* error(std::size_t at) const noexcept;
  // The row must be good.
  job_view job(std::size_t at) const noexcept;

 private:
  struct entry {
    job_view job;  // its spans are set by job(): values_ may still move
    std::uint32_t values_begin = 0, patch_count = 0, expect_count = 0;
    std::int32_t error = -1;
  };
  byte_arena bytes_;
  std::vector<entry> rows_;
  std::vector<field_value> values_;
  std::vector<row_error> errors_;
};

}  // namespace pawl
