// The Productlane API with twenty threads, behind the service, without sockets.
#pragma once

#include "tests/sandbox/apis/productlane.hpp"
#include "tests/sandbox/service.hpp"

#include <boost/json.hpp>

#include <map>
#include <string>

namespace sandbox {

inline constexpr time_us start = 1'795'000'020 * one_second;  // a whole minute
inline constexpr const char* key = "pl_v2_test";

inline seed_options seeded() {
  seed_options o;
  o.now = start;
  return o;
}

struct answer {
  int status = 0;
  delivery how = delivery::send;
  std::map<std::string, std::string> headers;
  std::string body;

  std::string code() const {
    return std::string{boost::json::parse(body).at("error").at("code").as_string()};
  }
};

struct fixture {
  store threads{seeded()};
  productlane vendor;
  key_ring keys;
  journal log{"", 100};
  service api;
  time_us now = start;
  std::string_view api_key;  // sent in X-Api-Key

  explicit fixture(behaviour how = {}, const char* writes = "off", const char* reads = "off",
                   productlane::unknown_ids unknown = productlane::unknown_ids::come_into_being)
      : vendor{prepared(threads), "ws_test", unknown},
        api{vendor, limited(keys, writes, reads), log, std::move(how), 1} {}

  static store& prepared(store& s) {
    for (int i = 1; i <= 20; ++i) s.add("thr_" + std::to_string(i));
    s.sort();
    return s;
  }
  static key_ring& limited(key_ring& k, const char* writes, const char* reads) {
    named_rule for_writes = rule_called("write"), for_reads = rule_called("read");
    for_writes.rules.windows = parse_limits(writes).value();
    for_reads.rules.windows = parse_limits(reads).value();
    k.set_limits({for_writes, for_reads});
    k.put(key, {"threads:read", "threads:write", "tags:read"});
    return k;
  }

  answer send(std::string_view method, std::string_view target, std::string_view body = {},
              const std::string& authorization = std::string{"Bearer "} + key,
              std::string_view type = "application/json") {
    request r;
    r.arrived = now;
    r.method = method;
    r.target = target;
    r.authorization = authorization;
    r.api_key = api_key;
    r.content_type = type;
    r.body = body;
    outgoing out;
    if (service::is_control(target)) {
      api.control(r, now, out);
    } else {
      const course c = api.plan(r);
      api.answer(r, c, now + c.before.count(), out);
    }
    return read(out);
  }
  answer patch(const std::string& id, std::string_view body) {
    return send("PATCH", "/api/v2/threads/" + id, body);
  }
  answer configure(std::string_view body) { return send("POST", "/_sandbox/config", body); }
  boost::json::value truth() { return boost::json::parse(send("GET", "/_sandbox/truth").body); }

  static answer read(const outgoing& out) {
    answer a;
    a.status = out.status;
    a.how = out.how;
    const std::string& w = out.wire;
    std::size_t at = w.find("\r\n");
    while (at != std::string::npos && w.compare(at, 4, "\r\n\r\n") != 0) {
      const std::size_t end = w.find("\r\n", at + 2), colon = w.find(": ", at);
      if (end == std::string::npos) return a;
      a.headers[w.substr(at + 2, colon - at - 2)] = w.substr(colon + 2, end - colon - 2);
      at = end;
    }
    if (at != std::string::npos) a.body = w.substr(at + 4);
    return a;
  }
};

}  // namespace sandbox
