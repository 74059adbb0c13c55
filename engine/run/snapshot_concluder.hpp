// Concludes rows from the list pages of a run: a row that needs no write is over, with the outcome that its
// own read would have had. Rows that are under way, or that need a write, are not touched. Network thread
// only.
#pragma once

#include "engine/run/run_context.hpp"
#include "engine/run/snapshot.hpp"

#include <cstdint>

namespace pawl::run {

class snapshot_concluder final : public snapshot_sink {
 public:
  // `pending`: rows that this run may take. The context outlives it.
  snapshot_concluder(run_context& shared, std::uint64_t pending) : shared_(shared), pending_(pending) {}

  boost::asio::awaitable<bool> take(const job_view&, const api::write_plan&) override;
  std::uint64_t rows_left() const override;

 private:
  run_context& shared_;
  std::uint64_t pending_;
};

}  // namespace pawl::run
