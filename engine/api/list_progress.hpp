// Tells by the ids of its items whether a list that goes on still brings anything new, in bounded memory.
// Pure.
//
// The cursor does not tell: cursors may repeat, alternate, or count up without end over the same items. So
// this looks at what the pages bring. It keeps the ids of the last pages, which finds short cycles, and the
// ids of three pages in a row at each power of two, which finds cycles of any length: after one turn the same
// three pages come again (Brent's algorithm for finding a cycle).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace pawl::api {

class list_progress {
 public:
  // So many pages in a row without a new id mean that the list never ends. (One or two happen: items move to
  // the next page while others are written.)
  static constexpr int most_barren = 3;
  // Where pages are asked for by number, one is enough: an API that does not read the number gives the first
  // page again, until the total is reached.
  static constexpr int most_barren_by_number = 1;

  explicit list_progress(int most = most_barren) noexcept : most_(most) {}

  // Notes an item of the page that is being read.
  void see(std::string_view id);
  // False: so many pages in a row as the constructor was told brought nothing new.
  bool end_page();

 private:
  // Hashes of ids. Where two ids have one hash, a page only seems to bring less than it does, and three pages
  // in a row do not seem so by chance.
  using ids = std::unordered_set<std::uint64_t>;
  static constexpr std::size_t most_recent = 32 * 1024;      // chosen: some 150 pages, 2 MB in two sets
  static constexpr std::size_t most_milestone = 128 * 1024;  // chosen: three pages of any usual size

  const int most_;
  ids recent_, before_;  // together the last pages
  ids milestone_;
  std::uint64_t pages_ = 0, milestone_at_ = 0;
  int barren_ = 0;
  bool brought_ = false;
};

}  // namespace pawl::api
