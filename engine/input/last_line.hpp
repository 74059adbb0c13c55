// Tells whether the last line of a stream of bytes is closed by a line end, and how it begins if it is not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::input {

// A last line without a line end.
struct open_line {
  std::uint64_t line = 1;  // its number, from 1
  std::string head;        // its beginning, at most last_line::kept_bytes
};

class last_line {
 public:
  static constexpr std::size_t kept_bytes = 128;  // chosen: more than a message shows

  // Takes the bytes that follow those of earlier calls.
  void add(std::string_view);
  // Blank text behind the last line end is no line. nullopt: the last line is closed.
  std::optional<open_line> open() const;

 private:
  open_line now_;  // the line that is being read
  bool is_blank_ = true;
};

}  // namespace pawl::input
