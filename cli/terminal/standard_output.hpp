// Standard output as a sink of the use cases.
#pragma once

#include <string_view>
#include <system_error>

namespace pawl::cli {

// Everything, or the error; std::errc::broken_pipe where the reader has seen enough.
std::error_code to_standard_output(std::string_view);

}  // namespace pawl::cli
