// How a job can end, and how sure we are of it. The names are a public interface: they stand in ledgers,
// exports and summaries.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pawl {

// A job without an outcome is pending: the next run takes it.
enum class outcome : std::uint8_t {
  applied,     // accepted, and the reply shows the wanted values as far as the API echoes them
  unchanged,   // already in the wanted state: nothing was sent
  skipped,     // a precondition no longer holds: nothing was sent
  superseded,  // all its fields were written by a later row of the same id
  refused,     // the API said no to this row
  mismatch,    // answered 2xx, but the reply and a read-back show other values
  failed,      // not applied, and all attempts are used up
  unknown,     // it may be applied or not, and no read can tell
  invalid,     // the row itself is wrong: never sent
};
inline constexpr std::size_t outcome_count = 9;

// How much of an applied patch the reply (or a read-back) proved.
enum class verified : std::uint8_t { none, partial, full };

std::string_view to_string(outcome) noexcept;
std::optional<outcome> parse_outcome(std::string_view) noexcept;
std::optional<verified> parse_verified(std::string_view) noexcept;

constexpr bool is_success(outcome o) noexcept {
  return o == outcome::applied || o == outcome::unchanged || o == outcome::skipped ||
         o == outcome::superseded;
}

// Rows per outcome. Their sum and the pending rows together are the number of rows: checked at every exit.
struct outcome_counts {
  std::array<std::uint64_t, outcome_count> of{};

  std::uint64_t& operator[](outcome o) noexcept { return of[static_cast<std::size_t>(o)]; }
  std::uint64_t operator[](outcome o) const noexcept { return of[static_cast<std::size_t>(o)]; }
  std::uint64_t total() const noexcept;
  std::uint64_t failures() const noexcept;
  bool operator==(const outcome_counts&) const = default;
};

}  // namespace pawl
