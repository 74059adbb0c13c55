// The windows that reads and writes share (`limits.all`), and the gate that a throttled reply closes for
// both. Each of the two classes has a pacer of its own, with its own line and windows, which asks here too.
// Pure: time is an argument. Network thread only.
//
// Who goes first:
//   The shared windows are given to the two heads in the order in which they found them used up, when they
//   looked or asked: a head keeps what it needs from the other one, and takes it when there is enough.
//   Neither class starves the other, whatever it costs. A read that is made for a write (read_first) takes a
//   slot for itself and reserves the one of its write, or waits for both: no read is made in vain because its
//   own slot, or those of other reads, delayed the write. A write with a reservation goes before those
//   without, so that no two can wait for each other. The reservation ends with the grant, when the write
//   leaves its line, or when it needs another read: that may stand behind reads which wait for what it keeps.
//
// What a reservation costs is the time from a read to its write, 2 s at most where nothing else happens: it
// is no slot that was used.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/policy/pacer_options.hpp"
#include "engine/policy/throttle_gate.hpp"
#include "engine/policy/window_set.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace pawl::policy {

class shared_budget {
 public:
  // A place in the line of one class: as many as that class has numbered.
  using number = std::uint64_t;

  // `shared`, `reserve`, `spread` and `early_release` of the options count, which are the same in those of
  // both classes. With no windows it is a gate only.
  shared_budget(const pacer_options&, time_point now);

  // Unset: the classes share nothing, neither windows nor, by a rule of the profile, a gate.
  static std::optional<shared_budget> of(const pacer_options& o, const api::profile& p, time_point now) {
    const auto for_all = [](const api::status_rule& r) { return r.scope == api::wait_scope::of_all; };
    if (o.shared.empty() && std::ranges::none_of(p.rules, for_all)) return std::nullopt;
    return shared_budget(o, now);
  }

  // What an earlier process has sent of one class; each class calls it once, before its first request.
  void add_past(past_use, time_point now);

  // ---- the lines ----

  // A read stands in line for that write.
  void pair(number read, number write);
  // It has left its line, granted or not.
  void left(request_kind, number);
  // The first write with a reservation; unset: the line has its own order.
  std::optional<number> first_reserved() const noexcept {
    return reserved_.empty() ? std::nullopt : std::optional{reserved_.front()};
  }
  // How many of those with a reservation go before this write.
  std::uint64_t reserved_before(number write) const noexcept;
  bool is_reserved(number write) const noexcept;

  // ---- the windows ----

  // Takes a slot for the head of a line, if it may leave now as far as this goes. `marks`: as in window_set.
  bool try_take(request_kind, number, window_set::marks, time_point now);
  // When the head may leave, if nothing else happens.
  time_point due(request_kind, number, time_point now) const;
  // About when the one at this rank of its line may leave, with the read that its write needs before.
  // `latency`: of requests in flight.
  time_point due_in_line(request_kind, number, std::uint64_t rank, time_point now, duration latency) const;
  // The head could leave but for the shared windows: they are kept for it as if it had asked in vain.
  void claim_for(request_kind, number, time_point now);
  // The head cannot leave for another reason.
  void unclaim(request_kind kind) noexcept { claims_[index(kind)] = {}; }
  void give_back(request_kind) noexcept;
  void land(request_kind kind, time_point now, std::optional<duration> took) {
    windows_.land(kind, now, took);
  }

  // ---- what replies teach ----

  window_set& windows() noexcept { return windows_; }
  const window_set& windows() const noexcept { return windows_; }
  throttle_gate& gate() noexcept { return gate_; }
  const throttle_gate& gate() const noexcept { return gate_; }

 private:
  struct claim {
    number of = 0;  // 0: the head has not asked in vain
    std::uint64_t turn = 0;
    request_counts wants;
  };
  static std::size_t index(request_kind kind) noexcept { return kind == request_kind::write ? 1 : 0; }
  std::optional<number> write_of(request_kind, number, time_point now) const noexcept;
  request_counts wanted(request_kind, number, time_point now) const noexcept;
  request_counts wanted_in_all(request_kind, number, time_point now) const noexcept;
  request_counts held_back(request_kind, number) const noexcept;
  void claim_now(request_kind, number, const request_counts&);

  window_set windows_;
  throttle_gate gate_;
  // Spread: between two of a class, and when its next one may leave; 0: as early as the windows allow.
  std::array<duration, 2> spacing_{};
  std::array<time_point, 2> schedule_{time_point::min(), time_point::min()};
  std::vector<past_use> past_;
  std::vector<std::pair<number, number>> pairs_;  // reads in line, and their writes; few
  std::vector<number> reserved_;                  // writes, in the order of their line; few
  std::array<claim, 2> claims_{};
  std::uint64_t next_turn_ = 0;
  bool pairs_are_usual_ = false;  // a read has stood in line for a write
};

}  // namespace pawl::policy
