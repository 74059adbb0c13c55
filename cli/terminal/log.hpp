// What pawl says on standard error and, if wanted, in a file: text for people, or one JSON object a line. It
// conceals keys in use and makes control characters visible. One thread.
#pragma once

#include "cli/terminal/console.hpp"
#include "config/settings.hpp"
#include "engine/model/error.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace pawl::cli {

struct log_options {
  config::log_format format = config::log_format::text;
  std::string file;   // also written there, from `note` up, whatever the verbosity; empty: none
  int verbosity = 0;  // -1: errors and warnings; 0: notes too; 1: details too; 2: everything
};

class log {
 public:
  // The console must outlive the log. Failure: the file cannot be opened.
  static expected<log> open(const log_options&, console&);
  log(log&&) noexcept;
  log& operator=(log&&) noexcept;
  ~log();

  void error(std::string_view);
  void error(const failure& f) { error(to_string(f)); }
  void warning(std::string_view);
  void note(std::string_view);
  void detail(std::string_view);

  // Prints an error of the input, `FILE:LINE: column: what`, without a prefix, as compilers do.
  void diagnostic(std::string_view);
  // Whether an error, or anything at all, has gone to the console.
  bool says_errors() const noexcept;
  bool says_anything() const noexcept;

  // Prints a line of the plain progress, as a note.
  void progress(std::string_view);

 private:
  struct impl;
  explicit log(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::cli
