#include "engine/input/used_names.hpp"

#include "engine/input/row_walk.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <utility>

namespace pawl::input {

namespace {

using api::set_verb;

// The element of a list text that has exactly one.
std::optional<std::string_view> only_element(std::string_view list) {
  std::optional<std::string_view> only;
  std::size_t count = 0;
  const bool whole = for_each_element(list, [&](std::string_view element) {
    only = element;
    return ++count < 2;
  });
  return whole && count == 1 ? only : std::nullopt;
}

}  // namespace

void used_names::add(const job_view& job, const api::profile& profile, const api::name_directory* known) {
  for (const auto& value : job.patch) {
    if (value.field == passed_field || !takes_names(profile[value.field].verb)) continue;
    for_each_element(value.json, [&](std::string_view token) {
      scratch_.clear();
      // The typer has checked that fields of this type hold strings only.
      if (!append_unescaped(scratch_, trim(token))) return true;
      if (known == nullptr || known->find(scratch_).is != api::name_directory::match::id)
        add_one(scratch_, value.field, job);
      return true;
    });
  }
}

void used_names::add_one(std::string_view name, field_index field, const job_view& job) {
  auto at = names_.find(name);
  if (at == names_.end()) {
    if (names_.size() >= max_names || bytes_ + name.size() > max_bytes) {
      complete_ = false;
      return;
    }
    bytes_ += name.size();
    used_name first;
    first.name = name;
    first.field = field;
    first.line = job.line;
    at = names_.emplace(std::string(name), std::move(first)).first;
  }
  auto& kept = at->second;
  if (job.line < kept.line) {
    kept.field = field;
    kept.line = job.line;
  }
  if (kept.last_row == job.row) return;
  kept.last_row = job.row;
  ++kept.rows;
}

std::vector<used_name> used_names::in_order() const {
  std::vector<used_name> all;
  all.reserve(names_.size());
  for (const auto& [name, used] : names_) all.push_back(used);
  std::ranges::sort(all, [](const used_name& a, const used_name& b) {
    return std::pair{a.line, std::string_view{a.name}} < std::pair{b.line, std::string_view{b.name}};
  });
  return all;
}

std::string_view verb_by_id(const api::profile& profile, field_index verb) {
  const auto& named = profile[verb];
  const auto wanted = named.verb == set_verb::remove_names ? set_verb::remove_ids : set_verb::add_ids;
  for (const auto& f : profile.fields)
    if (f.verb == wanted && f.verb_target == named.verb_target) return f.name;
  return {};
}

bool has_name_verbs(const api::profile& profile) noexcept {
  return std::ranges::any_of(profile.fields, [](const api::field_spec& f) { return takes_names(f.verb); });
}

bool has_name_verbs(const api::profile& profile, std::span<const std::uint64_t> rows_with_field) noexcept {
  for (std::size_t i = 0; i < profile.fields.size(); ++i)
    if (takes_names(profile.fields[i].verb) && rows_with_field[i] > 0) return true;
  return false;
}

std::vector<complaint> unresolved(const used_names& names, const api::name_directory& directory,
                                  const api::profile& profile) {
  std::vector<complaint> wrong;
  for (const auto& used : names.in_order()) {
    const auto found = directory.find(used.name);
    if (found.is == api::name_directory::match::id) continue;
    complaint c;
    c.line = used.line;
    c.column = profile[used.field].name;
    const auto where = used.rows > 1 ? " (in " + std::to_string(used.rows) + " rows)" : std::string{};
    if (found.is == api::name_directory::match::ambiguous) {
      c.what = "more than one tag is called " + shown(used.name) + where + ": " + std::string(found.id_json) +
               " and " + std::string(found.other_json);
      if (const auto by_id = verb_by_id(profile, used.field); !by_id.empty())
        c.what += "; say which one with " + std::string(by_id);
    } else {
      c.what = "no tag is called " + shown(used.name) + where;
      if (const auto near = directory.nearest(used.name); !near.empty())
        c.what += "; did you mean " + shown(near) + "?";
    }
    wrong.push_back(std::move(c));
  }
  return wrong;
}

expected<used_names> collect_names(job_source& source, const api::profile& profile,
                                   const api::name_directory* known,
                                   const std::function<bool(std::uint64_t row)>& wanted,
                                   const std::function<void(std::uint64_t rows)>& on_progress,
                                   const std::atomic<bool>* stop) {
  const auto begin = source.position();
  used_names names;
  const auto take = [&](const job_view& job) {
    if (wanted(job.row)) names.add(job, profile, known);
    return true;
  };
  if (auto walked = walk_rows(source, take, on_progress, stop); !walked) return std::move(walked.error());
  if (auto back = source.seek(begin); !back) return std::move(back.error());
  return names;
}

bool swap_watch::begin(const job_view& job, const api::profile& profile) {
  if (job.patch.size() != 2) return false;
  const auto &a = job.patch[0], &b = job.patch[1];
  if (a.field == passed_field || b.field == passed_field) return false;
  const auto &first = profile[a.field], &second = profile[b.field];
  if (first.verb == set_verb::none || second.verb == set_verb::none ||
      adds(first.verb) == adds(second.verb) || first.verb_target != second.verb_target)
    return false;
  const auto one = only_element(a.json), other = only_element(b.json);
  if (!one || !other || *one == *other) return false;
  swap_.added = adds(first.verb) ? *one : *other;
  swap_.removed = adds(first.verb) ? *other : *one;
  first_ = a.field;
  second_ = b.field;
  first_json_ = a.json;
  second_json_ = b.json;
  return true;
}

void swap_watch::add(const job_view& job, const api::profile& profile) {
  if (!possible_) return;
  if (rows_++ == 0) {
    possible_ = begin(job, profile);
    return;
  }
  possible_ = job.patch.size() == 2 && job.patch[0].field == first_ && job.patch[1].field == second_ &&
              job.patch[0].json == first_json_ && job.patch[1].json == second_json_;
}

std::optional<uniform_swap> swap_watch::found() const {
  if (!possible_ || rows_ == 0) return std::nullopt;
  auto all = swap_;
  all.rows = rows_;
  return all;
}

}  // namespace pawl::input
