// An output that is there whole or not at all: it grows in a temporary file, and finish() moves it to its
// place.
#pragma once

#include "engine/model/error.hpp"
#include "engine/sys/files.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pawl {

class complete_output {
 public:
  // An empty `path` means standard output. For a regular file, or where nothing is yet, the temporary file
  // lies beside it; for a stream (names_a_stream()) and standard output it lies in the directory for
  // temporary files. Failures name the path. They are of the kind `mend`, but `usage` where the directory
  // does not exist, or where a link, a pipe or a device stands at `path`.
  static expected<complete_output> open(const std::string& path);
  complete_output(complete_output&&) noexcept;
  complete_output& operator=(complete_output&&) = delete;
  ~complete_output();  // without finish() nothing is left behind

  status append(std::string_view);
  // Syncs the temporary file and renames it to its place; copies it where it cannot be renamed. It is no
  // failure if the reader of standard output has closed it.
  status finish();

 private:
  complete_output() = default;
  status flush();
  status copy_out();
  failure broken(std::string_view path, const std::string& why) const;

  std::string place_;      // as the caller named it; for messages
  std::string target_;     // where finish() renames it to; empty: finish() copies
  std::string temporary_;  // still to be removed; empty: the file has no name
  descriptor file_;
  std::string buffer_;
};

}  // namespace pawl
