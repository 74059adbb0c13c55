// Which job may start next: jobs of one id (in whatever case) run one at a time, in input order. What cannot
// start yet is parked in copies of its own, so that it pins no batch; the number of parked jobs is bounded,
// and when they are at the bound no further job is taken. Pure but for its memory; network thread only.
#pragma once

#include "engine/model/job.hpp"
#include "engine/run/hash_counts.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace pawl::run {

// Of an id, without the case of its ASCII letters: what counts as one resource here. Neither of what
// policy::kept_quota keeps for itself.
std::uint64_t hash_of_id(std::string_view id) noexcept;

class dispatcher {
 public:
  enum class answer {
    start,   // the caller must run it and call finished(id); it counts as under way
    parked,  // a copy was taken; it will come out of take_parked() in its turn
    hold,    // no room to park it: offer it again after a finish
  };

  dispatcher(std::size_t slots, std::size_t most_parked);

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
  struct entry {
    job_buffer job;
    std::uint64_t hash = 0;
    bool used = false;
    std::uint64_t order = 0;
  };
  hash_counts under_way_, waiting_;
  std::vector<entry> entries_;  // buffers are kept for reuse
  std::size_t started_ = 0, parked_count_ = 0, most_parked_;
  std::uint64_t next_order_ = 0;
  bool maybe_ready_ = false;  // a finish may have freed a parked job
};

}  // namespace pawl::run
