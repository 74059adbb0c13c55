#include "engine/app/session.hpp"

#include "cli/words.hpp"
#include "engine/app/exit_code.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

// Several complaints about one place come as lines of one failure; each is said with its place.
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

session::session(const config::raw_options& raw, const config::environment& env, cli::console& out)
    : raw_(raw), environment_(env), console_(out) {
  // Complaints about the settings come before the settings are known: their format is taken as given.
  cli::log_options first;
  if (raw.log_format == "json") first.format = config::log_format::json;
  first.verbosity = raw.quiet ? -1 : raw.verbose;
  auto opened = cli::log::open(first, out);
  if (!opened) throw std::logic_error(to_string(opened.error()));  // there is no file that could fail
  log_ = *std::move(opened);
}

status session::load() {
  auto loaded = config::load_settings(raw_, environment_);
  if (!loaded.value) {
    for (const auto& complaint : loaded.complaints) log_->error(complaint);
    complained_ = true;
    return failure{failure_kind::usage, "", "the settings are wrong", ""};
  }
  settings_ = std::move(loaded.value);
  cli::log_options wanted;
  wanted.format = settings_->format;
  wanted.file = settings_->log_file;
  wanted.verbosity = settings_->verbosity;
  auto opened = cli::log::open(wanted, console_);
  if (!opened) return opened.error();
  log_ = *std::move(opened);
  for (const auto& setting : settings_->effective)
    if (!setting.value.empty() && (setting.source != "default" || settings_->verbosity > 1))
      log_->detail(fmt::format("setting {} = {} ({})", setting.key, setting.value, setting.source));
  auto fits = check_summary_path(settings_->summary_path);
  summary_refused_ = !fits;
  return fits;
}

void session::gave_up(const std::optional<client::progress_counters::giving_up>& how) {
  if (!how) return;
  facts_.stop_reason = how->reason;
  if (how->resume_at)
    facts_.resume_at =
        wall_now() + std::chrono::duration_cast<std::chrono::microseconds>(*how->resume_at - clock::now());
}

void session::print(const cli::lines& all) {
  for (const auto& line : all) log_->note(line);
}

void session::show_work(std::string_view what, std::uint64_t rows, std::uint64_t bytes) {
  const auto now = clock::now();
  if (settings_ && settings_->progress == config::progress_kind::none) return;
  if (!console_.can_redraw() || now - shown_ < std::chrono::milliseconds{200}) return;
  shown_ = now;
  auto text = fmt::format("{}: ", what);
  if (rows > 0) text += cli::counted(rows, "row", "rows") + ", ";
  text += fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  console_.live(cli::first_columns(text, console_.width() - 1));
}

void session::hide_work() {
  console_.live({});
}

int session::end(const failure& why) {
  if (signals_.first() != 0 && why.kind == failure_kind::later) {
    if (facts_.stop_reason.empty()) facts_.stop_reason = "signal";
    sum_ = fmt::format("stopped by {}; {}", cli::signal_name(signals_.first()), when_interrupted_);
    log_->note(sum_);
    return 128 + signals_.first();
  }
  if (!complained_)
    for (const auto& one : one_by_one(why)) log_->error(one);
  if (facts_.stop_reason.empty())
    facts_.stop_reason = why.kind == failure_kind::usage   ? "usage"
                         : why.kind == failure_kind::later ? "later"
                                                           : "error";
  return exit_code(why.kind);
}

int session::write(int code) {
  facts_.exit_code = code;
  facts_.elapsed = clock::now() - started_;
  const auto path = settings_ ? settings_->summary_path : raw_.summary.value_or("");
  if (path.empty() || summary_refused_) return code;
  const auto written = settings_ ? write_summary(path, facts_) : write_summary_unchecked(path, facts_);
  if (!written) {
    log_->error(written.error());
    // "All is well" must not be the answer where the one who waits for the summary gets none.
    return code == exit_success ? exit_mend : code;
  }
  return code;
}

int session::conclude(const std::function<expected<int>()>& work) {
  int code = exit_mend;
  try {
    const auto done = work();
    hide_work();
    code = done ? *done : end(done.error());
  } catch (const std::exception& e) {
    hide_work();
    log_->error(fmt::format("this is a bug in pawl: {}; what is committed in the ledger is true", e.what()));
    facts_.stop_reason = "bug";
  }
  say_at_least_why(code);
  return write(code);
}

// -q silences what goes well: a command that ends with another code than 0 says why in one line at least.
void session::say_at_least_why(int code) {
  if (code == exit_success || log_->says_errors()) return;
  const bool quiet = settings_ ? settings_->verbosity < 0 : raw_.quiet;
  if (!quiet && log_->says_anything()) return;
  auto why = sum_;
  if (why.empty() && signals_.first() != 0) {
    why = fmt::format("stopped by {}", cli::signal_name(signals_.first()));
    if (facts_.pending > 0) why += fmt::format(", {} pending", cli::counted(facts_.pending, "row", "rows"));
    why += "; " + when_interrupted_;
  } else if (why.empty() && code == exit_some_failed) {
    why =
        fmt::format("{}: {}", cli::counted(facts_.rows, "row", "rows"), cli::counts_in_words(facts_.counts));
    if (const auto line = cli::failures_line(facts_.counts, facts_.ledger); !line.empty()) why += "; " + line;
  } else if (why.empty()) {
    why = "stopped: " + (facts_.stop_reason.empty() ? std::string{"not finished"} : facts_.stop_reason);
    if (facts_.pending > 0)
      why += fmt::format(", {} pending; {}", cli::counted(facts_.pending, "row", "rows"), when_interrupted_);
  }
  log_->error(why);
}

}  // namespace pawl::app
