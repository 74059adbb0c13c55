#include "engine/run/worker.hpp"

#include "engine/policy/rate_headers.hpp"

#include <fmt/format.h>

namespace pawl::run {
namespace asio = boost::asio;
namespace event = policy::event;
namespace action = policy::action;

namespace {

wall_time wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace

worker::worker(run_context& shared)
    : shared_(shared),
      step_(shared.profile, shared.reader, shared.options.retry),
      place_(shared.io),
      alarm_(shared.io) {}

asio::awaitable<void> worker::run() {
  for (;;) {
    const auto got = co_await shared_.feed.take(buffer_, bad_, alarm_);
    if (got == job_feed::taken::ended) co_return;
    if (got == job_feed::taken::invalid) {
      const auto message =
          fmt::format("{}: {}", bad_.complaints.front().column, bad_.complaints.front().what);
      ledger::job_record record_of_bad;
      record_of_bad.row = bad_.row;
      record_of_bad.id = bad_.id;
      record_of_bad.outcome = outcome::invalid;
      record_of_bad.error_code = "invalid_row";
      record_of_bad.error_message = message;
      record_of_bad.raw = bad_.raw;
      co_await record(record_of_bad);
      continue;
    }
    job_ = buffer_.view();
    sent_at_ = {};
    latency_us_ = 0;
    step_.reset(job_);
    if (shared_.interrupted.contains(job_.row)) {
      ledger::job_record left;
      left.row = job_.row;
      left.id = job_.id;
      left.outcome = outcome::unknown;
      left.error_code = "interrupted";
      left.error_message = "the run was cut off after this request may have left";
      left.raw = job_.raw;
      left.attempts = 1;
      co_await record(left);
    } else {
      co_await carry_out();
    }
    connection_ = {};
    shared_.feed.finished(job_.id);
  }
}

asio::awaitable<void> worker::carry_out() {
  policy::step_event happened = event::started{};
  for (;;) {
    if (shared_.stopping) happened = event::cancelled{};
    auto next = step_.resume(happened, clock::now(), shared_.jitter());

    if (std::holds_alternative<action::send>(next)) {
      co_await exchange();
      next = judge_reply(clock::now());
      slot_.reset();
    }

    if (std::holds_alternative<action::queue_for_write>(next)) {
      connection_ = {};
      const bool near = co_await shared_.line.near_due(place_);
      if (near)
        happened = event::near_due{};
      else
        happened = event::cancelled{};
    } else if (const auto* wanted = std::get_if<action::lease>(&next)) {
      happened = co_await fetch_connection(wanted->need);
    } else if (std::holds_alternative<action::await_grant>(next)) {
      const auto answer = co_await shared_.line.grant(place_);
      if (answer == send_line::answer::granted) {
        slot_ = shared_.line.slot_of(place_);
        happened = event::granted{};
      } else if (answer == send_line::answer::delayed) {
        happened = event::delayed{};
      } else {
        happened = event::cancelled{};
      }
    } else if (std::holds_alternative<action::commit_intent>(next)) {
      happened = co_await commit_intent();
    } else if (const auto* sleep = std::get_if<action::sleep>(&next)) {
      connection_ = {};
      co_await pause_until(sleep->until);
      happened = event::woke{};
    } else if (const auto* stop = std::get_if<action::stop_run>(&next)) {
      if (stop->note.http_status == 401 && shared_.keys.renew(token_version_)) {
        happened = event::token_changed{};
      } else {
        stop_run(*stop);
        happened = event::cancelled{};
      }
    } else if (const auto* done = std::get_if<action::finish>(&next)) {
      shared_.rules.on_finish(done->result, done->note.http_status, done->differing);
      co_await record(outcome_record(*done));
      co_return;
    } else {
      if (slot_) shared_.writes.give_back(*slot_, clock::now());
      slot_.reset();
      shared_.line.leave(place_);
      if (std::get<action::leave_pending>(next).withdraw_intent) shared_.ledger.withdraw_intent(job_.row);
      co_return;
    }
  }
}

asio::awaitable<policy::step_event> worker::fetch_connection(policy::connection_need need) {
  auto got = co_await shared_.pool.acquire(need == policy::connection_need::fresh ? http::freshness::fresh
                                                                                  : http::freshness::any);
  if (got.connection) {
    connection_ = std::move(got.connection);
    co_return event::leased{};
  }
  fact_ = got.fact;
  detail_ = fact_.detail;
  fact_.detail = detail_;
  shared_.line.leave(place_);
  // Whether the run is to blame is judged by the step; what stops the run wants to know of every failure.
  const auto judged = policy::judge(shared_.profile, fact_, {}, job_.replay_safe);
  shared_.rules.on_attempt(judged, clock::now());
  co_return event::replied{&fact_};
}

asio::awaitable<policy::step_event> worker::commit_intent() {
  ledger::intent_record intent;
  intent.row = job_.row;
  intent.id = job_.id;
  intent.sent_at = wall_now();
  const auto committed = co_await shared_.ledger.commit(intent);
  if (committed) co_return event::intent_committed{};
  shared_.order_stop({"ledger", committed.error(), {}});
  co_return event::cancelled{};
}

asio::awaitable<void> worker::exchange() {
  shared_.keys.writer().write_patch(request_, job_.id, job_.patch);
  token_version_ = shared_.keys.version();
  const auto started = clock::now();
  sent_at_ = wall_now();
  shared_.writes.sent(*slot_, started);
  ++shared_.progress.writes;
  if (step_.attempts() > 0) ++shared_.progress.retries;
  ++shared_.progress.in_flight;
  fact_ = co_await connection_.exchange(request_, started + shared_.options.transport.attempt_timeout);
  --shared_.progress.in_flight;
  latency_us_ = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - started).count());
  shared_.progress.latency.add(latency_us_);
  shared_.interval_latency.add(latency_us_);
}

