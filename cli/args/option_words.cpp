#include "cli/args/option_words.hpp"

#include "engine/text/shell_word.hpp"

#include <array>

namespace pawl::cli {
namespace {

// Indexed by option. An option without a flag is written as a setting, with its value behind the equals sign.
constexpr std::array<std::string_view, option_count> flags_of_options{"--allow-open-end",
                                                                      "--as",
                                                                      "--base-url",
                                                                      "--between",
                                                                      "--ca-file",
                                                                      "--cert",
                                                                      "-o csv.null=",
                                                                      "--expect",
                                                                      "--fill-empty",
                                                                      "--format",
                                                                      "--fresh",
                                                                      "--generation",
                                                                      "--id-column",
                                                                      "--ignore-column",
                                                                      "--key",
                                                                      "--ledger",
                                                                      "--map",
                                                                      "--match",
                                                                      "--max-failures",
                                                                      "--no-read-first",
                                                                      "--note",
                                                                      "--only-if",
                                                                      "--outcome",
                                                                      "--proxy",
                                                                      "--rate",
                                                                      "--retry",
                                                                      "--set",
                                                                      "--skip-invalid",
                                                                      "--skip-unmatched",
                                                                      "--state-dir",
                                                                      "--status",
                                                                      "--summary",
                                                                      "--wait",
                                                                      "--where",
                                                                      "--with-input",
                                                                      "--yes"};

}  // namespace

std::string as_flag(option o, std::optional<std::string_view> value) {
  const auto flag = flags_of_options[static_cast<std::size_t>(o)];
  if (!value) return std::string{flag};
  return flag.ends_with('=') ? std::string{flag} + shell_word(*value) : shell_flag(flag, *value);
}

}  // namespace pawl::cli
