#include "engine/sys/boot_clock.hpp"

#include <fstream>

namespace pawl {

std::string boot_id(const std::string& path) {
  constexpr std::size_t longest = 39;  // a UUID and what may stand around it
  std::string line;
  std::ifstream in(path);
  std::getline(in, line);
  return line.size() > longest ? std::string{} : line;
}

}  // namespace pawl
