#include "engine/text/redaction.hpp"

#include "engine/text/ascii.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <mutex>

namespace pawl {
namespace {

constexpr std::size_t shortest_looked_for = 4, shortest_inside_words = 8;

constexpr bool is_word(char c) noexcept {
  return is_alphanumeric(c) || c == '_';
}

// How many bytes at the front stand for `byte`; 0: they stand for another one.
std::size_t stands_for(std::string_view text, char byte) noexcept {
  if (text.empty()) return 0;
  const auto hex_at = [&text](std::size_t at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
      const int digit = i < text.size() ? hex_value(text[i]) : -1;
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  };
  const int wanted = static_cast<unsigned char>(byte);
  if (text[0] == '%' && hex_at(1, 2) == wanted) return 3;
  if (text[0] == '\\' && text.size() > 1) {
    if (text[1] == 'u' && hex_at(2, 4) == wanted) return 6;
    if (text[1] == byte && (byte == '/' || byte == '"' || byte == '\\')) return 2;
  }
  return text[0] == byte ? 1 : 0;
}

// How many bytes at the front stand for the whole secret; 0: they do not.
std::size_t match(std::string_view text, std::string_view secret) noexcept {
  std::size_t at = 0;
  for (const char c : secret) {
    const auto length = stands_for(text.substr(at), c);
    if (length == 0) return 0;
    at += length;
  }
  return at;
}

struct place {
  std::size_t at = std::string_view::npos, length = 0;
};

place find(std::string_view text, std::string_view secret, std::size_t from) noexcept {
  const bool alone = secret.size() < shortest_inside_words;
  const char first = secret.front();
  for (auto at = from; at + secret.size() <= text.size(); ++at) {
    const char c = text[at];
    if (c != first && c != '%' && c != '\\') continue;
    const auto length = match(text.substr(at), secret);
    if (length == 0) continue;
    const auto end = at + length;
    if (alone && ((at > 0 && is_word(text[at - 1])) || (end < text.size() && is_word(text[end])))) continue;
    return {at, length};
  }
  return {};
}

struct keys_in_use {
  std::mutex mutex;
  redaction keys;
};

keys_in_use& in_use() {
  static keys_in_use all;
  return all;
}

}  // namespace

namespace detail {
constinit std::atomic<std::size_t> shortest_secret = std::numeric_limits<std::size_t>::max();
}

void redaction::add(std::string_view secret) {
  if (secret.size() < shortest_looked_for || std::ranges::find(secrets_, secret) != secrets_.end()) return;
  secrets_.emplace_back(secret);
  // A secret that contains another is concealed first, so that no part of it remains.
  std::ranges::sort(secrets_, std::ranges::greater{}, &std::string::size);
}

bool redaction::is_in(std::string_view text) const noexcept {
  return std::ranges::any_of(
      secrets_, [text](const auto& secret) { return find(text, secret, 0).at != std::string_view::npos; });
}

void redaction::conceal(char* text, std::size_t size) const noexcept {
  const std::string_view whole{text, size};
  for (const auto& secret : secrets_)
    for (auto found = find(whole, secret, 0); found.at != std::string_view::npos;
         found = find(whole, secret, found.at + found.length))
      std::memset(text + found.at, '*', found.length);
}

void keep_secret(std::string_view secret) {
  if (secret.size() < shortest_looked_for) return;
  auto& all = in_use();
  const std::scoped_lock lock(all.mutex);
  all.keys.add(secret);
  detail::shortest_secret = std::min(detail::shortest_secret.load(), secret.size());
}

bool holds_secret(std::string_view text) noexcept {
  if (!may_hold_secret(text.size())) return false;
  auto& all = in_use();
  const std::scoped_lock lock(all.mutex);
  return all.keys.is_in(text);
}

void conceal_secrets(char* text, std::size_t size) noexcept {
  if (!may_hold_secret(size)) return;
  auto& all = in_use();
  const std::scoped_lock lock(all.mutex);
  all.keys.conceal(text, size);
}

}  // namespace pawl
