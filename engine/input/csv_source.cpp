// Turns CSV rows into jobs: applies the plan made from the header to the rows that the scanner cuts.
#include "engine/input/csv_header.hpp"
#include "engine/input/csv_scanner.hpp"
#include "engine/input/row_reader.hpp"
#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <utility>

namespace pawl::input {

namespace {

std::string explain(const csv_row& row) {
  switch (row.fault) {
    case csv_fault::none:
      break;
    case csv_fault::open_quote:
      return "the quote that opens here is not closed before the end of the file";
    case csv_fault::text_after_quote:
      return "has text behind the closing quote; double every quote inside a quoted cell";
    case csv_fault::bare_quote:
      return "has a quote inside an unquoted cell; put the cell in quotes and double the quotes inside";
    case csv_fault::lone_cr:
      return "has a carriage return without a line feed; end lines in LF or CRLF, or put the cell in quotes";
    case csv_fault::cell_too_long:
      return "is longer than 256 KiB";
    case csv_fault::row_too_long:
      return "the row is longer than 1 MiB" +
             (row.open_quote_line == 0
                  ? std::string()
                  : "; is the quote that opens in line " + std::to_string(row.open_quote_line) + " closed?");
  }
  return {};
}

class csv_source final : public row_reader {
 public:
  csv_source(const reader_context& context, csv_header header)
      : row_reader(context), header_(std::move(header)), plan_(context.names), scanner_(header_.delimiter) {}

  // Returns the complaints about columns and --set, one a line.
  std::string prepare() {
    std::string problems;
    columns_ = plan_columns(header_, context_, id_beside_value(), plan_, problems);
    add_constants(plan_, problems);
    plan_.finish();
    seek({0, header_.end_offset, header_.end_line});
    return problems;
  }

  step next(job_batch& into) override;

  void seek(const checkpoint& at) override {
    rows_ = at.row;
    read_to_ = at.offset;
    scanner_.restart(at.offset, at.line);
  }

  checkpoint position() const noexcept override { return {rows_, scanner_.offset(), scanner_.line()}; }

  void describe(shape_text& shape) const override {
    shape.add("delimiter", {&header_.delimiter, 1});
    for (std::size_t i = 0; i < header_.names.size(); ++i) shape.add("column", header_.names[i]);
    for (const auto* entries : {&plan_.patch(), &plan_.expect()})
      for (const auto& e : *entries) describe_field(shape, e);
  }

  const csv_header& header() const noexcept { return header_; }

 private:
  void describe_field(shape_text& shape, const plan_entry& e) const {
    shape.add("field", e.name);
    if (e.field == passed_field) {
      shape.add("type", "passed");
    } else {
      const auto& spec = context_.names.profile()[e.field];
      shape.add("type", std::to_string(static_cast<int>(spec.type)) + '.' +
                            std::to_string(static_cast<int>(spec.verb)));
      describe_form(shape, spec);
    }
    for (const auto& m : e.members) {
      std::string way;
      for (const auto& name : m.way) way += (way.empty() ? "" : ".") + name;
      shape.add("member", way);
      shape.add("type", std::to_string(static_cast<int>(m.rule.type)));
    }
  }

  bool is_blank(const csv_row& row) const {
    return std::all_of(row.cells.begin(), row.cells.end(),
                       [](const csv_cell& c) { return trim(c.text).empty(); });
  }
  void read_row(job_batch& into);
  void read_values(const std::vector<plan_entry>& entries, std::vector<field_value>& values, job_batch& into);
  bool read_members(const plan_entry& entry, std::string_view& json, job_batch& into);
  cell_state read_cell(const value_rule& rule, bool nullable, const value_origin& from,
                       std::string_view& json, job_batch& into);
  void reject(std::uint64_t line, std::string_view column, std::string what, std::string_view raw,
              job_batch& into);
  std::uint64_t line_of(const csv_cell& cell) const {
    return row_.line + static_cast<std::uint64_t>(std::count(row_.raw.data(), cell.text.data(), '\n'));
  }
  std::string_view column_name(std::size_t at) const {
    return at < header_.names.size() ? std::string_view(header_.names[at]) : std::string_view();
  }

