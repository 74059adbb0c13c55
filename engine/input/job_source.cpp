#include "engine/input/job_source.hpp"

#include "engine/input/byte_window.hpp"
#include "engine/input/matched_ids.hpp"
#include "engine/input/row_reader.hpp"
#include "engine/model/option.hpp"
#include "engine/text/letter_case.hpp"

#include <algorithm>

namespace pawl::input {

namespace {

// Checks options that would be wrong for any file.
status check_options(const source_options& options) {
  const auto bad = [](const char* key, std::string what) {
    return failure{failure_kind::usage, key, std::move(what), "choose another character"};
  };
  const auto unusable = [](char c) { return c == '"' || c == '\r' || c == '\n' || c == '\0'; };
  if (options.delimiter && unusable(*options.delimiter))
    return bad("csv.delimiter", "cannot be a quote, a line end or NUL");
  if (unusable(options.list_separator))
    return bad("csv.list_separator", "cannot be a quote, a line end or NUL");
  return {};
}

}  // namespace

bool has_ending(std::string_view path, std::string_view ending) noexcept {
  return path.size() > ending.size() && equal_without_case(path.substr(path.size() - ending.size()), ending);
}

std::optional<file_format> format_by_name(std::string_view path) noexcept {
  if (has_ending(path, ".csv") || has_ending(path, ".tsv")) return file_format::csv;
  if (has_ending(path, ".ndjson") || has_ending(path, ".jsonl")) return file_format::ndjson;
  return std::nullopt;
}

struct job_source::impl {
  impl(byte_source source, const api::profile& profile, source_options given)
      : options(std::move(given)),
        feed(std::move(source)),
        names(profile),
        context{feed, names, options, options.key_column(profile), left_out} {}

  expected<std::unique_ptr<row_reader>> open_reader(file_format format, const input_head& head) {
    switch (format) {
      case file_format::csv:
        return open_csv(context, head, facts);
      case file_format::ndjson:
        break;
    }
    return open_ndjson(context, head, facts);
  }

  status prepare(const input_head& head) {
    if (auto good = check_options(options); !good) return good;
    // What no format can read needs no name that tells one.
    if (auto refused = refuse_head(head, feed.source().name())) return *std::move(refused);
    const auto format = options.format ? options.format : format_by_name(feed.source().name());
    if (!format)
      return failure{
          failure_kind::usage, feed.source().name(), "the name does not tell the format",
          "say " + to_string(option::format, "csv") + " or " + to_string(option::format, "ndjson")};
    auto opened = open_reader(*format, head);
    if (!opened) return std::move(opened.error());
    reader = std::move(*opened);
    first_row = reader->position();
    return {};
  }

  // Feeds the whole file to a stream and returns what its finish() returns.
  template <class Stream>
  auto read_all(Stream stream) const -> expected<decltype(stream.finish())> {
    const auto& source = feed.source();
    std::string buffer(256 * 1024, '\0');
    for (std::uint64_t offset = 0;;) {
      const auto count = source.read_at(offset, buffer);
      if (!count) return count.error();
      stream.add({buffer.data(), *count});
      offset += *count;
      if (*count < buffer.size()) break;
    }
    return stream.finish();
  }

  // Puts ids in the place of the values of a batch.
  status put_ids(job_batch& batch) {
    for (std::size_t at = 0; at < batch.size(); ++at) {
      if (batch.error(at) != nullptr) continue;
      const auto job = batch.job(at);
      auto found = ids->of(job.id);
      if (!found) return std::move(found.error());
      if (*found && (*found)->is_one()) {
        batch.set_id(at, batch.bytes().copy((*found)->ids.front()));
        continue;
      }
      if (!*found && unknown == unknown_values::kept) continue;
      row_error error;
      error.row = job.row;
      error.line = job.line;
      error.raw = job.raw.substr(0, max_kept_raw_bytes);
      error.code = *found ? code_of(**found) : unmatched_code;
      error.complaints.push_back(
          {job.line, context.id_column, *found ? what_is_wrong(**found) : "was not looked up"});
      batch.reject(at, std::move(error));
    }
    return {};
  }

