// The last error of OpenSSL in its own words, for messages.
#pragma once

#include <string>
#include <string_view>

namespace pawl::http {

// Where OpenSSL has no words for it: its number behind `unnamed`, "error 42". Of this thread; the error stays
// in OpenSSL's queue.
std::string openssl_words(std::string_view unnamed = "error");

}  // namespace pawl::http
