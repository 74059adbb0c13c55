#include "engine/policy/page_worth.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

namespace pawl::policy {
namespace {

TEST(PageWorth, SmallInputsAreReadRowByRow) {
  const page_worth worth;
  EXPECT_FALSE(worth.begins(0));
  EXPECT_FALSE(worth.begins(999));
  EXPECT_TRUE(worth.begins(1000));
}

struct page {
  std::uint64_t shown, settled;
};

struct list_walk {
  std::uint64_t pages = 0, settled = 0, left = 0;
};

// Reads pages as long as they pay; `of` says what the page of a number holds.
list_walk read_pages(std::uint64_t rows, std::uint64_t pages_there_are,
                     const std::function<page(std::uint64_t)>& of) {
  page_worth worth;
  list_walk w;
  w.left = rows;
  if (!worth.begins(rows)) return w;
  while (w.pages < pages_there_are && worth.goes_on(w.left)) {
    const auto p = of(w.pages++);
    w.left -= std::min(w.left, p.shown);
    w.settled += p.settled;
    worth.count_page(p.settled);
  }
  return w;
}

struct worth_scenario {
  const char* name;
  std::uint64_t rows, pages_there_are;
  page (*of)(std::uint64_t);
  std::uint64_t least_pages, most_pages;
};

class PageWorthOver : public ::testing::TestWithParam<worth_scenario> {};

TEST_P(PageWorthOver, ReadsAsManyPagesAsPay) {
  const auto& s = GetParam();
  const auto w = read_pages(s.rows, s.pages_there_are, s.of);
  EXPECT_GE(w.pages, s.least_pages);
  EXPECT_LE(w.pages, s.most_pages);
  EXPECT_LE(static_cast<double>(w.pages),
            static_cast<double>(w.settled) / 4 + static_cast<double>(s.rows) / 50 + 2)
      << "the bound that the header gives";
}

INSTANTIATE_TEST_SUITE_P(
    Lists, PageWorthOver,
    ::testing::Values(worth_scenario{"the_whole_list_is_the_input_and_most_is_done", 10'000, 50,
                                     [](std::uint64_t) { return page{200, 180}; }, 50, 50},
                      worth_scenario{"every_row_is_found_before_the_list_ends", 10'000, 5'000,
                                     [](std::uint64_t) { return page{200, 180}; }, 50, 50},
                      worth_scenario{"nothing_is_as_wanted", 10'000, 50,
                                     [](std::uint64_t) { return page{200, 0}; }, 30, 50},
                      worth_scenario{"the_input_is_a_corner_of_a_huge_list", 10'000, 100'000,
                                     [](std::uint64_t) { return page{2, 1}; }, 200, 300},
                      worth_scenario{"the_input_is_nowhere_in_the_list", 1'000, 100'000,
                                     [](std::uint64_t) { return page{0, 0}; }, 21, 21},
                      worth_scenario{"the_input_is_the_oldest_part_of_the_list", 10'000, 250,
                                     [](std::uint64_t n) { return n < 195 ? page{0, 0} : page{200, 180}; },
                                     245, 246},
                      worth_scenario{"what_is_left_is_not_in_the_list_any_more", 10'000, 100'000,
                                     [](std::uint64_t n) { return n < 49 ? page{200, 200} : page{0, 0}; }, 50,
                                     60},
                      worth_scenario{"one_row_in_forty", 100'000, 100'000,
                                     [](std::uint64_t) { return page{5, 5}; }, 19'000, 20'000},
                      worth_scenario{"too_few", 999, 50, [](std::uint64_t) { return page{200, 200}; }, 0, 0}),
    [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace pawl::policy
