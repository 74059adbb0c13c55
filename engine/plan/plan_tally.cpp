#include "engine/plan/plan_tally.hpp"

#include "engine/api/shown.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace pawl::plan {
namespace {

constexpr std::size_t most_of_value = 32;  // bytes; chosen: two of them and a count fit into 100 columns
constexpr std::size_t most_fields = 256;   // chosen: names of passed fields come from the input
constexpr std::size_t most_elements = 3;   // of a set's difference; the rest is only counted

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  text.resize(first_bytes(text, most - 3).size());
  return text + "...";
}

bool is_in(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

}  // namespace

void pair_tally::add(std::string_view from, std::string_view to) {
  ++total_;
  std::pair<std::string, std::string> key{from, to};
  if (const auto known = pairs_.find(key); known != pairs_.end()) {
    ++known->second;
  } else if (pairs_.size() < most) {
    pairs_.emplace(std::move(key), 1);
  } else if (const auto end = ends_.find(key.second); end != ends_.end()) {
    ++end->second;
  } else if (ends_.size() < most) {
    ends_.emplace(std::move(key.second), 1);
  } else {
    ++others_;
  }
}

std::vector<pair_tally::line> pair_tally::largest(std::size_t lines) const {
  std::vector<line> all;
  const auto sort = [&all] {
    std::ranges::stable_sort(all, [](const line& a, const line& b) { return a.count > b.count; });
  };
  if (ends_.empty() && pairs_.size() <= lines) {
    for (const auto& [pair, count] : pairs_) all.push_back({pair.first, pair.second, count});
    sort();
    return all;
  }
  std::map<std::string, line> by_end;
  const auto fold = [&by_end](const std::string* from, const std::string& to, std::uint64_t count) {
    const auto [at, is_new] = by_end.try_emplace(to);
    auto& l = at->second;
    if (is_new && from != nullptr) l.from = *from;
    if (!is_new || from == nullptr) l.from.reset();
    l.to = to;
    l.count += count;
  };
  for (const auto& [pair, count] : pairs_) fold(&pair.first, pair.second, count);
  for (const auto& [to, count] : ends_) fold(nullptr, to, count);
  for (auto& [to, l] : by_end) all.push_back(std::move(l));
  sort();
  auto rest = others_;
  if (all.size() + (others_ > 0 ? 1 : 0) > lines) {
    for (auto i = lines - 1; i < all.size(); ++i) rest += all[i].count;
    all.resize(lines - 1);
  }
  if (rest > 0) all.push_back({std::nullopt, std::nullopt, rest});
  return all;
}

std::string short_value(std::string_view json) {
  std::string text, plain;
  if (is_string_token(json) && append_unescaped(plain, json) && !plain.empty())
    append_printable(text, plain, most_of_value * 4);
  else
    append_printable(text, json, most_of_value * 4);
  return cut(std::move(text), most_of_value);
}

std::optional<std::string> set_difference_in_words(std::string_view old_json, std::string_view new_json) {
  std::vector<std::string> before, after;
  const auto list = [](std::string_view json, std::vector<std::string>& to) {
    if (json == "null") return true;
    return for_each_element(json, [&to](std::string_view e) {
      to.push_back(short_value(e));
      return true;
    });
  };
  if (!list(old_json, before) || !list(new_json, after)) return std::nullopt;
  std::vector<std::string> moved;
  for (const auto& e : after)
    if (!is_in(before, e)) moved.push_back("+" + e);
  for (const auto& e : before)
    if (!is_in(after, e)) moved.push_back("-" + e);
  std::string text;
  for (std::size_t i = 0; i < moved.size() && i < most_elements; ++i) text += (i == 0 ? "" : " ") + moved[i];
  if (moved.size() > most_elements) text += fmt::format(" and {} more", moved.size() - most_elements);
  return text.empty() ? std::nullopt : std::optional{text};
}

plan_tally::plan_tally(const api::profile& profile)
    : profile_(profile),
      rows_with_field_(profile.fields.size() + 1, 0),
      rides_unsent_(profile.fields.size(), 0),
      unnamed_(profile.fields.size() + 1, 0) {}

std::uint64_t plan_tally::rows() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

plan_tally::field_tally& plan_tally::tally_of(const planned_change& change) {
  const auto known = std::ranges::find(fields_, change.name, &field_tally::name);
  if (known != fields_.end()) return *known;
  if (fields_.size() >= most_fields) return fields_.back();
  auto& made = fields_.emplace_back();
  made.name = change.name;
  made.is_shown = change.field != passed_field && api::is_echoed(profile_[change.field]);
  return made;
}

void plan_tally::name(std::vector<named_row>& to, const planned_row& row, std::string why) {
  if (to.size() < most_named) to.push_back({row.row, std::string{row.id}, std::move(why)});
}

void plan_tally::add(const planned_row& row) {
  ++counts_[static_cast<std::size_t>(row.is)];
  if (row.is_repeated) ++repeated_;
  if (row.contradicts) {
    ++contradicting_;
    name(contradictions_, row, fmt::format("{} in row {}", row.contradicts->field, row.contradicts->row));
  }
  for (const auto field : row.rides_unsent) ++rides_unsent_[to_index(field)];
  if (row.is == planned::skipped) skipped_.add(row.why, row.rule);
  if (row.is == planned::missing || row.is == planned::refused || row.is == planned::unreadable ||
      row.is == planned::invalid)
    name(named_[static_cast<std::size_t>(row.is)], row, std::string{row.why});
  if (row.is != planned::write) return;

  if (!row.job.replay_safe) ++not_replay_safe_;
  for (const auto field : row.unnamed) ++unnamed_[to_index(field)];
  if (row.unnamed_others) ++unnamed_.back();
  for (const auto& loss : row.losses) ++losses_[{loss.field, loss.why}];
  for (const auto& change : row.changes) {
    ++rows_with_field_[std::min(to_index(change.field), rows_with_field_.size() - 1)];
    auto& tally = tally_of(change);
    if (!change.differs) {
      ++tally.along;
      continue;
    }
    const bool is_set = change.field != passed_field && api::is_set(profile_[change.field].compare);
    if (is_set && change.old_value)
      if (const auto difference = set_difference_in_words(*change.old_value, change.new_value)) {
        tally.values.add({}, *difference);
        continue;
      }
    tally.values.add(change.old_value ? short_value(*change.old_value) : std::string{},
                     short_value(change.new_value));
  }
}

}  // namespace pawl::plan
