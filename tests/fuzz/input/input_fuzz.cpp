#include "tests/fuzz/input/input_fuzz.hpp"

#include "engine/input/csv_scanner.hpp"
#include "engine/input/json_reader.hpp"
#include "engine/input/plain_row.hpp"
#include "engine/input/validation.hpp"
#include "tests/fuzz/promise.hpp"
#include "tests/unit/input/test_profile.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace pawl::input::fuzzing {
namespace {

using pawl::fuzzing::promise;

// Everything that a row says, as text. Also holds the row against the bytes that it was cut from.
std::string describe(const csv_row& row, std::string_view bytes) {
  promise(row.offset <= bytes.size() && bytes.substr(row.offset).starts_with(row.raw),
          "a row does not stand where it says");
  auto text = std::to_string(row.offset) + ':' + std::to_string(row.line) + ' ';
  if (row.fault != csv_fault::none) {
    for (const std::uint64_t part : {std::uint64_t{static_cast<std::uint8_t>(row.fault)},
                                     std::uint64_t{row.fault_cell}, row.fault_line, row.open_quote_line})
      text += std::to_string(part) + ' ';
  }
  std::string scratch;
  for (const auto& cell : row.cells) {
    const auto content = unquoted(cell, scratch);
    promise(content.size() <= cell.text.size(), "a cell grew by losing its quotes");
    text += '[';
    text += content;
    text += ']';
  }
  return text;
}

std::vector<std::string> scan(std::string_view bytes, std::size_t step, std::size_t growth) {
  csv_scanner scanner(',');
  csv_row row;
  std::vector<std::string> rows;
  std::uint64_t line = 0, offset = 0;
  const auto drain = [&] {
    while (scanner.next(row) == csv_scanner::step::row) {
      promise(row.line > line, "lines do not rise from row to row");
      promise(rows.empty() || row.offset > offset, "offsets do not rise from row to row");
      if (row.fault != csv_fault::none) promise(row.fault_line >= row.line, "a fault stands before its row");
      line = row.line;
      offset = row.offset;
      rows.push_back(describe(row, bytes));
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += step, step += growth) {
    scanner.feed(bytes.substr(at, step));
    drain();
  }
  scanner.finish();
  drain();
  promise(scanner.next(row) == csv_scanner::step::end, "no end after the last row");
  promise(scanner.offset() == bytes.size(), "bytes are left behind the last row");
  const auto line_ends = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  promise(scanner.line() <= line_ends + 2, "more lines than line ends");
  return rows;
}

// The rows from where the source stands, with the places before each batch.
struct passage {
  std::vector<std::string> rows;
  std::vector<checkpoint> places;
  std::uint64_t bad_rows = 0;
  bool failed = false;
};

passage read_on(job_source& source) {
  passage read;
  job_batch batch;
  json_reader reader;
  byte_arena arena;
  std::uint64_t line = source.position().line, row = source.position().row;
  const auto check_values = [&](std::span<const field_value> values) {
    for (const auto& value : values) {
      arena.clear();
      const auto again = reader.value(value.json, arena);
      promise(again && again->text == value.json, "a value is not compact JSON");
    }
  };
  for (;;) {
    read.places.push_back(source.position());
    const auto more = source.next(batch);
    if (!more) {
      promise(!more.error().what.empty(), "a failure without a word");
      read.failed = true;
      return read;
    }
    if (!*more) return read;
    promise(!batch.empty(), "an empty batch before the end");
    for (std::size_t i = 0; i < batch.size(); ++i) {
      ++row;
      if (const auto* error = batch.error(i)) {
        promise(error->row == row && error->line >= line, "a bad row is out of order");
        promise(!error->complaints.empty(), "a bad row without a complaint");
        for (const auto& each : error->complaints)
          promise(each.line >= error->line && !each.what.empty(), "a complaint without a place or a word");
        promise(error->raw.size() <= max_kept_raw_bytes, "a raw row over its bound");
        line = error->line;
        ++read.bad_rows;
      } else {
        const auto job = batch.job(i);
        promise(job.row == row && job.line >= line, "a row is out of order");
        promise(!job.id.empty() && !job.patch.empty(), "a job without id or patch");
        check_values(job.patch);
        check_values(job.expect);
        line = job.line;
      }
      read.rows.push_back(std::to_string(line) + ' ' + test::row_text(batch, i));
    }
  }
}

void read_with(std::string_view bytes, file_format format, const api::profile& profile) {
  source_options options;
  options.format = format;
  auto source = job_source::from_bytes("jobs", std::string{bytes}, profile, options);
  if (!source) {
    promise(source.error().kind == failure_kind::usage && !source.error().what.empty(),
            "opening fails with something else than a usage error");
    return;
  }
  const auto first = source->position();
  const auto whole = read_on(*source);
  // A few places, first and last among them: each one costs a pass.
  const std::size_t stride = whole.places.size() / 4 + 1;
  for (std::size_t i = 0; i < whole.places.size(); i += stride) {
    promise(static_cast<bool>(source->seek(whole.places[i])), "a place cannot be found again");
    const auto rest = read_on(*source);
    const auto skipped = static_cast<std::ptrdiff_t>(whole.places[i].row - first.row);
    promise(rest.failed == whole.failed && std::equal(rest.rows.begin(), rest.rows.end(),
                                                      whole.rows.begin() + skipped, whole.rows.end()),
            "from a checkpoint on, the rest reads otherwise");
  }
  const auto report = validate(*source, profile, {}, nullptr);
  promise(static_cast<bool>(report) == !whole.failed,
          "validation takes what a run cannot read, or refuses what it can");
  if (!report) return;
  promise(report->rows == whole.rows.size(), "validation counts other rows");
  promise(report->bad_rows == whole.bad_rows, "validation finds other rows bad");
  const auto identity = source->identity();
  promise(identity && *identity == report->identity, "two digests of the same bytes");
}

bool same(const json_row& a, const json_row& b) {
  return a.has_patch == b.has_patch && a.has_expect == b.has_expect &&
         std::ranges::equal(a.members, b.members, [](const json_member& x, const json_member& y) {
           return x.scope == y.scope && x.key == y.key && x.value.kind == y.value.kind &&
                  x.value.text == y.value.text;
         });
}

// The short way through a line, where it is taken, and the long one say the same.
void read_both_ways(std::string_view bytes) {
  json_reader reader;
  plain_row_reader plain_rows;
  byte_arena arena;
  json_row short_way, long_way;
  std::string padded;
  while (!bytes.empty()) {
    const auto line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    padded.assign(line).append(json_padding, ' ');
    const auto text = std::string_view{padded}.substr(0, line.size());
    if (!plain_rows.read(text, short_way)) continue;
    promise(reader.row(text, arena, long_way), "the short way takes a row that is none");
    promise(same(short_way, long_way), "the short way reads a row otherwise");
  }
}

}  // namespace

void scan_csv(std::string_view bytes) {
  const auto whole = scan(bytes, bytes.size() + 1, 0);
  promise(scan(bytes, 1, 1) == whole, "rows differ where the bytes come in uneven pieces");
  // Each piece that ends inside a row has the row read again: byte by byte only what is short.
  if (bytes.size() <= 2048)
    promise(scan(bytes, 1, 0) == whole, "rows differ where the bytes come one by one");
}

void read_jobs(std::string_view bytes, file_format format) {
  if (format == file_format::ndjson) read_both_ways(bytes);
  // One of the two, for speed; a fuzzer finds the other one by another byte.
  read_with(bytes, format, bytes.size() % 2 == 0 ? test::threads() : test::passing_threads());
}

}  // namespace pawl::input::fuzzing
