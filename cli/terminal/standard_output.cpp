#include "cli/terminal/standard_output.hpp"

#include "engine/sys/files.hpp"

#include <unistd.h>

namespace pawl::cli {

std::error_code to_standard_output(std::string_view text) {
  return write_all(STDOUT_FILENO, text);
}

}  // namespace pawl::cli
