#include "engine/app/certificate_files.hpp"

#include "engine/http/tls_context.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace pawl::app {
namespace {

bool can_be_read_once(const std::string& file) {
  std::error_code cannot_tell;
  const auto type = std::filesystem::status(file, cannot_tell).type();
  return !file.empty() && type != std::filesystem::file_type::regular &&
         type != std::filesystem::file_type::directory && type != std::filesystem::file_type::not_found;
}

}  // namespace

status check_certificates(const options& o) {
  const auto& to = o.run.transport;
  const http::tls_files named{to.ca_file, to.cert_file, to.key_file};
  const bool any = !named.ca.empty() || !named.cert.empty() || !named.key.empty();
  if (!any || !o.target.tls || can_be_read_once(named.ca) || can_be_read_once(named.cert) ||
      can_be_read_once(named.key))
    return {};
  auto good = http::tls_context::create(o.target, named);
  return good ? status{} : status{std::move(good.error())};
}

}  // namespace pawl::app
