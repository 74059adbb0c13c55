// Standard error as a terminal or a pipe: lines, and below them at most one live line that is redrawn in
// place. One thread.
#pragma once

#include <string>
#include <string_view>

namespace pawl::cli {

class console {
 public:
  // The descriptor stays the caller's.
  explicit console(int fd) noexcept;
  ~console();  // takes the live line away
  console(const console&) = delete;
  console& operator=(const console&) = delete;

  // A terminal that can move its cursor (TERM is neither unset nor "dumb").
  bool can_redraw() const noexcept { return can_redraw_; }
  // Columns of the terminal now; 80 where it does not say.
  unsigned width() const noexcept;

  // A whole line, or several; goes above the live line. Here and in live() control characters are shown, not
  // sent.
  void line(std::string_view text);
  // Replaces the live line; empty: takes it away. Only where can_redraw(); at most width() - 1 columns, so
  // that the terminal does not wrap it.
  void live(std::string_view text);

 private:
  // Nobody is left to tell when standard error cannot be written: the run and its ledger go on without it.
  void write(std::string_view) noexcept;

  int fd_;
  bool can_redraw_;
  std::string live_;
};

}  // namespace pawl::cli
