#include "engine/sys/own_command.hpp"

#include "engine/sys/descriptor.hpp"
#include "engine/sys/files.hpp"

#include <cstddef>

#include <fcntl.h>

namespace pawl {

std::string own_command(const std::string& path) {
  const descriptor in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto raw = in ? read_up_to(in.get(), 1024) : std::string{};
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
