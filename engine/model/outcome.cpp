#include "engine/model/outcome.hpp"

#include <numeric>

namespace pawl {
namespace {

constexpr std::array<std::string_view, outcome_count> outcome_names{
    "applied", "unchanged", "skipped", "superseded", "refused", "mismatch", "failed", "unknown", "invalid"};
constexpr std::array<std::string_view, 3> verified_names{"none", "partial", "full"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view text) noexcept {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(outcome o) noexcept {
  return outcome_names[static_cast<std::size_t>(o)];
}
std::optional<outcome> parse_outcome(std::string_view text) noexcept {
  return find_name<outcome>(outcome_names, text);
}
std::optional<verified> parse_verified(std::string_view text) noexcept {
  return find_name<verified>(verified_names, text);
}

std::uint64_t outcome_counts::total() const noexcept {
  return std::accumulate(of.begin(), of.end(), std::uint64_t{0});
}

std::uint64_t outcome_counts::failures() const noexcept {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < outcome_count; ++i)
    if (!is_success(static_cast<outcome>(i))) n += of[i];
  return n;
}

}  // namespace pawl
