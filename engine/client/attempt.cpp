#include "engine/client/attempt.hpp"

#include "engine/sys/clock.hpp"
#include "engine/sys/wall_clock.hpp"

#include <utility>

namespace pawl::client {
namespace asio = boost::asio;

// Each of the three steps is tried without a coroutine first.
asio::awaitable<turn> take_turn(send_line& line, send_line::place& place, http::connection_pool& pool,
                                http::acquired& got) {
  got.connection = {};
  if (!line.is_near(place, clock::now())) {
    const bool near = co_await line.near_due(place);
    if (!near) co_return turn::cancelled;
  }
  got.connection = pool.take_idle(http::freshness::any);
  if (!got.connection) got = co_await pool.acquire(http::freshness::any);
  if (!got.connection) {
    line.leave(place);
    co_return turn::unreachable;
  }
  if (line.try_grant(place, clock::now())) co_return turn::taken;
  const auto answer = co_await line.grant(place);
  if (answer == send_line::answer::granted) {
    got.connection.waited();
    co_return turn::taken;
  }
  got.connection = {};
  co_return answer == send_line::answer::delayed ? turn::delayed : turn::cancelled;
}

std::optional<policy::rate_facts> rate_facts_of(const api::header_names& names, const attempt_fact& fact,
                                                bool throttled, const api::status_rule* rule) {
  std::optional<policy::rate_facts> facts;
  if (fact.reached != phase::answered) return facts;
  facts.emplace();
  if (policy::tells_of_rates(names, fact.headers))
    *facts = policy::read_rate_headers(names, fact.headers, wall_now());
  facts->throttled = throttled;
  if (throttled && rule != nullptr) policy::apply_rule(*facts, *rule);
  return facts;
}

}  // namespace pawl::client
