#include "cli/terminal/terminal_listener.hpp"

#include "cli/render/resume_command.hpp"
#include "cli/render/run_texts.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/app/summary.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/files.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/shell_word.hpp"
#include "engine/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <poll.h>
#include <unistd.h>

namespace pawl::cli {
namespace {

constexpr int look_again_ms = 200;  // chosen: finds a signal that came between two polls
constexpr std::size_t longest_answer = 1024;
constexpr auto redraw_every = std::chrono::milliseconds{200};

}  // namespace

bool is_yes(std::string_view answer) noexcept {
  constexpr std::string_view space = " \t\r\n";
  const auto begin = answer.find_first_not_of(space);
  if (begin == std::string_view::npos) return false;
  answer = answer.substr(begin, answer.find_last_not_of(space) - begin + 1);
  const auto says = [answer](std::string_view word) {
    return std::ranges::equal(answer, word, [](char a, char b) { return (a | 0x20) == b; });
  };
  return says("y") || says("yes");
}

terminal_listener::terminal_listener(const config::settings& settings,
                                     const std::vector<std::string>& arguments, console& out, log& to,
                                     const app::stop_request& stop)
    : settings_(settings),
      arguments_(arguments),
      console_(out),
      log_(to),
      stop_(stop),
      progress_(choose_progress(settings.progress, out.can_redraw(), settings.verbosity), settings.run.hours,
                out, to) {}

void terminal_listener::note(std::string_view text) {
  log_.note(text);
}

void terminal_listener::detail(std::string_view text) {
  log_.detail(text);
}

void terminal_listener::warning(std::string_view text) {
  log_.warning(text);
}

void terminal_listener::error(const failure& why) {
  log_.error(why);
}

void terminal_listener::complaint(std::string_view line) {
  log_.diagnostic(line);
}

void terminal_listener::working(std::string_view what, std::uint64_t rows, std::uint64_t bytes) {
  const auto now = clock::now();
  if (settings_.progress == config::progress_kind::none) return;
  if (!console_.can_redraw() || now - shown_ < redraw_every) return;
  shown_ = now;
  std::string text{what};
  if (rows > 0) text += ": " + counted(rows, "row", "rows");
  if (bytes > 0) text += fmt::format("{} {:.1f} MB", rows > 0 ? "," : ":", static_cast<double>(bytes) / 1e6);
  console_.live(first_code_points(text, console_.width() - 1));
}

void terminal_listener::worked() {
  console_.live({});
}

bool terminal_listener::asks() const {
  return !settings_.yes && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

// Reads a line of standard input; nullopt: the input ended, or a signal came.
std::optional<std::string> terminal_listener::read_answer() const {
  std::string answer;
  while (answer.size() < longest_answer) {
    if (stop_.first() != 0) return std::nullopt;
    pollfd wanted{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&wanted, 1, look_again_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    char c = 0;
    const auto got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    if (c == '\n') return answer;
    answer += c;
  }
  return answer;
}

std::optional<bool> terminal_listener::agrees(const app::announcement& a) {
  for (const auto& line : announce(a, settings_)) console_.line(line);
  // The error is ignored: if the prompt cannot be shown, reading the answer fails too.
  static_cast<void>(write_all(STDERR_FILENO, "Apply this? [y/N] "));
  const auto answer = read_answer();
  if (answer && stop_.first() == 0) return is_yes(*answer);
  static_cast<void>(write_all(STDERR_FILENO, "\n"));
  return std::nullopt;
}

void terminal_listener::announced(const app::announcement& a) {
  for (const auto& line : announce(a, settings_)) log_.note(line);
}

void terminal_listener::finished_before(const std::string& input_name, wall_time when,
                                        const app::summary& facts) {
  log_.note(fmt::format("{}: finished on {}: {}; nothing is sent (--again applies it once more)", input_name,
                        date_and_time(when), counts_in_words(facts.counts)));
  if (const auto line = failures_line(facts.counts, facts.ledger); !line.empty()) log_.note(line);
}

void terminal_listener::failed(const client::failed_row& row) {
  log_.warning(failure_in_words(row));
}

void terminal_listener::contradicted(client::progress_counters::request_class which,
                                     const rate_window& configured, const rate_window& said) {
  log_.note("hint: " + contradiction_in_words(which, configured, said));
}

void terminal_listener::listed(const client::snapshot_facts& facts) {
  log_.note(snapshot_in_words(facts));
}

time_point terminal_listener::moving(const client::progress_counters& counters,
                                     const policy::pacer_options& writes, time_point now) {
  return progress_.look(counters, writes, now);
}

void terminal_listener::moved_on() {
  progress_.over();
}

void terminal_listener::ended(const app::ending& e) {
  for (const auto& line : closing_lines(e)) log_.note(line);
}

void terminal_listener::concluded(const app::conclusion& c) {
  if (c.exit_code == app::exit_success || log_.says_errors()) return;
  if (settings_.verbosity >= 0 && log_.says_anything()) return;
  const auto pending = c.facts.pending > 0
                           ? fmt::format(", {} pending", counted(c.facts.pending, "row", "rows"))
                           : std::string{};
  std::string why{c.sum};
  if (why.empty() && c.signal != 0) {
    why = fmt::format("stopped by {}{}; {}", app::signal_name(c.signal), pending, c.interrupted);
  } else if (why.empty() && c.exit_code == app::exit_some_failed) {
    why = fmt::format("{}: {}", counted(c.facts.rows, "row", "rows"), counts_in_words(c.facts.counts));
    if (const auto line = failures_line(c.facts.counts, c.facts.ledger); !line.empty()) why += "; " + line;
  } else if (why.empty()) {
    why = "stopped: " + (c.facts.stop_reason.empty() ? std::string{"not finished"} : c.facts.stop_reason);
    if (!pending.empty()) why += fmt::format("{}; {}", pending, c.interrupted);
  }
  log_.error(why);
}

std::string terminal_listener::command(const app::next_command& next) const {
  using enum app::next_command::what;
  const resumption from{arguments_, settings_.input_path, next.input, next.ledger, next.format};
  switch (next.is) {
    case resume:
      return resume_command(from);
    case fresh:
      return fresh_command(from);
    case retry:
      return retry_command(from, next.outcomes);
    case verify:
      return command_to_verify({arguments_, {}, {}, next.ledger, next.format});
    case status:
      return "pawl status " + shell_path(next.ledger);
  }
  return {};
}

}  // namespace pawl::cli
