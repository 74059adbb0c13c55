#include "engine/app/confirmation.hpp"

#include "engine/app/api_session.hpp"
#include "engine/app/ledger_refusals.hpp"
#include "engine/model/option.hpp"

#include <optional>
#include <string>

namespace pawl::app {
namespace {

namespace asio = boost::asio;

asio::awaitable<expected<client::account_info>> identify(api_session& api, ledger_choice& choice,
                                                         session& s) {
  auto who = co_await api.identify();
  if (!who) co_return who;
  if (auto refused = refuse_account(choice.target(), {}, who->account, s.settings().ledger_path))
    co_return *std::move(refused);
  co_return who;
}

std::uint64_t pending_rows(session& s, ledger_choice& choice) {
  const auto& facts = s.facts();
  auto pending = facts.pending;
  for (const auto o : s.settings().retry) pending += facts.counts[o];
  return choice.decision() == ledger::run_decision::go_on ? pending : choice.report()->rows;
}

}  // namespace

status confirm(session& s, ledger_choice& choice) {
  auto survey = choice.survey();
  if (!choice.report())
    if (auto counted = choice.count(*choice.newest()); !counted) return counted;
  if (!survey) {
    // Earlier versions wrote no counts into the ledger, and a profile may say something else of its fields
    // than it did: then what is about to be applied is counted by a pass of its own.
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
    // Leaving this scope releases the quota lock; the run takes it again.
    api_session api(s);
    if (auto opened = api.open(); !opened) return opened;
    auto who = api.run(identify(api, choice, s));
    if (!who) return std::move(who.error());
    auto target = choice.target();
    target.account = who->account;
    a.target = target_in_words(target);
    a.key_label = api.key_label();
  }
  a.input_name = choice.input().name;
  a.ledger_path = s.settings().ledger_path;
  a.rows = survey->rows;
  a.pending = pending;
  a.facts = &choice.input().source.facts();
  a.report = &*survey;
  a.profile = &s.settings().profile;

  const auto answer = s.say().agrees(a);
  if (auto stopped = choice.interrupted()) return *stopped;
  if (answer && *answer) return {};
  s.facts().stop_reason = "declined";
  return failure{failure_kind::usage, "", "not confirmed: nothing was sent",
                 "answer y to apply it, or give " + to_string(option::yes) + " to be not asked"};
}

}  // namespace pawl::app
