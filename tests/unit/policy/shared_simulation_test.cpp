// Reads and writes that share weighted windows, against servers in virtual time: jobs that read before they
// write, other reads beside them, crashes. The servers share nothing with the pacers but the numbers of the
// windows.
#include "engine/policy/pacer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seeds = 3'000;
constexpr auto entry_clock_ahead = 4711s;              // the clock of the entries is not ours
constexpr duration read_lead = 2s, max_read_age = 5s;  // as in job_step

enum class limiter { sliding, fixed, token_bucket };
enum class counts { on_arrival, at_the_reply, between };

// ---- the server's side of one window ----

class server_window {
 public:
  server_window(limiter kind, rate_window w, std::array<std::uint32_t, 2> costs, duration phase)
      : kind_(kind), w_(w), costs_(costs), phase_(phase), tokens_(full()) {}

  // False: over the limit.
  bool count(bool write, time_point t) {
    const std::int64_t cost = costs_[write ? 1 : 0];
    switch (kind_) {
      case limiter::sliding:
        while (!used_.empty() && t - used_.front().first >= w_.length) {
          sum_ -= used_.front().second;
          used_.pop_front();
        }
        used_.emplace_back(t, cost);
        sum_ += cost;
        return sum_ <= w_.limit;
      case limiter::fixed: {
        const auto bucket = (t.time_since_epoch() + phase_) / w_.length;
        if (bucket != bucket_) sum_ = 0;
        bucket_ = bucket;
        sum_ += cost;
        return sum_ <= w_.limit;
      }
      case limiter::token_bucket: {
        const std::int64_t passed = std::min<std::int64_t>((t - last_).count(), w_.length.count());
        tokens_ = std::min(full(), tokens_ + passed * w_.limit);
        last_ = t;
        tokens_ -= w_.length.count() * cost;
        return tokens_ >= 0;
      }
    }
    return false;
  }

 private:
  // Tokens are scaled by the length, so that a nanosecond refills exactly `limit` of them.
  std::int64_t full() const { return w_.limit * w_.length.count(); }

  limiter kind_;
  rate_window w_;
  std::array<std::uint32_t, 2> costs_;
  duration phase_;
  std::deque<std::pair<time_point, std::int64_t>> used_;
  std::int64_t sum_ = 0, bucket_ = -1, tokens_;
  time_point last_{};
};

// ---- one run ----

struct scenario {
  std::vector<rate_limit> all;
  std::vector<rate_window> write, read;
  limiter kind{};
  counts counting{};
  std::uint32_t jobs = 0, concurrency = 1, other_reads = 0;
  duration shortest_reply{}, longest_reply{};
  double loss = 0, unchanged = 0, retry = 0;
  int restarts = 0;
  bool spread = false;
};

struct result {
  std::string wrong;  // empty: the promises held
  std::uint64_t reads = 0, writes = 0, in_vain = 0, others = 0;
  duration elapsed{};
};

class simulation {
 public:
  simulation(const scenario& s, std::uint64_t seed) : s_(s), rng_(seed) {
    for (const auto& l : s.all)
      servers_[0].emplace_back(s.kind, l.window, std::array{l.read_cost, l.write_cost}, phase(l.window));
    for (const auto& w : s.write)
      servers_[0].emplace_back(s.kind, w, std::array<std::uint32_t, 2>{0, 1}, phase(w));
    for (const auto& w : s.read)
      servers_[0].emplace_back(s.kind, w, std::array<std::uint32_t, 2>{1, 0}, phase(w));
    options_[0].windows = s.read;
    options_[1].windows = s.write;
    for (int k = 0; k < 2; ++k) {
      options_[k].shared = s.all;
      options_[k].spread = s.spread;
      entries_[k].resize(pacer::entries_needed(options_[k]));
    }
    start_pacers();
  }

  result run() {
    for (int i = 0; i < s_.restarts; ++i) push(kill, between(0s, s_.all[0].window.length * (i + 1)), 0);
    pump();
    while (result_.wrong.empty() && !events_.empty()) {
      const auto e = events_.top();
      events_.pop();
      now_ = e.at;
      step(e);
    }
    if (result_.wrong.empty() && done_ < s_.jobs) result_.wrong = "stands still";
    return result_;
  }

