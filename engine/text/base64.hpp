// Base64 as the Basic scheme carries it.
#pragma once

#include <string>

namespace pawl {

// RFC 4648 section 4: with padding, without line breaks.
std::string base64(const std::string& bytes);

}  // namespace pawl
