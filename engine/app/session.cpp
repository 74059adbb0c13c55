#include "engine/app/session.hpp"

#include "engine/app/exit_code.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>

namespace pawl::app {
namespace {

// Splits a failure with several complaints, one a line, into failures that each have the place.
std::vector<failure> one_by_one(const failure& all) {
  std::vector<failure> each;
  for (std::string_view rest = all.what;;) {
    const auto end = rest.find('\n');
    each.push_back({all.kind, all.place, std::string{rest.substr(0, end)}, {}});
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  each.back().remedy = all.remedy;
  return each;
}

}  // namespace

void session::gave_up(const std::optional<client::progress_counters::giving_up>& how) {
  if (!how) return;
  facts_.stop_reason = how->reason;
  if (how->resume_at) facts_.resume_at = time_of_day_at(*how->resume_at, clock::now(), wall_now());
}

status session::within_hours() {
  const auto& hours = options_.run.hours;
  const auto now = wall_now();
  auto closed = hours ? policy::outside_hours(*hours, now, clock::now()) : std::nullopt;
  if (!closed) return {};
  facts_.stop_reason = closed->reason;
  facts_.resume_at = hours->at(now).until;
  closed->why.remedy = "the same command goes on then";
  return std::move(closed->why);
}

void session::print(const std::vector<std::string>& all) {
  for (const auto& line : all) host_.says.note(line);
}

void session::error(const failure& why) {
  host_.says.error(why);
  error_ = why;
}

int session::end(const failure& why) {
  const int signal = host_.stop.first();
  if (signal != 0 && why.kind == failure_kind::later) {
    if (facts_.stop_reason.empty()) facts_.stop_reason = "signal";
    sum_ = fmt::format("stopped by {}; {}", signal_name(signal), when_interrupted_);
    host_.says.note(sum_);
    return exit_by_signal(signal);
  }
  for (const auto& one : one_by_one(why)) host_.says.error(one);
  error_ = why;
  if (facts_.stop_reason.empty())
    facts_.stop_reason = why.kind == failure_kind::usage   ? "usage"
                         : why.kind == failure_kind::later ? "later"
                                                           : "error";
  return exit_code(why.kind);
}

int session::write(int code) {
  facts_.exit_code = code;
  facts_.elapsed = clock::now() - started_;
  if (options_.summary_path.empty() || summary_refused_) return code;
  if (auto written = write_summary(options_.summary_path, facts_); !written) {
    error(written.error());
    // Whoever waits for the summary and gets none must not see the exit code of success.
    return code == exit_success ? exit_mend : code;
  }
  return code;
}

result session::conclude(const std::function<expected<int>()>& work) {
  int code = exit_mend;
  try {
    auto fits = check_summary_path(options_.summary_path);
    summary_refused_ = !fits;
    const auto done = fits ? work() : expected<int>{std::move(fits.error())};
    hide_work();
    code = done ? *done : end(done.error());
  } catch (const std::exception& e) {
    hide_work();
    error({failure_kind::mend, "",
           fmt::format("this is a bug in pawl: {}; what is committed in the ledger is true", e.what()), ""});
    facts_.stop_reason = "bug";
  }
  host_.says.concluded({code, facts_, host_.stop.first(), sum_, when_interrupted_});
  code = write(code);
  return {code, facts_, error_};
}

result refuse(const options& o, const host& h, const failure& why, const std::string& ledger_path) {
  session s(o, h);
  s.facts().ledger = ledger_path;
  s.facts().target = target_in_words(target_of(o));
  return s.conclude([&why]() -> expected<int> { return why; });
}

}  // namespace pawl::app
