#include "engine/app/written_values.hpp"

#include "engine/api/member_values.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/app/recorded_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace pawl::app {

expected<ledger::last_written> written_values::collect(const std::string& ledger_path,
                                                       ledger::last_written::order order) {
  auto wanted =
      ledger::last_written::open(ledger_path, generation_.id, s_.settings().profile.reply.ids, order);
  if (!wanted) return wanted.error();
  wanted_.emplace(*std::move(wanted));
  const std::vector<outcome> of_interest{outcome::applied, outcome::unchanged, outcome::mismatch,
                                         outcome::unknown};
  std::optional<failure> failed;
  const auto one = [&](const ledger::job_row& job) {
    if (s_.signals().first() != 0)
      failed = failure{failure_kind::later, "", "interrupted", "run the same command again"};
    else if (auto done = take(job); !done)
      failed = done.error();
    return !failed;
  };
  if (auto read = file_.for_each_job(generation_.id, of_interest, one); !read) return read.error();
  s_.hide_work();
  if (failed) return *std::move(failed);
  if (auto done = forget_open_intents(); !done) return done.error();
  return *std::move(wanted_);
}

status written_values::take(const ledger::job_row& job) {
  if (!source_) {
    auto opened = open_input_of(generation_, s_.settings().profile);
    if (!opened) return opened.error();
    source_ = *std::move(opened);
    if (auto done = leave_out(); !done) return done;
    if (const auto shaping = shaping_of(generation_)) filled_ = shaping->fill_empty;
  }
  while (job.row >= first_in_batch_ + batch_.size()) {
    first_in_batch_ += batch_.size();
    auto more = source_->next(batch_);
    if (!more) return more.error();
    if (!*more)
      return failure{failure_kind::mend, generation_.input_path, "has fewer rows than were run",
                     "the ledger does not belong to this file"};
    s_.show_work("reading the input", job.row, 0);
  }
  const auto at = static_cast<std::size_t>(job.row - first_in_batch_);
  if (batch_.error(at) != nullptr)
    return failure{failure_kind::mend, generation_.input_path,
                   fmt::format("row {} is wrong now, and was applied", job.row),
                   "use the profile that the run had"};
  if (job.finished_at)
    if (auto noted = wanted_->note_end(job.id, *job.finished_at); !noted) return noted;
  return take_row(job, batch_.job(at));
}

// What stayed out of a row that was tried again was not written by it.
status written_values::leave_out() {
  auto rows = file_.left_out(generation_.id, ledger::ledger_file::left_out_of::ended);
  if (!rows) return rows.error();
  std::unordered_map<std::uint64_t, std::vector<std::string>> fields_of_row;
  for (auto& row : *rows) fields_of_row.emplace(row.row, std::move(row.fields));
  source_->leave_out(std::move(fields_of_row));
  return {};
}

// Reads what the row's request held, if an intent tells; `values` point into `sent`.
status written_values::read_sent(std::uint64_t row, ledger::last_written::sent& sent,
                                 std::vector<field_value>& values) {
  auto found = wanted_->sent_by(row);
  if (!found) return std::move(found.error());
  sent = *std::move(found);
  if (sent.values.empty() || api::parse_values(sent.values, s_.settings().profile, values)) return {};
  return failure{failure_kind::mend, s_.facts().ledger,
                 fmt::format("the intent of row {} is not readable", row),
                 "the ledger was changed by hand: put it back"};
}

// Keeps what a row wrote in a field that it names. Of an object by members several rows write a part each.
status written_values::keep(const ledger::job_row& row, const api::field_spec& field, std::string_view json) {
  if (field.compare != api::comparison::members) return wanted_->put(row.id, field.name, json, row.row);
  auto before = wanted_->known(row.id, field.name);
  if (!before) return before.error();
  if (!*before) return wanted_->put(row.id, field.name, json, row.row);
  std::string both;
  api::append_put_over(both, **before, json);
  return wanted_->put(row.id, field.name, both, row.row);
}

status written_values::take_row(const ledger::job_row& row, const job_view& job) {
  const auto& profile = s_.settings().profile;
  const bool is_known = row.outcome == outcome::applied || row.outcome == outcome::unchanged;
  const bool has_verb = std::ranges::any_of(job.patch, [&profile](const field_value& v) {
    return v.field != passed_field && profile[v.field].verb != api::set_verb::none;
  });
  std::vector<field_value> sent_values;
  ledger::last_written::sent sent;
  // A field that is filled only where it is empty was written if the request held it.
  const auto was_left = [&](const std::string& name) {
    return row.outcome == outcome::applied && std::ranges::find(filled_, name) != filled_.end() &&
           !sent.values.empty() &&
           std::ranges::find(sent_values, name, &field_value::name) == sent_values.end();
  };
  if (has_verb || !filled_.empty())
    if (auto read = read_sent(row.row, sent, sent_values); !read) return read;
  if (row.outcome == outcome::unknown) ++counts_.unknown_rows;
  if (row.outcome == outcome::mismatch) ++counts_.mismatch_rows;
  bool tells = false;  // the table has something for this row: its own value, or one that an earlier row left
  for (const auto& v : job.patch) {
    if (v.field == passed_field) continue;
    const auto& spec = profile[v.field];
    if (was_left(spec.verb == api::set_verb::none ? spec.name : profile[spec.verb_target].name)) {
      tells = true;
      continue;
    }
    if (spec.verb == api::set_verb::none) {
      tells = tells || is_known;
      auto kept = is_known ? keep(row, spec, v.json) : wanted_->forget(row.id, spec.name);
      if (!kept) return kept;
      continue;
    }
    const auto& target = profile[spec.verb_target].name;
    const auto set =
        std::ranges::find_if(sent_values, [&target](const field_value& s) { return s.name == target; });
    status kept;
    if (row.outcome == outcome::applied && set != sent_values.end()) {
      kept = wanted_->put_sent(row.id, target, set->json, row.row, sent.run);
      tells = true;
    } else if (!is_known || (row.outcome == outcome::applied && sent.values.empty())) {
      kept = sent.run == 0 ? wanted_->forget(row.id, target) : wanted_->forget_sent(row.id, target, sent.run);
    } else {
      // A verb that had nothing to do wrote nothing. The resource should show what an earlier row left; if
      // that is not known, only that the set is as the verb wants it.
      auto left = wanted_->known(row.id, target);
      if (!left) return left.error();
      tells = true;
      needs_names_ = needs_names_ || (takes_names(spec.verb) && !*left);
      if (!*left) kept = wanted_->put_part(row.id, target, spec.name, v.json, row.row);
    }
    if (!kept) return kept;
  }
  if (is_known && !tells) {
    ++counts_.untold_rows;
    say_untold_(row, has_verb && row.outcome == outcome::applied
                         ? "the ledger does not know what the row has sent"
                         : "the profile does not know the fields that the row wrote");
  }
  return {};
}

// A row that was cut off may have been sent, so it is not known what its fields should show.
status written_values::forget_open_intents() {
  auto open = file_.open_intents(generation_.id);
  if (!open) return open.error();
  std::uint64_t row = 0;
  for (const auto& intent : *open) {
    counts_.cut_off_rows += intent.row != std::exchange(row, intent.row);
    for (const auto& f : s_.settings().profile.fields)
      if (auto done = wanted_->forget(intent.id, f.name); !done) return done;
  }
  const auto counts = file_.counts(generation_.id);
  if (!counts) return counts.error();
  const auto left = generation_.rows - std::min(generation_.rows, counts->total());
  counts_.pending_rows = left - std::min(left, counts_.cut_off_rows);
  return {};
}

}  // namespace pawl::app