  csv_header header_;
  csv_columns columns_;
  row_plan plan_;
  csv_scanner scanner_;
  csv_row row_;
  std::string scratch_;
  member_text object_;
  std::uint64_t rows_ = 0;     // delivered
  std::uint64_t read_to_ = 0;  // the scanner has been fed up to this offset
};

row_reader::step csv_source::next(job_batch& into) {
  while (true) {
    switch (scanner_.next(row_)) {
      case csv_scanner::step::end:
        return step::end;
      case csv_scanner::step::need_bytes: {
        const auto room = scanner_.room();
        auto count = context_.feed.read(read_to_, room);
        if (!count) {
          error_ = std::move(count.error());
          return step::failed;
        }
        read_to_ += *count;
        scanner_.commit(*count);
        if (*count < room.size()) scanner_.finish();
        break;
      }
      case csv_scanner::step::row:
        if (row_.fault == csv_fault::none && is_blank(row_)) break;
        ++rows_;
        read_row(into);
        return step::row;
    }
  }
}

void csv_source::reject(std::uint64_t line, std::string_view column, std::string what, std::string_view raw,
                        job_batch& into) {
  deliver_error(rows_, line, draft_.id, raw, {line, std::string(column), std::move(what)}, into);
}

void csv_source::read_row(job_batch& into) {
  draft_.clear();
  const auto census = take_census(row_.raw);
  if (census.has_nul) return reject(row_.line, {}, "contains a NUL byte", row_.raw, into);
  if (census.has_non_ascii && row_.fault != csv_fault::row_too_long && !is_utf8(row_.raw))
    return reject(row_.line, {}, std::string(not_utf8), row_.raw, into);

  const auto id_at = static_cast<std::size_t>(columns_.id);
  if (id_at < row_.cells.size()) {
    const auto& cell = row_.cells[id_at];
    draft_.id = into.bytes().copy(trim(unquoted(cell, scratch_)));
  }
  if (row_.fault != csv_fault::none) {
    const bool whole_row = row_.fault == csv_fault::row_too_long;
    return reject(row_.fault_line, whole_row ? std::string_view() : column_name(row_.fault_cell),
                  explain(row_), row_.raw, into);
  }
  if (row_.cells.size() != header_.names.size())
    return reject(row_.line, {},
                  "has " + std::to_string(row_.cells.size()) + (row_.cells.size() == 1 ? " cell" : " cells") +
                      " where the header has " + std::to_string(header_.names.size()),
                  row_.raw, into);

  if (auto what = check_key(draft_.id); !what.empty())
    draft_.complain(line_of(row_.cells[id_at]), column_name(id_at), std::move(what));
  read_values(plan_.patch(), draft_.patch, into);
  read_values(plan_.expect(), draft_.expect, into);
  // Rules for the whole row apply only if every part could be read: else a field that is missing because of
  // its own complaint would cause a second one.
  if (draft_.complaints.empty()) rules_.check(draft_, row_.line);
  deliver(draft_, rows_, row_.line, draft_.complaints.empty() ? into.bytes().copy(row_.raw) : row_.raw, into);
}

cell_state csv_source::read_cell(const value_rule& rule, bool nullable, const value_origin& from,
                                 std::string_view& json, job_batch& into) {
  if (from.column < 0) {
    json = from.constant;
    return cell_state::value;
  }
  const auto& cell = row_.cells[static_cast<std::size_t>(from.column)];
  if (cell.text.empty()) return cell_state::absent;
  const auto state = typer_.from_cell(rule, nullable, unquoted(cell, scratch_), into.bytes(), json);
  if (state == cell_state::bad)
    draft_.complain(line_of(cell), column_name(static_cast<std::size_t>(from.column)), typer_.problem());
  return state;
}

void csv_source::read_values(const std::vector<plan_entry>& entries, std::vector<field_value>& values,
                             job_batch& into) {
  for (const auto& entry : entries) {
    std::string_view json;
    if (entry.members.empty()) {
      if (read_cell(*entry.rule, entry.nullable, entry.from, json, into) != cell_state::value) continue;
    } else if (!read_members(entry, json, into)) {
      continue;
    }
    values.push_back({entry.field, entry.name, json});
  }
}

// Makes the object of those members that the row has; false if it has none.
bool csv_source::read_members(const plan_entry& entry, std::string_view& json, job_batch& into) {
  object_.begin();
  for (const auto& member : entry.members) {
    std::string_view value;
    if (read_cell(member.rule, member.rule.nullable, member.from, value, into) == cell_state::value)
      object_.add(member.way, value);
  }
  const auto object = object_.end();
  if (object.empty()) return false;
  json = into.bytes().copy(object);
  return true;
}

}  // namespace

expected<std::unique_ptr<row_reader>> open_csv(const reader_context& context, const input_head& head,
                                               source_facts& facts) {
  auto header = read_csv_header(context, head);
  if (!header) return std::move(header.error());
  facts.format = file_format::csv;
  facts.delimiter = header->delimiter;
  facts.delimiter_was_sniffed = header->sniffed;
  facts.header = header->text;
  facts.columns = header->names;
  auto source = std::make_unique<csv_source>(context, std::move(*header));
  if (auto problems = source->prepare(); !problems.empty())
    return failure{failure_kind::usage, context.feed.source().name(), std::move(problems), {}};
  return std::unique_ptr<row_reader>(std::move(source));
}

}  // namespace pawl::input
