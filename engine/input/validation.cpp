#include "engine/input/validation.hpp"

#include "engine/input/row_rules.hpp"
#include "engine/model/option.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::input {

namespace {

constexpr std::size_t shown_complaints = 20;  // documented with `check`

// Complaints that have one cause and one remedy for the whole input are made once, with a count.
class shared_complaint {
 public:
  shared_complaint(std::string_view what, std::string_view more) : what_(what), more_(more) {}

  bool is(const complaint& c) const { return c.what == what_; }
  std::uint64_t rows() const noexcept { return rows_; }
  std::optional<std::size_t> at;  // in the report's `first`

  void add(const complaint& c) {
    if (rows_++ > 0 && lines_.size() < shown_lines) lines_.push_back(c.line);
  }
  // ", and so are 9999 further rows (lines 3, 4, 5, ...)"
  std::string further() const {
    if (rows_ < 2) return {};
    auto text = std::string(more_) + ' ' + std::to_string(rows_ - 1) + " further row";
    if (rows_ > 2) text += 's';
    text += lines_.size() > 1 ? " (lines " : " (line ";
    for (std::size_t i = 0; i < lines_.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(lines_[i]);
    return text + (rows_ - 1 > lines_.size() ? ", ...)" : ")");
  }

 private:
  static constexpr std::size_t shown_lines = 5;  // chosen
  std::string_view what_, more_;
  std::uint64_t rows_ = 0;
  std::vector<std::uint64_t> lines_;  // of the further rows
};

class complaint_list {
 public:
  explicit complaint_list(validation_report& report) : report_(report) {}

  void add(const row_error& error) {
    ++report_.bad_rows;
    for (const auto& c : error.complaints) {
      auto* const shared = encoding_.is(c) ? &encoding_ : nothing_.is(c) ? &nothing_ : nullptr;
      if (shared != nullptr) {
        shared->add(c);
        if (shared->rows() > 1) continue;
      }
      ++report_.complaint_count;
      if (report_.first.size() == shown_complaints) {
        // It explains the input as a whole, so it is shown in any case.
        if (shared == nullptr) continue;
        make_room();
      }
      if (shared != nullptr) shared->at = report_.first.size();
      report_.first.push_back(c);
    }
  }

  void finish() {
    if (encoding_.at)
      report_.first[*encoding_.at].what +=
          encoding_.further() +
          ": the file seems to be in a legacy code page; save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"; "
          "or: iconv -f WINDOWS-1252 -t UTF-8)";
    if (nothing_.at)
      report_.first[*nothing_.at].what += nothing_.further() + "; give every row a field with " +
                                          to_string(option::set) + " FIELD=VALUE, or leave such rows out";
  }

 private:
  // Takes the last complaint out that is not shared.
  void make_room() {
    auto victim = report_.first.size() - 1;
    while (encoding_.at == victim || nothing_.at == victim) --victim;
    report_.first.erase(report_.first.begin() + static_cast<std::ptrdiff_t>(victim));
    for (auto* shared : {&encoding_, &nothing_})
      if (shared->at && *shared->at > victim) --*shared->at;
  }

  validation_report& report_;
  shared_complaint encoding_{not_utf8, ", and so are"};
  shared_complaint nothing_{nothing_to_change, ", nor in"};
};

void count(const job_view& job, const api::profile& profile, validation_report& report) {
  bool has_verb = false, has_name = false, has_passed = false;
  for (const auto& value : job.patch) {
    if (value.field == passed_field) {
      has_passed = true;
      continue;
    }
    ++report.rows_with_field[to_index(value.field)];
    const auto verb = profile[value.field].verb;
    has_verb = has_verb || verb != api::set_verb::none;
    has_name = has_name || takes_names(verb);
  }
  report.rows_with_field.back() += has_passed;
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
    const std::atomic<bool>* stop, row_watch watch) {
  // Nothing has been sent while an input is validated, so whatever ends it is a matter of usage.
  const auto as_usage = [](failure f) {
    f.kind = failure_kind::usage;
    return f;
  };
  validation_report report;
  report.rows_with_field.resize(profile.fields.size() + 1);
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
      if (const auto* error = batch.error(i)) {
        complaints.add(*error);
        continue;
      }
      const auto job = batch.job(i);
      count(job, profile, report);
      if (watch && !watch(job)) watch = {};
    }
    report.rows += batch.size();
    if (on_progress) on_progress(report.rows, source.position().offset);
  }
  complaints.finish();
  auto identity = source.finish_pass();
  if (!identity) return as_usage(std::move(identity.error()));
  report.identity = *identity;
  report.print = source.print().value();
  return report;
}

}  // namespace pawl::input
