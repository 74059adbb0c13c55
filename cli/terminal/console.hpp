// Standard error as a terminal or a pipe: it shows lines, and below them at most one live line, which is
// redrawn in place. One thread.
#pragma once

#include <string>
#include <string_view>

namespace pawl::cli {

class console {
 public:
  // The caller keeps the descriptor.
  explicit console(int fd) noexcept;
  ~console();  // removes the live line
  console(const console&) = delete;
  console& operator=(const console&) = delete;

  // Whether it is a terminal that can move its cursor (TERM is set and not "dumb").
  bool can_redraw() const noexcept { return can_redraw_; }
  // The present number of columns of the terminal; 80 if it does not tell.
  unsigned width() const noexcept;

  // Prints a whole line, or several, above the live line. Here and in live() control characters are shown as
  // escapes.
  void line(std::string_view text);
  // Replaces the live line; an empty text removes it. Only if can_redraw(). The line has at most width() - 1
  // columns, so that the terminal does not wrap it.
  void live(std::string_view text);

 private:
  // Errors are ignored: nothing can be reported if standard error cannot be written, and the run goes on
  // without it.
  void write(std::string_view) noexcept;

  int fd_;
  bool can_redraw_;
  std::string live_;
};

}  // namespace pawl::cli