 private:
  enum what : std::uint8_t { arrives, ends, wake, kill, start };
  struct event {
    time_point at;
    std::uint64_t order;
    what is;
    std::uint32_t request;
    bool operator>(const event& o) const { return at != o.at ? at > o.at : order > o.order; }
  };
  enum class at : std::uint8_t { queued, wants_read, reading, wants_write, writing };
  // A worker with its job, or somebody who only reads.
  struct worker {
    at is = at::queued;
    bool only_reads = false;
    std::optional<pacer::ticket> write, read;
    time_point planned{};
    bool has_plan = false, retries = false;
  };
  struct request {
    pacer::slot slot{};
    std::size_t worker = 0;
    std::uint32_t life = 0;
    bool write = false, counted = false, lost = false;
  };

  duration phase(const rate_window& w) { return between(0s, w.length); }
  duration between(duration low, duration high) {
    if (high <= low) return low;
    return low +
           duration{static_cast<duration::rep>(rng_() % static_cast<std::uint64_t>((high - low).count()))};
  }
  bool chance(double p) { return p > 0 && static_cast<double>(rng_() >> 11) * 0x1p-53 < p; }
  void push(what is, duration in, std::uint32_t r) { events_.push({now_ + in, order_++, is, r}); }

  void start_pacers() {
    ++life_;
    for (auto& p : pacers_) p.reset();
    budget_.emplace(options_[1], now_);
    for (int k : {0, 1})
      pacers_[k].emplace(options_[k], entries_[k], now_, now_.time_since_epoch() + entry_clock_ahead,
                         pacer::share{&*budget_, k == 1 ? request_kind::write : request_kind::read});
    workers_.assign(s_.concurrency + s_.other_reads, {});
    for (std::size_t i = s_.concurrency; i < workers_.size(); ++i) workers_[i].only_reads = true;
    working_ = 0;
  }

  void step(const event& e) {
    switch (e.is) {
      case arrives:
        return count(e.request);
      case ends:
        return end(e.request);
      case wake:
        if (alive_) pump();
        return;
      case kill:
        if (!alive_ || done_ >= s_.jobs) return;
        alive_ = false;
        return push(start, between(0s, 3s), 0);
      case start:
        for (std::uint32_t i = 0; i < requests_.size(); ++i)
          if (requests_[i].life == life_ && !requests_[i].counted && chance(0.5)) count(i);
        alive_ = true;
        begun_ = done_;
        start_pacers();
        return pump();
    }
  }

  void count(std::uint32_t r) {
    auto& q = requests_[r];
    if (q.counted || q.life != life_) return;
    q.counted = true;
    for (auto& w : servers_[0])
      if (!w.count(q.write, now_)) result_.wrong = "over a limit";
  }

  void end(std::uint32_t r) {
    auto& q = requests_[r];
    if (q.life != life_ || !alive_) return;
    if (s_.counting == counts::at_the_reply || (q.lost && chance(0.5))) count(r);
    q.counted = true;
    const std::optional<rate_facts> facts = q.lost ? std::nullopt : std::optional{rate_facts{}};
    pacers_[q.write ? 1 : 0]->closed(q.slot, now_, facts, 0.5);
    auto& w = workers_[q.worker];
    if (w.only_reads) {
      w.is = at::queued;
    } else if (!q.write && !q.lost && chance(s_.unchanged)) {
      pacers_[1]->leave(*w.write);
      finish(w);
    } else if (!q.write) {
      w.is = q.lost ? at::queued : at::wants_write;
      w.has_plan = !q.lost;
      w.planned = now_;
    } else if (q.lost || chance(s_.retry)) {
      w.is = at::queued;  // once more: by the same plan, if that is fresh
    } else {
      finish(w);
    }
    pump();
  }

  void finish(worker& w) {
    w = {};
    ++done_;
    --working_;
  }

