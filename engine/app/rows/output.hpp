// Collects what a use case produces and hands it on in pieces.
#pragma once

#include "engine/model/error.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace pawl::app {

// Takes all of a text, or returns why it cannot. std::errc::broken_pipe: the reader has closed its end.
using sink = std::function<std::error_code(std::string_view)>;

class output {
 public:
  explicit output(sink to) : to_(std::move(to)) {}

  // Append here, then call flush_when_full().
  std::string& text() noexcept { return text_; }
  bool is_full() const noexcept { return text_.size() >= full_bytes; }
  void flush_when_full() {
    if (is_full()) flush();
  }
  void flush();

  bool failed() const noexcept { return static_cast<bool>(failed_); }
  // Whether the reader has closed its end. That is no failure.
  bool reader_left() const noexcept { return failed_ == std::errc::broken_pipe; }
  // A failure (mend) with `remedy` if the output could not be written.
  status written(std::string remedy = {}) const;

 private:
  static constexpr std::size_t full_bytes = 64 * 1024;  // chosen
  sink to_;
  std::string text_;
  std::error_code failed_;
};

}  // namespace pawl::app
