// Standard input comes from a file, from its start, for as long as this lives.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace pawl::simulation {

class redirected_input {
 public:
  // An empty path: it stays as it is. Throws std::system_error.
  explicit redirected_input(const std::string& path) {
    if (path.empty()) return;
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    before_ = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (file < 0 || before_ < 0 || ::dup2(file, STDIN_FILENO) < 0)
      throw std::system_error(errno, std::generic_category(), "standard input");
    ::close(file);
  }
  ~redirected_input() {
    if (before_ < 0) return;
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }
  redirected_input(const redirected_input&) = delete;
  redirected_input& operator=(const redirected_input&) = delete;

 private:
  int before_ = -1;
};

}  // namespace pawl::simulation
