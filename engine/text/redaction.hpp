// Keys that this process knows and must not write into any text. The whole process shares them: if they were
// handed from room to room, some reader of a reply would be forgotten.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// Finds known texts as they are, percent-encoded (%2F) or escaped as in JSON (\/ or \u002f), also mixed.
class redaction {
 public:
  // A secret under 4 bytes is not looked for: it would be found everywhere, and protects nothing. One under 8
  // bytes is found only as a word of its own. (Both chosen: keys that are issued are longer.)
  void add(std::string_view secret);
  bool is_in(std::string_view text) const noexcept;
  // Replaces each byte of a secret by an asterisk: the text keeps its length, and JSON stays JSON.
  void conceal(char* text, std::size_t size) const noexcept;

 private:
  std::vector<std::string> secrets_;
};

namespace detail {
extern constinit std::atomic<std::size_t> shortest_secret;
}
// Inline, so that a usual short text of a reply costs one comparison only.
inline bool may_hold_secret(std::size_t size) noexcept {
  return size >= detail::shortest_secret.load(std::memory_order_relaxed);
}

// The keys in use. Any thread may call these. A key that was kept is never forgotten: a rotated one may still
// be valid.
void keep_secret(std::string_view);
bool holds_secret(std::string_view text) noexcept;
void conceal_secrets(char* text, std::size_t size) noexcept;
inline void conceal_secrets(std::string& text) noexcept {
  conceal_secrets(text.data(), text.size());
}

}  // namespace pawl
