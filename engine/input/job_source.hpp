// Opens a CSV or NDJSON file and turns its rows into jobs, in order, in batches. Validation and run use the
// same source over the same open file. Reader thread only, except for construction.
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

// Whether a name ends so, in any case of its letters; `ending` is in lower case.
bool has_ending(std::string_view path, std::string_view ending) noexcept;
// The format that the ending of a file's name tells, for inputs and for files that are written.
std::optional<file_format> format_by_name(std::string_view path) noexcept;

// Everything here except the format shapes a patch, so it is part of the identity of an input.
struct source_options {
  std::optional<file_format> format;  // unset: told by the ending of the name (.csv .tsv; .ndjson .jsonl)
  std::string id_column;              // empty: the profile's
  // --match: the field by whose value rows name their resource; its column stands in the place of the ids.
  // Empty: rows have ids.
  std::string match;
  std::vector<std::pair<std::string, std::string>> map;  // column -> field, from --map "Old=new"
  std::vector<std::string> ignore;                       // columns, from --ignore-column
  std::vector<std::pair<std::string, std::string>> set;  // field -> cell text, from --set field=value
  std::string null_token = "null";                       // csv.null
  std::optional<char> delimiter;                         // csv.delimiter; unset: sniffed among , ; tab |
  char list_separator = ';';                             // csv.list_separator
  // --only-if, as given. Conditions shape no patch, but decide what is done with the input: a run that went
  // on without them would write what they protect.
  std::vector<std::string> conditions;
  std::vector<std::string> fill_empty;  // --fill-empty, likewise

  // What the column is called by which rows name their resource.
  const std::string& key_column(const api::profile& p) const noexcept {
    return !match.empty() ? match : !id_column.empty() ? id_column : p.id_column;
  }
};

using sha256 = std::array<std::uint8_t, 32>;
std::string to_hex(const sha256&);
std::optional<sha256> parse_sha256(std::string_view hex);

// What the ledger compares to know whether an input is the one that it has seen before.
struct input_identity {
  sha256 file{};     // of the bytes
  sha256 shaping{};  // of source_options, of the types of the fields used, and of the format
  bool operator==(const input_identity&) const = default;
};

// Under the same key, equal fingerprints mean equal bytes (engine/input/input_digest).
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
  std::uint64_t row = 0;     // number of rows before it
  std::uint64_t offset = 0;  // byte offset in the file
  std::uint64_t line = 1;    // physical line at the offset, 1-based
  bool operator==(const checkpoint&) const = default;
};
inline constexpr std::uint64_t checkpoint_every = 65'536;

// What opening the input found out, for messages and for the ledger.
struct source_facts {
  file_format format = file_format::csv;
  char delimiter = ',';  // csv
  bool delimiter_was_sniffed = false;
  std::string header;                // csv: the header row as it is written, without the line end
  std::vector<std::string> columns;  // csv: the header's names, in order
};

struct opened_bytes;
class matched_ids;

class job_source {
 public:
  // The profile must outlive the source. Errors (all failure_kind::usage): cannot be opened, empty, not UTF-8
  // (UTF-16 mark), no id column, unknown or repeated column, bad --set or --map.
  // Several complaints about a header are joined in one failure, a line each.
  static expected<job_source> open(const std::string& path, const api::profile&, const source_options&);
  // Opens a source over a file that is already open (engine/input/input_head).
  static expected<job_source> open(opened_bytes, const api::profile&, const source_options&);
  // Opens a source over bytes in memory, for tests and fuzzers; `name` stands for the path.
  static expected<job_source> from_bytes(std::string name, std::string bytes, const api::profile&,
                                         const source_options&);

  job_source(job_source&&) noexcept;
  job_source& operator=(job_source&&) noexcept;
  ~job_source();

  const source_facts& facts() const noexcept;
  // The path, or the name of bytes in memory. Messages begin with it.
  const std::string& name() const noexcept;

  // Clears `into` and fills it with the next rows: up to 256 rows or about 256 KiB, and never past a row
  // number that is a multiple of checkpoint_every, so that position() passes every checkpoint. False at the
  // end of the input. A read error or a file that changed since it was opened (size, modification time, or
  // change time and digest) is a failure (mend: in the middle of a run something may have been sent).
  expected<bool> next(job_batch& into);

  // Continues at a checkpoint of the same bytes.
  status seek(const checkpoint&);
  // From now on next() leaves these fields out of the patches of these rows (each row keeps at least one
  // field). It is used where rows are tried again after later rows of the same id.
  void leave_out(std::unordered_map<std::uint64_t, std::vector<std::string>> fields_of_row);
  // With `match`: from now on next() puts the ids that the values stand for in their place, and a row whose
  // value stands for none or for several is a bad row. `unknown`: what becomes of values that were not looked
  // up. Null: rows keep their values. `ids` must outlive its use.
  enum class unknown_values : std::uint8_t { kept, refused };
  void use_ids(matched_ids* ids, unknown_values unknown);
  // The position of the next row that next() will return.
  checkpoint position() const noexcept;

  // Reads the whole file once for its digest, and keeps the position. The result also has the digest of what
  // shapes a patch.
  expected<input_identity> identity();

  // As identity(), for a third of the price, where an earlier invocation has stored the fingerprint of the
  // bytes with that digest. nullopt: the file holds other bytes.
  expected<std::optional<input_identity>> identity_if(const keyed_fingerprint&, const sha256& digest);

  // What identity_if() needs in another process. Set after identity(), identity_if() or finish_pass().
  std::optional<keyed_fingerprint> print() const;

  // Reads the whole file once more, after one of those three. A failure (mend) if it holds other bytes than
  // it did then.
  status verify();

  // Takes the identity during a pass that reads every row anyway. start_pass() goes to the first row and
  // starts hashing what next() reads. finish_pass() may be called once next() has returned false (before that
  // it reads the file by itself). If the identity is known already, the pass only checks that the bytes are
  // the same, and fails (mend) if they are not.
  status start_pass();
  expected<input_identity> finish_pass();

 private:
  struct impl;
  explicit job_source(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::input
