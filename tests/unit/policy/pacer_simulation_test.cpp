// The pacer against servers in virtual time: whatever networks, servers and crashes do, no window is ever
// exceeded. The servers share nothing with the pacer but the numbers of the windows.
#include "engine/policy/pacer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::uint64_t seeds = 10'000;
constexpr auto entry_clock_ahead = 4711s;  // the clock of the entries is not ours

enum class limiter { sliding, fixed, token_bucket };
enum class counts { on_arrival, at_the_reply, between };

// ---- the server's side of one window ----

class server_window {
 public:
  server_window(limiter kind, const rate_window& w, duration phase)
      : kind_(kind), w_(w), phase_(phase), tokens_(full()) {}

  // False: over the limit.
  bool count(time_point t) {
    advance(t);
    switch (kind_) {
      case limiter::sliding:
        if (times_.size() - first_ >= w_.limit) return false;
        times_.push_back(t);
        return true;
      case limiter::fixed:
        return ++in_bucket_ <= w_.limit;
      case limiter::token_bucket:
        tokens_ -= w_.length.count();
        return tokens_ >= 0;
    }
    return false;
  }

  rate_facts facts(time_point t) {
    advance(t);
    rate_facts f;
    f.limit = w_.limit;
    switch (kind_) {
      case limiter::sliding:
        f.remaining = w_.limit - (times_.size() - first_);
        f.reset_in = first_ < times_.size() ? times_[first_] + w_.length - t : duration{0};
        break;
      case limiter::fixed:
        f.remaining = w_.limit - in_bucket_;
        f.reset_in = w_.length - (t.time_since_epoch() + phase_) % w_.length;
        break;
      case limiter::token_bucket:
        f.remaining = static_cast<std::uint64_t>(tokens_ / w_.length.count());
        f.reset_in = duration{(full() - tokens_) / w_.limit};
        break;
    }
    return f;
  }

 private:
  // Tokens are scaled by the length, so that a nanosecond refills exactly `limit` of them.
  std::int64_t full() const { return w_.limit * w_.length.count(); }
  void advance(time_point t) {
    while (first_ < times_.size() && t - times_[first_] >= w_.length) ++first_;
    const auto bucket = (t.time_since_epoch() + phase_) / w_.length;
    if (bucket != bucket_) in_bucket_ = 0;
    bucket_ = bucket;
    const std::int64_t passed = std::min<std::int64_t>((t - last_).count(), w_.length.count());
    tokens_ = std::min(full(), tokens_ + passed * w_.limit);
    last_ = t;
  }

  limiter kind_;
  rate_window w_;
  duration phase_;
  std::vector<time_point> times_;
  std::size_t first_ = 0;
  std::int64_t bucket_ = -1, in_bucket_ = 0;
  std::int64_t tokens_;
  time_point last_{};
};

// ---- one run ----

struct scenario {
  std::vector<rate_window> windows;
  limiter kind{};
  counts counting{};
  std::uint32_t total = 0, concurrency = 1;
  duration shortest_reply{}, longest_reply{}, late_by_at_most{};
  double loss = 0, stall = 0, give_back = 0;
  int restarts = 0;
  bool headers = false, spread = false, smooth = false;
};

struct verdict {
  std::string wrong;       // empty: the promise held
  std::uint64_t sent = 0;  // until then
  duration elapsed{};      // from the first to the last grant
};

class simulation {
 public:
  simulation(const scenario& s, std::uint64_t seed) : s_(s), rng_(seed) {
    for (const auto& w : s.windows) server_.emplace_back(s.kind, w, between(0s, w.length));
    options_.windows = s.windows;
    options_.spread = s.spread;
    entries_.resize(pacer::entries_needed(options_));
    start_pacer();
  }

  verdict run() {
    for (int i = 0; i < s_.restarts; ++i) push(kill, between(0s, s_.windows[0].length * (2 * i + 1)), 0);
    pump();
    while (result_.wrong.empty() && !events_.empty()) {
      const auto e = events_.top();
      events_.pop();
      now_ = e.at;
      step(e);
    }
    if (result_.wrong.empty() && done_ < s_.total) result_.wrong = "stands still";
    return result_;
  }

 private:
  enum what : std::uint8_t { arrives, departs, ends, wake, kill, start };
  struct event {
    time_point at;
    std::uint64_t order;
    what is;
    std::uint32_t request;
    bool operator>(const event& o) const { return at != o.at ? at > o.at : order > o.order; }
  };
  struct request {
    pacer::slot slot{};
    std::uint32_t life = 0;
    bool counted = false, lost = false;
    std::optional<rate_facts> facts;
  };

  duration between(duration low, duration high) {
    if (high <= low) return low;
    return low +
           duration{static_cast<duration::rep>(rng_() % static_cast<std::uint64_t>((high - low).count()))};
  }
  bool chance(double p) { return p > 0 && static_cast<double>(rng_() >> 11) * 0x1p-53 < p; }
  void push(what is, duration in, std::uint32_t r) { events_.push({now_ + in, order_++, is, r}); }

