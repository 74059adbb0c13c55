#include "cli/terminal/confirmation.hpp"

#include "cli/words.hpp"
#include "engine/app/api_session.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/sys/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>

#include <poll.h>
#include <unistd.h>

namespace pawl::cli {
namespace {

namespace asio = boost::asio;

constexpr int look_again_ms = 200;  // for a signal that came between two polls; chosen
constexpr std::size_t longest_answer = 1024;

// A line of standard input; nullopt: it ended, or a signal came.
std::optional<std::string> read_answer(app::session& s) {
  std::string answer;
  while (answer.size() < longest_answer) {
    if (s.signals().first() != 0) return std::nullopt;
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

asio::awaitable<expected<client::account_info>> identify(app::api_session& api, app::ledger_choice& choice,
                                                         app::session& s) {
  auto who = co_await api.identify();
  if (!who) co_return who;
  if (auto refused = app::refuse_account(choice.target(), {}, who->account, s.settings().ledger_path))
    co_return *std::move(refused);
  co_return who;
}

std::uint64_t pending_rows(app::session& s, app::ledger_choice& choice) {
  const auto& facts = s.facts();
  auto pending = facts.pending;
  for (const auto o : s.settings().retry) pending += facts.counts[o];
  return choice.decision() == ledger::run_decision::go_on ? pending : choice.report()->rows;
}

}  // namespace

bool asks(const config::settings& settings) {
  return !settings.yes && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

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

status confirm(app::session& s, app::ledger_choice& choice) {
  // What an earlier invocation has validated is looked through again: the fields in use are not in the
  // ledger.
  std::optional<input::validation_report> survey = choice.report();
  if (!survey) {
    if (auto counted = choice.count(*choice.newest()); !counted) return counted;
    const auto on_progress = [&s](std::uint64_t rows, std::uint64_t bytes) {
      s.show_work("reading", rows, bytes);
    };
    auto looked =
        input::validate(choice.input().source, s.settings().profile, on_progress, &s.signals().came());
    s.hide_work();
    if (auto stopped = choice.interrupted()) return *stopped;
    if (!looked) return std::move(looked.error());
    survey = *std::move(looked);
  }

  announcement a;
  const auto pending = pending_rows(s, choice);
  if (pending == 0) return {};
  {
    // The quota's lock goes with it: the run takes it again.
    app::api_session api(s);
    if (auto opened = api.open(); !opened) return opened;
    auto who = api.run(identify(api, choice, s));
    if (!who) return std::move(who.error());
    auto target = choice.target();
    target.account = who->account;
    a.target = app::target_in_words(target);
    a.key_label = api.key_label();
  }
  a.input_name = choice.input().name;
  a.ledger_path = s.settings().ledger_path;
  a.rows = survey->rows;
  a.pending = pending;
  a.facts = &choice.input().source.facts();
  a.report = &*survey;
  for (const auto& line : announce(a, s.settings())) s.terminal().line(line);

  // A prompt that cannot be shown cannot be answered: reading says so.
  static_cast<void>(write_all(STDERR_FILENO, "Apply this? [y/N] "));
  const auto answer = read_answer(s);
  if (auto stopped = choice.interrupted()) {
    static_cast<void>(write_all(STDERR_FILENO, "\n"));
    return *stopped;
  }
  if (answer && is_yes(*answer)) return {};
  if (!answer) static_cast<void>(write_all(STDERR_FILENO, "\n"));
  s.facts().stop_reason = "declined";
  return failure{failure_kind::usage, "", "not confirmed: nothing was sent",
                 "answer y to apply it, or give --yes to be not asked"};
}

}  // namespace pawl::cli
