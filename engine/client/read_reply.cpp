#include "engine/client/read_client.hpp"
#include "engine/sys/wall_clock.hpp"
#include "engine/text/http_date.hpp"
#include "engine/text/json_padding.hpp"

#include <fmt/format.h>

namespace pawl::client {

read_reply::read_reply(const attempt_fact& fact)
    : reached(fact.reached),
      fault(fact.fault),
      http_status(fact.status),
      message(fact.detail),
      received(wall_now()),
      body_size_(fact.body.size()) {
  std::size_t needed = body_size_ + json_padding;
  for (const auto& h : fact.headers) needed += h.name.size() + h.value.size();
  bytes_.reserve(needed);
  bytes_.assign(fact.body.begin(), fact.body.end());
  bytes_.resize(body_size_ + json_padding, '\0');
  const auto keep = [this](std::string_view text) {
    const auto at = bytes_.size();
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return std::string_view{bytes_.data() + at, text.size()};
  };
  headers_.reserve(fact.headers.size());
  for (const auto& h : fact.headers) {
    const auto name = keep(h.name);
    headers_.push_back({name, keep(h.value)});
  }
  server_time = parse_http_date(find_header(headers_, "Date"));
}

std::string read_reply::in_words() const {
  if (reached != phase::answered)
    return message.empty() ? std::string{to_string(fault)} : fmt::format("{}: {}", to_string(fault), message);
  if (is == api::verdict::ok && foreign)
    return fmt::format("{} with a page that is not the API's own; check api.base_url", http_status);
  auto text = fmt::format("the API answered {}", http_status);
  if (!code.empty()) text += " " + code;
  if (!message.empty()) text += ": " + message;
  if (!request_id.empty()) text += fmt::format(" (request {})", request_id);
  return text;
}

}  // namespace pawl::client
