#include "engine/plan/later_rows.hpp"

#include "engine/api/json_compare.hpp"
#include "engine/input/left_out.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

namespace pawl::plan {

using api::set_verb;

namespace {

// Seven bits a byte, the lowest first; the last byte has no top bit.
void pack(std::string& to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) to += static_cast<char>(number | 0x80);
  to += static_cast<char>(number);
}

// Reads what pack() wrote.
class unpacker {
 public:
  explicit unpacker(std::string_view bytes) : left_(bytes) {}
  bool at_end() const noexcept { return left_.empty(); }
  std::uint64_t number() {
    std::uint64_t n = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      n |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return n;
    }
  }
  std::string_view bytes(std::size_t count) {
    const auto found = left_.substr(0, count);
    left_.remove_prefix(count);
    return found;
  }

 private:
  std::string_view left_;
};

}  // namespace

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

later_rows::field_number later_rows::number_of(const field_value& value) {
  if (const auto known = known_number_of(value)) return *known;
  const auto number = static_cast<field_number>(profile_.fields.size() + passed_names_.size());
  passed_names_.push_back(passed_.emplace(value.name, number).first->first);
  return number;
}

std::optional<later_rows::field_number> later_rows::known_number_of(const field_value& value) const {
  if (value.field != passed_field) return static_cast<field_number>(to_index(value.field));
  const auto at = passed_.find(value.name);
  return at == passed_.end() ? std::nullopt : std::optional{at->second};
}

field_value later_rows::field_of(field_number number) const {
  const auto described = profile_.fields.size();
  if (number >= described) return {passed_field, passed_names_[number - described], {}};
  return {static_cast<field_index>(number), profile_.fields[number].name, {}};
}

bool later_rows::goes_by_members(const field_value& value) const noexcept {
  const auto* spec = spec_of(value);
  return spec != nullptr && spec->compare == api::comparison::members;
}

bool later_rows::judges_by_value(const field_value& value) const noexcept {
  const auto* spec = spec_of(value);
  return spec != nullptr && (spec->verb != set_verb::none || goes_by_members(value) ||
                             std::ranges::find(spec->requires_, value.json, &api::requirement::when_json) !=
                                 spec->requires_.end());
}

const later_rows::watched_ids::value_type* later_rows::entry(std::string_view id) const {
  const auto at = profile_.reply.ids == id_compare::exact ? ids_.find(id) : ids_.find(in_lower_case(id));
  return at == ids_.end() ? nullptr : &*at;
}

const later_rows::watched* later_rows::find(std::string_view id) const {
  const auto* const known = entry(id);
  return known == nullptr ? nullptr : &known->second;
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
  const auto put = [&](field_number field, std::string_view element) {
    for (auto& w : later)
      if (w.field == field && w.element == element) {
        w.row = std::max(w.row, job.row);
        return;
      }
    later.push_back({job.row, std::string{element}, field});
  };
  for (const auto& value : job.patch) {
    const auto field = number_of(value);
    put(field, {});
    if (const auto* spec = spec_of(value); spec != nullptr && spec->verb != set_verb::none)
      for_each_element(value.json, [&](std::string_view element) {
        put(field, element);
        return true;
      });
    if (goes_by_members(value)) put(field, value.json);
  }
}

// A packed row: where its key in ids_ stands (keys stay there), how much further its number and its line are
// than those of the row before, how many fields it has, and of each twice its number; that is odd, and the
// value follows, where it counts.
void later_rows::keep(const job_view& job) {
  const auto* const known = entry(job.id);
  if (known == nullptr) return;
  const auto* const key = &known->first;
  char where[sizeof key];
  std::memcpy(where, &key, sizeof key);
  kept_.append(where, sizeof key);
  pack(kept_, job.row - std::exchange(kept_row_, job.row));
  pack(kept_, job.line - std::exchange(kept_line_, job.line));
  pack(kept_, job.patch.size());
  for (const auto& value : job.patch) {
    const auto twice = std::uint64_t{number_of(value)} * 2;
    if (!judges_by_value(value)) {
      pack(kept_, twice);
      continue;
    }
    pack(kept_, twice + 1);
    pack(kept_, value.json.size());
    kept_ += value.json;
  }
}

