#include "engine/app/rows/plan_rows.hpp"

#include "engine/app/rows/export_rows.hpp"
#include "engine/input/byte_window.hpp"
#include "engine/text/csv_cells.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/neutral.hpp"
#include "engine/text/trim.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::app {
namespace {

void append_key(std::string& to, std::string_view name) {
  if (to.back() != '{') to += ',';
  append_neutral_json_string(to, name);
  to += ':';
}

}  // namespace

std::string_view to_string(plan::planned is) noexcept {
  switch (is) {
    case plan::planned::write:
      return "write";
    case plan::planned::unchanged:
      return "unchanged";
    case plan::planned::skipped:
      return "skipped";
    case plan::planned::missing:
      return "missing";
    case plan::planned::refused:
      return "refused";
    case plan::planned::unreadable:
      return "unreadable";
    case plan::planned::invalid:
      break;
  }
  return "invalid";
}

void append_plan_line(std::string& to, const plan::planned_row& row, const api::profile& profile) {
  std::string line = "{";
  append_key(line, "row");
  line += fmt::format("{},\"line\":{}", row.row, row.line);
  append_key(line, "id");
  append_neutral_json_string(line, row.id);
  append_key(line, "what");
  append_neutral_json_string(line, to_string(row.is));
  if (!row.why.empty()) {
    append_key(line, "why");
    append_neutral_json_string(line, row.why);
  }
  if (row.is == plan::planned::write) {
    append_key(line, "changes");
    line += '{';
    for (const auto& change : row.changes) {
      append_key(line, change.name);
      line += '{';
      if (change.old_value) {
        append_key(line, "old");
        append_on_one_line(line, *change.old_value);
      }
      append_key(line, "new");
      append_on_one_line(line, change.new_value);
      line += '}';
    }
    line += '}';
  }
  if (row.is_repeated) {
    append_key(line, "repeated");
    line += "true";
  }
  if (row.contradicts) {
    append_key(line, "contradicts");
    line += '{';
    append_key(line, "field");
    append_neutral_json_string(line, row.contradicts->field);
    line += fmt::format(",\"row\":{}}}", row.contradicts->row);
  }
  const auto list = [&line](std::string_view key, const auto& all, const auto& name_of) {
    if (all.empty()) return;
    append_key(line, key);
    line += '[';
    for (const auto& one : all) {
      if (line.back() != '[') line += ',';
      append_neutral_json_string(line, name_of(one));
    }
    line += ']';
  };
  list("cannot_be_undone", row.losses, [](const plan::undo_loss& l) -> std::string_view { return l.field; });
  list("left_unsent", row.rides_unsent,
       [&profile](field_index f) -> std::string_view { return profile[f].name; });
  to += line + "}\n";
}

job_lines::job_lines(const api::profile& profile, const input::source_facts& facts)
    : profile_(profile), facts_(facts), names_(profile) {}

// Notes are no part of a job, so they are taken from the row as it is in the input.
void job_lines::append_notes(std::string& to, std::string_view raw) const {
  switch (facts_.format) {
    case input::file_format::csv:
      return append_note_cells(to, raw);
    case input::file_format::ndjson:
      return append_note_members(to, raw);
  }
}

void job_lines::append_note_cells(std::string& to, std::string_view raw) const {
  const auto cells = split_cells(raw, facts_.delimiter);
  if (!cells) return;
  for (std::size_t i = 0; i < cells->size() && i < facts_.columns.size(); ++i) {
    if (!facts_.columns[i].starts_with(input::note_mark)) continue;
    append_key(to, facts_.columns[i]);
    append_neutral_json_string(to, cell_text((*cells)[i]));
  }
}

void job_lines::append_note_members(std::string& to, std::string_view raw) {
  auto rest = trim(raw);
  if (rest.size() < 2) return;
  rest = rest.substr(1, rest.size() - 2);
  std::string_view key, value;
  while (take_value(rest, key)) {
    rest = trim(rest);
    if (!rest.starts_with(':')) return;
    rest.remove_prefix(1);
    if (!take_value(rest, value)) return;
    if (key.size() > 2 && key[1] == input::note_mark) {
      to += ',';
      to += key;
      to += ':';
      append_on_one_line(to, value);
    }
    rest = trim(rest);
    if (!rest.starts_with(',')) return;
    rest.remove_prefix(1);
  }
}

void job_lines::append(std::string& to, const plan::planned_row& row) {
  std::string line = "{", patch = "{", expect = "{";
  append_key(line, profile_.id_column);
  append_neutral_json_string(line, row.id);
  for (const auto& v : row.job.patch) {
    append_key(patch, v.name);
    patch += v.json;
  }
  for (const auto& v : row.job.expect) {
    append_key(expect, v.name);
    expect += v.json;
  }
  bool whole = true;
  const auto add_old = [&](field_index field, std::string_view name, std::string_view json) {
    if (field == passed_field || !names_.can_expect(field)) return;
    if (std::ranges::find(row.job.expect, field, &field_value::field) != row.job.expect.end()) return;
    const auto old_value = expectation_.read(names_.rule(field), json);
    const auto size = line.size() + patch.size() + expect.size() + row.job.raw.size();
    if (!old_value || size + old_value->size() > input::max_row_bytes) {
      whole = false;
      return;
    }
    append_key(expect, name);
    expect += *old_value;
  };
  for (const auto& change : row.changes)
    if (change.old_value) add_old(change.field, change.name, *change.old_value);
  for (const auto& old : row.beside) add_old(old.field, old.name, old.json);
  if (!whole) ++shortened_;
  append_key(line, "patch");
  line += patch + "}";
  if (expect.size() > 1) {
    append_key(line, "expect");
    line += expect + "}";
  }
  append_notes(line, row.job.raw);
  to += line + "}\n";
}

}  // namespace pawl::app
