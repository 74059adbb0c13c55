#include "engine/ledger/compact_text.hpp"

#include "engine/text/utf8.hpp"

namespace pawl::ledger {
namespace {

constexpr std::size_t min_digits = 8, max_digits = 64, uuid_digits = 32, max_prefix = 32;  // chosen

// A table, because every row has some fifty digits to look at. -1: not a lower-case hexadecimal digit.
constexpr auto hex_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
  for (int i = 0; i < 6; ++i) values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
  return values;
}();
constexpr int hex_value(char c) noexcept {
  return hex_values[static_cast<unsigned char>(c)];
}

// 32 digits would make 16 bytes, which mean a UUID.
constexpr bool digits_fit(std::size_t n) noexcept {
  return n >= min_digits && n <= max_digits && n % 2 == 0 && n != uuid_digits;
}

// Appends the bytes of `digits`, of which there is an even number. False: not all are digits, and `to` is
// then useless.
bool unhex(std::string_view digits, compact_text& to) noexcept {
  int seen = 0;  // becomes negative with the first byte that is no digit
  const char* from = digits.data();
  std::uint8_t* at = to.bytes.data() + to.size;
  for (std::size_t left = digits.size() / 2; left > 0; --left, from += 2) {
    const int high = hex_value(from[0]), low = hex_value(from[1]);
    seen |= high | low;
    *at++ = static_cast<std::uint8_t>((high << 4) | low);
  }
  to.size += digits.size() / 2;
  return seen >= 0;
}

bool is_uuid(std::string_view text, compact_text& to) noexcept {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
    return false;
  to.size = 0;
  return unhex(text.substr(0, 8), to) && unhex(text.substr(9, 4), to) && unhex(text.substr(14, 4), to) &&
         unhex(text.substr(19, 4), to) && unhex(text.substr(24), to);
}

bool is_number(std::string_view text, std::int64_t& number) noexcept {
  if (text.empty() || text.size() > 18 || (text[0] == '0' && text.size() > 1)) return false;
  number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  return true;
}

}  // namespace

compact_text compact(std::string_view text, const std::optional<std::string>& prefix) noexcept {
  compact_text made;
  if (is_uuid(text, made)) {
    made.is = compact_text::form::bytes;
    return made;
  }
  if (is_number(text, made.number)) {
    made.is = compact_text::form::number;
    return made;
  }
  if (prefix && text.starts_with(*prefix) && digits_fit(text.size() - prefix->size())) {
    made.size = 0;
    if (unhex(text.substr(prefix->size()), made)) {
      made.is = compact_text::form::bytes;
      return made;
    }
  }
  made.text = text;
  return made;
}

std::optional<std::string_view> prefix_for(std::string_view text) noexcept {
  if (compact(text, std::nullopt).is != compact_text::form::text) return std::nullopt;
  std::size_t digits = 0;
  while (digits < text.size() && hex_value(text[text.size() - digits - 1]) >= 0) ++digits;
  const auto prefix = text.substr(0, text.size() - digits);
  // With an odd number of digits the first would belong to the prefix, and the next id would not share that
  // prefix.
  if (!digits_fit(digits) || prefix.size() > max_prefix || !is_plain_utf8(prefix)) return std::nullopt;
  return prefix;
}

}  // namespace pawl::ledger
