#include "cli/terminal/progress_ticker.hpp"

#include "cli/words.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace pawl::cli {

namespace {
// How often the counters are read for the rate, at least.
constexpr auto read_every = std::chrono::milliseconds{1000};
}  // namespace

progress_ticker::progress_ticker(boost::asio::io_context& context, config::progress_kind kind, console& out,
                                 log& to, const client::progress_counters& counters,
                                 const policy::pacer_options& writes)
    : timer_(context), kind_(kind), console_(out), log_(to), counters_(counters), writes_(writes) {}

void progress_ticker::show(time_point now) {
  if (kind_ == config::progress_kind::none) return;
  const auto view = look(counters_, writes_, meter_, now);
  if (kind_ == config::progress_kind::line)
    console_.live(render(view, console_.width() - 1));
  else
    log_.progress(render(view, 0));
}

void progress_ticker::tell_wait(time_point now) {
  const auto& why = counters_.waits_for;
  if (why == told_wait_) return;
  if (why.empty())
    log_.detail(fmt::format("going on after {}", in_words(now - waits_since_)));
  else if (counters_.waits_until && *counters_.waits_until > now)
    log_.detail(fmt::format("waiting for {}, {}", why, in_words(*counters_.waits_until - now)));
  else
    log_.detail(fmt::format("waiting for {}", why));
  told_wait_ = why;
  waits_since_ = now;
}

boost::asio::awaitable<void> progress_ticker::run() {
  const auto started = clock::now();
  auto next_shown =
      started + (kind_ == config::progress_kind::line ? std::chrono::milliseconds{0}
                                                      : progress_interval(kind_, duration::zero()));
  while (!stopped_) {
    const auto now = clock::now();
    meter_.read(now, counters_.writes);
    tell_wait(now);
    if (counters_.foreign_use && !told_of_foreign_use_) {
      told_of_foreign_use_ = true;
      log_.warning(
          "the API counts more requests on this key than were sent from here: somebody else uses it");
    }
    if (now >= next_shown) {
      show(now);
      next_shown += progress_interval(kind_, now - started);
      // After the machine slept: one line, not one for each that was missed.
      next_shown = std::max(next_shown, now);
    }
    timer_.expires_at(std::min(next_shown, now + read_every));
    [[maybe_unused]] const auto [woken] =
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  console_.live({});
}

void progress_ticker::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace pawl::cli
