#include "engine/sys/output_place.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <sys/stat.h>

namespace pawl {

bool names_a_stream(const std::string& path) {
  constexpr std::array<std::string_view, 5> whole{"/dev/stdout", "/dev/stderr", "/dev/null", "/dev/tty",
                                                  "/dev/full"};
  constexpr std::array<std::string_view, 3> under{"/dev/fd/", "/dev/pts/", "/proc/self/fd/"};
  if (std::ranges::find(whole, path) != whole.end()) return true;
  return std::ranges::any_of(under, [&path](std::string_view directory) {
    return path.starts_with(directory) && path.find('/', directory.size()) == std::string::npos;
  });
}

std::optional<std::string> why_not_written(const std::string& path, pipes named) {
  struct stat is{};
  const bool stream = names_a_stream(path);
  if ((stream ? ::stat(path.c_str(), &is) : ::lstat(path.c_str(), &is)) != 0) return std::nullopt;
  if (S_ISREG(is.st_mode)) return std::nullopt;
  if (S_ISDIR(is.st_mode)) return "is a directory";
  if (S_ISLNK(is.st_mode)) return "is a symbolic link, and pawl follows none when it writes";
  if (S_ISBLK(is.st_mode)) return "is a disk, not a file";
  if (stream) return std::nullopt;
  if (S_ISFIFO(is.st_mode)) {
    if (named == pipes::allowed) return std::nullopt;
    return "is a pipe, not a file";
  }
  return S_ISSOCK(is.st_mode) ? "is a socket, not a file" : "is a device, not a file";
}

}  // namespace pawl
