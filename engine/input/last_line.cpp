#include "engine/input/last_line.hpp"

#include "engine/text/trim.hpp"

#include <algorithm>

namespace pawl::input {

void last_line::add(std::string_view bytes) {
  if (const auto end = bytes.rfind('\n'); end != std::string_view::npos) {
    now_.line += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
    now_.head.clear();
    is_blank_ = true;
    bytes.remove_prefix(end + 1);
  }
  is_blank_ = is_blank_ && trim(bytes).empty();
  now_.head += bytes.substr(0, kept_bytes - now_.head.size());
}

std::optional<open_line> last_line::open() const {
  if (is_blank_) return std::nullopt;
  return now_;
}

}  // namespace pawl::input
