#include "engine/run/worker.hpp"

#include "engine/client/attempt.hpp"
#include "engine/policy/run_signs.hpp"
#include "engine/run/outcome_records.hpp"
#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <utility>

namespace pawl::run {
namespace asio = boost::asio;
namespace event = policy::event;
namespace action = policy::action;
using policy::request_kind;

worker::worker(run_context& shared)
    : sender(shared),
      job_(std::make_unique<job_in_hand>(shared.profile, shared.reader, shared.resources, shared.step)) {}

asio::awaitable<void> worker::run() {
  co_await shared_.places.take(alarm_, job_places::taker::has_none);
  now_ = clock::now();
  for (;;) {
    if (shared_.places.surplus()) {
      shared_.places.give_back();
      co_await shared_.places.take(alarm_, job_places::taker::has_none);
      now_ = clock::now();
    }
    auto got = try_take();
    while (!got) {
      co_await shared_.feed.change(alarm_, shared_.parked.next_due());
      now_ = clock::now();
      got = try_take();
    }
    if (got == job_feed::taken::ended) {
      shared_.places.give_back();
      co_return;
    }
    if (got == job_feed::taken::invalid) {
      co_await record_invalid();
      now_ = clock::now();
      continue;
    }
    if (!goes_on_ && !shared_.begin(*job_)) continue;
    const auto how = co_await carry_out();
    let_go_of_connections();
    if (how == left::parked) {
      if (!job_)
        job_ =
            std::make_unique<job_in_hand>(shared_.profile, shared_.reader, shared_.resources, shared_.step);
    } else {
      shared_.feed.finished(job_->job.id);
    }
  }
}

// A job that was parked and is due comes before a new one. Unset: neither is there yet.
std::optional<job_feed::taken> worker::try_take() {
  if (auto due = shared_.unpark(now_)) {
    job_ = std::move(due);
    goes_on_ = true;
    return job_feed::taken::job;
  }
  goes_on_ = false;
  const auto got = shared_.feed.try_take(job_->buffer, bad_);
  if (got == job_feed::taken::ended && !shared_.parked.empty()) return std::nullopt;
  return got;
}

asio::awaitable<void> worker::record_invalid() {
  std::string words;
  const auto entry = record_of(bad_, words);
  co_await shared_.record(entry);
}

// Tries without a coroutine first what usually needs no waiting: between a reply and the next request then
// stands no coroutine but the exchange, and the clock is read once.
// The frame must not outgrow what Asio keeps for reuse (1,020 bytes): each job would cost an allocation. So
// functions of their own do what needs no waiting.
asio::awaitable<worker::left> worker::carry_out() {
  policy::step_event happened = event::started{};
  if (goes_on_) happened = event::woke{};
  for (;;) {
    const auto next = step_on(happened);
    if (std::holds_alternative<action::queue_for_write>(next)) {
      books_.give_back_slot();
      let_go_of_connections();
      if (books_.is_held(request_kind::write, *job_, happened)) continue;
      const auto lead = std::get<action::queue_for_write>(next).lead;
      bool near = shared_.line.is_near(write_place(), now_, lead);
      if (!near) {
        near = co_await shared_.line.near_due(write_place(), lead);
        now_ = clock::now();
      }
      if (near)
        happened = event::near_due{};
      else
        happened = event::cancelled{};
    } else if (const auto* wanted_read = std::get_if<action::read>(&next)) {
      if (books_.is_held(request_kind::read, *job_, happened)) continue;
      // A coroutine around read() could do this, but its frame, the third, would be allocated for each job.
      if (wanted_read->keeps_connection && !kept_) kept_ = std::move(connection_);
      const auto how = co_await read(job_.get(), nullptr);
      now_ = clock::now();
      happened = event::cancelled{};
      if (how != client::turn::cancelled) happened = event::read_replied{&fact_, books_.is_trial()};
    } else if (const auto* wanted = std::get_if<action::lease>(&next)) {
      if (take_idle_connection(wanted->need)) {
        happened = event::leased{};
      } else {
        happened = co_await fetch_connection(wanted->need);
        now_ = clock::now();
      }
    } else if (std::holds_alternative<action::await_grant>(next)) {
      if (kept_) take_kept_connection();
      if (shared_.line.try_grant(write_place(), now_)) {
        happened = event::granted{};
      } else {
        happened = co_await await_grant();
        connection_.waited();
        now_ = clock::now();
      }
    } else if (const auto* intent = std::get_if<action::commit_intent>(&next)) {
      happened = co_await commit_intent(*intent);
      connection_.waited();
      now_ = clock::now();
    } else if (const auto* request = std::get_if<action::send>(&next)) {
      const auto started = begin_send(*request);
      fact_ = co_await connection_.exchange(request_, started + shared_.options.transport.attempt_timeout);
      end_send(started);
      happened = event::replied{&fact_, books_.is_trial()};
    } else if (const auto* wait = std::get_if<action::sleep>(&next)) {
      let_go_of_connections();
      shared_.line.leave(write_place());
      books_.abandon_trial();
      if (shared_.park(job_, *wait)) co_return left::parked;
      co_await sleep_here(*wait);
      happened = event::woke{};
    } else if (const auto* stop = std::get_if<action::stop_run>(&next)) {
      bool renewed = false;
      if (stop->may_have_new_key) renewed = co_await key_renewed();
      now_ = clock::now();
      if (renewed) {
        happened = event::token_changed{};
      } else {
        stop_for(*stop);
        happened = event::cancelled{};
      }
    } else if (const auto* done = std::get_if<action::finish>(&next)) {
      shared_.line.leave(write_place());
      books_.ended(*job_, *done, now_);
      const auto entry = record_of(*job_, *done);
      if (!shared_.try_record(entry)) {
        co_await shared_.record(entry);
        now_ = clock::now();
      }
      co_return left::ended;
    } else {
      books_.give_back_slot();
      shared_.line.leave(write_place());
      books_.abandon_trial();
      if (std::get<action::leave_pending>(next).withdraw_intent)
        shared_.ledger.withdraw_intent(job_->job.row);
      co_return left::ended;
    }
  }
}

// Feeds the step, and the books with what it made of an attempt or a read.
policy::step_action worker::step_on(const policy::step_event& happened) {
  auto& step = job_->step;
  auto around = shared_.around(now_);
  if (std::holds_alternative<event::replied>(happened)) {
    around.jitter01 = shared_.jitter();
    if (fact_.status >= 300) around.wall = wall_now();
    auto next = step.resume(happened, around);
    books_.judged(request_kind::write, *job_, fact_, connection_, now_);
    return next;
  }
  if (std::holds_alternative<event::read_replied>(happened)) {
    around.jitter01 = shared_.jitter();
    around.wall = wall_now();
    auto next = step.resume(happened, around);
    books_.judged(request_kind::read, *job_, fact_, connection_, now_);
    return next;
  }
  if (shared_.stopping) return step.resume(event::cancelled{}, around);
  return step.resume(happened, around);
}

// Takes the connection that was opened before the read. Nothing may need the reply to the read any more.
void worker::take_kept_connection() {
  connection_ = std::move(kept_);
  connection_.waited();
}

void worker::let_go_of_connections() {
  connection_ = {};
  if (kept_) kept_ = {};
}

asio::awaitable<policy::step_event> worker::commit_intent(action::commit_intent what) {
  const auto intent = shared_.intent_of(*job_, what);
  const auto committed = co_await shared_.ledger.commit(intent);
  if (committed) co_return event::intent_committed{};
  shared_.order_stop({"ledger", committed.error(), {}});
  co_return event::cancelled{};
}

// What stands before and after the exchange. A coroutine around it would have the third frame, and Asio keeps
// two for reuse: it would be allocated for each job.
time_point worker::begin_send(const action::send& what) {
  const auto& writer = shared_.keys.writer();
  const api::request_writer::write_terms terms{what.guards, job_->key};
  if (what.body.empty())
    writer.write_patch(request_, job_->job.id, what.values, terms);
  else
    writer.write_body(request_, job_->job.id, what.body, terms);
  token_version_ = shared_.keys.version();
  const auto started = clock::now();
  job_->sent_at = wall_now();
  books_.sent(request_kind::write, *job_, started);
  return started;
}

void worker::end_send(time_point started) {
  now_ = clock::now();
  books_.received();
  job_->latency_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now_ - started).count());
  shared_.progress.latency.add(job_->latency_us);
  shared_.interval_latency.add(job_->latency_us);
}

// Waits in the slot, because there was no room to park the job. Its place goes to others meanwhile.
asio::awaitable<void> worker::sleep_here(action::sleep wait) {
  shared_.places.give_back();
  for (;;) {
    const auto due = shared_.parked.due(wait);
    if (shared_.stopping || due <= clock::now()) break;
    shared_.sleeping.push_back(&alarm_);
    co_await alarm_.sleep(due);
    std::erase(shared_.sleeping, &alarm_);
  }
  co_await shared_.places.take(alarm_, job_places::taker::has_job);
  now_ = clock::now();
}

}  // namespace pawl::run
