// The interface that a format offers to job_source: it puts one row after another into a batch. csv_source
// and ndjson_source implement it.
#pragma once

#include "engine/input/byte_source.hpp"
#include "engine/input/field_names.hpp"
#include "engine/input/field_types.hpp"
#include "engine/input/input_digest.hpp"
#include "engine/input/input_head.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/row_plan.hpp"
#include "engine/input/row_rules.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace pawl::input {

// Reads bytes in the order in which a row reader asks for them, and hashes them on the way while digests are
// taken.
class byte_feed {
 public:
  explicit byte_feed(byte_source source) : source_(std::move(source)) {}

  const byte_source& source() const noexcept { return source_; }
  byte_source& source() noexcept { return source_; }

  // Reads as byte_source::read_at() does.
  expected<std::size_t> read(std::uint64_t offset, std::span<char> into);

  // From now on the bytes that read() delivers are hashed, as far as they continue those hashed before.
  // `print` takes the fingerprint only, which costs a tenth of both.
  enum class take : std::uint8_t { both, print };
  void start_digests(take, const fingerprint_key&);
  struct taken {
    fingerprint print{};
    std::optional<sha256> digest;  // of take::both
  };
  // nullopt unless every byte of the file has gone through read() since start_digests().
  std::optional<taken> take_digests();

 private:
  byte_source source_;
  std::optional<sha256_stream> digest_;
  std::optional<fingerprint_stream> print_;
  std::uint64_t hashed_to_ = 0;
};

// What every format needs. The profile, the names and the options must outlive the reader.
struct reader_context {
  byte_feed& feed;
  const field_names& names;
  const source_options& options;
  std::string id_column;
  // By row, the names of fields that do not go into its patch (job_source::leave_out).
  const std::unordered_map<std::uint64_t, std::vector<std::string>>& left_out;
};

class row_reader {
 public:
  explicit row_reader(const reader_context&);
  row_reader(const row_reader&) = delete;
  row_reader& operator=(const row_reader&) = delete;
  virtual ~row_reader();

  enum class step : std::uint8_t { row, end, failed };
  // Adds the next row to the batch, good or bad. After `failed`, error() says why.
  virtual step next(job_batch& into) = 0;
  virtual void seek(const checkpoint&) = 0;
  virtual checkpoint position() const noexcept = 0;
  // Adds what shapes a patch in the format and in this input's columns.
  virtual void describe(shape_text&) const = 0;

  const failure& error() const noexcept { return error_; }

 protected:
  // Adds every --set to the plan; appends complaints to `problems`, one a line.
  void add_constants(row_plan&, std::string& problems);
  // Checks what names the resource of a row: its id, or the value that stands for it. Empty: it is good.
  std::string check_key(std::string_view key) const {
    return context_.options.match.empty() ? rules_.check_id(key) : row_rules::check_value(key);
  }
  // What is wrong with an id beside such a value.
  std::string id_beside_value() const;
  // Adds the draft as a job, or as a row error if it has complaints.
  void deliver(row_draft&, std::uint64_t row, std::uint64_t line, std::string_view raw_in_batch,
               job_batch& into);
  // Adds a row of which nothing can be read.
  static void deliver_error(std::uint64_t row, std::uint64_t line, std::string_view id, std::string_view raw,
                            complaint, job_batch& into);

  reader_context context_;
  field_typer typer_;
  row_rules rules_;
  row_draft draft_;
  failure error_;
};

// Adds how a field's values are written, where that is not under its name and as rows have them.
void describe_form(shape_text&, const api::field_spec&);

// Adds a line to a text of lines.
void add_line(std::string& lines, std::string_view line);

// A failure (usage) lists everything that is wrong with the header or the options. The head is that of the
// feed's source, and is not kept.
expected<std::unique_ptr<row_reader>> open_csv(const reader_context&, const input_head&, source_facts&);
expected<std::unique_ptr<row_reader>> open_ndjson(const reader_context&, const input_head&, source_facts&);

}  // namespace pawl::input