  void start_pacer() {
    ++life_;
    pacer_.emplace(options_, entries_, now_, now_.time_since_epoch() + entry_clock_ahead);
    in_flight_ = 0;
  }

  void step(const event& e) {
    const bool for_client = e.is == ends || e.is == wake;
    if (for_client && now_ < stalled_until_) return push(e.is, stalled_until_ - now_, e.request);
    switch (e.is) {
      case arrives:
        return count(e.request);
      case departs:
        return depart(e.request);
      case ends:
        return end(e.request);
      case wake:
        if (alive_) pump();
        return;
      case kill:
        if (!alive_ || done_ + in_flight_ >= s_.total) return;
        alive_ = false;
        push(start, between(0s, 3s), 0);
        return;
      case start:
        // The server may count what was in flight until the new process looks: at its last moment here.
        for (std::uint32_t i = 0; i < requests_.size(); ++i)
          if (requests_[i].life == life_ && !requests_[i].counted && chance(0.5)) count(i);
        alive_ = true;
        done_ += in_flight_;
        start_pacer();
        return pump();
    }
  }

  void count(std::uint32_t r) {
    auto& q = requests_[r];
    if (q.counted || q.life != life_) return;
    q.counted = true;
    for (auto& w : server_)
      if (!w.count(now_)) result_.wrong = "over a limit";
  }

  void depart(std::uint32_t r) {
    auto& q = requests_[r];
    if (q.life != life_) return;
    if (s_.counting == counts::at_the_reply) count(r);
    if (s_.headers) q.facts = server_[rng_() % server_.size()].facts(now_);
  }

  void end(std::uint32_t r) {
    auto& q = requests_[r];
    if (q.life != life_ || !alive_) return;
    if (q.lost && chance(0.5)) count(r);  // at the very last moment
    q.counted = true;                     // from here on it can no longer be
    if (chance(s_.stall)) stalled_until_ = now_ + between(0s, 3s);
    std::optional<rate_facts> facts;
    if (!q.lost) facts = q.facts.value_or(rate_facts{});
    pacer_->closed(q.slot, now_, facts, 0.5);
    if (pacer_->phantoms() != 0) result_.wrong = "took its own requests for somebody else's";
    --in_flight_;
    ++done_;
    pump();
  }

  void send(pacer::slot slot) {
    const auto r = static_cast<std::uint32_t>(requests_.size());
    requests_.push_back({slot, life_, false, chance(s_.loss), {}});
    pacer_->sent(slot, now_);
    ++in_flight_;
    ++result_.sent;
    if (!first_grant_) first_grant_ = now_;
    result_.elapsed = now_ - *first_grant_;
    // Most replies are quick and some take long, so that they overtake one another.
    const auto longest =
        chance(0.8) ? s_.shortest_reply + (s_.longest_reply - s_.shortest_reply) / 5 : s_.longest_reply;
    const duration takes = between(s_.shortest_reply, longest);
    if (requests_[r].lost) {
      const duration until = between(0s, takes);
      if (s_.counting != counts::at_the_reply) push(arrives, between(0s, until), r);
      return push(ends, until, r);
    }
    const duration to_reply = between(takes / 2, takes);
    if (s_.counting == counts::on_arrival) push(arrives, between(0s, takes / 2), r);
    if (s_.counting == counts::between) push(arrives, between(0s, to_reply), r);
    push(departs, to_reply, r);
    push(ends, takes, r);
  }

  // The shell with one timer: as many in line as there are workers, the head asked until it has to wait.
  void pump() {
    while (pacer_->waiting() + in_flight_ < s_.concurrency &&
           done_ + in_flight_ + pacer_->waiting() < s_.total)
      tickets_.push_back(pacer_->join(now_));
    if (!tickets_.empty() && chance(0.02)) {
      pacer_->leave(tickets_[rng_() % tickets_.size()]);
      return push(wake, 0s, 0);
    }
    while (const auto head = pacer_->head()) {
      const auto answer = pacer_->acquire(*head, now_);
      if (const auto* slot = std::get_if<pacer::slot>(&answer)) {
        if (chance(s_.give_back)) {
          pacer_->give_back(*slot, now_);
          return push(wake, between(0s, 20ms), 0);
        }
        send(*slot);
        continue;
      }
      const auto at = std::get<time_point>(answer);
      if (at <= now_) result_.wrong = "refused without a later time";
      if (at > wake_at_ || now_ >= wake_at_) {
        wake_at_ = at;
        push(wake, at - now_ + between(0s, s_.late_by_at_most), 0);
      } else if (at < wake_at_) {
        wake_at_ = at;
        push(wake, at - now_, 0);
      }
      break;
    }
    if (tickets_.size() > 64) tickets_.erase(tickets_.begin(), tickets_.begin() + 32);
  }