  void send(std::size_t worker_index, bool write, pacer::slot slot) {
    const auto r = static_cast<std::uint32_t>(requests_.size());
    if (r > 200 * s_.jobs) result_.wrong = "sends without end";
    requests_.push_back({slot, worker_index, life_, write, false, chance(s_.loss)});
    pacers_[write ? 1 : 0]->sent(slot, now_);
    ++(write ? result_.writes : result_.reads);
    if (workers_[worker_index].only_reads) ++result_.others;
    if (!first_) first_ = now_;
    result_.elapsed = now_ - *first_;
    const duration takes = between(s_.shortest_reply, s_.longest_reply);
    const bool lost = requests_[r].lost;
    if (s_.counting == counts::on_arrival || (lost && s_.counting == counts::between))
      push(arrives, between(0s, takes / 2), r);
    else if (s_.counting == counts::between)
      push(arrives, between(0s, takes), r);
    push(ends, takes, r);
  }

  void look_at(time_point t) {
    if (t > now_) next_ = std::min(next_, t);
  }

  // What the shells do: each worker goes on as far as it can, the heads are asked until they have to wait.
  void pump() {
    next_ = time_point::max();
    for (bool again = true; again;) {
      again = false;
      for (std::size_t i = 0; i < workers_.size(); ++i) again = go_on(i) || again;
    }
    if (next_ != time_point::max() && (next_ < wake_at_ || wake_at_ <= now_)) {
      wake_at_ = next_;
      push(wake, next_ - now_, 0);
    }
  }

  bool go_on(std::size_t i) {
    auto& w = workers_[i];
    if (w.only_reads) {
      if (w.is == at::reading || done_ >= s_.jobs) return false;
      if (!w.read) w.read = pacers_[0]->join(now_);
      if (!ask(i, false, w.read)) return false;
      w.is = at::reading;
      return true;
    }
    switch (w.is) {
      case at::queued: {
        if (!w.write) {
          if (!w.has_plan && begun_ >= s_.jobs) return false;
          if (!w.has_plan && !w.retries) ++begun_, ++working_, w.retries = true;
          w.write = pacers_[1]->join(now_);
        }
        const auto due = pacers_[1]->due(*w.write, now_);
        if (due - now_ > read_lead) {
          look_at(due - read_lead);
          return false;
        }
        const bool fresh = w.has_plan && now_ - w.planned <= max_read_age - 1500ms;
        if (w.has_plan && !fresh) ++result_.in_vain;
        w.is = fresh ? at::wants_write : at::wants_read;
        return true;
      }
      case at::wants_read:
        if (!w.read) w.read = pacers_[0]->join_for(*w.write, now_);
        if (!ask(i, false, w.read)) return false;
        w.is = at::reading;
        return true;
      case at::wants_write: {
        if (now_ - w.planned > max_read_age) {
          w.is = at::queued;
          return true;
        }
        look_at(w.planned + max_read_age + 1ns);
        if (!ask(i, true, w.write)) return false;
        w.is = at::writing;
        return true;
      }
      case at::reading:
      case at::writing:
        return false;
    }
    return false;
  }

  bool ask(std::size_t i, bool write, std::optional<pacer::ticket>& ticket) {
    auto& p = *pacers_[write ? 1 : 0];
    if (p.head() != ticket) return false;
    const auto answer = p.acquire(*ticket, now_);
    if (const auto* slot = std::get_if<pacer::slot>(&answer)) {
      ticket.reset();
      send(i, write, *slot);
      return true;
    }
    const auto when = std::get<time_point>(answer);
    if (when <= now_) result_.wrong = "refused without a later time";
    look_at(when);
    return false;
  }

  scenario s_;
  std::mt19937_64 rng_;
  std::array<pacer_options, 2> options_;
  std::array<std::vector<slot_entry>, 2> entries_;
  std::optional<shared_budget> budget_;
  std::array<std::optional<pacer>, 2> pacers_;
  std::array<std::vector<server_window>, 1> servers_;
  std::vector<worker> workers_;
  std::vector<request> requests_;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  time_point now_{100h}, wake_at_{}, next_{};
  std::optional<time_point> first_;
  std::uint64_t order_ = 0;
  std::uint32_t life_ = 0, begun_ = 0, done_ = 0, working_ = 0;
  bool alive_ = true;
  result result_;
};

