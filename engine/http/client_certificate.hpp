// Loads the client certificate that a server may ask for, and its key. OpenSSL stays in the .cpp.
#pragma once

#include "engine/model/error.hpp"

#include <string>

struct ssl_ctx_st;

namespace pawl::http {

// Reads PEM files and gives them to the context: first the certificate, behind it those that signed it. An
// empty `key_file` means that the key is in `cert_file` too. A key that needs a pass phrase is refused,
// because a run may have nobody to ask. Failures are of kind usage and name the file.
status use_client_certificate(ssl_ctx_st*, const std::string& cert_file, const std::string& key_file);

}  // namespace pawl::http