  // Fails if somebody has written to the file since it was opened.
  status unchanged() {
    auto& source = feed.source();
    auto same = source.unchanged();
    if (same || !known) return same;
    const auto now = source.touched();
    if (!now) return same;
    auto bytes = read_all(fingerprint_stream{key});
    if (!bytes) return std::move(bytes.error());
    if (*bytes != known->print) return same;
    source.accept(*now);
    return {};
  }

  sha256 shaping() const {
    shape_text shape;
    shape.add("pawl input", "1");  // the version of this list
    shape.add("format", name_of(file_formats, facts.format));
    shape.add("id", context.id_column);
    // The order of the entries has no effect, so it is no part of the identity.
    const auto sorted = [](auto list) {
      std::sort(list.begin(), list.end());
      return list;
    };
    for (const auto& [from, to] : sorted(options.map)) {
      shape.add("map", from);
      shape.add("to", to);
    }
    for (const auto& column : sorted(options.ignore)) shape.add("ignore", column);
    for (const auto& [field, value] : sorted(options.set)) {
      shape.add("set", field);
      shape.add("to", value);
    }
    for (const auto& condition : sorted(options.conditions)) shape.add("only if", condition);
    for (const auto& field : sorted(options.fill_empty)) shape.add("fill empty", field);
    if (!options.match.empty()) shape.add("match", options.match);
    shape.add("null", options.null_token);
    shape.add("list", {&options.list_separator, 1});
    reader->describe(shape);
    return shape.digest();
  }

