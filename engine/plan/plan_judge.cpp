#include "engine/plan/plan_judge.hpp"

#include "engine/api/reply_signs.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/value_object.hpp"
#include "engine/text/date_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pawl::plan {
namespace {

std::string json_time(wall_time t) {
  return '"' + rfc3339_to_second(t) + '"';
}

}  // namespace

plan_judge::plan_judge(const api::profile& profile, api::resource_reader* resources,
                       ledger::planned_values earlier,
                       std::unordered_map<std::uint64_t, ledger::intent_row> interrupted)
    : profile_(profile),
      resources_(resources),
      earlier_(std::move(earlier)),
      interrupted_(std::move(interrupted)),
      undo_(profile),
      written_(profile) {}

// Looks up what the earlier rows of the same resource want.
status plan_judge::look_back(const job_view& job) {
  contradicts_.reset();
  auto known = earlier_.of(job.id);
  if (!known) return std::move(known.error());
  before_ = *std::move(known);
  for (const auto& v : job.patch) {
    const bool is_verb = v.field != passed_field && profile_[v.field].verb != api::set_verb::none;
    const auto same = std::ranges::find(before_, v.name, &ledger::planned_value::field);
    if (is_verb || same == before_.end() || !same->wanted) continue;
    const auto how = v.field == passed_field ? api::comparison::exact : profile_[v.field].compare;
    if (comparer_.compare(how, v.json, *same->wanted) == api::equality::equal) continue;
    contradicted_field_ = same->field;
    contradicts_ = contradiction{contradicted_field_, same->row};
    break;
  }
  return {};
}

// Records what later rows are compared with.
status plan_judge::keep(const job_view& job) {
  const auto sent = [this](std::string_view name) -> std::optional<std::string_view> {
    const auto found = std::ranges::find(plan_.send, name, &field_value::name);
    return found == plan_.send.end() ? std::nullopt : std::optional{found->json};
  };
  for (const auto& v : job.patch)
    if (auto kept = earlier_.put(job.id, v.name, job.row, v.json, sent(v.name)); !kept) return kept;
  for (const auto& v : plan_.send) {
    if (std::ranges::find(job.patch, v.name, &field_value::name) != job.patch.end()) continue;
    if (auto kept = earlier_.put(job.id, v.name, job.row, std::nullopt, v.json); !kept) return kept;
  }
  return {};
}

planned_row plan_judge::begin(const job_view& job, planned is) {
  planned_row row;
  row.is = is;
  row.row = job.row;
  row.line = job.line;
  row.id = job.id;
  row.job = job;
  row.is_repeated = !before_.empty();
  row.contradicts = contradicts_;
  return row;
}

expected<planned_row> plan_judge::undecided(const job_view& job, planned is, std::string_view why) {
  plan_.send.clear();
  if (auto looked = look_back(job); !looked) return std::move(looked.error());
  if (auto kept = keep(job); !kept) return std::move(kept.error());
  why_ = why;
  auto row = begin(job, is);
  row.why = why_;
  return row;
}

bool plan_judge::is_worth_another_read(const job_view& job, std::string_view body, wall_time now) {
  if (resources_ == nullptr) return false;
  const auto found = resources_->make_plan(body, job, now, plan_);
  return found == api::readability::unreadable ||
         (found == api::readability::other_id && !api::spells_alike(job.id, resources_->trouble()));
}

// Whether a run that was killed has applied this row; nothing is sent again then.
bool plan_judge::was_applied(const job_view& job, std::string_view body) {
  const auto left = interrupted_.find(job.row);
  if (left == interrupted_.end()) return false;
  sent_values_.clear();
  if (!api::parse_values(left->second.new_values, profile_, sent_values_)) return false;
  const auto look =
      resources_->look_again(body, job.id, sent_values_, left->second.old_values, left->second.updated_at);
  return look.is == api::readability::readable && look.proven == api::second_look::proof::applied;
}

