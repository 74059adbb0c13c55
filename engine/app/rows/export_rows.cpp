#include "engine/app/rows/export_rows.hpp"

#include "engine/model/option.hpp"
#include "engine/text/csv_cells.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/utf8.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace pawl::app {
namespace {

constexpr std::array<std::string_view, 11> column_names{
    "row",      "id",         "outcome", "http_status", "error_code", "error_message",
    "attempts", "request_id", "sent_at", "finished_at", "latency_ms"};

// One value as text; `quoted`: it is a string in JSON. An unset text becomes an empty cell and null.
struct value {
  std::optional<std::string> text;
  bool quoted = false;
};

value text_value(std::string_view text) {
  return text.empty() ? value{} : value{std::string{text}, true};
}
value moment(const std::optional<wall_time>& at) {
  return at ? value{rfc3339(*at), true} : value{};
}

std::array<value, column_names.size()> values_of(const ledger::job_row& job) {
  value status, latency;
  if (job.http_status != 0) status.text = fmt::format("{}", job.http_status);
  if (job.sent_at) latency.text = fmt::format("{}.{:03}", job.latency_us / 1000, job.latency_us % 1000);
  return {value{fmt::format("{}", job.row), false},
          value{job.id, true},
          text_value(to_string(job.outcome)),
          status,
          text_value(job.error_code),
          text_value(job.error_message),
          value{fmt::format("{}", job.attempts), false},
          text_value(job.request_id),
          moment(job.sent_at),
          moment(job.finished_at),
          latency};
}

void append_object(std::string& out, const ledger::job_row& job) {
  const auto values = values_of(job);
  out += '{';
  for (std::size_t i = 0; i < column_names.size(); ++i) {
    if (i != 0) out += ',';
    append_json_string(out, column_names[i]);
    out += ':';
    if (!values[i].text)
      out += "null";
    else if (values[i].quoted)
      append_json_string(out, *values[i].text);
    else
      out += *values[i].text;
  }
  out += '}';
}

// The members of a JSON object, each as the text from its key to the end of its value. Unset: it is no
// object.
std::optional<std::vector<std::string_view>> split_members(std::string_view object) {
  std::vector<std::string_view> members;
  const bool is_whole = for_each_member(object, [&members](std::string_view key, std::string_view value) {
    members.emplace_back(key.data(), static_cast<std::size_t>(value.data() + value.size() - key.data()));
    return true;
  });
  return is_whole ? std::optional{std::move(members)} : std::nullopt;
}

bool is_own_note(std::string_view cell) {
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
  return cell.starts_with('_') && std::ranges::find(column_names, cell.substr(1)) != column_names.end();
}

}  // namespace

export_writer::export_writer(export_format format) : format_(format) {}

expected<export_writer> export_writer::with_input(export_format format, const export_input& input) {
  export_writer made{format};
  made.with_input_ = true;
  const bool is_csv = !input.header.empty();
  const auto wanted = is_csv ? export_format::csv : export_format::ndjson;
  if (format != wanted)
    return failure{failure_kind::usage, to_string(option::with_input),
                   std::string{"the input of this run is "} + (is_csv ? "CSV" : "NDJSON"),
                   fmt::format("add {}, so that the rows can be mended and run again",
                               to_string(option::format, name_of(export_formats, wanted)))};
  if (!is_csv) return made;
  made.delimiter_ = input.delimiter == '\0' ? guess_delimiter(input.header) : input.delimiter;
  const auto cells = split_cells(input.header, made.delimiter_);
  if (!cells)
    return failure{failure_kind::usage, to_string(option::with_input),
                   "the header of the input cannot be taken apart",
                   "export without " + to_string(option::with_input)};
  for (const auto cell : *cells) {
    made.columns_.emplace_back(cell);
    made.kept_.push_back(!is_own_note(cell));
  }
  return made;
}

std::string export_writer::header() const {
  switch (format_) {
    case export_format::csv:
      return csv_header();
    case export_format::ndjson:
      break;
  }
  return {};
}

std::string export_writer::csv_header() const {
  std::string line;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (kept_[i]) (line += columns_[i]) += delimiter_;
  for (std::size_t i = 0; i < column_names.size(); ++i) {
    if (i != 0) line += delimiter_;
    if (with_input_) line += '_';
    line += column_names[i];
  }
  return line += '\n';
}

void export_writer::append(std::string& out, const ledger::job_row& job, std::string_view raw) const {
  switch (format_) {
    case export_format::csv:
      if (with_input_) append_input_cells(out, raw);
      append_cells(out, job);
      break;
    case export_format::ndjson:
      if (with_input_)
        append_ndjson_with_input(out, job, raw);
      else
        append_object(out, job);
      break;
  }
  out += '\n';
}

void export_writer::append_cells(std::string& out, const ledger::job_row& job) const {
  const auto values = values_of(job);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out += delimiter_;
    if (values[i].text) append_cell(out, *values[i].text, delimiter_);
  }
}

void export_writer::append_input_cells(std::string& out, std::string_view raw) const {
  auto cells = split_cells(raw, delimiter_);
  std::string whole;
  if (!cells || cells->size() > columns_.size()) {
    append_cell(whole, raw, delimiter_);
    cells.emplace(1, whole);
  }
  cells->resize(columns_.size());  // a row that is too short gets empty cells
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (kept_[i]) (out += (*cells)[i]) += delimiter_;
}

void export_writer::append_ndjson_with_input(std::string& out, const ledger::job_row& job,
                                             std::string_view raw) const {
  out += '{';
  if (const auto members = split_members(raw)) {
    for (const auto member : *members)
      if (!member.starts_with("\"_pawl\"")) (out += member) += ',';
  } else {
    out += "\"_raw\":";
    append_json_string(out, as_plain_utf8(raw));
    out += ',';
  }
  out += "\"_pawl\":";
  append_object(out, job);
  out += '}';
}

}  // namespace pawl::app
