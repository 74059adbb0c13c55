#include "config/small_file.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace pawl::config {

expected<std::string> read_small_file(const std::string& path) {
  constexpr std::uintmax_t longest_file = 1u << 20;
  const auto wrong = [](std::string what) { return failure{failure_kind::usage, "", std::move(what), ""}; };
  const auto unreadable = [&] { return wrong("\"" + path + "\" cannot be read: " + std::strerror(errno)); };
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return wrong("\"" + path + "\" is a directory");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable();
  std::string text(longest_file + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return unreadable();
  if (text.size() > longest_file) return wrong("\"" + path + "\" is larger than 1 MiB");
  return text;
}

}  // namespace pawl::config
