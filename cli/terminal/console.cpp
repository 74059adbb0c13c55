#include "cli/terminal/console.hpp"

#include "engine/sys/files.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/redaction.hpp"

#include <cstdlib>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace pawl::cli {
namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

bool terminal_redraws(int fd) noexcept {
  const char* kind = std::getenv("TERM");
  return ::isatty(fd) == 1 && kind != nullptr && std::string_view{kind} != "dumb" && *kind != '\0';
}

}  // namespace

console::console(int fd) noexcept : fd_(fd), can_redraw_(terminal_redraws(fd)) {}

console::~console() {
  live({});
}

unsigned console::width() const noexcept {
  winsize size{};
  if (::ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

void console::write(std::string_view text) noexcept {
  static_cast<void>(write_all(fd_, text));
}

void console::line(std::string_view text) {
  // It is one write, so that lines of processes that share the terminal do not mix.
  std::string out;
  if (!live_.empty()) out += erase_line;
  out += printable_lines(text);
  out += '\n';
  out += live_;
  conceal_secrets(out);
  write(out);
}

void console::live(std::string_view text) {
  if (!can_redraw_) return;
  auto harmless = printable(text, std::string_view::npos);
  conceal_secrets(harmless);
  if (harmless == live_) return;
  live_ = std::move(harmless);
  write(std::string{erase_line} + live_);
}

}  // namespace pawl::cli
