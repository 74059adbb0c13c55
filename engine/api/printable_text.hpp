// Text from a server, made fit to be printed on a terminal and stored.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::api {

// Appends UTF-8 text: line ends and tabs as spaces, what else would act on a terminal as a visible escape,
// what is no UTF-8 as U+FFFD; at most `max_bytes` in all and never a part of a code point or an escape. A key
// in use is concealed.
void append_printable(std::string& to, std::string_view text, std::size_t max_bytes);

// Where the first byte stands that is part of no code point; unset: it is all well-formed UTF-8.
std::optional<std::size_t> first_malformed(std::string_view) noexcept;

}  // namespace pawl::api
