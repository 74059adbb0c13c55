#include "engine/input/row_walk.hpp"

#include <utility>

namespace pawl::input {

status walk_rows(job_source& source, const row_watch& watch,
                 const std::function<void(std::uint64_t rows)>& on_progress, const std::atomic<bool>* stop) {
  job_batch batch;
  for (;;) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed))
      return failure{failure_kind::later, source.name(), "was not read to its end: interrupted",
                     "run the same command again"};
    auto more = source.next(batch);
    if (!more) return std::move(more.error());
    if (!*more) return {};
    for (std::size_t i = 0; i < batch.size(); ++i)
      if (batch.error(i) == nullptr && !watch(batch.job(i))) return {};
    if (on_progress) on_progress(source.position().row);
  }
}

}  // namespace pawl::input