  source_options options;
  byte_feed feed;
  field_names names;
  std::unordered_map<std::uint64_t, std::vector<std::string>> left_out;
  reader_context context;
  matched_ids* ids = nullptr;
  unknown_values unknown = unknown_values::kept;
  source_facts facts;
  std::unique_ptr<row_reader> reader;
  checkpoint first_row;
  fingerprint_key key = own_fingerprint_key();
  std::optional<input_digests> known;  // of the whole file, under this key; unset until the file was read
};

job_source::job_source(std::unique_ptr<impl> made) : impl_(std::move(made)) {}
job_source::job_source(job_source&&) noexcept = default;
job_source& job_source::operator=(job_source&&) noexcept = default;
job_source::~job_source() = default;

expected<job_source> job_source::open(const std::string& path, const api::profile& profile,
                                      const source_options& options) {
  auto opened = open_bytes(path);
  if (!opened) return std::move(opened.error());
  return open(*std::move(opened), profile, options);
}

expected<job_source> job_source::open(opened_bytes opened, const api::profile& profile,
                                      const source_options& options) {
  auto made = std::make_unique<impl>(std::move(opened.source), profile, options);
  if (auto good = made->prepare(opened.head); !good) return std::move(good.error());
  return job_source(std::move(made));
}

expected<job_source> job_source::from_bytes(std::string name, std::string bytes, const api::profile& profile,
                                            const source_options& options) {
  auto opened = with_head(byte_source::in_memory(std::move(name), std::move(bytes)));
  if (!opened) return std::move(opened.error());
  return open(*std::move(opened), profile, options);
}

const source_facts& job_source::facts() const noexcept {
  return impl_->facts;
}

const std::string& job_source::name() const noexcept {
  return impl_->feed.source().name();
}

expected<bool> job_source::next(job_batch& into) {
  constexpr std::size_t most_rows = 256;
  constexpr std::size_t most_bytes = 256 * 1024;
  into.clear();
  std::size_t error_bytes = 0;
  auto& reader = *impl_->reader;
  while (into.size() < most_rows && into.bytes().bytes_used() + error_bytes < most_bytes) {
    const auto step = reader.next(into);
    if (step == row_reader::step::failed) return reader.error();
    if (step == row_reader::step::end) break;
    if (const auto* error = into.error(into.size() - 1)) error_bytes += error->raw.size();
    if (reader.position().row % checkpoint_every == 0) break;
  }
  // Checks after reading, so that no row is handed out that may have been read after a change.
  if (auto same = impl_->unchanged(); !same) return std::move(same.error());
  if (impl_->ids != nullptr)
    if (auto put = impl_->put_ids(into); !put) return std::move(put.error());
  return !into.empty();
}

status job_source::seek(const checkpoint& at) {
  const auto& source = impl_->feed.source();
  if (at.offset < impl_->first_row.offset || at.offset > source.size())
    return failure{failure_kind::mend, source.name(),
                   "has no byte " + std::to_string(at.offset) + ", where the ledger says that row " +
                       std::to_string(at.row + 1) + " begins",
                   "put back the file as it was, or give the run up with " + to_string(option::fresh)};
  impl_->reader->seek(at);
  return {};
}

void job_source::leave_out(std::unordered_map<std::uint64_t, std::vector<std::string>> fields_of_row) {
  impl_->left_out = std::move(fields_of_row);
}

void job_source::use_ids(matched_ids* ids, unknown_values unknown) {
  impl_->ids = ids;
  impl_->unknown = unknown;
}

checkpoint job_source::position() const noexcept {
  return impl_->reader->position();
}

expected<input_identity> job_source::identity() {
  auto bytes = impl_->read_all(input_digest_stream{impl_->key});
  if (!bytes) return std::move(bytes.error());
  if (auto same = impl_->unchanged(); !same) return std::move(same.error());
  impl_->known = *bytes;
  return input_identity{bytes->digest, impl_->shaping()};
}

expected<std::optional<input_identity>> job_source::identity_if(const keyed_fingerprint& before,
                                                                const sha256& digest) {
  auto bytes = impl_->read_all(fingerprint_stream{before.key});
  if (!bytes) return std::move(bytes.error());
  if (auto same = impl_->unchanged(); !same) return std::move(same.error());
  if (*bytes != before.print) return std::optional<input_identity>{};
  impl_->key = before.key;
  impl_->known = {digest, before.print};
  return std::optional{input_identity{digest, impl_->shaping()}};
}

std::optional<keyed_fingerprint> job_source::print() const {
  if (!impl_->known) return std::nullopt;
  return keyed_fingerprint{impl_->key, impl_->known->print};
}

status job_source::verify() {
  if (!impl_->known) return {};
  auto bytes = impl_->read_all(fingerprint_stream{impl_->key});
  if (!bytes) return std::move(bytes.error());
  if (impl_->known->print == *bytes) return {};
  return failure{
      failure_kind::mend, name(),
      "changed while the run went on: it does not hold the bytes any more that were checked before, so rows "
      "that were read late may be those of the changed file",
      "look at what was written, and keep an input as it is until its run has ended"};
}

status job_source::start_pass() {
  impl_->reader->seek(impl_->first_row);
  impl_->feed.start_digests(impl_->known ? byte_feed::take::print : byte_feed::take::both, impl_->key);
  // Reads the bytes before the first row (mark, header), which the reader will not ask for.
  std::string buffer(64 * 1024, '\0');
  for (std::uint64_t offset = 0; offset < impl_->first_row.offset;) {
    const auto want = std::min<std::uint64_t>(buffer.size(), impl_->first_row.offset - offset);
    auto count = impl_->feed.read(offset, {buffer.data(), static_cast<std::size_t>(want)});
    if (!count) return std::move(count.error());
    if (*count == 0) break;  // the file got shorter: next() reports it
    offset += *count;
  }
  return {};
}

expected<input_identity> job_source::finish_pass() {
  if (auto same = impl_->unchanged(); !same) return std::move(same.error());
  const auto taken = impl_->feed.take_digests();
  if (!taken) return identity();
  if (taken->digest)
    impl_->known = {*taken->digest, taken->print};
  else if (taken->print != impl_->known->print)
    return failure{failure_kind::mend, name(),
                   "changed while it was being read (it does not hold the bytes any more that were hashed)",
                   "put back the file as it was, or run the command again once nothing writes to it"};
  return input_identity{impl_->known->digest, impl_->shaping()};
}

}  // namespace pawl::input
