#include "engine/input/validation.hpp"

#include "engine/input/text.hpp"

#include <algorithm>

namespace pawl::input {

namespace {

constexpr std::size_t shown_complaints = 20;  // design.md section 5

// Collects complaints; rows that are not UTF-8 make one together, because they have one cause and one remedy.
class complaint_list {
 public:
  explicit complaint_list(validation_report& report) : report_(report) {}

  void add(const row_error& error) {
    ++report_.bad_rows;
    for (const auto& c : error.complaints) {
      const bool is_encoding = c.what == not_utf8;
      if (is_encoding && bad_encoding_++ > 0) continue;
      ++report_.complaint_count;
      if (is_encoding) {
        // It explains the file as a whole, so it is shown in any case.
        if (report_.first.size() == shown_complaints) report_.first.pop_back();
        at_ = report_.first.size();
      } else if (report_.first.size() == shown_complaints) {
        continue;
      }
      report_.first.push_back(c);
    }
  }

  void finish() {
    if (bad_encoding_ == 0) return;
    auto& what = report_.first[at_].what;
    if (bad_encoding_ > 1)
      what += ", and so are " + std::to_string(bad_encoding_ - 1) + " further row" +
              (bad_encoding_ > 2 ? "s" : "");
    what +=
        ": the file seems to be in a legacy code page; save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"; "
        "or: iconv -f "
        "WINDOWS-1252 -t UTF-8)";
  }

 private:
  validation_report& report_;
  std::uint64_t bad_encoding_ = 0;
  std::size_t at_ = 0;
};

void count(const job_view& job, const api::profile& profile, validation_report& report) {
  bool has_verb = false, has_name = false;
  for (const auto& value : job.patch) {
    if (value.field == passed_field) continue;
    ++report.rows_with_field[to_index(value.field)];
    const auto verb = profile[value.field].verb;
    has_verb = has_verb || verb != api::set_verb::none;
    has_name = has_name || verb == api::set_verb::add_names || verb == api::set_verb::remove_names;
  }
  if (has_name) report.names.add(job, profile);
  report.swap.add(job, profile);
  report.rows_with_verbs += has_verb;
  report.rows_with_expect += !job.expect.empty();
  report.rows_not_replay_safe += !job.replay_safe;
}

}  // namespace

expected<validation_report> validate(
    job_source& source, const api::profile& profile,
    const std::function<void(std::uint64_t rows, std::uint64_t bytes)>& on_progress,
    const std::atomic<bool>* stop) {
  // Nothing has been sent while an input is validated, so whatever ends it is a matter of usage.
  const auto as_usage = [](failure f) {
    f.kind = failure_kind::usage;
    return f;
  };
  validation_report report;
  report.rows_with_field.resize(profile.fields.size());
  complaint_list complaints(report);
  if (auto good = source.start_pass(); !good) return as_usage(std::move(good.error()));

  job_batch batch;
  while (true) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed))
      return failure{
          failure_kind::usage, source.name(),
          "validation was interrupted after " + std::to_string(report.rows) + " rows; nothing was sent",
          "run the same command again"};
    const auto before = source.position();
    const auto more = source.next(batch);
    if (!more) return as_usage(more.error());
    if (!*more) break;
    if (before.row % checkpoint_every == 0) report.checkpoints.push_back(before);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (const auto* error = batch.error(i))
        complaints.add(*error);
      else
        count(batch.job(i), profile, report);
    }
    report.rows += batch.size();
    if (on_progress) on_progress(report.rows, source.position().offset);
  }
  complaints.finish();
  if (report.rows == 0)
    return failure{failure_kind::usage, source.name(),
                   source.facts().format == file_format::csv ? "has a header and no rows" : "has no rows",
                   "check the path"};
  auto identity = source.finish_pass();
  if (!identity) return as_usage(std::move(identity.error()));
  report.identity = *identity;
  return report;
}

}  // namespace pawl::input
