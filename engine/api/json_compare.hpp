// Compares the value that an API shows with the wanted one, by a profile's comparison.
#pragma once

#include "engine/api/profile.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

enum class equality : std::uint8_t {
  equal,
  different,
  malformed,  // the shown text is no JSON value, is deeper than 64, or repeats a name in an object
};

// Keeps the memory that comparisons need. Once it has grown, it allocates nothing for strings, numbers,
// instants and lists of plain strings; objects and other lists allocate. One thread at a time.
class json_comparer {
 public:
  // `wanted` is compact JSON, `shown` one JSON value as it stands in a reply.
  //
  // exact:   the same value. Strings by code points after unescaping (no Unicode normalisation, no case
  //          folding); numbers by their exact decimal value (1, 1.0 and 1e0 are equal; so are -0 and 0;
  //          digits beyond a double's precision count); objects whatever the order of their members; arrays
  //          in order; different types are different ("5" is not 5).
  // lines:   as exact, but strings whose line ends alone differ (LF, CR LF, CR) are equal: servers of the
  //          web write CR LF.
  // text:    as lines. A caller must know that a difference is no contradiction here.
  // set:     arrays with the same elements, whatever their order and repeats; null is the empty set. Where
  //          one side is neither, as exact.
  // set_nocase: as set, without the case of the letters of elements that are strings (fold_case).
  // members: objects, of which only the members of `wanted` count, at every depth: a member that is null is
  //          the same as one that is missing. Where one side is no object, as exact.
  // instant: RFC 3339 date-times of the same moment; where one side is none, as exact.
  // none:    as exact.
  equality compare(comparison how, std::string_view wanted, std::string_view shown);

  // Compares with an array whose elements were found one by one (`tags[].id`).
  equality compare(comparison how, std::string_view wanted, std::span<const std::string_view> shown);

  // Compares an element of a list, as `how` compares the list.
  equality compare_element(comparison how, std::string_view wanted, std::string_view shown);

 private:
  equality exact(std::string_view wanted, std::string_view shown);
  equality same_lines(std::string_view wanted, std::string_view shown);
  equality same_members(std::string_view wanted, std::string_view shown);
  bool has_members(std::string_view wanted, std::string_view shown);
  equality same_moment(std::string_view wanted, std::string_view shown);
  // Compares wanted_ and shown_ as sets.
  equality same_set();
  equality same_normal_set(bool with_case);

  std::vector<std::string_view> wanted_, shown_;
  std::string wanted_text_, shown_text_;
};

}  // namespace pawl::api
