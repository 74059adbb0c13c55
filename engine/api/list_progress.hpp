// Whether a list that goes on still brings anything: told by the ids of its items, in bounded memory. Pure.
//
// Cursors may repeat, alternate, or count up without end over the same items, so what is looked at is what
// the pages bring. Kept are the ids of the last pages, for lists that go in small circles, and those of three
// pages in a row at each power of two, for circles of any length: once round, the same three pages come again
// (Brent's way to find a cycle).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace pawl::api {

class list_progress {
 public:
  // Pages in a row without an id that was not there before; more are a list that never ends. (One or two
  // happen: items move to the next page while others are written.)
  static constexpr int most_barren = 3;

  // An item of the page that is being read.
  void see(std::string_view id);
  // False: the page was the third one in a row that brought nothing new.
  bool end_page();

 private:
  // Of ids, as 64 bits of hash: two with one hash only let a page look poorer than it is, and three pages in
  // a row are not poor by chance.
  using ids = std::unordered_set<std::uint64_t>;
  static constexpr std::size_t most_recent = 32 * 1024;      // chosen: some 150 pages, 2 MB in two sets
  static constexpr std::size_t most_milestone = 128 * 1024;  // three pages of any usual size

  ids recent_, before_;  // together the last pages
  ids milestone_;
  std::uint64_t pages_ = 0, milestone_at_ = 0;
  int barren_ = 0;
  bool brought_ = false;
};

}  // namespace pawl::api