void later_rows::for_each_kept(const std::function<void(const job_view&)>& each) const {
  std::vector<field_value> patch;
  job_view job;
  for (unpacker from(kept_); !from.at_end();) {
    const std::string* key = nullptr;
    std::memcpy(&key, from.bytes(sizeof key).data(), sizeof key);
    job.id = *key;
    job.row += from.number();
    job.line += from.number();
    patch.clear();
    for (auto left = from.number(); left > 0; --left) {
      const auto field = from.number();
      patch.push_back(field_of(static_cast<field_number>(field / 2)));
      if (field % 2 != 0) patch.back().json = from.bytes(from.number());
    }
    job.patch = patch;
    each(job);
  }
}

bool later_rows::contradicts(const watched& id, const api::field_spec& mine, std::string_view my_list,
                             std::uint64_t row) const {
  api::json_comparer comparer;
  const auto how = profile_[mine.verb_target].compare;
  return std::ranges::any_of(id.later, [&](const written& w) {
    if (w.row <= row || w.element.empty()) return false;
    const auto& spec = profile_.fields[w.field];  // a passed field has no elements
    if (spec.verb == set_verb::none || spec.verb_target != mine.verb_target ||
        adds(spec.verb) == adds(mine.verb))
      return false;
    // An id and a name may be the same element.
    if (takes_names(spec.verb) != takes_names(mine.verb)) return true;
    bool shared = false;
    for_each_element(my_list, [&](std::string_view element) {
      shared = comparer.compare_element(how, element, w.element) == api::equality::equal;
      return !shared;
    });
    return shared;
  });
}

bool later_rows::is_covered(const watched& id, const field_value& value, std::uint64_t row) const {
  const auto wrote = [&](field_number field) {
    return std::ranges::any_of(
        id.later, [&](const written& w) { return w.row > row && w.element.empty() && w.field == field; });
  };
  const auto own = known_number_of(value);
  const auto* spec = spec_of(value);
  if (spec == nullptr) return own && wrote(*own);
  if (spec->verb != set_verb::none)
    return wrote(static_cast<field_number>(to_index(spec->verb_target))) ||
           contradicts(id, *spec, value.json, row);
  if (goes_by_members(value)) {
    std::string named;
    return covered_members(id, value, row, named) == api::overlap::all;
  }
  if (wrote(*own)) return true;
  for (field_number other = 0; other < profile_.fields.size(); ++other)
    if (const auto& its = profile_.fields[other];
        its.verb != set_verb::none && its.verb_target == value.field && wrote(other))
      return true;
  return false;
}

// Tells how much of an object the later rows name together. What one of them names is taken off before the
// next one is asked, so a value that replaced an object and one inside of it both count.
api::overlap later_rows::covered_members(const watched& id, const field_value& value, std::uint64_t row,
                                         std::string& named) const {
  const auto own = known_number_of(value);
  std::string left{value.json}, part, other;
  for (const auto& w : id.later) {
    if (w.row <= row || w.field != own || w.element.empty()) continue;
    part.clear();
    const auto how = api::append_overlap(part, left, w.element);
    if (how == api::overlap::all) return how;
    if (how == api::overlap::none) continue;
    other.clear();
    api::append_without(other, left, part);
    left.swap(other);
    other.clear();
    api::append_put_over(other, named.empty() ? "{}" : named, part);
    named.swap(other);
  }
  return named.empty() ? api::overlap::none : api::overlap::part;
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

  std::string named;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto& value = job.patch[i];
    named.clear();
    if (out[i])
      result.fields.emplace_back(value.name);
    else if (goes_by_members(value) && covered_members(*known, value, job.row, named) == api::overlap::part)
      result.fields.push_back(input::left_out_part(value.name, named));
  }
  result.superseded = std::ranges::all_of(out, std::identity{});
  return result;
}

}  // namespace pawl::plan
