// The client certificate that a server may ask for, and its key. OpenSSL stays behind the .cpp.
#pragma once

#include "engine/model/error.hpp"

#include <string>

struct ssl_ctx_st;

namespace pawl::http {

// Reads PEM files and gives them to the context: the certificate first, what signed it behind it. `key_file`
// empty: the key stands in `cert_file` too. A key that needs a pass phrase is refused: there is nobody to ask
// in the night. Failures: kind usage, naming the file.
status use_client_certificate(ssl_ctx_st*, const std::string& cert_file, const std::string& key_file);

}  // namespace pawl::http
