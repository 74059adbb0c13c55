#include "engine/api/list_progress.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace pawl::api {
namespace {

// How many pages are read before the list is told to bring nothing new, at most `most`.
int pages_until_told(const std::function<int(int page)>& page_that_comes, int ids_of_a_page, int most) {
  list_progress progress;
  for (int n = 0; n < most; ++n) {
    const int page = page_that_comes(n);
    for (int i = 0; i < ids_of_a_page; ++i)
      progress.see("id_" + std::to_string(page) + "_" + std::to_string(i));
    if (!progress.end_page()) return n + 1;
  }
  return most;
}

TEST(ListProgress, TellsCirclesOfAnyLength) {
  struct row {
    const char* what;
    std::function<int(int)> page;
    int ids, told_by;
  };
  const row rows[] = {
      {"the same page for ever", [](int) { return 7; }, 100, 4},
      {"two that alternate", [](int n) { return n % 2; }, 100, 5},
      {"clamped to the last page", [](int n) { return n < 20 ? n : 19; }, 100, 23},
      {"a circle of 50", [](int n) { return n % 50; }, 100, 53},
      {"longer than what is kept", [](int n) { return n % 1000; }, 200, 4000},
      {"with a way into it", [](int n) { return n < 300 ? n : 300 + (n - 300) % 900; }, 200, 4000},
      {"empty pages", [](int n) { return n; }, 0, 3},
  };
  for (const auto& r : rows) EXPECT_LE(pages_until_told(r.page, r.ids, 10'000), r.told_by) << r.what;
}

TEST(ListProgress, LetsAListGoOnThatBringsSomething) {
  EXPECT_EQ(pages_until_told([](int n) { return n; }, 200, 5000), 5000) << "an honest list";
  // Two pages again, as where items move while the list is read, then new ones.
  EXPECT_EQ(pages_until_told([](int n) { return n % 3 == 0 ? n : 0; }, 10, 3000), 3000);
}

}  // namespace
}  // namespace pawl::api
