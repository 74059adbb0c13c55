#include "engine/client/printed_key.hpp"

#include "engine/text/date_time.hpp"
#include "engine/text/epoch_time.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_number.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace pawl::client {
namespace {

// Chosen: an end that is farther away concerns no run.
constexpr std::chrono::hours longest_life{24 * 3650};

failure wrong(std::string what) {
  return {failure_kind::mend, "", std::move(what), ""};
}

// The number behind a JSON number, or behind one in quotes; empty: it is none.
std::string_view number_in(std::string_view json) {
  const auto bare = is_string_token(json) ? json.substr(1, json.size() - 2) : json;
  return is_json_number(bare) ? bare : std::string_view{};
}

std::optional<std::chrono::sys_time<std::chrono::microseconds>> moment_of(std::string_view date_time) {
  const auto parsed = parse_instant(date_time);
  if (!parsed) return std::nullopt;
  return std::chrono::sys_seconds{std::chrono::seconds{parsed->seconds}};
}

// Whole seconds, rounded down. A number of seconds is read as a moment, whose reader is exact.
std::optional<wall_time> moment_in(std::string_view json) {
  std::string text;
  if (const auto number = number_in(json); !number.empty()) {
    if (!append_date_time(text, number, epoch_unit::second)) return std::nullopt;
  } else if (auto plain = text_of_token(json)) {
    text = *std::move(plain);
  }
  return moment_of(text);
}

class object_reader {
  // Positions in what is looked for.
  enum member : std::uint32_t { token, access_token, expires_at, expires_in };
  static constexpr std::array<std::string_view, 4> members{"token", "access_token", "expires_at",
                                                           "expires_in"};

 public:
  explicit object_reader(std::string_view text) : text_(text), at_(paths()) {
    text_.resize(text.size() + json_padding, ' ');
    constexpr std::array<std::uint32_t, 4> all{token, access_token, expires_at, expires_in};
    readable_ = at_.locate(parser_, std::string_view{text_}.substr(0, text.size()), all);
  }

  expected<printed_key> read(wall_time asked_at) const {
    if (!readable_) return wrong("what it printed begins like JSON, and is none");
    const auto one = value(token), other = value(access_token);
    if (one.empty() && other.empty()) return wrong("the JSON that it printed has no token (or access_token)");
    if (!one.empty() && !other.empty() && one != other)
      return wrong("the JSON that it printed has a token and another access_token");
    auto key = text_of_token(one.empty() ? other : one);
    if (!key) return wrong("the token in the JSON that it printed is no text");
    printed_key printed{*std::move(key), std::nullopt};
    const auto ends_by = [&](std::chrono::microseconds life) {
      // A duration holds 292 years only.
      const auto bounded = std::clamp<std::chrono::microseconds>(life, {}, longest_life);
      printed.life = std::min<duration>(bounded, printed.life.value_or(longest_life));
    };
    if (const auto at = value(expires_at); !at.empty()) {
      const auto end = moment_in(at);
      if (!end)
        return wrong("expires_at in the JSON that it printed is no moment (RFC 3339, or seconds since 1970)");
      ends_by(*end - asked_at);
    }
    if (const auto in = value(expires_in); !in.empty()) {
      const auto number = number_in(in);
      const auto end = number.empty() ? std::nullopt : moment_in(number);
      if (!end) return wrong("expires_in in the JSON that it printed is no number of seconds");
      ends_by(end->time_since_epoch());
    }
    if (printed.life && *printed.life <= duration::zero())
      return wrong("the key that it printed has ended already, by the clock of this machine");
    return printed;
  }

 private:
  static std::vector<json_path> paths() {
    std::vector<json_path> all;
    for (const auto name : members) all.push_back({{std::string{name}, false}});
    return all;
  }
  // As JSON; empty: it is missing or null.
  std::string_view value(member which) const {
    const auto& found = at_[which];
    return found.is == located::kind::value && found.text != "null" ? found.text : std::string_view{};
  }

  std::string text_;
  json_parser parser_;
  json_locator at_;
  bool readable_ = false;
};

}  // namespace

expected<printed_key> read_printed_key(std::string_view text, wall_time asked_at) {
  if (trim(text).starts_with('{')) return object_reader(trim(text)).read(asked_at);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return printed_key{std::string{text}, std::nullopt};
}

}  // namespace pawl::client
