#include "engine/api/reply_signs.hpp"

#include "engine/api/shown.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace pawl::api {
namespace {

constexpr std::size_t longest_name = 64;  // of a coding or a character set in a message; chosen

std::string printable_name(std::string_view text) {
  std::string to;
  append_printable(to, text, longest_name);
  return to;
}

// The charset parameter of a media type (RFC 9110 section 8.3.2), without quotes; empty: none.
std::string_view charset_of(std::string_view type) noexcept {
  constexpr std::string_view name = "charset=";
  for (; type.size() > name.size(); type.remove_prefix(1))
    if (equal_without_case(type.substr(0, name.size()), name)) {
      auto value = type.substr(name.size());
      value = value.substr(0, value.find(';'));
      while (!value.empty() && (value.front() == '"' || value.front() == ' ')) value.remove_prefix(1);
      while (!value.empty() && (value.back() == '"' || value.back() == ' ')) value.remove_suffix(1);
      return value;
    }
  return {};
}

// Judges by the first character; numbers and the three literals (RFC 8259 section 3) as a whole.
bool looks_like_json(std::string_view body) noexcept {
  if (body.starts_with('{') || body.starts_with('[') || body.starts_with('"')) return true;
  if (body == "true" || body == "false" || body == "null") return true;
  return !body.empty() && body.find_first_not_of("+-.0123456789Ee") == std::string_view::npos;
}

}  // namespace

bool is_page(const attempt_fact& fact) noexcept {
  const auto body = content_of(fact.body);
  if (body.starts_with('<')) return true;
  return !body.empty() && !looks_like_json(body) &&
         contains_without_case(find_header(fact.headers, "Content-Type"), "html");
}

bool is_prose(const attempt_fact& fact) noexcept {
  constexpr std::size_t longest_word = 32;  // chosen
  const auto body = content_of(fact.body);
  if (body.empty() || looks_like_json(body)) return false;
  return body.size() > longest_word || body.find_first_of(" \t\r\n<") != std::string_view::npos;
}

bool says_ok(std::string_view code) noexcept {
  constexpr std::array<std::string_view, 6> fine{"", "0", "false", "null", "ok", "success"};
  if (std::ranges::any_of(fine, [code](auto word) { return equal_without_case(word, code); })) return true;
  return code.size() == 3 && code[0] == '2' && code[1] >= '0' && code[1] <= '9' && code[2] >= '0' &&
         code[2] <= '9';
}

misreading why_unreadable(const attempt_fact& fact) {
  misreading is;
  const auto coding = find_header(fact.headers, "Content-Encoding");
  if (!coding.empty() && !equal_without_case(coding, "identity")) {
    is.what = fmt::format("the reply is coded (Content-Encoding: {})", printable_name(coding));
    is.remedy =
        "pawl asks for Accept-Encoding: identity; have the server, or the proxy before it, send it plain";
    return is;
  }
  const auto body = content_of(fact.body);
  if (body.empty()) {
    is.what = fmt::format("the reply ({}) has no body", fact.status);
    return is;
  }
  if (is_page(fact)) {
    is.what = "the reply is a page, not JSON";
    is.remedy = "check api.base_url";
    return is;
  }
  if (const auto bad = first_malformed(fact.body)) {
    const auto charset = charset_of(find_header(fact.headers, "Content-Type"));
    is.what = fmt::format("the reply is not UTF-8: byte 0x{:02X} at offset {}{}",
                          static_cast<unsigned char>(fact.body[*bad]), *bad,
                          charset.empty() ? "" : fmt::format(" (charset {})", printable_name(charset)));
    is.remedy = "have the API send JSON in UTF-8, as RFC 8259 asks";
    return is;
  }
  if (body.front() == '[') is.what = "the reply is a list, not a resource";
  if (body.front() == '"') is.what = "the reply is a text, not a resource";
  return is;
}

misreading of_another_id(std::string_view asked, std::string_view shown) {
  if (shown.empty())
    return {fmt::format("the reply shows no id (asked for {})", asked),
            "set resource.id in the profile to where a reply shows the id"};
  return {fmt::format("the reply is about another resource: asked for {}, it shows {}", asked, shown),
          spells_alike(asked, shown)
              ? "set resource.id_compare = \"nocase\" in the profile, or write the ids as the API shows them"
              : "set resource.id in the profile to where a reply shows the id that it was asked for"};
}

misreading of_another_shape(std::string_view field) {
  return {fmt::format("the reply does not show {} in the way that the profile describes", field),
          "correct what the profile says of it: where it stands, its type, its comparison"};
}

std::string in_words(const misreading& m) {
  return m.remedy.empty() ? m.what : fmt::format("{}; {}", m.what, m.remedy);
}

}  // namespace pawl::api
