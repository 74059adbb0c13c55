// An output that is there whole or not at all: it grows in a temporary file and comes to its place at the
// end.
#pragma once

#include "engine/model/error.hpp"
#include "engine/sys/files.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pawl {

class complete_output {
 public:
  // `path` empty: standard output. A regular file, or none yet: the temporary file lies beside it. For a
  // stream (config::names_a_stream) and standard output it lies in the directory for temporary files.
  // Failures (kind mend, but usage where there is no such directory, or a link, a pipe or a device of that
  // name) name the path.
  static expected<complete_output> open(const std::string& path);
  complete_output(complete_output&&) noexcept;
  complete_output& operator=(complete_output&&) = delete;
  ~complete_output();  // without finish() nothing is left behind

  status append(std::string_view);
  // On the disk, then by rename; or copied, where it cannot be renamed. A reader of standard output that has
  // seen enough is no failure.
  status finish();

 private:
  complete_output() = default;
  status flush();
  status copy_out();
  failure broken(std::string_view path, const std::string& why) const;

  std::string place_;      // as named; for messages
  std::string target_;     // renamed onto; empty: copied
  std::string temporary_;  // to be removed; empty: it has no name
  descriptor file_;
  std::string buffer_;
};

}  // namespace pawl
