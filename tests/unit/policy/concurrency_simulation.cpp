#include "tests/unit/policy/concurrency_simulation.hpp"

#include "engine/policy/breaker.hpp"
#include "engine/policy/concurrency_limit.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/policy/throttle_gate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <queue>
#include <random>

namespace pawl::policy::simulated {
namespace {

using namespace std::chrono_literals;

duration of_seconds(double s) {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(s));
}
double seconds(duration d) {
  return std::chrono::duration<double>(d).count();
}

// Mean delay with n requests in the server, without the wait for a slot.
double mean_delay_ms(const stage& s, double delay_ms, std::uint32_t n) {
  const double above = n > s.knee ? n - s.knee : 0;
  const double mean = delay_ms * (1 + s.jitter) * (1 + 19 * s.spikes);
  return mean * (1 + s.slope * above) * std::pow(s.factor, above);
}

enum class ending { served, throttled, refused, timed_out };

class simulation {
 public:
  simulation(const scenario& s, std::uint64_t seed) : s_(s), rng_(seed), limit_(s.most), jobs_(s.most) {
    total_.stages.resize(s.stages.size());
    for (std::uint32_t k = s.most; k > 0; --k) free_.push_back(k - 1);
  }

  result run() {
    for (std::uint32_t k = 0; k < s_.stages.size(); ++k)
      at(start_ + of_seconds(s_.stages[k].from_s), happening::next_stage, k);
    at(start_, happening::arrival);
    at(start_, happening::second_over);
    const auto end = start_ + of_seconds(s_.seconds);
    while (!events_.empty() && events_.top().at <= end) {
      const auto next = events_.top();
      events_.pop();
      account(next.at);
      now_ = next.at;
      happen(next);
    }
    account(end);
    for (std::size_t k = 0; k < s_.stages.size(); ++k) {
      auto& m = total_.stages[k];
      m.best = best_throughput(s_.stages[k], s_.most);
      const double time = observed_s_[k];
      m.limit /= time;
      m.in_flight /= time;
      m.throughput = static_cast<double>(m.jobs) / time;
      m.refused =
          requests_[k] == 0 ? 0 : static_cast<double>(refused_[k]) / static_cast<double>(requests_[k]);
    }
    return total_;
  }

 private:
  enum class happening : std::uint8_t {
    next_stage,  // whose number is `job`
    second_over,
    arrival,
    send,  // the job's wait is over
    at_server,
    work_done,
    reply,
    no_reply,
    probe,
  };
  struct timed {
    time_point at;
    std::uint64_t number = 0;
    std::uint32_t job = 0;
    happening what{};
    ending how{};
    bool operator<(const timed& o) const { return at != o.at ? at > o.at : number > o.number; }
  };
  struct job {
    bool read_next = false, trial = false;
    std::uint32_t charged = 0;
    concurrency_limit::mark mark;
  };

  const stage& now_stage() const { return s_.stages[stage_]; }
  double uniform() { return std::uniform_real_distribution<>(0, 1)(rng_); }
  void at(time_point t, happening what, std::uint32_t k = 0, ending how = ending::served) {
    events_.push({t, ++numbers_, k, what, how});
  }

  void happen(const timed& e) {
    switch (e.what) {
      case happening::next_stage:
        stage_ = e.job;
        break;
      case happening::second_over:
        total_.trace.push_back(limit_.limit());
        at(now_ + 1s, happening::second_over);
        break;
      case happening::arrival:
        arrive();
        break;
      case happening::send:
        try_to_send(e.job);
        break;
      case happening::at_server:
        reach_server(e.job);
        break;
      case happening::work_done:
        finish_work(e.job);
        break;
      case happening::reply:
        replied(e.job, e.how);
        break;
      case happening::no_reply:
        replied(e.job, ending::timed_out);
        break;
      case happening::probe:
        probe();
        break;
    }
  }

