#include "engine/run/sender.hpp"

#include "engine/client/read_client.hpp"
#include "engine/policy/run_signs.hpp"
#include "engine/sys/clock.hpp"

#include <utility>
#include <vector>

namespace pawl::run {
namespace asio = boost::asio;
namespace event = policy::event;
using policy::request_kind;

namespace {

http::freshness freshness_for(policy::connection_need need) {
  switch (need) {
    case policy::connection_need::any:
      return http::freshness::any;
    case policy::connection_need::fresh:
      return http::freshness::fresh;
    case policy::connection_need::unused:
      break;
  }
  return http::freshness::unused;
}

}  // namespace

// Waits while the breaker holds the run; false: the run is stopping. The job leaves the lines meanwhile: only
// the head of a line is granted, and the one job that may try could stand behind it.
asio::awaitable<bool> sender::admitted() {
  while (!shared_.stopping) {
    if (books_.is_admitted()) co_return true;
    shared_.line.leave(write_place());
    shared_.read_line.leave(books_.place(request_kind::read));
    shared_.held.push_back(&alarm_);
    co_await alarm_.sleep();
    std::erase(shared_.held, &alarm_);
  }
  co_return false;
}

bool sender::take_idle_connection(policy::connection_need need) {
  if (shared_.breaker.state() != policy::breaker::circuit::closed) return false;
  connection_ = {};
  connection_ = shared_.pool.take_idle(freshness_for(need));
  return static_cast<bool>(connection_);
}

asio::awaitable<policy::step_event> sender::fetch_connection(policy::connection_need need) {
  if (shared_.breaker.state() != policy::breaker::circuit::closed) {
    const bool go = co_await admitted();
    if (!go) co_return event::cancelled{};
  }
  connection_ = {};
  auto got = co_await shared_.pool.acquire(freshness_for(need));
  if (got.connection) {
    connection_ = std::move(got.connection);
    co_return event::leased{};
  }
  keep_fact(got);
  shared_.line.leave(write_place());
  co_return event::replied{&fact_, books_.is_trial()};
}

void sender::keep_fact(const http::acquired& failed) {
  fact_ = failed.fact;
  detail_ = fact_.detail;
  fact_.detail = detail_;
}

asio::awaitable<policy::step_event> sender::await_grant() {
  const auto answer = co_await shared_.line.grant(write_place());
  if (answer == client::send_line::answer::delayed) co_return event::delayed{};
  if (answer == client::send_line::answer::cancelled) co_return event::cancelled{};
  co_return event::granted{};
}

// A coroutine between this and the worker's would have the third frame, and Asio keeps two for reuse.
asio::awaitable<client::turn> sender::read(const job_in_hand* row, const api::call* rows) {
  auto& place = books_.place(request_kind::read);
  http::acquired got;
  for (auto mine = client::turn::delayed; mine != client::turn::taken;) {
    connection_ = {};
    const bool go = co_await admitted();
    if (!go) co_return client::turn::cancelled;
    mine = co_await client::take_turn(shared_.read_line, place, shared_.pool, got);
    if (mine == client::turn::cancelled) co_return mine;
    if (mine == client::turn::unreachable) {
      keep_fact(got);
      co_return mine;
    }
  }
  if (shared_.stopping) {  // between the grant and here
    shared_.read_line.give_back(place, clock::now());
    co_return client::turn::cancelled;
  }
  connection_ = std::move(got.connection);
  const auto& writer = shared_.keys.writer();
  if (rows != nullptr)
    writer.write_call(request_, *rows);
  else
    writer.write_read(request_, row->job.id);
  token_version_ = shared_.keys.version();
  const auto started = clock::now();
  if (rows != nullptr)
    books_.sent_shared(request_kind::read, false, started);
  else
    books_.sent(request_kind::read, *row, started);
  fact_ = co_await connection_.exchange(request_, started + shared_.options.transport.attempt_timeout);
  books_.received();
  co_return client::turn::taken;
}

// The connection stays held meanwhile, because the words of the 401 are in its buffer.
asio::awaitable<bool> sender::key_renewed() {
  return shared_.asking->another_key(token_version_);
}

// A run that is stopping waits for no key, so the row stays pending, and the 401 is no reason of its own.
void sender::stop_for(const policy::action::stop_run& why) {
  if (why.may_have_new_key && shared_.stopping) return;
  if (why.may_have_new_key && shared_.keys.fault())
    shared_.order_stop({"key", *shared_.keys.fault(), {}});
  else
    shared_.order_stop(policy::order_of(why));
}

}  // namespace pawl::run
