// Finds what a resource shows, in the form that rows have. Everything that reads fields of a resource does it
// through this class, so nothing compares the form of the wire with that of rows. Pure.
#pragma once

#include "engine/api/field_codec.hpp"
#include "engine/text/json_locator.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// The position of a field among places of which the first is that of the id.
constexpr std::uint32_t place_behind_id(field_index f) noexcept {
  return static_cast<std::uint32_t>(to_index(f)) + 1;
}

class field_locator {
 public:
  // Result i belongs to places[i]; an empty path is never found.
  explicit field_locator(std::vector<shown_place> places);

  // As json_locator::locate(). Where a form was changed, the result is one value, also of a path that walks a
  // list, and a view into the locator, valid until the next call.
  bool locate(json_parser& parser, std::string_view body, std::span<const std::uint32_t> wanted) {
    if (!at_.locate(parser, body, wanted)) return false;
    if (!codecs_.empty()) read(wanted);
    return true;
  }

  const located& operator[](std::size_t place) const noexcept { return at_[place]; }

 private:
  void read(std::span<const std::uint32_t> wanted);

  json_locator at_;
  // By place; empty: all values have the rows' form as they are shown.
  std::vector<field_codec> codecs_;
  std::vector<std::string> texts_;
};

}  // namespace pawl::api
