#include "config/small_file.hpp"

#include <utility>

namespace pawl::config {

expected<std::string> read_small_file(const std::string& path, if_pipe named) {
  constexpr std::size_t longest_file = 1u << 20;
  const auto wrong = [&path](const std::string& what) {
    return failure{failure_kind::usage, "", "\"" + path + "\" " + what, ""};
  };
  std::string text;
  const auto failed = read_whole_file(path, longest_file, named, text);
  if (failed == std::errc::is_a_directory) return wrong("is a directory");
  if (failed) return wrong(trouble_in_words(failed));
  if (text.size() > longest_file) return wrong("is larger than 1 MiB");
  return text;
}

}  // namespace pawl::config