  scenario s_;
  std::mt19937_64 rng_;
  pacer_options options_;
  std::vector<slot_entry> entries_;
  std::optional<pacer> pacer_;
  std::vector<server_window> server_;
  std::vector<request> requests_;
  std::vector<pacer::ticket> tickets_;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  time_point now_{100h}, wake_at_{}, stalled_until_{};
  std::optional<time_point> first_grant_;
  std::uint64_t order_ = 0;
  std::uint32_t life_ = 0, in_flight_ = 0, done_ = 0;
  bool alive_ = true;
  verdict result_;
};

// ---- what is tried ----

rate_window per(std::uint32_t limit, duration length) {
  return {limit, length};
}

scenario make(std::uint64_t seed) {
  std::mt19937_64 rng(seed * 7919 + 1);
  const auto pick = [&](std::uint64_t low, std::uint64_t high) { return low + rng() % (high - low + 1); };
  scenario s;
  s.kind = static_cast<limiter>(seed % 3);
  s.counting = static_cast<counts>(seed / 3 % 3);
  switch (pick(0, 7)) {
    case 0:
      s.windows = {per(60, 60s), per(20, 10s)};
      break;
    case 1:
      s.windows = {per(5, 1s)};
      break;
    case 2:
      s.windows = {per(100, 1s)};
      break;
    case 3:
      s.windows = {per(30, 20s), per(10, 5s), per(3, 1s)};
      break;
    case 4:
      s.windows = {per(1, 2s)};
      break;
    default: {
      s.windows = {per(static_cast<std::uint32_t>(pick(2, 60)), 1ms * static_cast<int>(pick(1'000, 60'000)))};
      while (s.windows.size() < 3 && pick(0, 1) == 0) {
        const auto& w = s.windows.back();
        s.windows.push_back(per(static_cast<std::uint32_t>(pick(1, w.limit)), w.length / pick(2, 6)));
      }
    }
  }
  const auto largest = s.windows[0].limit;
  s.total = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(pick(2, 4) * largest, 40, 200));
  s.headers = pick(0, 1) == 0;
  const auto shortest = std::ranges::min(s.windows, {}, &rate_window::length).length;
  if (pick(0, 3) == 0) {  // as the 99 % are promised
    s.smooth = true;
    s.concurrency = largest;
    s.longest_reply = shortest / 100;
    return s;
  }
  constexpr std::array<duration, 4> replies{1ms, 80ms, 700ms, 5s};
  s.longest_reply = replies[pick(0, 3)];
  s.shortest_reply = pick(0, 1) == 0 ? 0s : s.longest_reply / 2;
  s.concurrency = static_cast<std::uint32_t>(pick(1, 40));
  constexpr std::array<duration, 4> late{0s, 1ms, 50ms, 2s};
  s.late_by_at_most = late[pick(0, 3)];
  s.loss = pick(0, 2) == 0 ? 0.1 : 0;
  s.stall = pick(0, 2) == 0 ? 0.02 : 0;
  s.give_back = pick(0, 2) == 0 ? 0.05 : 0;
  s.restarts = pick(0, 1) == 0 ? static_cast<int>(pick(1, 3)) : 0;
  s.spread = pick(0, 7) == 0;
  return s;
}

// How many requests the windows alone would have let through by then: request k leaves when request
// k - limit is one window old, in every window.
std::uint64_t best_possible(const std::vector<rate_window>& windows, duration elapsed) {
  std::vector<duration> at;
  for (;;) {
    duration t{};
    for (const auto& w : windows)
      if (at.size() >= w.limit) t = std::max<duration>(t, at[at.size() - w.limit] + w.length);
    if (t > elapsed) return at.size();
    at.push_back(t);
  }
}

TEST(PacerSimulation, NeverExceedsALimitWhateverNetworkServerAndCrashesDo) {
  std::uint64_t sent = 0, possible = 0, smooth_sent = 0, smooth_possible = 0;
  int failures = 0;
  std::uint64_t seed = 0;
  for (; seed < seeds && failures < 5; ++seed) {
    const auto s = make(seed);
    const auto v = simulation(s, seed).run();
    if (!v.wrong.empty()) {
      ++failures;
      ADD_FAILURE() << "seed " << seed << " after " << v.sent << " requests: " << v.wrong;
    }
    const auto best = best_possible(s.windows, v.elapsed);
    sent += v.sent;
    possible += best;
    if (s.smooth) {
      smooth_sent += v.sent;
      smooth_possible += best;
    }
  }
  const double share = static_cast<double>(sent) / static_cast<double>(possible);
  const double smooth = static_cast<double>(smooth_sent) / static_cast<double>(smooth_possible);
  std::printf(
      "%llu seeds, %llu requests: %.1f %% of the quota used; with replies within 1 %% of the window: %.2f "
      "%%\n",
      static_cast<unsigned long long>(seed), static_cast<unsigned long long>(sent), 100 * share,
      100 * smooth);
  EXPECT_GE(smooth, 0.99);
}

}  // namespace
}  // namespace pawl::policy
