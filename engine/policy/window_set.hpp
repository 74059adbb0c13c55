// The windows that hold together for the requests of one class, or for those of both: what each request takes
// from them, and what replies teach of them. Pure: time is an argument. Owned by a pacer or a shared_budget.
#pragma once

#include "engine/model/rate.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/quota_window.hpp"
#include "engine/policy/rate_headers.hpp"
#include "engine/policy/request_kind.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace pawl::policy {

// A wait that the API asked for.
struct asked_pause {
  time_point until{};
  asking_header by = asking_header::none;  // none: nothing said it; a throttled reply is backed off from
  bool operator==(const asked_pause&) const = default;
};
// The one that ends later; unset: neither is there.
inline std::optional<asked_pause> later_of(const std::optional<asked_pause>& a,
                                           const std::optional<asked_pause>& b) noexcept {
  if (!a || !b) return a ? a : b;
  return a->until >= b->until ? a : b;
}

// A limit of the API for a window as long as a configured one, and another than that.
struct contradiction {
  rate_window configured, said;
  bool operator==(const contradiction&) const = default;
};

// So many requests of each class.
struct request_counts {
  std::uint64_t reads = 0, writes = 0;
  static request_counts of(request_kind kind, std::uint64_t count = 1) noexcept {
    return kind == request_kind::read ? request_counts{count, 0} : request_counts{0, count};
  }
  request_counts operator+(const request_counts& o) const noexcept {
    return {reads + o.reads, writes + o.writes};
  }
  request_counts operator*(std::uint64_t times) const noexcept { return {reads * times, writes * times}; }
  bool operator==(const request_counts&) const = default;
};

// What earlier processes have sent of one class, oldest first.
struct past_use {
  request_kind kind = request_kind::write;
  std::vector<quota_window::closing> exact;
  // The same counted by minutes, for windows over kept_quota::longest_exact; unset: `exact` serves them too.
  std::optional<std::vector<quota_window::closing>> by_minute;
  // There was room for so many in `exact`, and older ones were overwritten; 0: none was.
  std::size_t kept = 0;
};

class window_set {
 public:
  // How many requests of its kind a request saw in front of it, in each window: what belongs to a request
  // while it is in flight. As many as most_windows().
  using marks = std::span<std::uint64_t>;

  window_set(std::vector<rate_limit> limits, double reserve, bool early_release);
  // As if what `past` says had just happened. Before the first request.
  void load(std::span<const past_use> past, time_point now);

  bool is_empty() const noexcept { return configured_ == 0; }
  std::size_t most_windows() const noexcept { return configured_ + max_learned; }
  std::uint32_t cost(std::size_t window, request_kind kind) const noexcept {
    return costs_[window][kind == request_kind::write];
  }

