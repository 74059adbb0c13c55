#include "engine/policy/page_worth.hpp"

#include <algorithm>

namespace pawl::policy {

void page_worth::count_page(std::uint64_t concluded) noexcept {
  debt_ = std::max(0.0, debt_ + 1.0 - options_.concluded_row_pays * static_cast<double>(concluded));
}

// One page that concludes nothing says little, however few rows are left.
double page_worth::allowed(std::uint64_t rows_left) const noexcept {
  return std::max(1.0, options_.debt_per_row * static_cast<double>(rows_left));
}

}  // namespace pawl::policy
