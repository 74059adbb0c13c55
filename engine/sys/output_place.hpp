// The rule for where pawl may write a file: it follows no link, and it opens nothing that is no regular file
// or that could block. Every output goes by it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pawl {

// Whether a name leads to something that the process has open already, to a terminal or to a sink:
// /dev/stdout, /dev/fd/63, /dev/null. Such names are links and devices by nature, and nobody can mean a
// regular file by them.
bool names_a_stream(const std::string& path);

// Whether an output may be a named pipe.
enum class pipes : std::uint8_t { refused, allowed };

// Why no output may be written at `path`, in words that follow "PLACE: ". Unset: nothing is there yet, or a
// regular file, or a stream as above (but never a block device), or a named pipe where `pipes` allows it.
std::optional<std::string> why_not_written(const std::string& path, pipes);

}  // namespace pawl
