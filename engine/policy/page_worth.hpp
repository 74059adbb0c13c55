// Whether one more page of a list is worth its read. Pure.
//
// A page shows 200 resources for the price of one read; each row that it concludes (`unchanged`, `skipped`)
// is spared its own read. How many it will conclude nobody knows before: the list has no count, it may be far
// longer than the input, and it may begin with what the input does not name (lists begin with the newest, and
// stale threads are the oldest). Reading pages until one concludes nothing would stop right there; reading
// all of them would cost more than it saves where the list is large. So pages may run into debt, and only so
// far: each costs one, each concluded row pays a quarter of one back, and when the debt is more than 2 % of
// the rows that may still be found, it is enough. Nothing is saved up: what pages earned before does not pay
// for ones that conclude nothing.
//
// Over a whole run pages therefore cost at most one read for every four that they spare, and 2 % of the
// reads that the input would take without them.
#pragma once

#include <cstdint>

namespace pawl::policy {

struct page_worth_options {
  // Fewer rows than this are read one by one: at a thousand reads a minute they take that minute beside the
  // writes, which need a quarter of an hour. Chosen.
  std::uint64_t smallest = 1000;
  double concluded_row_pays = 0.25;  // of a page; chosen: a page is 500 KB, an own read 2.5 KB
  double debt_per_row = 0.02;        // of the rows that may still be found; chosen
};

class page_worth {
 public:
  page_worth() = default;
  explicit page_worth(const page_worth_options& options) : options_(options) {}

  // Whether to begin at all, with so many rows that a page could conclude.
  bool begins(std::uint64_t rows) const noexcept { return rows >= options_.smallest; }
  // Whether the next page pays while so many rows were neither shown by a page nor read by themselves.
  bool goes_on(std::uint64_t rows_left) const noexcept {
    return rows_left > 0 && debt_ <= allowed(rows_left);
  }
  void count_page(std::uint64_t concluded) noexcept;

 private:
  double allowed(std::uint64_t rows_left) const noexcept;

  page_worth_options options_;
  double debt_ = 0;  // in pages
};

}  // namespace pawl::policy
