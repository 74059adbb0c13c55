// What pawl says on standard error and, if wanted, in a file: text for people or a JSON object a line.
// Nothing that comes in here carries a secret; control characters are made visible on the way out. One
// thread.
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
  std::string file;  // also written there, with everything from `note` on whatever the verbosity; empty: none
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

  // An error of the input, `FILE:LINE: column: what`: printed without a prefix, as compilers do.
  void diagnostic(std::string_view);
  // Whether an error, or anything at all, went to the console so far.
  bool says_errors() const noexcept;
  bool says_anything() const noexcept;

  // A line of the plain progress: a note.
  void progress(std::string_view);

 private:
  struct impl;
  explicit log(std::unique_ptr<impl>);
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::cli