// When the windows alone would have let the last of so many reads and writes in turn through.
duration best_possible(const scenario& s, std::uint64_t requests) {
  struct limit {
    std::int64_t most;
    duration length;
    std::array<std::uint32_t, 2> costs;
    std::deque<std::pair<duration, std::int64_t>> used;
    std::int64_t sum = 0;
  };
  std::vector<limit> limits;
  for (const auto& l : s.all)
    limits.push_back({l.window.limit, l.window.length, {l.read_cost, l.write_cost}, {}});
  for (const auto& w : s.write) limits.push_back({w.limit, w.length, {0, 1}, {}});
  for (const auto& w : s.read) limits.push_back({w.limit, w.length, {1, 0}, {}});
  duration t{};
  for (std::uint64_t n = 0; n < requests; ++n) {
    const std::size_t write = n % 2;
    for (bool moved = true; moved;) {
      moved = false;
      for (auto& l : limits) {
        while (!l.used.empty() && t - l.used.front().first >= l.length) {
          l.sum -= l.used.front().second;
          l.used.pop_front();
        }
        if (l.sum + l.costs[write] <= l.most) continue;
        t = l.used.front().first + l.length;
        moved = true;
      }
    }
    for (auto& l : limits) {
      l.used.emplace_back(t, l.costs[write]);
      l.sum += l.costs[write];
    }
  }
  return t;
}

double share_used(const scenario& s, std::uint64_t requests, duration elapsed) {
  using seconds = std::chrono::duration<double>;
  return seconds(best_possible(s, requests)) / seconds(elapsed);
}

rate_limit shared(std::uint32_t limit, duration length, std::uint32_t read = 1, std::uint32_t write = 1) {
  return {{limit, length}, read, write};
}

scenario make(std::uint64_t seed) {
  std::mt19937_64 rng(seed * 7919 + 3);
  const auto pick = [&](std::uint64_t low, std::uint64_t high) { return low + rng() % (high - low + 1); };
  scenario s;
  s.kind = static_cast<limiter>(seed % 3);
  s.counting = static_cast<counts>(seed / 3 % 3);
  switch (pick(0, 5)) {
    case 0:
      s.all = {shared(100, 60s), shared(18, 6s, 1, 5)};
      s.write = {{30, 60s}};
      break;
    case 1:
      s.all = {shared(20, 10s)};
      break;
    case 2:
      s.all = {shared(2, 1s)};
      break;
    case 3:
      s.all = {shared(30, 20s, 1, 4), shared(40, 10s)};
      s.read = {{10, 5s}};
      break;
    default: {
      const auto write_cost = static_cast<std::uint32_t>(pick(0, 6));
      s.all = {shared(static_cast<std::uint32_t>(pick(8, 60)), 1ms * static_cast<int>(pick(2'000, 60'000)),
                      static_cast<std::uint32_t>(pick(write_cost == 0 ? 1 : 0, 2)), write_cost)};
      if (pick(0, 1) == 0) s.write = {{static_cast<std::uint32_t>(pick(2, 20)), s.all[0].window.length / 2}};
    }
  }
  s.jobs = static_cast<std::uint32_t>(pick(30, 120));
  constexpr std::array<duration, 4> replies{1ms, 80ms, 700ms, 4s};
  s.longest_reply = replies[pick(0, 3)];
  s.shortest_reply = pick(0, 1) == 0 ? 0s : s.longest_reply / 2;
  s.concurrency = static_cast<std::uint32_t>(pick(1, 24));
  const bool reads_cost = std::ranges::all_of(s.all, [](const rate_limit& l) { return l.read_cost > 0; });
  s.other_reads = reads_cost && pick(0, 2) == 0 ? static_cast<std::uint32_t>(pick(1, 3)) : 0;
  s.loss = pick(0, 2) == 0 ? 0.1 : 0;
  s.unchanged = pick(0, 2) == 0 ? 0.4 : 0;
  s.retry = pick(0, 2) == 0 ? 0.1 : 0;
  s.restarts = pick(0, 1) == 0 ? static_cast<int>(pick(1, 3)) : 0;
  s.spread = pick(0, 7) == 0;
  return s;
}

