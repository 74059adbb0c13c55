// Numbers of JSON as text (RFC 8259 section 6), whatever their size: none of them becomes a binary number.
#pragma once

#include <string>
#include <string_view>

namespace pawl {

// A number, taken apart; views into its text.
struct json_number {
  bool is_negative = false;
  std::string_view whole;     // without leading zero
  std::string_view fraction;  // digits behind the point; may be empty
  bool exponent_is_negative = false;
  std::string_view exponent;  // digits; may be empty
};
// False: no JSON number.
bool take_apart(std::string_view, json_number& into) noexcept;

bool is_json_number(std::string_view) noexcept;
// The same without fraction and exponent.
bool is_json_integer(std::string_view) noexcept;

// Appends the one form that equal numbers share: digits and exponent (1, 1.0 and 10e-1 alike, however many
// digits). False: not a JSON number, and nothing is appended.
bool append_normal_number(std::string& to, std::string_view number);

}  // namespace pawl
