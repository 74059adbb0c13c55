#include "engine/api/json_compare.hpp"

#include "engine/text/date_time.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>

namespace pawl::api {
namespace {

constexpr bool is_number_start(char c) noexcept {
  return c == '-' || (c >= '0' && c <= '9');
}

// Whether a token is a string without escapes. For such tokens equal texts are equal strings.
bool is_plain_string(std::string_view token) noexcept {
  return is_string_token(token) && token.find('\\') == std::string_view::npos;
}

equality same_string(std::string_view wanted, std::string_view shown) noexcept {
  // The caller has checked that the texts differ and that both are string tokens.
  if (wanted.find('\\') == std::string_view::npos && shown.find('\\') == std::string_view::npos)
    return equality::different;
  unescaped_bytes a(wanted.substr(1, wanted.size() - 2)), b(shown.substr(1, shown.size() - 2));
  bool same = true;
  for (;;) {
    char x{}, y{};
    const bool more_a = a.next(x), more_b = b.next(y);
    // `shown` is read to its end, so that a malformed escape is found wherever it stands.
    same = same && more_a == more_b && x == y;
    if (!more_b) break;
  }
  if (b.malformed()) return equality::malformed;
  return same ? equality::equal : equality::different;
}

// CR LF and a CR alone become LF.
void make_line_ends_lf(std::string& text) {
  std::size_t to = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_cr = text[i] == '\r';
    if (is_cr && i + 1 < text.size() && text[i + 1] == '\n') continue;
    text[to++] = is_cr ? '\n' : text[i];
  }
  text.resize(to);
}

bool split(std::string_view array, std::vector<std::string_view>& into) {
  into.clear();
  return for_each_element(array, [&into](std::string_view element) {
    into.push_back(element);
    return true;
  });
}

void sort_unique(auto& values) {
  std::ranges::sort(values);
  const auto repeats = std::ranges::unique(values);
  values.erase(repeats.begin(), repeats.end());
}

}  // namespace

equality json_comparer::compare(comparison how, std::string_view wanted, std::string_view shown) {
  wanted = trim(wanted);
  shown = trim(shown);
  switch (how) {
    case comparison::instant:
      return same_moment(wanted, shown);
    case comparison::members:
      return same_members(wanted, shown);
    case comparison::set:
    case comparison::set_nocase: {
      const auto as_set = [](std::string_view text, std::vector<std::string_view>& into) {
        into.clear();
        return text == "null" || split(text, into);
      };
      if (as_set(wanted, wanted_) && as_set(shown, shown_))
        return how == comparison::set ? same_set() : same_normal_set(false);
      return exact(wanted, shown);
    }
    case comparison::lines:
    case comparison::text:
      return same_lines(wanted, shown);
    case comparison::exact:
    case comparison::none:
      break;
  }
  return exact(wanted, shown);
}

equality json_comparer::compare(comparison how, std::string_view wanted,
                                std::span<const std::string_view> shown) {
  wanted = trim(wanted);
  const bool is_null = wanted == "null" && is_set(how);
  wanted_.clear();
  if (!is_null && !split(wanted, wanted_)) return equality::different;
  if (is_set(how)) {
    shown_.assign(shown.begin(), shown.end());
    return how == comparison::set ? same_set() : same_normal_set(false);
  }
  if (wanted_.size() != shown.size()) return equality::different;
  const bool has_lines = how == comparison::lines || how == comparison::text;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto element = trim(shown[i]);
    const auto is = has_lines ? same_lines(wanted_[i], element) : exact(wanted_[i], element);
    if (is != equality::equal) return is;
  }
  return equality::equal;
}

equality json_comparer::compare_element(comparison how, std::string_view wanted, std::string_view shown) {
  if (how != comparison::set_nocase) return compare(comparison::exact, wanted, shown);
  wanted_.assign(1, wanted);
  shown_.assign(1, shown);
  return same_normal_set(false);
}

