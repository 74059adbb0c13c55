#include "engine/run/batch_worker.hpp"

#include "engine/api/batch_requests.hpp"
#include "engine/policy/run_signs.hpp"
#include "engine/run/outcome_records.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <algorithm>
#include <utility>

namespace pawl::run {
namespace asio = boost::asio;
namespace event = policy::event;
namespace action = policy::action;
using policy::request_kind;

namespace {

bool is_over(const batch_row& row) noexcept {
  return row.job == nullptr;
}
bool is_there(const batch_row& row) noexcept {
  return row.job != nullptr;
}

}  // namespace

std::size_t batch_worker::rows_of(const api::profile& p) noexcept {
  return std::min<std::size_t>(p.write_many.size, parked_jobs::most);
}

std::uint32_t batch_worker::slots_for(const api::profile& p, std::uint32_t concurrency) noexcept {
  const auto most = std::max<std::size_t>(1, parked_jobs::most / rows_of(p));
  return std::min(concurrency, static_cast<std::uint32_t>(most));
}

batch_worker::batch_worker(run_context& shared)
    : sender(shared),
      most_(rows_of(shared.profile)),
      reads_together_(api::can_read_many(shared.profile)),
      written_(shared.profile, shared.profile.write_many) {
  if (reads_together_) read_.emplace(shared.profile, shared.profile.read_many);
}

asio::awaitable<void> batch_worker::run() {
  co_await shared_.places.take(alarm_, job_places::taker::has_none);
  for (;;) {
    if (shared_.places.surplus()) {
      shared_.places.give_back();
      co_await shared_.places.take(alarm_, job_places::taker::has_none);
    }
    now_ = clock::now();
    co_await take_rows();
    auto gathered = time_point::max();
    while (may_gather(gathered)) {
      if (!rows_.empty()) gathered = std::min(gathered, now_ + longest_gathering);
      co_await shared_.feed.change(alarm_, std::min(gathered, shared_.parked.next_due()));
      now_ = clock::now();
      co_await take_rows();
    }
    if (rows_.empty()) {
      shared_.places.give_back();
      co_return;
    }
    co_await carry_out();
    let_go();
  }
}

void batch_worker::add(std::unique_ptr<job_in_hand> job) {
  rows_.push_back({std::move(job), action::leave_pending{}, static_cast<std::uint32_t>(most_)});
}

// What was parked and is due comes before new rows.
asio::awaitable<void> batch_worker::take_rows() {
  const policy::step_event started = event::started{}, woke = event::woke{};
  is_dry_ = has_ended_ = false;
  while (rows_.size() < most_) {
    if (auto due = shared_.unpark(now_)) {
      add(std::move(due));
      co_await tell(rows_.size() - 1, woke);
      drop_ended();
      continue;
    }
    if (spares_.empty())
      spares_.push_back(
          std::make_unique<job_in_hand>(shared_.profile, shared_.reader, shared_.resources, shared_.step));
    auto& job = spares_.back();
    const auto got = shared_.feed.try_take(job->buffer, bad_);
    is_dry_ = !got || got == job_feed::taken::ended;
    has_ended_ = got == job_feed::taken::ended && shared_.parked.empty();
    if (is_dry_) break;
    if (got == job_feed::taken::invalid) {
      std::string words;
      const auto entry = record_of(bad_, words);
      co_await shared_.record(entry);
      continue;
    }
    if (!shared_.begin(*job)) continue;
    job->sent_with = may_be_written_with_others(job->job) ? with_any : shared_.next_number();
    add(std::move(job));
    spares_.pop_back();
    co_await tell(rows_.size() - 1, started);
    drop_ended();
  }
}

// Without rows nothing else is to be done.
bool batch_worker::may_gather(time_point until) const {
  if (rows_.empty()) return !has_ended_;
  const bool more_may_come = is_dry_ && !has_ended_ && !shared_.feed.is_down_to(rows_.size());
  return waits_for_more({rows_.size(), most_, more_may_come, now_, until});
}

bool batch_worker::may_take() const {
  const auto is_on_its_way = [](const batch_row& r) {
    return wants<action::lease>(r) || wants<action::await_grant>(r);
  };
  return rows_.size() <= most_ / 2 && !is_dry_ && !has_ended_ && now_ < fill_until_ &&
         std::ranges::none_of(rows_, is_on_its_way);
}

asio::awaitable<void> batch_worker::carry_out() {
  fill_until_ = time_point::max();
  const policy::step_event cancelled = event::cancelled{};
  for (;;) {
    now_ = clock::now();
    const batch_facts facts{reads_together_ && !reads_are_broken_, may_take()};
    const auto turn = next_turn(rows_, facts);
    if (shared_.stopping && turn != batch_turn::send && turn != batch_turn::none) {
      co_await tell_all_that(is_there, cancelled);
      drop_ended();
      continue;
    }
    switch (turn) {
      case batch_turn::send:
        co_await send();
        break;
      case batch_turn::commit:
        co_await commit();
        break;
      case batch_turn::stop:
        co_await stop();
        break;
      case batch_turn::read:
        co_await read_several();
        break;
      case batch_turn::line_up:
        co_await line_up();
        break;
      case batch_turn::take:
        co_await take_rows();
        break;
      case batch_turn::wait:
        co_await wait();
        break;
      case batch_turn::lease:
        co_await lease();
        break;
      case batch_turn::grant:
        co_await grant();
        break;
      case batch_turn::read_alone:
        co_await read_alone();
        break;
      case batch_turn::sleep:
        co_await sleep();
        break;
      case batch_turn::none:
        co_return;
    }
    drop_ended();
  }
}

// No row is left: what was held for them goes back.
void batch_worker::let_go() {
  books_.give_back_slot();
  shared_.line.leave(write_place());
  books_.abandon_trial();
  connection_ = {};
  kept_ = {};
}

policy::step_action batch_worker::resume(batch_row& row, const policy::step_event& happened) {
  auto around = shared_.around(now_);
  if (std::holds_alternative<event::replied>(happened) ||
      std::holds_alternative<event::shared_refused>(happened) ||
      std::holds_alternative<event::read_replied>(happened)) {
    around.jitter01 = jitter_;
    around.wall = wall_now();
    return row.job->step.resume(happened, around);
  }
  if (shared_.stopping) return row.job->step.resume(event::cancelled{}, around);
  return row.job->step.resume(happened, around);
}

asio::awaitable<void> batch_worker::tell(std::size_t position, policy::step_event happened) {
  auto& row = rows_[position];
  row.next = resume(row, happened);
  co_await settle(position);
}

asio::awaitable<void> batch_worker::settle(std::size_t position) {
  auto& row = rows_[position];
  if (const auto* done = std::get_if<action::finish>(&row.next)) {
    books_.ended(*row.job, *done, now_);
    const auto entry = record_of(*row.job, *done);
    if (!shared_.try_record(entry)) co_await shared_.record(entry);
  } else if (const auto* left = std::get_if<action::leave_pending>(&row.next)) {
    if (left->withdraw_intent) shared_.ledger.withdraw_intent(row.job->job.row);
  } else if (const auto* pause = std::get_if<action::sleep>(&row.next)) {
    shared_.park(row.job, *pause);
    co_return;
  } else {
    co_return;
  }
  shared_.feed.finished(row.job->job.id);
  spares_.push_back(std::move(row.job));
}

asio::awaitable<void> batch_worker::tell_all_that(bool (*want)(const batch_row&),
                                                  policy::step_event happened) {
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (!is_over(rows_[i]) && want(rows_[i])) co_await tell(i, happened);
}

void batch_worker::drop_ended() {
  std::erase_if(rows_, is_over);
}

// ---- the way to the wire ----

asio::awaitable<void> batch_worker::line_up() {
  books_.give_back_slot();
  connection_ = {};
  const auto lead = std::get<action::queue_for_write>(std::ranges::find_if(rows_, lines_up)->next).lead;
  bool near = shared_.line.is_near(write_place(), now_, lead);
  if (!near) near = co_await shared_.line.near_due(write_place(), lead);
  now_ = clock::now();
  policy::step_event happened = event::cancelled{};
  if (near) happened = event::near_due{};
  co_await tell_all_that(lines_up, happened);
}

asio::awaitable<void> batch_worker::wait() {
  books_.give_back_slot();
  connection_ = {};
  bool near = shared_.line.is_near(write_place(), now_);
  if (!near) near = co_await shared_.line.near_due(write_place());
  now_ = clock::now();
  policy::step_event happened = event::cancelled{};
  if (near) happened = event::near_due{};
  co_await tell_all_that(wants<action::queue_for_write>, happened);
}

// The rows that go together in the next request. Where others went before them, their place in the line is a
// new one, so they wait for it without a connection.
asio::awaitable<void> batch_worker::lease() {
  if (!shared_.line.is_near(write_place(), now_)) {
    const bool near = co_await shared_.line.near_due(write_place());
    if (!near) co_return;  // the run is stopping
    now_ = clock::now();
  }
  kept_ = {};
  choose_for_lease(rows_, most_, chosen_);
  const auto need = std::get<action::lease>(rows_[chosen_.front()].next).need;
  policy::step_event happened = event::leased{};
  if (!take_idle_connection(need)) happened = co_await fetch_connection(need);
  now_ = clock::now();
  if (!std::holds_alternative<event::replied>(happened)) {
    for (const auto i : chosen_) co_await tell(i, happened);
    co_return;
  }
  jitter_ = shared_.jitter();
  const auto whole = judge_whole(request_kind::write, shared_.profile.write_many);
  std::get<event::replied>(happened).was_shared = chosen_.size() > 1;
  books_.judged_shared(request_kind::write, whole, fact_, now_);
  for (const auto i : chosen_) co_await tell(i, happened);
}

asio::awaitable<void> batch_worker::grant() {
  if (kept_) {
    connection_ = std::move(kept_);
    connection_.waited();
  }
  policy::step_event happened = event::granted{};
  if (!connection_) {
    happened = event::delayed{};
  } else if (!shared_.line.try_grant(write_place(), now_)) {
    happened = co_await await_grant();
    connection_.waited();
    now_ = clock::now();
  }
  if (std::holds_alternative<event::delayed>(happened)) connection_ = {};
  co_await tell_all_that(wants<action::await_grant>, happened);
  const auto goes_on = [](const batch_row& r) {
    return wants<action::commit_intent>(r) || wants<action::send>(r);
  };
  if (std::ranges::none_of(rows_, goes_on)) books_.give_back_slot();
}

asio::awaitable<void> batch_worker::commit() {
  std::vector<ledger::intent_record> intents;
  chosen_.clear();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto* what = std::get_if<action::commit_intent>(&rows_[i].next);
    if (what == nullptr) continue;
    chosen_.push_back(i);
    intents.push_back(shared_.intent_of(*rows_[i].job, *what));
  }
  const auto committed = co_await shared_.ledger.commit(intents);
  connection_.waited();
  now_ = clock::now();
  policy::step_event happened = event::intent_committed{};
  if (!committed) {
    shared_.order_stop({"ledger", committed.error(), {}});
    happened = event::cancelled{};
  }
  for (const auto i : chosen_) co_await tell(i, happened);
  if (std::ranges::none_of(rows_, wants<action::send>)) books_.give_back_slot();
}

