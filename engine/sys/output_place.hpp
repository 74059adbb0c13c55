// What may stand where pawl is to write a file. One home for the rule, so that no output is opened in another
// way: a link is not followed, and nothing is written that is no regular file, or that could block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pawl {

// Names that lead to what the process has open already, or to a terminal or a sink: /dev/stdout, /dev/fd/63,
// /dev/null. They are links and devices by nature, and nobody can have meant a file of that name.
bool names_a_stream(const std::string& path);

// Whether something may be opened at a place that is no regular file.
enum class pipes : std::uint8_t { refused, allowed };

// Why no output may be written at `path`, in words that follow "PLACE: "; unset: nothing is there yet, or a
// regular file, or a stream as above (a block device never), or a named pipe where these are allowed.
std::optional<std::string> why_not_written(const std::string& path, pipes);

}  // namespace pawl