equality json_comparer::exact(std::string_view wanted, std::string_view shown) {
  if (shown.empty()) return equality::malformed;
  // `wanted` is compact and thus well formed, so a text that equals it is well formed too.
  if (wanted == shown) return equality::equal;
  if (wanted.empty()) return equality::different;
  if (is_string_token(shown)) {
    if (wanted.front() == '"') return same_string(wanted, shown);
    if (shown.find('\\') == std::string_view::npos) return equality::different;
  }

  shown_text_.clear();
  if (is_number_start(wanted.front()) && is_number_start(shown.front())) {
    if (!append_normal_number(shown_text_, shown)) return equality::malformed;
    wanted_text_.clear();
    const bool good = append_normal_number(wanted_text_, wanted);
    return good && wanted_text_ == shown_text_ ? equality::equal : equality::different;
  }
  if (!append_normal_form(shown_text_, shown)) return equality::malformed;
  if (wanted.front() != shown.front() || (wanted.front() != '{' && wanted.front() != '['))
    return equality::different;
  wanted_text_.clear();
  const bool good = append_normal_form(wanted_text_, wanted);
  return good && wanted_text_ == shown_text_ ? equality::equal : equality::different;
}

equality json_comparer::same_lines(std::string_view wanted, std::string_view shown) {
  const auto is = exact(wanted, shown);
  const auto may_end_lines = [](std::string_view token) {  // a CR stands in JSON as an escape
    return is_string_token(token) && token.find('\\') != std::string_view::npos;
  };
  if (is != equality::different || !may_end_lines(wanted) || !may_end_lines(shown)) return is;
  wanted_text_.clear();
  shown_text_.clear();
  if (!append_unescaped(wanted_text_, wanted) || !append_unescaped(shown_text_, shown)) return is;
  make_line_ends_lf(wanted_text_);
  make_line_ends_lf(shown_text_);
  return wanted_text_ == shown_text_ ? equality::equal : equality::different;
}

// `wanted` is an object. `shown` is one too, or is empty: then it has no members.
bool json_comparer::has_members(std::string_view wanted, std::string_view shown) {
  return for_each_member(wanted, [&](std::string_view key, std::string_view value) {
    std::string name;
    std::string_view here;
    if (!append_unescaped(name, key)) return false;
    if (!shown.empty())
      for_each_member(shown, [&](std::string_view other, std::string_view is) {
        if (string_token_says(other, name)) here = is;
        return here.empty();
      });
    value = trim(value);
    const bool is_missing = here.empty() || here == "null";
    if (value == "null") return is_missing;
    if (value.starts_with('{') && (here.starts_with('{') || (is_missing && value != "{}")))
      return has_members(value, is_missing ? std::string_view{} : here);
    return !is_missing && exact(value, here) == equality::equal;
  });
}

equality json_comparer::same_members(std::string_view wanted, std::string_view shown) {
  const bool is_null = shown == "null";
  if (!wanted.starts_with('{') || (!is_null && !shown.starts_with('{'))) return exact(wanted, shown);
  shown_text_.clear();
  if (!append_normal_form(shown_text_, shown)) return equality::malformed;
  if (is_null && wanted == "{}") return equality::different;
  return has_members(wanted, is_null ? std::string_view{} : shown) ? equality::equal : equality::different;
}

equality json_comparer::same_moment(std::string_view wanted, std::string_view shown) {
  if (wanted == shown || !is_string_token(wanted) || !is_string_token(shown)) return exact(wanted, shown);
  wanted_text_.clear();
  shown_text_.clear();
  if (!append_unescaped(shown_text_, shown)) return equality::malformed;
  if (!append_unescaped(wanted_text_, wanted)) return equality::different;
  const auto a = parse_instant(wanted_text_), b = parse_instant(shown_text_);
  if (a && b) return *a == *b ? equality::equal : equality::different;
  return wanted_text_ == shown_text_ ? equality::equal : equality::different;
}

equality json_comparer::same_set() {
  for (auto& element : shown_) element = trim(element);
  if (wanted_ == shown_) return equality::equal;  // APIs mostly keep the order
  if (!std::ranges::all_of(wanted_, is_plain_string) || !std::ranges::all_of(shown_, is_plain_string))
    return same_normal_set(true);
  sort_unique(wanted_);
  sort_unique(shown_);
  return wanted_ == shown_ ? equality::equal : equality::different;
}

equality json_comparer::same_normal_set(bool with_case) {
  const auto normal = [with_case](const std::vector<std::string_view>& from, std::vector<std::string>& to) {
    for (const auto element : from) {
      auto& form = to.emplace_back();
      if (!append_normal_form(form, element)) return false;
      if (!with_case && trim(element).starts_with('"')) form = fold_case(form);
    }
    sort_unique(to);
    return true;
  };
  std::vector<std::string> a, b;
  if (!normal(shown_, b)) return equality::malformed;
  return normal(wanted_, a) && a == b ? equality::equal : equality::different;
}

}  // namespace pawl::api