  // Means over time, of the settled part of each stage.
  void account(time_point until) {
    const auto from = start_ + of_seconds(now_stage().from_s + now_stage().settled_s);
    const double time = seconds(until - std::max(from, now_));
    if (time <= 0) return;
    auto& m = total_.stages[stage_];
    m.limit += time * limit_.limit();
    m.in_flight += time * limit_.in_flight();
    observed_s_[stage_] += time;
    total_.highest_limit = std::max(total_.highest_limit, limit_.limit());
  }
  bool settled() const { return now_ >= start_ + of_seconds(now_stage().from_s + now_stage().settled_s); }

  // ---- the client ----

  void arrive() {
    if (now_stage().interval_ms > 0) {
      ++waiting_jobs_;
      at(now_ + of_seconds(now_stage().interval_ms / 1000), happening::arrival);
    } else {
      waiting_jobs_ = s_.most;
    }
    fill_places();
  }

  void fill_places() {
    const bool endless = now_stage().interval_ms == 0;
    while (s_.most - free_.size() < limit_.limit() && !free_.empty() && (endless || waiting_jobs_ > 0)) {
      if (!endless) --waiting_jobs_;
      const auto k = free_.back();
      free_.pop_back();
      jobs_[k] = {};
      jobs_[k].read_next = now_stage().read_delay_ms > 0;
      try_to_send(k);
    }
  }

  void try_to_send(std::uint32_t k) {
    if (!jobs_[k].trial && breaker_.state() != breaker::circuit::closed) {
      const auto answer = breaker_.admit();
      if (answer == breaker::admission::wait) {
        held_.push_back(k);
        return;
      }
      jobs_[k].trial = answer == breaker::admission::trial;
    }
    if (!gate_.open(now_)) {
      at(gate_.until(), happening::send, k);
      return;
    }
    send(k);
  }

  void send(std::uint32_t k) {
    auto& j = jobs_[k];
    j.mark = limit_.sent(now_);
    if (settled()) ++requests_[stage_];
    at(now_ + of_seconds(now_stage().network_ms / 2000), happening::at_server, k);
  }

  void replied(std::uint32_t k, ending how) {
    auto& j = jobs_[k];
    const auto sign = how == ending::served    ? load_sign::served
                      : how == ending::refused ? load_sign::maybe
                                               : load_sign::overload;
    limit_.replied(j.mark, j.read_next ? concurrency_limit::request::read : concurrency_limit::request::write,
                   sign, now_);
    if (how != ending::served && settled()) ++refused_[stage_];

    rate_facts facts;
    facts.throttled = how == ending::throttled;
    if (facts.throttled && now_stage().refuses == "429 after 1 s") facts.retry_after = 1s;
    gate_.replied(j.mark.at, now_, facts, uniform());

    const bool outage = how == ending::refused || how == ending::timed_out;
    const auto kind = j.read_next ? breaker::request::read : breaker::request::write;
    if (!j.trial) {
      breaker_.on_attempt(kind, outage ? breaker::sign::outage : breaker::sign::life, k, now_);
    } else if (outage || !j.read_next) {
      j.trial = false;
      breaker_.on_trial(outage ? breaker::sign::outage : breaker::sign::life, now_);
    }
    watch_breaker();

    if (how == ending::served && j.read_next) {
      j.read_next = false;
      try_to_send(k);
    } else if (how == ending::throttled) {
      try_to_send(k);
    } else if (outage && ++j.charged < retry_.max_attempts) {
      at(now_ + backoff(retry_, j.charged, true, uniform()), happening::send, k);
    } else {
      if (outage) ++total_.failed_jobs;
      if (settled() && !outage) ++total_.stages[stage_].jobs;
      free_.push_back(k);
    }
    fill_places();
  }

  void watch_breaker() {
    if (const auto due = breaker_.next_probe(); due && !probe_planned_) {
      probe_planned_ = true;
      at(std::max(*due, now_), happening::probe);
    }
    if (breaker_.state() == breaker::circuit::open) return;
    auto held = std::move(held_);
    held_.clear();
    for (const auto k : held) try_to_send(k);
  }

