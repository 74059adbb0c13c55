#include "engine/model/option.hpp"

#include "engine/text/json_string.hpp"

#include <array>
#include <atomic>

namespace pawl {
namespace {

// Each name is that of the field that holds the option (in app::options and its members), where there is such
// a field.
constexpr std::array<std::string_view, option_count> option_names{"allow_open_end",
                                                                  "as",
                                                                  "target",
                                                                  "hours",
                                                                  "ca_file",
                                                                  "cert_file",
                                                                  "null_token",
                                                                  "expect",
                                                                  "fill_empty",
                                                                  "format",
                                                                  "fresh",
                                                                  "generation",
                                                                  "id_column",
                                                                  "ignore",
                                                                  "key_file",
                                                                  "ledger_path",
                                                                  "map",
                                                                  "match",
                                                                  "max_failures",
                                                                  "read_first = false",
                                                                  "notes",
                                                                  "only_if",
                                                                  "outcomes",
                                                                  "proxy",
                                                                  "rate",
                                                                  "retry",
                                                                  "set",
                                                                  "skip_invalid",
                                                                  "skip_unmatched",
                                                                  "state_directory",
                                                                  "status",
                                                                  "summary_path",
                                                                  "wait",
                                                                  "where",
                                                                  "with_input",
                                                                  "yes"};

constinit std::atomic<option_words> words{&in_library_words};

}  // namespace

std::string in_library_words(option o, std::optional<std::string_view> value) {
  std::string text = "option ";
  text += option_names[static_cast<std::size_t>(o)];
  if (value) append_json_string(text += ' ', *value);
  return text;
}

void word_options(option_words in) noexcept {
  words.store(in, std::memory_order_relaxed);
}

std::string to_string(option o) {
  return words.load(std::memory_order_relaxed)(o, std::nullopt);
}

std::string to_string(option o, std::string_view value) {
  return words.load(std::memory_order_relaxed)(o, value);
}

}  // namespace pawl
