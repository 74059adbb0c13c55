#include "engine/plan/later_rows.hpp"

#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"

#include <algorithm>

namespace pawl::plan {

using api::set_verb;

bool has_last_word(outcome ended) noexcept {
  switch (ended) {
    case outcome::applied:
    case outcome::unchanged:
    case outcome::mismatch:
    case outcome::unknown:
      return true;
    // For a superseded row, a later row has the last word.
    case outcome::skipped:
    case outcome::superseded:
    case outcome::refused:
    case outcome::failed:
    case outcome::invalid:
      return false;
  }
  return false;
}

later_rows::later_rows(const api::profile& profile) : profile_(profile) {}

const api::field_spec* later_rows::spec_of(const field_value& value) const noexcept {
  return value.field == passed_field ? nullptr : &profile_[value.field];
}

const later_rows::watched* later_rows::find(std::string_view id) const {
  const auto at = profile_.reply.ids == id_compare::exact ? ids_.find(id) : ids_.find(in_lower_case(id));
  return at == ids_.end() ? nullptr : &at->second;
}

void later_rows::watch(std::string_view id, std::uint64_t row) {
  first_row_ = first_row_ == 0 ? row : std::min(first_row_, row);
  auto key = profile_.reply.ids == id_compare::exact ? std::string{id} : in_lower_case(id);
  const auto [at, is_new] = ids_.try_emplace(std::move(key));
  auto& first = at->second.first_row;
  first = is_new ? row : std::min(first, row);
}

bool later_rows::follows(std::string_view id, std::uint64_t row) {
  // Most rows of a ledger come before the first one that is tried again, or have an id of their own.
  if (first_row_ == 0 || row <= first_row_) return false;
  auto* const known = find(id);
  if (known == nullptr || row <= known->first_row) return false;
  return known->is_followed = true;
}

void later_rows::forget_the_others() {
  std::erase_if(ids_, [](const auto& id) { return !id.second.is_followed; });
  first_row_ = 0;
  for (const auto& [id, kept] : ids_)
    first_row_ = first_row_ == 0 ? kept.first_row : std::min(first_row_, kept.first_row);
}

void later_rows::note(const job_view& job) {
  auto* const known = find(job.id);
  if (known == nullptr || job.row <= known->first_row) return;
  auto& later = known->later;
  const auto put = [&](std::string_view field, std::string_view element) {
    any_ = true;
    for (auto& w : later)
      if (w.field == field && w.element == element) {
        w.row = std::max(w.row, job.row);
        return;
      }
    later.push_back({std::string{field}, std::string{element}, job.row});
  };
  for (const auto& value : job.patch) {
    put(value.name, {});
    if (const auto* spec = spec_of(value); spec != nullptr && spec->verb != set_verb::none)
      for_each_element(value.json, [&](std::string_view element) {
        put(value.name, element);
        return true;
      });
  }
}

bool later_rows::contradicts(const watched& id, const api::field_spec& mine, std::string_view my_list,
                             std::uint64_t row) const {
  return std::ranges::any_of(id.later, [&](const written& w) {
    if (w.row <= row || w.element.empty()) return false;
    const auto theirs = profile_.find(w.field);
    if (!theirs) return false;
    const auto& spec = profile_[*theirs];
    if (spec.verb_target != mine.verb_target || adds(spec.verb) == adds(mine.verb)) return false;
    // An id and a name may be the same element.
    if (takes_names(spec.verb) != takes_names(mine.verb)) return true;
    bool shared = false;
    for_each_element(my_list, [&](std::string_view element) {
      shared = element == w.element;
      return !shared;
    });
    return shared;
  });
}

bool later_rows::is_covered(const watched& id, const field_value& value, std::uint64_t row) const {
  const auto wrote = [&](std::string_view field) {
    return std::ranges::any_of(
        id.later, [&](const written& w) { return w.row > row && w.element.empty() && w.field == field; });
  };
  const auto* spec = spec_of(value);
  if (spec == nullptr) return wrote(value.name);
  if (spec->verb != set_verb::none)
    return wrote(profile_[spec->verb_target].name) || contradicts(id, *spec, value.json, row);
  return wrote(value.name) || std::ranges::any_of(profile_.fields, [&](const api::field_spec& other) {
           return other.verb != set_verb::none && other.verb_target == value.field && wrote(other.name);
         });
}

ledger::left_out_row later_rows::judge(const job_view& job) const {
  ledger::left_out_row result;
  result.row = job.row;
  const auto* const known = find(job.id);
  if (known == nullptr || known->later.empty()) return result;

  std::vector<bool> out(job.patch.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = is_covered(*known, job.patch[i], job.row);
  const auto is_out = [&](field_index f) {
    for (std::size_t i = 0; i < out.size(); ++i)
      if (job.patch[i].field == f) return static_cast<bool>(out[i]);
    return false;
  };
  const auto follows = [&](const field_value& value) {
    const auto* spec = spec_of(value);
    if (spec == nullptr) return false;
    if (spec->rides_with && is_out(*spec->rides_with)) return true;
    for (const auto& need : spec->requires_)
      if (need.when_json == value.json && is_out(need.needs)) return true;
    return std::ranges::any_of(job.patch, [&](const field_value& leader) {
      const auto* its = spec_of(leader);
      return its != nullptr && is_out(leader.field) &&
             std::ranges::find(its->together, value.field) != its->together.end();
    });
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < out.size(); ++i)
      if (!out[i] && follows(job.patch[i])) out[i] = changed = true;
  }

  // A write that replaces the resource writes all of it, whatever it names.
  const bool replaces = profile_.body_is.value_or(api::body_content::row) == api::body_content::row;
  if (replaces && std::ranges::any_of(known->later, [&](const written& w) { return w.row > job.row; }))
    out.assign(out.size(), true);

  for (std::size_t i = 0; i < out.size(); ++i)
    if (out[i]) result.fields.emplace_back(job.patch[i].name);
  result.superseded = result.fields.size() == out.size();
  return result;
}

}  // namespace pawl::plan
