#include "engine/sys/own_command.hpp"

#include "engine/sys/descriptor.hpp"

#include <cerrno>
#include <cstddef>

#include <fcntl.h>
#include <unistd.h>

namespace pawl {
namespace {

// Reads a small file of the system, at most `bound` bytes; empty if it cannot be read.
std::string read_small(const std::string& path, std::size_t bound) {
  const descriptor in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(bound, '\0');
  std::size_t size = 0;
  while (in && size < bound) {
    const auto n = ::read(in.get(), text.data() + size, bound - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  text.resize(size);
  return text;
}

}  // namespace

std::string own_command(const std::string& path) {
  const auto raw = read_small(path, 1024);
  std::string command;
  std::size_t words = 0;
  for (std::size_t at = 0; at < raw.size() && words < 3; ++words) {
    auto word = raw.substr(at, raw.find('\0', at) - at);
    at += word.size() + 1;
    if (words == 0) word.erase(0, word.rfind('/') + 1);
    if (word.starts_with('-')) break;
    command += (words ? " " : "") + word;
  }
  for (auto& c : command)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return command;
}

}  // namespace pawl
