#include "engine/app/retried_rows.hpp"

#include "engine/plan/later_rows.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace pawl::app {
namespace {

// Every good row from `from` on, until `each` or `stop` says that it is enough.
status for_each_row(input::job_source& source, const input::checkpoint& from, const std::atomic<bool>* stop,
                    const std::function<bool(const job_view&)>& each) {
  if (auto sought = source.seek(from); !sought) return sought;
  job_batch batch;
  for (;;) {
    auto more = source.next(batch);
    if (!more) return std::move(more.error());
    if (!*more || (stop != nullptr && *stop)) return {};
    for (std::size_t i = 0; i < batch.size(); ++i)
      if (batch.error(i) == nullptr && !each(batch.job(i))) return {};
  }
}

}  // namespace

expected<std::vector<ledger::left_out_row>> find_left_out(
    ledger::ledger_file& file, const ledger::generation_row& generation, input::job_source& source,
    const api::profile& profile, const std::vector<outcome>& retried,
    const std::function<void(std::uint64_t)>& on_progress, const std::atomic<bool>* stop) {
  plan::later_rows later(profile);
  ledger::row_set again(generation.rows), spoken(generation.rows);
  std::uint64_t first = 0, last = 0;
  const auto watch = [&](const ledger::job_row& job) {
    if (first == 0) first = job.row;
    last = job.row;
    again.insert(job.row);
    later.watch(job.id, job.row);
    return true;
  };
  if (auto read = file.for_each_job(generation.id, retried, watch); !read) return std::move(read.error());
  std::vector<ledger::left_out_row> found;
  if (first == 0) return found;

  std::vector<outcome> with_word;
  for (std::size_t i = 0; i < outcome_count; ++i)
    if (const auto o = static_cast<outcome>(i);
        plan::has_last_word(o) && std::ranges::find(retried, o) == retried.end())
      with_word.push_back(o);
  const auto mark = [&](const ledger::job_row& job) {
    spoken.insert(job.row);
    return true;
  };
  if (auto read = file.for_each_job(generation.id, with_word, mark); !read) return std::move(read.error());

  auto from = file.checkpoint_before(generation.id, first - 1);
  if (!from) return std::move(from.error());
  const auto note = [&](const job_view& job) {
    if (spoken.contains(job.row)) later.note(job);
    if (job.row % 65'536 == 0) on_progress(job.row);  // chosen: some twenty times a second
    return true;
  };
  if (auto read = for_each_row(source, *from, stop, note); !read) return std::move(read.error());
  if (!later.any()) return found;

  const auto judge = [&](const job_view& job) {
    if (again.contains(job.row))
      if (auto one = later.judge(job); !one.fields.empty()) found.push_back(std::move(one));
    return job.row < last;
  };
  if (auto read = for_each_row(source, *from, stop, judge); !read) return std::move(read.error());
  return found;
}

}  // namespace pawl::app
