// The part of undo_builder that writes the jobs.
#include "engine/input/byte_window.hpp"
#include "engine/plan/undo_plan.hpp"
#include "engine/text/json_string.hpp"

#include <algorithm>
#include <numeric>

namespace pawl::plan {
namespace {

void append_member(std::string& to, std::string_view name, std::string_view json) {
  if (to.back() != '{') to += ',';
  append_json_string(to, name);
  to += ':';
  to += json;
}

}  // namespace

undo_result undo_builder::finish(std::string_view id) {
  undo_result result;
  if (is_broken_) {
    result.losses.push_back({{}, undo_obstacle::record_broken});
    traces_.clear();
    writes_ = 0;
    is_broken_ = false;
    return result;
  }
  plan back;
  plan_way_back(back, result.losses);
  bool fits = true;
  const auto part_of = parts_of(back);
  for (std::size_t part = 0; part < back.patch.size(); ++part) {
    plan some;
    for (std::size_t i = 0; i < back.patch.size(); ++i)
      if (part_of[i] == part) some.patch.push_back(back.patch[i]);
    for (const bool before_doubt : {false, true}) {
      const auto start = result.lines.size();
      if (!append_job(result.lines, id, some, before_doubt)) continue;
      fits = fits && result.lines.size() - start <= input::max_row_bytes;  // the length includes the line end
      ++result.jobs;
    }
  }
  if (!fits) {
    back.give_up(undo_obstacle::too_large, result.losses);
    result.lines.clear();
    result.jobs = 0;
  }
  forgive(back, result.losses);
  traces_.clear();
  writes_ = 0;
  return result;
}

// Whether one of two fields that go back must not do so without the other: a doubtful write has left both, or
// the API takes or changes one with the other.
bool undo_builder::belong_together(const trace& a, const trace& b) const {
  if (profile_.body_is == api::body_content::row) return true;
  if (&a == &b) return true;
  const auto needs = [this](const trace& one, const trace& other) {
    return one.field && other.field &&
           std::ranges::any_of(profile_[*one.field].requires_,
                               [&](const api::requirement& r) { return r.needs == *other.field; });
  };
  if (needs(a, b) || needs(b, a) || changes_by_the_way(a, b) || changes_by_the_way(b, a)) return true;
  // One that was only read goes with the field that needs it.
  if (!a.is_written || !b.is_written) return false;
  return a.left_certainly == b.left_certainly && (a.left_certainly || a.left_by == b.left_by);
}

// Whether the API takes or changes the other field with the one.
bool undo_builder::changes_by_the_way(const trace& one, const trace& other) const {
  if (!one.field || !other.field) return false;
  const auto& its = company_[to_index(*one.field)];
  return std::ranges::find(its, *other.field) != its.end();
}

// For each entry of the plan the job that it belongs to, named by the first entry of that job.
std::vector<std::size_t> undo_builder::parts_of(const plan& all) const {
  std::vector<std::size_t> part(all.patch.size());
  std::iota(part.begin(), part.end(), std::size_t{0});
  for (std::size_t i = 0; i < part.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (part[k] != part[i] && belong_together(*all.patch[k].of, *all.patch[i].of)) {
        const auto [low, high] = std::minmax({part[k], part[i]});
        std::ranges::replace(part, high, low);
      }
  return part;
}

// Whether the job for the case that no doubtful write was applied holds the field: a certain write has
// changed it, or another field that goes back demands it.
bool undo_builder::is_needed_before_doubt(const plan::entry& one, const plan& back) const {
  const auto was_changed = [](const trace& of) {
    return of.is_written && (of.left_certainly || of.left_before_doubt);
  };
  if (was_changed(*one.of) || profile_.body_is == api::body_content::row) return true;
  return std::ranges::any_of(back.patch, [&](const plan::entry& e) {
    if (!e.of->field || !was_changed(*e.of)) return false;
    const auto demands = [&](const api::requirement& r) {
      return r.needs == one.of->field && r.when_json == e.json;
    };
    return std::ranges::any_of(profile_[*e.of->field].requires_, demands) ||
           (!one.of->is_written && one.of->field && profile_[*one.of->field].rides_with == e.of->field);
  });
}

// Appends the job that takes these fields back; with `before_doubt` the one for the case that no doubtful
// write was applied. False: there is no such job.
bool undo_builder::append_job(std::string& to, std::string_view id, const plan& back,
                              bool before_doubt) const {
  const auto is_doubtful = [](const plan::entry& e) { return e.of->is_written && !e.of->left_certainly; };
  if (back.patch.empty() || (before_doubt && std::ranges::none_of(back.patch, is_doubtful))) return false;
  std::string line = "{";
  append_member(line, profile_.id_column, json_string(id));
  std::string patch = "{", expect = "{";
  const trace* expected_last = nullptr;
  bool is_changed = !before_doubt;
  for (const auto& e : back.patch) {
    if (before_doubt && !is_needed_before_doubt(e, back)) continue;
    if (e.json_of(before_doubt).empty()) continue;
    const auto& of = *e.of;
    is_changed = is_changed || (of.is_written && (of.left_certainly || of.left_before_doubt));
    append_member(patch, e.name, e.json_of(before_doubt));
    const auto& left = !before_doubt || of.left_certainly ? of.left
                       : of.left_before_doubt             ? *of.left_before_doubt
                                                          : *of.old_value;
    const bool expects = before_doubt ? e.expects_before_doubt : e.expects;
    // Both verbs of a list belong to the same trace, one behind the other; the list is expected once.
    if (expects && e.of != expected_last) append_member(expect, of.name, left.json);
    expected_last = e.of;
  }
  if (patch.size() == 1) return false;
  // Without a precondition nothing would tell the one case from the other.
  if (!is_changed || (before_doubt && expect.size() == 1)) return false;
  append_member(line, "patch", patch + "}");
  if (expect.size() > 1) append_member(line, "expect", expect + "}");
  to += line + "}\n";
  return true;
}

void undo_builder::forgive(const plan& done, std::vector<undo_loss>& losses) const {
  std::erase_if(losses, [&](const undo_loss& loss) {
    const auto one = std::ranges::find(traces_, loss.field, &trace::name);
    return loss.why == undo_obstacle::not_nullable && one != traces_.end() && is_emptied(*one, done);
  });
}

}  // namespace pawl::plan