  void probe() {
    probe_planned_ = false;
    if (!breaker_.next_probe()) return;
    breaker_.begin_probe();
    breaker_.on_probe(now_stage().most == 0 || in_server_ < now_stage().most, now_);
    watch_breaker();
  }

  // ---- the server ----

  void reach_server(std::uint32_t k) {
    const auto& s = now_stage();
    const bool too_many = s.most != 0 && in_server_ >= s.most;
    if (too_many || uniform() < s.random_503) {
      if (too_many && s.refuses == "drop") {
        at(jobs_[k].mark.at + of_seconds(s_.timeout_s), happening::no_reply, k);
        return;
      }
      const auto how = too_many && s.refuses != "503" ? ending::throttled : ending::refused;
      answer(k, how, s.delay_ms / 10);  // saying no is quick
      return;
    }
    ++in_server_;
    if (s.slots != 0 && at_work_ >= s.slots) {
      line_.push_back(k);
      return;
    }
    serve(k);
  }

  void serve(std::uint32_t k) {
    const auto& s = now_stage();
    ++at_work_;
    const double mean = mean_delay_ms(s, jobs_[k].read_next ? s.read_delay_ms : s.delay_ms, in_server_);
    const double plain = mean / (1 + s.jitter) / (1 + 19 * s.spikes);
    double took = plain * (1 + s.jitter * std::exponential_distribution<>(1)(rng_));
    if (uniform() < s.spikes) took *= 20;
    at(now_ + of_seconds(took / 1000), happening::work_done, k);
  }

  void finish_work(std::uint32_t k) {
    --in_server_;
    --at_work_;
    answer(k, ending::served, 0);
    while (!line_.empty() && (now_stage().slots == 0 || at_work_ < now_stage().slots)) {
      const auto next = line_.front();
      line_.pop_front();
      serve(next);
    }
  }

  void answer(std::uint32_t k, ending how, double after_ms) {
    at(now_ + of_seconds((after_ms + now_stage().network_ms / 2) / 1000), happening::reply, k, how);
  }

  const scenario& s_;
  std::mt19937_64 rng_;
  const time_point start_{1h};
  time_point now_ = start_;
  std::priority_queue<timed> events_;
  std::uint64_t numbers_ = 0;
  std::size_t stage_ = 0;

  concurrency_limit limit_;
  throttle_gate gate_;
  breaker breaker_{breaker_options{}};
  const retry_options retry_;
  bool probe_planned_ = false;
  std::vector<job> jobs_;  // by place
  std::vector<std::uint32_t> free_, held_;
  std::uint64_t waiting_jobs_ = 0;

  std::uint32_t in_server_ = 0, at_work_ = 0;
  std::deque<std::uint32_t> line_;

  result total_;
  std::array<double, 8> observed_s_{};
  std::array<std::uint64_t, 8> requests_{}, refused_{};
};

}  // namespace

double best_throughput(const stage& s, std::uint32_t most) {
  double best = 0;
  const auto top = s.most != 0 && s.random_503 == 0 ? std::min(most, s.most) : most;
  for (std::uint32_t n = 1; n <= top; ++n) {
    double time = 0;
    for (const double delay : {s.delay_ms, s.read_delay_ms})
      if (delay > 0) time += mean_delay_ms(s, delay, n);
    const double served = s.slots != 0 ? s.slots / time : 1e9;
    const int requests = s.read_delay_ms > 0 ? 2 : 1;
    best = std::max(best, std::min(served, n / (time + requests * s.network_ms)) * 1000);
  }
  return s.interval_ms > 0 ? std::min(best, 1000 / s.interval_ms) : best;
}

result simulate(const scenario& s, std::uint64_t seed) {
  return simulation(s, seed).run();
}

}  // namespace pawl::policy::simulated
