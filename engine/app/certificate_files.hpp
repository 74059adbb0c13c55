// Reports wrong certificate files before a ledger is created. A pipe is not looked at: it can be read only
// once, by the transport.
#pragma once

#include "engine/app/options.hpp"
#include "engine/model/error.hpp"

namespace pawl::app {

// Failures: those of http::tls_context::create().
status check_certificates(const options&);

}  // namespace pawl::app