  void expire(time_point now) noexcept {
    for (auto& w : windows_) w.expire(now, discount(w));
  }
  // After expire(now): may one more of this kind leave?
  bool has_room(request_kind kind, time_point now) const noexcept {
    if (now < used_up_.until) return false;
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      const auto slots = cost(i, kind);
      if (!windows_[i].has_room(slots) && slots > 0 && active(i, now)) return false;
    }
    return true;
  }
  // After expire(now): may these leave, and those that are kept for others too?
  bool has_room(const request_counts& kept, const request_counts& asked, time_point now) const noexcept {
    if (now < used_up_.until) return false;
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      const auto slots = units(i, asked);
      if (slots > 0 && !windows_[i].has_room(units(i, kept) + slots) && active(i, now)) return false;
    }
    return true;
  }
  // Whether they may ever leave together.
  bool fits(const request_counts& all, time_point now) const noexcept {
    for (std::size_t i = 0; i < windows_.size(); ++i)
      if (units(i, all) > windows_[i].usable() && active(i, now)) return false;
    return true;
  }
  // When one more of this kind may leave, if nothing else happens; never before `now`.
  time_point room_at(request_kind kind, time_point now) const {
    time_point at = std::max(now, used_up_.until);
    for (std::size_t i = 0; i < windows_.size(); ++i)
      if (active(i, now))
        at =
            std::max(at, windows_[i].room_at(0, cost(i, kind), now, duration::zero(), discount(windows_[i])));
    return at;
  }
  // The same of several, after others have taken `before`. See quota_window::room_at().
  time_point room_at(const request_counts& before, const request_counts& asked, time_point now,
                     duration latency) const;
  // The same where requests of one class stand in line, `rank` before this one, `spacing` apart and not
  // before `floor`: those before it hold slots that it has to wait for. O(rank) where it must be.
  time_point due_in_line(request_kind, std::uint64_t rank, time_point now, duration latency, time_point floor,
                         duration spacing) const;
  // What replies have said of the windows where that holds the next request longer than our own use.
  std::optional<asked_pause> taught_pause(const request_counts& asked, time_point now) const;
  // Between two requests of this kind that leave evenly.
  duration spacing(request_kind) const noexcept;

  void take(request_kind kind, marks of) {
    ++count_of(kind);
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      auto& w = windows_[i];
      of[i] = w.held() - w.taken();
      w.take(cost(i, kind));
    }
  }
  void give_back(request_kind) noexcept;
  // Closed at `now`; answered: by a reply that took `took`.
  void land(request_kind kind, time_point now, const std::optional<duration>& took) {
    --count_of(kind);
    if (took) fastest_reply_ = std::min(fastest_reply_.value_or(*took), *took);
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      auto& w = windows_[i];
      const auto each = cost(i, kind);
      // Without a reply nothing is known of how early the server counted: no early release. The discount only
      // shrinks, so what is added here covers what is taken off later.
      if (each > 0) w.land(took ? now : now + discount(w), each);
    }
  }

  // Whether the headers name one of these windows, by length or limit; where they name none, whether there is
  // one window only.
  bool is_named_by(const rate_facts& f, time_point now) noexcept { return match(f, now) != nullptr; }
  // `of`: the marks of the request that was answered, which was taken at `age()` = `born`.
  void learn(const rate_facts&, std::span<const std::uint64_t> of, std::uint64_t born, time_point now);
  // Grows with each window that is learned.
  std::uint64_t age() const noexcept { return age_; }

  std::uint32_t phantoms() const noexcept;
  std::optional<contradiction> take_contradiction() noexcept;

 private:
  static constexpr std::size_t max_learned = 4;  // chosen: more windows than any API seen names

  // A window that replies taught, beside the configured ones.
  struct learned {
    time_point expires{};    // unless a reply confirms it
    bool exact = false;      // the header named its length
    std::uint64_t age = 0;   // age() since it is there
    std::uint64_t mark = 0;  // of all requests that were in flight then
  };

  bool active(std::size_t window, time_point now) const noexcept {
    return window < configured_ || learned_[window - configured_].expires > now;
  }
  std::uint64_t units(std::size_t window, const request_counts& n) const noexcept {
    return n.reads * costs_[window][0] + n.writes * costs_[window][1];
  }
  duration discount(const quota_window& w) const noexcept {
    if (!early_release_ || !fastest_reply_) return duration::zero();
    // Nine tenths of the window at most: a slot must come free later than it closes.
    return std::min<duration>(*fastest_reply_, w.length()) / 10 * 9;
  }
  std::uint64_t& count_of(request_kind kind) noexcept {
    return kind == request_kind::read ? in_flight_.reads : in_flight_.writes;
  }
  void hold_against_config(const rate_facts&, time_point now);
  quota_window* match(const rate_facts&, time_point now) noexcept;
  quota_window* adopt(const rate_facts&, time_point now);

  double reserve_;
  bool early_release_;
  std::size_t configured_;                           // windows_ from here on are learned
  std::vector<quota_window> windows_;                // at most most_windows()
  std::vector<std::array<std::uint32_t, 2>> costs_;  // of a read and of a write, for each of windows_
  std::vector<learned> learned_;                     // of windows_[configured_ + i]
  std::uint64_t age_ = 0;
  request_counts in_flight_;

  // The limit of replies that do not name its window, since when it was said, and its longest reset since.
  struct unnamed_window {
    std::uint64_t limit = 0;
    time_point since{};
    duration longest_reset{};
  };
  unnamed_window unnamed_;
  std::optional<contradiction> contradiction_;
  bool contradiction_told_ = false;
  asked_pause used_up_{time_point::min(), {}};     // a window of the API that is longer than ours
  asking_header taught_by_ = asking_header::none;  // the last reply that held back more than our own use
  std::optional<duration> fastest_reply_;
};

}  // namespace pawl::policy
