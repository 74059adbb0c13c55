#include "engine/http/address_race.hpp"

#include "engine/async/wakeup.hpp"
#include "engine/sys/clock.hpp"

#include <algorithm>
#include <utility>

namespace pawl::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::vector<tcp::endpoint> families_in_turn(const std::vector<tcp::endpoint>& in) {
  std::vector<tcp::endpoint> first, second, out;
  for (const auto& e : in) (e.protocol() == in.front().protocol() ? first : second).push_back(e);
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  return out;
}

struct address_race::impl : std::enable_shared_from_this<address_race::impl> {
  struct attempt {
    tcp::socket socket;
    error_code why;
    bool ended = false;
  };

  asio::io_context& io;
  const std::vector<tcp::endpoint> endpoints;
  std::vector<attempt> attempts;  // each for the endpoint of the same position; never moved
  async::wakeup alarm;
  std::optional<std::size_t> winner;
  bool over = false;

  impl(asio::io_context& context, std::vector<tcp::endpoint> all)
      : io(context), endpoints(std::move(all)), alarm(context) {
    attempts.reserve(endpoints.size());
  }

  void start_next() {
    const auto place = attempts.size();
    auto& one = attempts.emplace_back(attempt{tcp::socket{io}, {}, false});
    one.socket.open(endpoints[place].protocol(), one.why);
    if (one.why) {
      one.ended = true;
      return;
    }
    one.socket.async_connect(endpoints[place], [self = shared_from_this(), place](const error_code& error) {
      self->ended(place, error);
    });
  }

  void ended(std::size_t place, const error_code& error) {
    if (over) return;
    attempts[place].ended = true;
    attempts[place].why = error;
    if (!error && !winner) winner = place;
    alarm.wake();
  }

  bool all_ended() const {
    return std::ranges::all_of(attempts, [](const attempt& a) { return a.ended; });
  }

  // Attempts under way end with an error that nobody looks at.
  void finish() {
    over = true;
    for (std::size_t i = 0; i < attempts.size(); ++i) {
      error_code ignored;
      if (winner != i) attempts[i].socket.close(ignored);
    }
  }
};

address_race::address_race(asio::io_context& io, std::vector<tcp::endpoint> endpoints)
    : impl_(std::make_shared<impl>(io, std::move(endpoints))) {}

address_race::~address_race() {
  impl_->winner.reset();
  impl_->finish();
}

asio::awaitable<void> address_race::run() {
  auto& race = *impl_;
  while (!race.over && !race.winner) {
    if (race.attempts.size() < race.endpoints.size()) race.start_next();
    const bool more = race.attempts.size() < race.endpoints.size();
    if (more && race.attempts.back().ended) continue;  // it could not even begin: start the next one
    if (!more && race.all_ended()) break;
    const auto next = more ? clock::now() + attempt_delay : time_point::max();
    for (;;) {
      const auto ended = std::ranges::count_if(race.attempts, &impl::attempt::ended);
      co_await race.alarm.sleep(next);
      if (race.over || race.winner || clock::now() >= next) break;
      // After a failure the next attempt begins at once, if there is one.
      const bool failed = std::ranges::count_if(race.attempts, &impl::attempt::ended) > ended;
      if (failed && (more || race.all_ended())) break;
    }
  }
  race.finish();
}

void address_race::cancel() {
  impl_->over = true;
  impl_->alarm.wake();
}

std::optional<tcp::socket> address_race::take() {
  const auto winner = std::exchange(impl_->winner, std::nullopt);
  if (!winner) return std::nullopt;
  return std::move(impl_->attempts[*winner].socket);
}

address_race::defeat address_race::last() const {
  const auto& race = *impl_;
  if (race.attempts.empty()) return {race.endpoints.front(), {}, 0};
  const auto& one = race.attempts.back();
  return {race.endpoints[race.attempts.size() - 1], one.ended ? one.why : error_code{}, race.attempts.size()};
}

}  // namespace pawl::http
