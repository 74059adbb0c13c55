#include "engine/client/progress.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace pawl::client {

void latency_histogram::add(std::uint64_t us) noexcept {
  const auto octaves = std::log2(static_cast<double>(std::max<std::uint64_t>(us, 1)));
  const auto at = static_cast<std::size_t>(octaves * per_octave);
  ++buckets_[std::min(at, buckets_.size() - 1)];
  ++total_;
  max_ = std::max(max_, us);
}

std::uint64_t latency_histogram::quantile(double q) const noexcept {
  if (total_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0) {
      const auto edge = std::exp2(static_cast<double>(i + 1) / static_cast<double>(per_octave));
      return std::min(max_, static_cast<std::uint64_t>(edge));
    }
  }
  return max_;
}

void latency_histogram::clear() noexcept {
  *this = latency_histogram{};
}

void progress_counters::count_error(const failed_row& failed) {
  constexpr std::size_t most_codes = 100;  // chosen; an API that makes up codes must not make our memory grow
  const auto code = failed.code.empty() ? to_string(failed.outcome) : failed.code;
  std::string key(error_counts.size() < most_codes || error_counts.contains(std::string(code)) ? code
                                                                                               : "other");
  if (++error_counts[std::move(key)] <= lines_per_code && on_failure) on_failure(failed);
}

duration time_needed(const std::vector<rate_window>& windows, double reserve, std::uint64_t writes) noexcept {
  // Each window alone lets the n-th request leave after floor((n-1)/limit) window lengths; all together delay
  // it at least by the longest of these times.
  duration longest{};
  if (writes == 0) return longest;
  for (const auto& w : windows) {
    const auto turns = (writes - 1) / usable({w}, reserve);
    longest =
        std::max(longest, std::chrono::duration_cast<duration>(w.length) * static_cast<std::int64_t>(turns));
  }
  return longest;
}

duration time_needed_with_reads(const policy::pacer_options& o, std::uint64_t writes,
                                std::uint64_t reads) noexcept {
  auto longest = time_needed(o.windows, o.reserve, writes);
  if (writes == 0) return longest;
  for (const auto& l : o.shared)
    longest =
        std::max(longest, time_needed({l.window}, o.reserve, writes * l.write_cost + reads * l.read_cost));
  return longest;
}

}  // namespace pawl::client
