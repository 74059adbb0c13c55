// Keys that this process knows, and that must stand in no text that it writes. A key is known to the process
// as a whole: an object handed from room to room would be forgotten by the next one that reads a reply.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pawl {

// Finds known texts, as they are, percent-encoded (%2F) or escaped as in JSON (\/ or \u002f), in any mixture.
class redaction {
 public:
  // Under 4 bytes it is not looked for: it would be found everywhere, and protects nothing. Under 8 it is
  // found as a word of its own only. (Chosen: keys that are issued are longer.)
  void add(std::string_view secret);
  bool is_in(std::string_view text) const noexcept;
  // Puts asterisks in the place of each, byte by byte: the text keeps its length, and JSON stays JSON.
  void conceal(char* text, std::size_t size) const noexcept;

 private:
  std::vector<std::string> secrets_;
};

namespace detail {
extern constinit std::atomic<std::size_t> shortest_secret;
}
// So that the usual short text of a reply costs a comparison only.
inline bool may_hold_secret(std::size_t size) noexcept {
  return size >= detail::shortest_secret.load(std::memory_order_relaxed);
}

// The keys in use. Any thread; what was kept once is never forgotten, for a rotated key may still be valid.
void keep_secret(std::string_view);
bool holds_secret(std::string_view text) noexcept;
void conceal_secrets(char* text, std::size_t size) noexcept;
inline void conceal_secrets(std::string& text) noexcept {
  conceal_secrets(text.data(), text.size());
}

}  // namespace pawl