policy::step_action worker::judge_reply(time_point now) {
  auto next = step_.resume(event::replied{&fact_}, now, shared_.jitter());
  const auto& judged = step_.last();
  std::optional<policy::rate_facts> facts;
  if (fact_.reached == phase::answered) {
    facts = policy::read_rate_headers(shared_.profile.headers, fact_.headers, wall_now());
    facts->throttled = judged.is == api::verdict::throttled;
  }
  shared_.writes.closed(*slot_, now, facts, shared_.jitter());
  shared_.line.changed();
  shared_.rules.on_attempt(judged, now);
  if (judged.is == api::verdict::throttled) ++shared_.progress.throttled;
  return next;
}

asio::awaitable<void> worker::pause_until(time_point until) {
  shared_.sleeping.push_back(&alarm_);
  if (!shared_.stopping) co_await alarm_.sleep(until);
  std::erase(shared_.sleeping, &alarm_);
}

asio::awaitable<void> worker::record(ledger::job_record entry) {
  entry.finished_at = wall_now();
  while (shared_.ledger.health() && !shared_.ledger.put(entry)) co_await shared_.ledger.room();
  if (!shared_.ledger.health()) {
    shared_.order_stop({"ledger", shared_.ledger.health().error(), {}});
    co_return;
  }
  ++shared_.progress.now[entry.outcome];
  if (is_success(entry.outcome)) co_return;
  const failed_row failed{entry.row,           entry.id,        entry.outcome, entry.error_code,
                          entry.error_message, entry.request_id};
  shared_.progress.count_error(failed);
}

ledger::job_record worker::outcome_record(const action::finish& done) const {
  ledger::job_record entry;
  entry.row = job_.row;
  entry.id = job_.id;
  entry.outcome = done.result;
  entry.verified = done.how;
  entry.http_status = done.note.http_status;
  entry.error_code = done.note.code;
  entry.error_message = done.note.message;
  entry.request_id = done.note.request_id;
  entry.attempts = step_.attempts();
  entry.sent_at = sent_at_;
  entry.latency_us = latency_us_;
  entry.raw = job_.raw;
  return entry;
}

void worker::stop_run(const action::stop_run& stop) {
  policy::stop_order order;
  order.reason =
      stop.note.code.empty() ? fmt::format("http_{}", stop.note.http_status) : std::string(stop.note.code);
  order.why.kind = failure_kind::mend;
  order.why.what = stop.note.http_status == 0
                       ? std::string(stop.note.message)
                       : fmt::format("the API answered {}{}{}: {}", stop.note.http_status,
                                     stop.note.code.empty() ? "" : " ", stop.note.code, stop.note.message);
  if (!stop.note.request_id.empty()) order.why.what += fmt::format(" (request {})", stop.note.request_id);
  order.why.remedy = stop.remedy;
  shared_.order_stop(std::move(order));
}

}  // namespace pawl::run
