#include "engine/app/retried_rows.hpp"

#include "engine/input/left_out.hpp"
#include "engine/model/byte_arena.hpp"

#include <algorithm>
#include <utility>

namespace pawl::app {

expected<retried_rows> retried_rows::find(ledger::ledger_file& file, const ledger::generation_row& generation,
                                          const api::profile& profile, const std::vector<outcome>& retried) {
  retried_rows found(profile, retried.empty() ? 0 : generation.rows);
  if (retried.empty()) return found;
  const auto watch = [&found](const ledger::job_row& job) {
    found.again_.insert(job.row);
    found.later_.watch(job.id, job.row);
    return true;
  };
  if (auto read = file.for_each_job(generation.id, retried, watch); !read) return std::move(read.error());

  std::vector<outcome> with_word;
  for (std::size_t i = 0; i < outcome_count; ++i)
    if (const auto o = static_cast<outcome>(i);
        plan::has_last_word(o) && std::ranges::find(retried, o) == retried.end())
      with_word.push_back(o);
  const auto mark = [&found](const ledger::job_row& job) {
    if (!found.later_.follows(job.id, job.row)) return true;
    found.spoken_.insert(job.row);
    found.last_ = job.row;
    return true;
  };
  if (auto read = file.for_each_job(generation.id, with_word, mark); !read) return std::move(read.error());
  found.later_.forget_the_others();
  return found;
}

bool retried_rows::is_kept(const job_view& job) const {
  return again_.contains(job.row) && later_.is_watched(job.id);
}

void retried_rows::see(const job_view& job) {
  if (spoken_.contains(job.row)) later_.note(job);
  if (again_.contains(job.row)) later_.keep(job);
}

std::vector<ledger::left_out_row> retried_rows::left_out() const {
  std::vector<ledger::left_out_row> found;
  later_.for_each_kept([&](const job_view& job) {
    if (auto one = later_.judge(job); !one.fields.empty()) found.push_back(std::move(one));
  });
  return found;
}

void retried_rows::for_each_rest(const std::function<void(const job_view&)>& each) const {
  std::vector<field_value> left;
  byte_arena texts;
  later_.for_each_kept([&](job_view job) {
    const auto out = later_.judge(job);
    if (out.superseded) return;
    left.assign(job.patch.begin(), job.patch.end());
    texts.clear();
    input::leave_out(left, out.fields, texts);
    job.patch = left;
    each(job);
  });
}

}  // namespace pawl::app
