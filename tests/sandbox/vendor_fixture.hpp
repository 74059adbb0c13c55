// An API other than Productlane behind the service, without sockets.
#pragma once

#include "tests/sandbox/apis/vendors.hpp"
#include "tests/sandbox/service.hpp"

#include <boost/json.hpp>

#include <initializer_list>
#include <map>
#include <string>

namespace sandbox {

struct vendor_fixture {
  static constexpr time_us start = 1'795'000'020 * one_second;  // a whole minute
  using header_list = std::map<std::string, std::string>;

  struct answer {
    int status = 0;
    delivery how = delivery::send;
    header_list headers;
    std::string body;

    boost::json::value json() const { return boost::json::parse(body); }
  };

  // Sent with each request, unless a request has its own. The key of these tests is `k`.
  header_list sent{{"Host", "api.example"}, {"User-Agent", "test"}, {"Content-Type", "application/json"}};
  std::unique_ptr<vendor> model;
  key_ring keys;
  journal log{"", 100};
  service api;
  time_us now = start;

  // `ids` becomes resources; `limits` are the API's own, or none.
  enum class limited { no, as_the_api };
  vendor_fixture(std::string_view name, std::string authorization, std::uint64_t resources = 5,
                 limited limits = limited::no, vendor_options options = {})
      : model{make_vendor(name, options)}, api{*model, keys, log, {}, 1} {
    sent["Authorization"] = std::move(authorization);
    for (std::uint64_t i = 1; i <= resources; ++i) model->add(model->made_up_id(i));
    model->seeded();
    if (limits == limited::as_the_api) keys.set_limits(model->default_limits(true_day));
    keys.put("k", model->default_scopes());
  }

  answer send(std::string_view method, std::string_view target, std::string_view body = {},
              header_list further = {}) {
    for (const auto& [name, value] : sent) further.try_emplace(name, value);
    request r;
    r.arrived = now;
    r.method = method;
    r.target = target;
    r.body = body;
    r.authorization = further["Authorization"];
    r.content_type = further["Content-Type"];
    r.other_header = [&further](std::string_view name) -> std::string_view {
      const auto found = further.find(std::string{name});
      return found == further.end() ? std::string_view{} : std::string_view{found->second};
    };
    outgoing out;
    if (service::is_control(target)) {
      api.control(r, now, out);
    } else {
      const course c = api.plan(r);
      api.answer(r, c, now + c.before.count(), out);
      api.finished();
    }
    return read(out);
  }
  answer get(std::string_view target) { return send("GET", target); }
  answer edit(const std::string& id, std::string_view json) {
    return send("POST", "/_sandbox/resources/" + id, json);
  }
  answer configure(std::string_view json) { return send("POST", "/_sandbox/config", json); }
  boost::json::value truth() { return get("/_sandbox/truth").json(); }
  // One resource of the truth.
  boost::json::value of(const std::string& id) { return truth().at("resources").at(id); }

  static answer read(const outgoing& out) {
    answer a;
    a.status = out.status;
    a.how = out.how;
    const std::string& w = out.wire;
    const std::size_t end = w.find("\r\n\r\n");
    if (end == std::string::npos) return a;
    for (std::size_t at = w.find("\r\n"); at < end;) {
      const std::size_t next = w.find("\r\n", at + 2), colon = w.find(": ", at);
      a.headers[w.substr(at + 2, colon - at - 2)] = w.substr(colon + 2, next - colon - 2);
      at = next;
    }
    a.body = w.substr(end + 4);
    return a;
  }
};

}  // namespace sandbox
