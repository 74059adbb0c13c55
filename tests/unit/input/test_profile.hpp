// A profile by hand, modelled on the thread fields of Productlane, and short ways to read text as rows.
#pragma once

#include "engine/input/job_source.hpp"
#include "engine/input/validation.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::input::test {

inline api::profile make_profile() {
  using api::comparison, api::field_type, api::set_verb;
  api::profile p;
  p.name = "threads";
  const auto add = [&p](std::string name, field_type type) -> api::field_spec& {
    auto& f = p.fields.emplace_back();
    f.name = std::move(name);
    f.type = type;
    f.echo = {{f.name, false}};
    return f;
  };
  add("text", field_type::string).min_length = 1;
  auto& title = add("title", field_type::string);
  title.nullable = true;
  title.max_length = 512;
  add("pain_level", field_type::enumeration).values = {"UNKNOWN", "LOW", "MEDIUM", "HIGH"};
  add("assignee_id", field_type::string).nullable = true;
  auto& tags = add("tag_ids", field_type::list);
  tags.compare = comparison::set;
  const auto tag_ids = static_cast<field_index>(p.fields.size() - 1);
  auto& state = add("status", field_type::enumeration);
  state.values = {"open", "snoozed", "done"};
  // snoozed_until comes next.
  state.requires_ = {{"\"snoozed\"", static_cast<field_index>(p.fields.size())}};
  add("snoozed_until", field_type::timestamp).compare = comparison::instant;
  auto& closed = add("closed_loop", field_type::boolean);
  closed.compare = comparison::none;
  closed.echo.clear();
  auto& sources = add("ai_draft_sources", field_type::json);
  sources.nullable = true;
  auto& notify = add("notify", field_type::object);
  notify.members = {{"slack", field_type::boolean, false}, {"email", field_type::boolean, false}};
  notify.replay_safe = false;
  notify.compare = comparison::none;
  notify.echo.clear();
  add("score", field_type::number);
  for (const auto& [name, verb] :
       std::vector<std::pair<const char*, set_verb>>{{"add_tags", set_verb::add_names},
                                                     {"remove_tags", set_verb::remove_names},
                                                     {"add_tag_ids", set_verb::add_ids},
                                                     {"remove_tag_ids", set_verb::remove_ids}}) {
    auto& f = add(name, field_type::list);
    f.verb = verb;
    f.verb_target = tag_ids;
    f.compare = comparison::none;
    f.echo.clear();
  }
  return p;
}

inline const api::profile& threads() {
  static const auto profile = make_profile();
  return profile;
}

inline const api::profile& passing_threads() {
  static const auto profile = [] {
    auto p = make_profile();
    p.pass_unknown_fields = true;
    return p;
  }();
  return profile;
}

// A row as one text: `t1 {"status":"done"} expect {"title":null}`, or `!LINE: column: what | ...` for a bad
// one.
inline std::string object_text(std::span<const field_value> values) {
  std::string text = "{";
  for (const auto& v : values) {
    if (text.size() > 1) text += ',';
    text += '"' + std::string(v.name) + "\":" + std::string(v.json);
  }
  return text + '}';
}

inline std::string complaint_text(const complaint& c) {
  auto text = std::to_string(c.line) + ": ";
  if (!c.column.empty()) text += c.column + ": ";
  return text + c.what;
}

inline std::string row_text(const job_batch& batch, std::size_t at) {
  if (const auto* error = batch.error(at)) {
    std::string text = "!";
    for (const auto& c : error->complaints) text += (text.size() > 1 ? " | " : "") + complaint_text(c);
    return text;
  }
  const auto job = batch.job(at);
  auto text = std::string(job.id) + ' ' + object_text(job.patch);
  if (!job.expect.empty()) text += " expect " + object_text(job.expect);
  return text;
}

struct read_result {
  std::vector<std::string> rows;
  std::string failure;  // of opening or reading; empty: none
};

inline read_result read(std::string bytes, file_format format, source_options options = {},
                        const api::profile& profile = threads()) {
  options.format = format;
  read_result result;
  auto source = job_source::from_bytes(format == file_format::csv ? "jobs.csv" : "jobs.ndjson",
                                       std::move(bytes), profile, options);
  if (!source) {
    result.failure = to_string(source.error());
    return result;
  }
  job_batch batch;
  while (true) {
    const auto more = source->next(batch);
    if (!more) {
      result.failure = to_string(more.error());
      return result;
    }
    if (!*more) return result;
    for (std::size_t i = 0; i < batch.size(); ++i) result.rows.push_back(row_text(batch, i));
  }
}

inline read_result read_csv(std::string bytes, source_options options = {},
                            const api::profile& profile = threads()) {
  return read(std::move(bytes), file_format::csv, std::move(options), profile);
}
inline read_result read_ndjson(std::string bytes, source_options options = {},
                               const api::profile& profile = threads()) {
  return read(std::move(bytes), file_format::ndjson, std::move(options), profile);
}

// Throws std::runtime_error with what is wrong.
inline job_source source_of(std::string bytes, file_format format = file_format::csv,
                            source_options options = {}) {
  options.format = format;
  auto source = job_source::from_bytes("jobs.csv", std::move(bytes), threads(), options);
  if (!source) throw std::runtime_error(to_string(source.error()));
  return std::move(*source);
}

}  // namespace pawl::input::test
