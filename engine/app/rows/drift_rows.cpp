#include "engine/app/rows/drift_rows.hpp"

#include "engine/text/amounts.hpp"
#include "engine/text/csv_cells.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/neutral.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

namespace pawl::app {
namespace {

std::string_view state_word(drift_line::kind k) noexcept {
  switch (k) {
    case drift_line::kind::missing:
      return "missing";
    case drift_line::kind::unreadable:
      return "unreadable";
    case drift_line::kind::not_compared:
      return "not_compared";
    case drift_line::kind::reverted:
      return "reverted";
    case drift_line::kind::drift:
      break;
  }
  return "drift";
}

std::string compact(std::string_view json) {
  std::string text;
  append_on_one_line(text, json);
  return text;
}

}  // namespace

std::string drift_header(drift_format format) {
  switch (format) {
    case drift_format::csv:
      return "id,row,state,field,written,shown,message\n";
    case drift_format::text:
    case drift_format::ndjson:
      break;
  }
  return {};
}

void append_drift(std::string& to, drift_format format, const drift_line& d) {
  const bool is_reverted = d.is == drift_line::kind::reverted;
  const bool is_drift = d.is == drift_line::kind::drift || is_reverted;
  switch (format) {
    case drift_format::text:
      if (is_drift)
        to += fmt::format("{}: {} is {}{}, was written as {} (row {})\n", printable(d.id), printable(d.field),
                          printable(compact(d.shown)), is_reverted ? " again, as before" : "",
                          printable(compact(d.written)), d.row);
      else
        to += fmt::format("{}: {}: {} (row {})\n", printable(d.id),
                          d.is == drift_line::kind::not_compared ? "could not compare" : state_word(d.is),
                          printable(d.why), d.row);
      return;
    case drift_format::csv: {
      append_cell(to, d.id);
      to += fmt::format(",{},{},", d.row, state_word(d.is));
      append_cell(to, d.field);
      to += ',';
      append_cell(to, is_drift ? compact(d.written) : "");
      to += ',';
      append_cell(to, is_drift ? neutral_json(compact(d.shown)) : "");
      to += ',';
      append_cell(to, neutral_text(d.why));
      to += '\n';
      return;
    }
    case drift_format::ndjson: {
      std::string line = "{\"id\":";
      append_neutral_json_string(line, d.id);
      line += fmt::format(",\"row\":{},\"state\":\"{}\"", d.row, state_word(d.is));
      if (is_drift) {
        line += ",\"field\":";
        append_neutral_json_string(line, d.field);
        line += ",\"written\":" + compact(d.written) + ",\"shown\":" + compact(d.shown);
      } else {
        line += ",\"message\":";
        append_neutral_json_string(line, d.why);
      }
      to += neutral_json(line) + "}\n";
      return;
    }
  }
}

std::uint64_t not_compared(const drift_counts& c) {
  return c.not_compared + c.untold_rows + c.unknown_rows + c.mismatch_rows + c.cut_off_rows;
}

bool all_as_written(const drift_counts& c) {
  return c.drifted + c.reverted + c.missing + c.unreadable + not_compared(c) == 0;
}

std::string counts_text(const drift_counts& c) {
  auto text = fmt::format("{} looked at: {} as written", counted(c.resources, "resource", "resources"),
                          grouped(c.as_written));
  if (c.drifted > 0)
    text +=
        fmt::format(", {} drifted ({})", grouped(c.drifted), counted(c.drifted_fields, "field", "fields"));
  if (c.reverted > 0)
    text +=
        fmt::format(", {} reverted ({})", grouped(c.reverted), counted(c.reverted_fields, "field", "fields"));
  if (c.missing > 0) text += fmt::format(", {} missing", grouped(c.missing));
  if (c.unreadable > 0) text += fmt::format(", {} unreadable", grouped(c.unreadable));
  if (c.not_compared > 0) text += fmt::format(", could not compare {}", grouped(c.not_compared));
  if (c.unclear_fields > 0)
    text += fmt::format("; {} that no read can tell of", counted(c.unclear_fields, "value", "values"));
  if (c.untold_rows > 0)
    text += fmt::format("; could not compare {}: nothing tells what should show",
                        counted(c.untold_rows, "row", "rows"));
  std::string unsure;
  const auto add = [&unsure](std::uint64_t rows, std::string_view how) {
    if (rows > 0) unsure += fmt::format("{}{} {}", unsure.empty() ? "" : ", ", grouped(rows), how);
  };
  add(c.unknown_rows, "unknown");
  add(c.mismatch_rows, "mismatch");
  add(c.cut_off_rows, "cut off while they were sent");
  if (!unsure.empty())
    text +=
        fmt::format("; the fields of {} were not looked at, because nobody knows what they should show: {}",
                    counted(c.unknown_rows + c.mismatch_rows + c.cut_off_rows, "row", "rows"), unsure);
  if (c.pending_rows > 0)
    text += fmt::format("; {} still pending", counted(c.pending_rows, "row is", "rows are"));
  return text;
}

}  // namespace pawl::app
