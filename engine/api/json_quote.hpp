// Text as a JSON string: the escapes that RFC 8259 section 7 requires, and no others.
#pragma once

#include <string>
#include <string_view>

namespace pawl::api {

// `text` must be UTF-8; it is not checked.
inline void append_json_string(std::string& to, std::string_view text) {
  constexpr const char* hex = "0123456789abcdef";
  to += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (c == '\n') {
      to += "\\n";
    } else if (c == '\t') {
      to += "\\t";
    } else if (c == '\r') {
      to += "\\r";
    } else if (byte < 0x20) {
      to += "\\u00";
      to += hex[byte >> 4];
      to += hex[byte & 15];
    } else {
      to += c;
    }
  }
  to += '"';
}

inline std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace pawl::api
