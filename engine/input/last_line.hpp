// Whether the last line of a stream of bytes has an end, and how it begins where it has none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::input {

// A last line that no line end closes.
struct open_line {
  std::uint64_t line = 1;  // its number, from 1
  std::string head;        // at most last_line::kept_bytes of it
};

class last_line {
 public:
  static constexpr std::size_t kept_bytes = 128;  // chosen: more than a message shows

  // The bytes that follow those of earlier calls.
  void add(std::string_view);
  // Blank text behind the last line end is no line. nullopt: the last line has its end.
  std::optional<open_line> open() const;

 private:
  open_line now_;  // the line that is being read
  bool is_blank_ = true;
};

}  // namespace pawl::input
