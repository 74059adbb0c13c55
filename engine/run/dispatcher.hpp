// Which job may start next: jobs of one id (in whatever case) run one at a time, in input order. What cannot
// start yet is parked in copies of its own, so that it pins no batch. Parked jobs are bounded in number and
// in memory, and when they are at a bound no further job is taken. Pure but for its memory; network thread
// only.
#pragma once

#include "engine/model/job.hpp"
#include "engine/policy/id_hash.hpp"
#include "engine/run/hash_counts.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pawl::run {

class dispatcher {
 public:
  enum class answer {
    start,   // the caller must run it and call finished(id); it counts as under way
    parked,  // a copy was taken; it will come out of take_parked() in its turn
    hold,    // no room to park it: offer it again after a finish
  };

  struct parking {
    std::size_t jobs = 0, bytes = 0;  // at most
  };
  dispatcher(std::size_t slots, parking most);

  answer offer(const job_view&);
  // Moves the first parked job whose id is free into `into`; it counts as under way. False: there is none.
  bool take_parked(job_buffer& into);
  // A job of this id is no longer under way.
  void finished(std::string_view id);

  std::size_t parked() const noexcept { return parked_count_; }
  std::size_t under_way() const noexcept { return started_; }
  // Forgets the parked jobs: they stay pending.
  void drop_parked();

 private:
  static constexpr std::size_t none = ~std::size_t{0};
  struct entry {
    job_buffer job;
    std::uint64_t hash = 0, order = 0;
    std::size_t next = none;  // of its id, in input order; or the next one that is free
  };
  struct line {  // of an id, by index
    std::size_t first = none, last = none;
  };
  using turn = std::pair<std::uint64_t, std::size_t>;  // order and index

  hash_counts under_way_;
  std::unordered_map<std::uint64_t, line> waiting_;
  std::priority_queue<turn, std::vector<turn>, std::greater<>> ready_;  // first of their ids, which are free
  std::vector<entry> entries_;                                          // buffers are kept for reuse
  std::size_t free_ = none;
  std::size_t started_ = 0, parked_count_ = 0, parked_bytes_ = 0;
  parking most_;
  std::uint64_t next_order_ = 0;
};

}  // namespace pawl::run
