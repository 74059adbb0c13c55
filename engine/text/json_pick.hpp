// Tells which element of a JSON array a path picks. Pure.
#pragma once

#include "engine/text/json_path.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pawl {

enum class picked : std::uint8_t {
  no,
  yes,
  unclear,  // the element has the member twice, or is not JSON
};

// Whether the element (JSON text) at this position is the one. With a member: whether it is an object that
// has the value there, as a string, a number or a boolean.
picked is_picked(const array_pick&, std::size_t position, std::string_view element) noexcept;

}  // namespace pawl