asio::awaitable<void> batch_worker::stop() {
  const auto first = std::ranges::find_if(rows_, wants<action::stop_run>);
  const auto& why = std::get<action::stop_run>(first->next);
  bool renewed = false;
  if (why.may_have_new_key) renewed = co_await key_renewed();
  now_ = clock::now();
  policy::step_event happened = event::token_changed{};
  if (!renewed) {
    stop_for(why);
    happened = event::cancelled{};
  }
  connection_ = {};
  co_await tell_all_that(wants<action::stop_run>, happened);
}

// All rows wait, and there was no room to park them: they wait here, and their place goes to others.
asio::awaitable<void> batch_worker::sleep() {
  let_go();
  auto due = time_point::max();
  for (const auto& row : rows_) due = std::min(due, shared_.parked.due(std::get<action::sleep>(row.next)));
  if (due > now_) {
    shared_.places.give_back();
    shared_.sleeping.push_back(&alarm_);
    co_await alarm_.sleep(due);
    std::erase(shared_.sleeping, &alarm_);
    co_await shared_.places.take(alarm_, job_places::taker::has_job);
    now_ = clock::now();
  }
  const policy::step_event woke = event::woke{};
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto* pause = std::get_if<action::sleep>(&rows_[i].next);
    if (pause != nullptr && shared_.parked.due(*pause) <= now_) co_await tell(i, woke);
  }
}

}  // namespace pawl::run