TEST(SharedSimulation, NeverExceedsALimitAndNeverStandsStill) {
  int failures = 0;
  for (std::uint64_t seed = 0; seed < seeds && failures < 5; ++seed) {
    const auto r = simulation(make(seed), seed).run();
    if (r.wrong.empty()) continue;
    ++failures;
    ADD_FAILURE() << "seed " << seed << " after " << r.reads << " reads, " << r.writes
                  << " writes: " << r.wrong;
  }
}

// Jobs that read and write, as the vendors' limits have them.
TEST(SharedSimulation, UsesTheQuotaAndReadsAlmostNothingInVain) {
  struct row {
    const char* name;
    std::vector<rate_limit> all;
    std::vector<rate_window> write;
    std::uint32_t jobs, concurrency;
    duration reply;
  };
  const std::vector<rate_limit> github{shared(5'000, 1h), shared(900, 60s, 1, 5)};
  const row rows[] = {
      {"GitHub, one after the other", github, {{60, 60s}}, 10'000, 1, 300ms},
      {"GitHub, sixteen at once", github, {{60, 60s}}, 10'000, 16, 300ms},
      {"HubSpot Pro", {shared(190, 10s)}, {}, 5'000, 16, 90ms},
      {"Intercom", {shared(1'666, 10s)}, {}, 20'000, 64, 90ms},
      {"Zendesk Team", {shared(200, 60s)}, {{100, 60s}}, 1'000, 16, 400ms},
      {"Front", {shared(100, 60s)}, {}, 600, 16, 300ms},
      {"few and dear", {shared(24, 10s, 1, 5)}, {}, 400, 16, 90ms},
      {"a write that costs what a read does not", {shared(60, 60s, 0, 1)}, {}, 600, 16, 300ms},
  };
  for (const auto& r : rows) {
    scenario s;
    s.all = r.all;
    s.write = r.write;
    s.jobs = r.jobs;
    s.concurrency = r.concurrency;
    s.shortest_reply = r.reply / 2;
    s.longest_reply = r.reply;
    for (const auto kind : {limiter::sliding, limiter::fixed, limiter::token_bucket}) {
      s.kind = kind;
      const auto got = simulation(s, 17).run();
      EXPECT_EQ(got.wrong, "") << r.name;
      const auto share = share_used(s, got.reads + got.writes - got.in_vain, got.elapsed);
      std::printf("%s: %.1f %% used, %llu of %llu reads in vain\n", r.name, 100 * share,
                  static_cast<unsigned long long>(got.in_vain), static_cast<unsigned long long>(got.reads));
      EXPECT_GE(share, 0.97) << r.name;
      EXPECT_LE(got.in_vain, got.reads / 200) << r.name;
    }
  }
}

// Somebody reads without end (list pages, a plan): neither class starves the other.
TEST(SharedSimulation, ReadsWithoutEndAndWritesBothGoOn) {
  scenario s;
  s.all = {shared(60, 60s)};
  s.jobs = 200;
  s.concurrency = 8;
  s.other_reads = 4;
  s.longest_reply = 100ms;
  const auto got = simulation(s, 5).run();
  EXPECT_EQ(got.wrong, "");
  EXPECT_GE(got.writes, 200u);
  const auto all = static_cast<double>(got.reads + got.writes);
  EXPECT_GE(share_used(s, got.reads + got.writes, got.elapsed), 0.97);
  EXPECT_GT(static_cast<double>(got.others) / all, 0.15);
  EXPECT_LT(static_cast<double>(got.others) / all, 0.6);
}

}  // namespace
}  // namespace pawl::policy
