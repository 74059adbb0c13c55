#include "engine/http/openssl_words.hpp"

#include <openssl/err.h>

namespace pawl::http {

std::string openssl_words(std::string_view unnamed) {
  const auto code = ERR_peek_last_error();
  const char* words = ERR_reason_error_string(code);
  return words != nullptr ? words : std::string{unnamed} + " " + std::to_string(code);
}

}  // namespace pawl::http
