#include "engine/client/credentials.hpp"

namespace pawl::client {

status credentials::load() {
  auto token = source_.read();
  if (!token) return token.error();
  auto writer =
      api::request_writer::create(profile_, target_.host_header, target_.base_path, *token, user_agent_);
  if (!writer) return writer.error();
  token_ = *std::move(token);
  writer_ = *std::move(writer);
  ++version_;
  return {};
}

bool credentials::renew(std::uint64_t version_used) {
  if (version_used != version_) return true;  // another worker has renewed the token meanwhile
  auto token = source_.read();
  if (!token || *token == token_) return false;
  auto writer =
      api::request_writer::create(profile_, target_.host_header, target_.base_path, *token, user_agent_);
  if (!writer) return false;
  token_ = *std::move(token);
  writer_ = *std::move(writer);
  ++version_;
  return true;
}

}  // namespace pawl::client