// The body as it will be once the earlier rows of this id are written.
std::string_view plan_judge::as_written(std::string_view body, wall_time now) {
  sent_values_.clear();
  for (const auto& v : before_)
    if (v.written)
      if (const auto field = profile_.find(v.field))
        sent_values_.push_back({*field, profile_[*field].name, *v.written});
  if (sent_values_.empty()) return body;
  const auto size = written_.show(body_, body, sent_values_, json_time(now));
  return size == 0 ? body : std::string_view{body_}.substr(0, size);
}

void plan_judge::list_changes() {
  changes_.clear();
  beside_.clear();
  old_values_.clear();
  // make_plan() writes an object, so this cannot fail.
  if (!plan_.old_values.empty())
    static_cast<void>(api::parse_values(plan_.old_values, profile_, old_values_));
  for (const auto& v : plan_.send) {
    planned_change change{v.field, v.name, std::nullopt, v.json, true};
    const auto old = std::ranges::find(old_values_, v.name, &field_value::name);
    if (old != old_values_.end()) {
      change.old_value = old->json;
      const auto how = v.field == passed_field ? api::comparison::exact : profile_[v.field].compare;
      change.differs = comparer_.compare(how, v.json, old->json) != api::equality::equal;
    }
    changes_.push_back(change);
  }
  for (const auto& old : old_values_)
    if (std::ranges::find(plan_.send, old.name, &field_value::name) == plan_.send.end())
      beside_.push_back(old);
}

void plan_judge::list_losses(const job_view& job) {
  losses_.clear();
  if (resources_ == nullptr) {
    for (const auto& v : job.patch) losses_.push_back({std::string{v.name}, undo_obstacle::not_shown});
    return;
  }
  undo_.add(plan_.old_values, plan_.new_values, true, true);
  losses_ = undo_.finish(job.id).losses;
}

void plan_judge::list_riders() {
  riders_.clear();
  for (const auto& v : plan_.wanted) {
    if (v.field == passed_field || api::is_echoed(profile_[v.field]) || !profile_[v.field].rides_with)
      continue;
    if (std::ranges::find(plan_.send, v.field, &field_value::field) == plan_.send.end())
      riders_.push_back(v.field);
  }
}

expected<planned_row> plan_judge::judge(const job_view& job, std::string_view body, wall_time now) {
  if (auto looked = look_back(job); !looked) return std::move(looked.error());
  planned is = planned::write;
  why_.clear();
  riders_.clear();
  if (resources_ == nullptr) {
    plan_.wanted.assign(job.patch.begin(), job.patch.end());
    plan_.send = plan_.wanted;
  } else {
    const auto found = resources_->make_plan(as_written(body, now), job, now, plan_);
    if (found != api::readability::readable) {
      is = planned::unreadable;
      why_ = found == api::readability::other_id
                 ? api::in_words(api::of_another_id(job.id, resources_->trouble()))
             : found == api::readability::misshapen
                 ? api::in_words(api::of_another_shape(resources_->trouble()))
                 : "the reply to a read could not be read";
    } else if (was_applied(job, body)) {
      is = planned::unchanged;
      plan_.send.clear();
    } else if (!plan_.unmet.empty()) {
      is = planned::skipped;
      why_ = plan_.unmet;
      plan_.send.clear();
    } else {
      list_riders();
      if (plan_.send.empty()) is = planned::unchanged;
    }
  }
  if (auto kept = keep(job); !kept) return std::move(kept.error());
  auto row = begin(job, is);
  row.why = why_;
  if (is == planned::skipped) row.rule = plan_.unmet_condition;
  row.rides_unsent = riders_;
  if (is != planned::write) return row;
  list_changes();
  list_losses(job);
  row.changes = changes_;
  row.beside = beside_;
  row.losses = losses_;
  if (resources_ != nullptr) {
    row.unnamed = plan_.unnamed;
    row.unnamed_others = plan_.unnamed_others;
  }
  return row;
}

}  // namespace pawl::plan
