// The options that a message may mention. Each program that links the engine lets its users set them in its
// own way: a command line has flags, a service has fields of a form. So a message names an option by its
// code, and the program says once how its users write it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl {

// The order is that of the names in option.cpp.
enum class option : std::uint8_t {
  allow_open_end,
  as,
  base_url,
  between,
  ca_file,
  cert,
  csv_null,
  expect,
  fill_empty,
  format,
  fresh,
  generation,
  id_column,
  ignore_column,
  key,
  ledger,
  map,
  match,
  max_failures,
  no_read_first,
  note,
  only_if,
  outcome,
  proxy,
  rate,
  retry,
  set,
  skip_invalid,
  skip_unmatched,
  state_dir,
  status,
  summary,
  wait,
  where,
  with_input,
  yes,
};
inline constexpr std::size_t option_count = static_cast<std::size_t>(option::yes) + 1;

// How messages write an option, alone or with the value to give it.
using option_words = std::string (*)(option, std::optional<std::string_view> value);

// "option ledger_path", `option map "Old name=title"`: used by messages in a program that has no words of its
// own.
std::string in_library_words(option, std::optional<std::string_view> value = std::nullopt);

// Sets how all messages of this process write options from now on. Call it at the start of main, because some
// texts are made once and kept. Any thread.
void word_options(option_words) noexcept;

// The option in the words that the process has set.
std::string to_string(option);
std::string to_string(option, std::string_view value);

}  // namespace pawl
