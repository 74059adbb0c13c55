#include "engine/input/csv_header.hpp"

#include "engine/input/csv_scanner.hpp"
#include "engine/model/option.hpp"
#include "engine/text/nearest.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>

namespace pawl::input {

namespace {

constexpr std::string_view sniffed_delimiters = ",;\t|";

const std::string* mapped(const source_options& options, std::string_view column) {
  for (const auto& [from, to] : options.map)
    if (from == column) return &to;
  return nullptr;
}

bool is_ignored(const source_options& options, std::string_view column) {
  return std::find(options.ignore.begin(), options.ignore.end(), column) != options.ignore.end();
}

bool is_id(const reader_context& context, std::string_view column) {
  if (is_ignored(context.options, column)) return false;
  const auto* to = mapped(context.options, column);
  return (to != nullptr ? std::string_view(*to) : column) == context.id_column;
}

bool all_empty(const csv_row& row) {
  return std::all_of(row.cells.begin(), row.cells.end(),
                     [](const csv_cell& c) { return trim(c.text).empty(); });
}

struct attempt {
  csv_header header;
  csv_fault fault = csv_fault::none;
  std::uint64_t fault_line = 1;
  bool found = false;     // there is a row that is not empty
  bool complete = false;  // the row ended within the bytes at hand
  bool has_id = false;
};

attempt read_as(const reader_context& context, std::string_view head, bool is_all, char delimiter) {
  attempt result;
  const std::size_t mark = head.starts_with(utf8_mark) ? utf8_mark.size() : 0;
  csv_scanner scanner(delimiter);
  scanner.restart(mark, 1);
  scanner.feed(head.substr(mark));
  if (is_all) scanner.finish();
  csv_row row;
  while (scanner.next(row) == csv_scanner::step::row) {
    if (row.fault == csv_fault::none && all_empty(row)) continue;
    result.found = result.complete = true;
    result.fault = row.fault;
    result.fault_line = row.fault_line;
    result.header.delimiter = delimiter;
    result.header.text = row.raw;
    std::string scratch;
    for (const auto& cell : row.cells) {
      result.header.names.emplace_back(trim(unquoted(cell, scratch)));
      result.has_id = result.has_id || is_id(context, result.header.names.back());
    }
    break;
  }
  if (!result.complete && head.size() > max_row_bytes + utf8_mark.size()) {
    result.found = result.complete = true;
    result.fault = csv_fault::row_too_long;
  }
  result.complete = result.complete || is_all;
  result.header.end_offset = scanner.offset();
  result.header.end_line = scanner.line();
  return result;
}

// Ends a sentence, so that another can follow.
std::string sentence(std::string text) {
  return text += text.ends_with('?') ? " " : ". ";
}

std::string without_id(const std::vector<std::string_view>& names, const reader_context& context) {
  const std::string_view id_column = context.id_column;
  const bool is_value = !context.options.match.empty();
  std::string all;
  for (const auto n : names) {
    if (all.size() > 500) {  // chosen: a header of a thousand columns is not repeated whole
      all += ", ...";
      break;
    }
    all += (all.empty() ? "" : ", ") + shown(n);
  }
  auto line = (is_value ? "there is no column " : "there is no id column ") + shown(id_column) +
              (is_value ? ", by which rows name their resources, among " : " among ") + all;
  if (const auto near = nearest(id_column, names); !near.empty())
    line += "; did you mean " + shown(near) + '?';
  if (is_value)
    return sentence(std::move(line)) + "Say with " +
           to_string(option::map, "COLUMN=" + std::string(id_column)) + " which of them it is";
  if (const auto near = nearest(id_column, names); !near.empty())
    return sentence(std::move(line)) + "Then say so: " + to_string(option::id_column, near);
  return sentence(std::move(line)) + "Say with " + to_string(option::id_column) + " which of them it is";
}

std::string what_to_do_with(std::string_view column, std::string_view meant) {
  auto mapping = std::string(column) + '=';
  mapping += meant.empty() ? std::string_view("FIELD") : meant;
  return "Rename it with " + to_string(option::map, mapping) + " or drop it with " +
         to_string(option::ignore_column, column);
}

const char* explain(csv_fault fault) {
  switch (fault) {
    case csv_fault::none:
      break;
    case csv_fault::open_quote:
      return "the header has a quote that is not closed before the end of the file";
    case csv_fault::text_after_quote:
      return "the header has text behind a closing quote";
    case csv_fault::bare_quote:
      return "the header has a quote inside an unquoted name";
    case csv_fault::lone_cr:
      return "the header has a carriage return without a line feed: lines must end in LF or CRLF";
    case csv_fault::cell_too_long:
      return "the header has a name longer than 256 KiB";
    case csv_fault::row_too_long:
      return "the header is longer than 1 MiB";
  }
  return "";
}

}  // namespace

expected<csv_header> read_csv_header(const reader_context& context, const input_head& look) {
  const auto& source = context.feed.source();
  const auto usage = [&](std::uint64_t line, std::string what, std::string remedy) {
    return failure{failure_kind::usage, source.name() + ':' + std::to_string(line), std::move(what),
                   std::move(remedy)};
  };
  auto head = look.bytes;
  bool is_all = look.is_all;
  std::vector<attempt> attempts;
  while (true) {
    attempts.clear();
    const auto given = context.options.delimiter;
    for (const char d : given ? std::string(1, *given) : std::string(sniffed_delimiters))
      attempts.push_back(read_as(context, head, is_all, d));
    const bool complete =
        std::all_of(attempts.begin(), attempts.end(), [](const attempt& a) { return a.complete; });
    if (complete || is_all) break;
    const auto want = head.size() * 4;  // this ends: a header over its bound is complete, with a fault
    head.resize(want);
    auto count = source.read_at(0, head);
    if (!count) {
      count.error().kind = failure_kind::usage;  // nothing was sent yet
      return std::move(count.error());
    }
    head.resize(*count);
    is_all = *count < want;
  }

  const auto better = [](const attempt& a, const attempt& b) {
    if (a.has_id != b.has_id) return a.has_id;
    if ((a.fault == csv_fault::none) != (b.fault == csv_fault::none)) return a.fault == csv_fault::none;
    return a.header.names.size() > b.header.names.size();
  };
  auto* best = &attempts.front();
  for (auto& a : attempts)
    if (better(a, *best)) best = &a;
  if (!best->found) return failure{failure_kind::usage, source.name(), "is empty", "check the path"};
  if (best->fault != csv_fault::none)
    return usage(best->fault_line, explain(best->fault), "mend the header row");
  best->header.sniffed = !context.options.delimiter;
  if (const auto census = take_census(best->header.text); census.has_nul)
    return usage(1, "the header contains a NUL byte", "save the file as UTF-8 text");
  if (!is_utf8(best->header.text))
    return usage(1, "the header " + std::string(not_utf8) + ": the file seems to be in a legacy code page",
                 "save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"; or: iconv -f WINDOWS-1252 -t UTF-8)");
  return std::move(best->header);
}

csv_columns plan_columns(const csv_header& header, const reader_context& context,
                         const std::string& id_beside_value, row_plan& plan, std::string& problems) {
  csv_columns columns;
  const auto& options = context.options;
  constexpr std::size_t most_lines = 20;  // chosen: a wrong delimiter can make every column a bad one
  std::size_t bad = 0, size_before = problems.size();
  const auto about = [&](std::string_view column, const std::string& what) {
    add_line(problems, "column " + shown(column) + ' ' + what);
  };
  std::vector<std::string_view> names(header.names.begin(), header.names.end());

  // Stop here: without an id column nothing can be done, and it may be among the columns that would be called
  // unknown.
  if (std::ranges::none_of(names, [&](std::string_view column) { return is_id(context, column); })) {
    add_line(problems, without_id(names, context));
    size_before = problems.size();
  }

  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto column = names[i];
    if (problems.size() != size_before) {
      ++bad;
      size_before = problems.size();
    }
    if (is_ignored(options, column)) continue;
    if (bad == most_lines) {
      add_line(problems, "and " + std::to_string(names.size() - i) + " columns more that were not looked at");
      return columns;
    }
    if (column.empty()) {
      add_line(problems, "column " + std::to_string(i + 1) + " has no name; name it, or drop it with " +
                             to_string(option::ignore_column, column));
      continue;
    }
    const auto* to = mapped(options, column);
    const auto name = to != nullptr ? std::string_view(*to) : column;
    if (name.starts_with(note_mark)) continue;
    if (name == context.id_column) {
      if (columns.id >= 0)
        about(column, "is given twice: column " + std::to_string(columns.id + 1) + " is the id already");
      else
        columns.id = static_cast<int>(i);
      continue;
    }
    if (!options.match.empty() && name == context.names.profile().id_column) {
      about(column, id_beside_value);
      continue;
    }
    std::string problem;
    const auto target = context.names.resolve(name, problem);
    if (!target) {
      if (to != nullptr)
        about(column, "is mapped to " + shown(name) + ", which " + problem);
      else
        about(column, sentence(problem) + what_to_do_with(column, context.names.nearest_field(column)));
      continue;
    }
    if (!plan.add(*target, {static_cast<int>(i), {}}, problem)) about(column, problem);
  }

  const auto missing = [&](option o, std::string_view column) {
    if (std::find(names.begin(), names.end(), column) != names.end()) return;
    auto line = to_string(o) + ": there is no column " + shown(column);
    if (const auto near = nearest(column, names); !near.empty())
      line += "; did you mean " + shown(near) + '?';
    add_line(problems, line);
  };
  for (const auto& [from, to] : options.map) missing(option::map, from);
  for (const auto& column : options.ignore) missing(option::ignore_column, column);

  return columns;
}

}  // namespace pawl::input
