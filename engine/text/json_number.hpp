// Numbers of JSON as text (RFC 8259 section 6), of any size. No number is converted to binary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

// The parts of a number, as views into its text.
struct json_number {
  bool is_negative = false;
  std::string_view whole;     // without leading zero
  std::string_view fraction;  // digits behind the point; may be empty
  bool exponent_is_negative = false;
  std::string_view exponent;  // digits; may be empty
};
// False: the text is not a JSON number.
bool take_apart(std::string_view, json_number& into) noexcept;

bool is_json_number(std::string_view) noexcept;
// Whether the text is a JSON number without fraction and exponent.
bool is_json_integer(std::string_view) noexcept;

// A number of decimal digits alone. nullopt: another text, or a number that 64 bits do not hold.
std::optional<std::uint64_t> whole_number(std::string_view digits) noexcept;
// The same of a JSON number, also of one in quotes: 295 and "295".
std::optional<std::uint64_t> whole_number_in(std::string_view json) noexcept;

// Appends the one form that equal numbers share, made of digits and exponent: 1, 1.0 and 10e-1 get the same
// one, whatever their number of digits. False: the text is not a JSON number, and nothing is appended.
bool append_normal_number(std::string& to, std::string_view number);

}  // namespace pawl
