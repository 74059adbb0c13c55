// The control endpoints of the service: they show the truth and change settings while the sandbox runs.
#include "tests/sandbox/service.hpp"

#include <charconv>

namespace sandbox {
namespace {

constexpr std::string_view control_root = "/_sandbox";

std::string error_body(std::string_view what) {
  std::string text = "{\"error\":";
  append_quoted_bytes(text, what);
  return text + "}\n";
}

}  // namespace

bool service::is_control(std::string_view target) {
  return target.starts_with(control_root) &&
         (target.size() == control_root.size() || target[control_root.size()] == '/');
}

std::string service::truth(truth_scope scope, time_us now) const {
  std::string out = "{\"now\":";
  append_json_time(out, now);
  out += ",\"totals\":";
  append_totals(out, totals_);
  out.pop_back();
  out += ",\"notices\":";
  append_number(out, vendor_.notices());
  std::uint64_t exceeded = 0;
  for (const api_key& key : keys_.all()) exceeded += key.used.exceeded();
  out += ",\"exceeded\":";
  append_number(out, exceeded);
  out += "},\"limits\":[";
  bool first = true;
  for (const api_key& key : keys_.all()) key.used.append_truth(out, key.id, first);
  out += "],\"violations\":[";
  first = true;
  for (const api_key& key : keys_.all()) key.used.append_violations(out, key.id, first);
  out += ']';
  if (scope != truth_scope::totals) vendor_.append_truth(out, scope == truth_scope::changed);
  return out + "}\n";
}

void service::control(const request& r, time_us now, outgoing& out) {
  vendor_.pass_time(now);
  std::string_view path = r.target.substr(control_root.size());
  const std::size_t mark = path.find('?');
  const query parameters =
      mark == std::string_view::npos ? query{} : parse_query(path.substr(mark + 1)).value_or(query{});
  path = path.substr(0, mark);
  const auto parameter = [&](std::string_view name) -> std::string {
    for (const auto& [key, value] : parameters) {
      if (key == name) return value;
    }
    return {};
  };

  vendor::control_reply answer;
  const bool get = r.method == "GET", post = r.method == "POST";
  if (get && path == "/truth") {
    answer.body = truth(parameter("only") == "changed" ? truth_scope::changed : truth_scope::everything, now);
  } else if (get && path == "/totals") {
    answer.body = truth(truth_scope::totals, now);
  } else if (get && path == "/journal") {
    std::size_t last = 1000;
    const std::string wanted = parameter("last");
    std::from_chars(wanted.data(), wanted.data() + wanted.size(), last);
    answer.body = journal_.recent(last);
  } else if (post && path == "/config") {
    answer.wrong = configure(r.body);
    if (!answer.wrong.empty()) answer.status = 400;
  } else if (!(get || post) || !vendor_.control(r.method, path, r.body, now, answer)) {
    const std::string own{vendor_.control_paths()};
    answer.status = 404;
    answer.wrong =
        "there are GET truth, truth?only=changed, totals, journal?last=N, " + own + "; POST config, " + own;
  }
  if (!answer.wrong.empty()) {
    answer.body = error_body(answer.wrong);
  } else if (post) {
    answer.body = "{\"ok\":true}\n";
  }

  out.how = r.keep_alive ? delivery::send : delivery::send_and_close;
  out.status = answer.status;
  out.wire = "HTTP/1.1 " + std::to_string(answer.status) + (answer.status == 200 ? " OK" : " Error") +
             "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(answer.body.size()) +
             (r.keep_alive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n") + answer.body;
}

}  // namespace sandbox
