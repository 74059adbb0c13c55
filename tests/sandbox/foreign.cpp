#include "tests/sandbox/foreign.hpp"

#include "tests/sandbox/reply.hpp"
#include "tests/sandbox/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace sandbox {
namespace {

// Every status with which something between a client and an API is known to answer: RFC 9110 and its
// registry, nginx's 499 and Cloudflare's 520 to 530. Left out are 429, 421, 423 and 425, which say that the
// API was not asked and are listed apart, and those that stop a run.
constexpr std::array open_statuses{200, 200, 200, 201, 202, 203, 204, 204, 205, 206, 300, 301, 302, 303, 304,
                                   307, 308, 400, 403, 403, 404, 404, 404, 405, 406, 408, 409, 410, 411, 412,
                                   413, 414, 415, 416, 422, 426, 428, 431, 451, 499, 500, 501, 502, 503, 504,
                                   505, 507, 508, 511, 520, 521, 522, 523, 524, 525, 526, 530};
// After one of these a client may assume that nothing was applied.
constexpr std::array unasked_statuses{421, 423, 425, 429};
constexpr std::array throttling_statuses{403, 404, 413, 423, 425, 429, 503};
constexpr std::array stopping_statuses{401, 402, 407};

constexpr std::array<std::string_view, 4> body_names{"html", "text", "json", "empty"};

// What gateways send. `{"error":"..."}` has a member where the API has one, but of another type.
constexpr std::array<std::string_view, 8> gateway_bodies{
    R"({"message":"Forbidden"})",
    R"({"error":"not found"})",
    R"({"message":"no Route matched with those values"})",
    R"({"type":"about:blank","title":"Not Found","status":404,"detail":"No such upstream"})",
    R"({"ok":false,"error":{"message":"upstream unavailable"}})",
    R"({"errors":["service temporarily unavailable"]})",
    R"([])",
    R"({})"};

std::string_view gateway_body(std::uint64_t dice, std::span<const std::string_view> own_words) {
  const auto is_own = [own_words](std::string_view body) {
    return std::ranges::any_of(own_words, [body](auto words) { return body.find(words) != body.npos; });
  };
  std::size_t at = dice % gateway_bodies.size();
  while (is_own(gateway_bodies[at])) at = (at + 1) % gateway_bodies.size();
  return gateway_bodies[at];
}

bool has_no_body(int status) {
  return status == 204 || status == 205 || status == 304;
}

int pick(std::span<const int> statuses, std::uint64_t dice) {
  return statuses[dice % statuses.size()];
}

int draw_status(foreign_set set, std::uint64_t dice) {
  switch (set) {
    case foreign_set::behind:
      return pick(open_statuses, dice);
    case foreign_set::throttling:
      return pick(throttling_statuses, dice);
    case foreign_set::stopping:
      return pick(stopping_statuses, dice);
    case foreign_set::none:
    case foreign_set::before:
      break;
  }
  const auto at = dice % (open_statuses.size() + unasked_statuses.size());
  return at < open_statuses.size() ? open_statuses[at] : unasked_statuses[at - open_statuses.size()];
}

}  // namespace

std::string foreign_reply::name() const {
  return std::to_string(status) + '/' + std::string{body_names[static_cast<std::size_t>(body)]};
}

std::optional<foreign_reply> foreign_reply::parse(std::string_view text) {
  foreign_reply r;
  const std::size_t slash = text.find('/');
  const std::string_view number = text.substr(0, slash);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), r.status);
  if (error != std::errc{} || end != number.data() + number.size() || r.status < 200 || r.status > 599)
    return std::nullopt;
  if (slash != std::string_view::npos) {
    std::size_t at = 0;
    while (at < body_names.size() && body_names[at] != text.substr(slash + 1)) ++at;
    if (at == body_names.size()) return std::nullopt;
    r.body = static_cast<foreign_body>(at);
  }
  if (has_no_body(r.status)) r.body = foreign_body::empty;
  return r;
}

foreign_reply draw_foreign(foreign_set set, std::uint64_t dice) {
  foreign_reply r;
  r.status = draw_status(set, mix(dice));
  r.body = static_cast<foreign_body>(mix(dice + 1) % body_names.size());
  if (has_no_body(r.status)) r.body = foreign_body::empty;
  r.retry_after = set == foreign_set::throttling;
  return r;
}

std::string_view content_type_of(foreign_body body) {
  switch (body) {
    case foreign_body::html:
      return "text/html";
    case foreign_body::text:
      return "text/plain; charset=utf-8";
    case foreign_body::json:
      return "application/json";
    case foreign_body::empty:
      break;
  }
  return {};
}

void append_foreign_body(std::string& out, const foreign_reply& r, std::uint64_t dice,
                         std::span<const std::string_view> own_words) {
  switch (r.body) {
    case foreign_body::html:
      if (r.status / 100 == 2)
        out +=
            "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head>\n"
            "<body><h1>We will be back soon</h1></body></html>\n";
      else
        out += gateway_page(r.status);
      break;
    case foreign_body::text:
      out += "default backend - " + std::to_string(r.status);
      break;
    case foreign_body::json:
      out += gateway_body(mix(dice), own_words);
      break;
    case foreign_body::empty:
      break;
  }
}

}  // namespace sandbox
