// Standard output as a sink of the use cases.
#pragma once

#include <string_view>
#include <system_error>

namespace pawl::cli {

// Writes everything or returns the error; std::errc::broken_pipe: the reader has closed the pipe.
std::error_code to_standard_output(std::string_view);

}  // namespace pawl::cli
