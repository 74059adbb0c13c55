// Opens a CSV or NDJSON file and turns its rows into jobs, in order, in batches. Validation and run use the
// same source over the same open file. Reader thread only, apart from construction.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/text/name_table.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pawl::input {

enum class file_format : std::uint8_t { csv, ndjson };
inline constexpr name_table<file_format, 2> file_formats{
    {{"csv", file_format::csv}, {"ndjson", file_format::ndjson}}};

// Whether the name ends so; `ending` in lower case, the name in any.
bool has_ending(std::string_view path, std::string_view ending) noexcept;
// The format that a file's name tells by its ending, for inputs and for what is written as one.
std::optional<file_format> format_by_name(std::string_view path) noexcept;

// Everything here but the format shapes a patch, so it is part of the identity of an input.
struct source_options {
  std::optional<file_format> format;  // unset: by the name's ending (.csv .tsv; .ndjson .jsonl)
  std::string id_column;              // empty: the profile's
  std::vector<std::pair<std::string, std::string>> map;  // column -> field, from --map "Old=new"
  std::vector<std::string> ignore;                       // columns, from --ignore-column
  std::vector<std::pair<std::string, std::string>> set;  // field -> cell text, from --set field=value
  std::string null_token = "null";                       // csv.null
  std::optional<char> delimiter;                         // csv.delimiter; unset: sniffed among , ; tab |
  char list_separator = ';';                             // csv.list_separator
  // --only-if, as given: no part of a patch, but of what is done with the input. A run that went on without
  // them would write what they protect.
  std::vector<std::string> conditions;
};

using sha256 = std::array<std::uint8_t, 32>;
std::string to_hex(const sha256&);
std::optional<sha256> parse_sha256(std::string_view hex);

// What the ledger compares to know whether an input is the one that it has seen.
struct input_identity {
  sha256 file{};     // of the bytes
  sha256 shaping{};  // of source_options, of the types of the fields used, and of the format
  bool operator==(const input_identity&) const = default;
};

// As long as the same key is given, equal fingerprints mean equal bytes (engine/input/input_digest).
using fingerprint_key = std::array<std::uint8_t, 16>;
using fingerprint = std::array<std::uint8_t, 16>;
struct keyed_fingerprint {
  fingerprint_key key{};
  fingerprint print{};
  bool operator==(const keyed_fingerprint&) const = default;
};
std::string to_hex(const keyed_fingerprint&);
std::optional<keyed_fingerprint> parse_keyed_fingerprint(std::string_view hex);

// Where a row begins: a resume seeks here instead of validating again.
struct checkpoint {
  std::uint64_t row = 0;     // rows before it
  std::uint64_t offset = 0;  // byte offset in the file
  std::uint64_t line = 1;    // physical line at the offset, 1-based
  bool operator==(const checkpoint&) const = default;
};
inline constexpr std::uint64_t checkpoint_every = 65'536;

// What opening found out, for messages and for the ledger.
struct source_facts {
  file_format format = file_format::csv;
  char delimiter = ',';  // csv
  bool delimiter_was_sniffed = false;
  std::string header;                // csv: the header row as it stands in the file, without the line end
  std::vector<std::string> columns;  // csv: the header's names, in order
};

struct opened_bytes;

class job_source {
 public:
  // The profile must outlive the source. Errors (all failure_kind::usage): cannot be opened, empty, not UTF-8
  // (UTF-16 mark), no id column, unknown or repeated column, bad --set or --map.
  // Several complaints about a header are joined in one failure, a line each.
  static expected<job_source> open(const std::string& path, const api::profile&, const source_options&);
  // The same of a file that is open (engine/input/input_head).
  static expected<job_source> open(opened_bytes, const api::profile&, const source_options&);
  // The same over bytes in memory, for tests and fuzzers; `name` stands for the path.
  static expected<job_source> from_bytes(std::string name, std::string bytes, const api::profile&,
                                         const source_options&);

  job_source(job_source&&) noexcept;
  job_source& operator=(job_source&&) noexcept;
  ~job_source();

  const source_facts& facts() const noexcept;
  // The path, or the name of bytes in memory: what messages begin with.
  const std::string& name() const noexcept;

  // Clears `into` and fills it with the next rows: up to 256 rows or about 256 KiB, and never past a row
  // number that is a multiple of checkpoint_every, so that position() passes every checkpoint. False at the
  // end of the input. A read error or a file that changed since it was opened (size, modification time, or
  // change time and digest) is a failure (mend: in the middle of a run something may have been sent).
  expected<bool> next(job_batch& into);

  // Continues at a checkpoint of the same bytes.
  status seek(const checkpoint&);
  // From now on next() leaves these fields out of the patches of these rows (each keeps at least one). For
  // rows that are tried again after later ones of their id.
  void leave_out(std::unordered_map<std::uint64_t, std::vector<std::string>> fields_of_row);
  // The place of the next row that next() will return.
  checkpoint position() const noexcept;

  // Reads the whole file once for its digest, and leaves the position alone. With the digest of what shapes a
  // patch.
  expected<input_identity> identity();

  // The same for a third of the price, where an earlier invocation has left the fingerprint of bytes with
  // this digest. nullopt: these are other bytes.
  expected<std::optional<input_identity>> identity_if(const keyed_fingerprint&, const sha256& digest);

  // After identity(), identity_if() or finish_pass(): what identity_if() needs in another process.
  std::optional<keyed_fingerprint> print() const;

  // After the same: reads the whole file once more. Other bytes than then are a failure
  // (mend).
  status verify();

  // The same for a pass that reads every row anyway: to the first row, taking the digest of what next() reads
  // on the way; where identity() has taken it before, the pass only sees to it that the bytes are the same
  // ones (else a failure, mend). finish_pass() once next() has answered false; before that it reads the file
  // by itself.
  status start_pass();
  expected<input_identity> finish_pass();

 private:
  struct impl;
  explicit job_source(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::input
