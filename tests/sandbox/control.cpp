// The control endpoints of the service: they show the truth and change settings while the sandbox runs.
#include "tests/sandbox/service.hpp"
#include "tests/sandbox/thread_json.hpp"
#include "tests/sandbox/validation.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr std::string_view control_root = "/_sandbox";

// What is wrong with a control request; the text goes back to the sender.
struct bad_request : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string text_of(const json::value& v, const std::string& name) {
  if (!v.is_string()) throw bad_request("`" + name + "` must be a string");
  return std::string{v.get_string()};
}

bool truth_of(const json::value& v, const std::string& name) {
  if (!v.is_bool()) throw bad_request("`" + name + "` must be true or false");
  return v.get_bool();
}

std::chrono::microseconds duration_of(const json::value& v, const std::string& name) {
  const auto d = parse_duration(text_of(v, name));
  if (!d) throw bad_request("`" + name + "` must be a duration such as \"80ms\"");
  return *d;
}

std::uint64_t count_of(const json::value& v, const std::string& name) {
  if (!v.is_int64() || v.get_int64() < 0) throw bad_request("`" + name + "` must be a whole number");
  return static_cast<std::uint64_t>(v.get_int64());
}

std::vector<window_limit> windows_of(const json::value& v, const std::string& name) {
  const auto windows = parse_limits(text_of(v, name));
  if (!windows) throw bad_request("`" + name + "` must look like \"60/60s,20/10s\" or \"off\"");
  return *windows;
}

std::vector<std::string> texts_of(const json::value& v, const std::string& name) {
  if (!v.is_array()) throw bad_request("`" + name + "` must be an array of strings");
  std::vector<std::string> texts;
  for (const json::value& item : v.get_array()) texts.push_back(text_of(item, name));
  return texts;
}

const json::object& object_of(const json::value& v, const std::string& name) {
  if (!v.is_object()) throw bad_request("`" + name + "` must be an object");
  return v.get_object();
}

request_class class_of(const json::value& v, const std::string& name) {
  const std::string text = text_of(v, name);
  if (text != "read" && text != "write") throw bad_request("`" + name + "` must be \"read\" or \"write\"");
  return text == "read" ? request_class::read : request_class::write;
}

std::optional<forced_reply> forced_reply_of(const json::value& v) {
  if (v.is_null()) return std::nullopt;
  forced_reply f;
  for (const auto& member : object_of(v, "force_status")) {
    const std::string name{member.key()};
    if (name == "status") {
      f.status = static_cast<int>(count_of(member.value(), name));
      if (f.status < 200 || f.status > 599) throw bad_request("`status` must be from 200 to 599");
    } else if (name == "code") {
      f.code = text_of(member.value(), name);
    } else if (name == "message") {
      f.message = text_of(member.value(), name);
    } else if (name == "location") {
      f.location = text_of(member.value(), name);
    } else if (name == "class") {
      f.only = class_of(member.value(), name);
    } else if (name == "times") {
      f.times = count_of(member.value(), name);
    } else {
      throw bad_request("`force_status` has no member `" + name + "`");
    }
  }
  return f;
}

key_limits limits_of(const json::value& v, key_limits rules) {
  for (const auto& member : object_of(v, "limits")) {
    const std::string name{member.key()};
    if (name == "write") {
      rules.writes.windows = windows_of(member.value(), name);
    } else if (name == "read") {
      rules.reads.windows = windows_of(member.value(), name);
    } else if (name == "kind") {
      const std::string kind = text_of(member.value(), name);
      if (kind != "sliding" && kind != "fixed") throw bad_request("`kind` must be \"sliding\" or \"fixed\"");
      rules.writes.kind = rules.reads.kind = kind == "fixed" ? limit_kind::fixed : limit_kind::sliding;
    } else if (name == "enforce") {
      rules.writes.enforce = rules.reads.enforce =
          truth_of(member.value(), name) ? enforcement::on : enforcement::observe;
    } else if (name == "count_429") {
      rules.writes.count_refused = rules.reads.count_refused = truth_of(member.value(), name);
    } else {
      throw bad_request("`limits` has no member `" + name + "`");
    }
  }
  return rules;
}

// Reads an outage. For `foreign/403/html` the reply that every request gets goes into `page`; for other kinds
// `page` stays as it is.
outage_kind outage_of(const json::value& v, std::optional<fault>& page) {
  if (v.is_bool()) return v.get_bool() ? outage_kind::refuse : outage_kind::none;
  const std::string kind = text_of(v, "outage");
  if (kind == "none") return outage_kind::none;
  if (kind == "refuse") return outage_kind::refuse;
  if (kind == "reset") return outage_kind::reset;
  if (kind == "silent") return outage_kind::silent;
  if (const auto f = fault::parse(kind);
      f && f->is_foreign() && f->stranger && f->with == nullptr && f->kind->on_state == effect::not_applied) {
    page = f;
    return outage_kind::page;
  }
  throw bad_request(
      "`outage` must be true, false, \"refuse\", \"reset\", \"silent\" or a reply such as "
      "\"foreign/404/html\"");
}

count_point count_point_of(const json::value& v) {
  const std::string point = text_of(v, "count_at");
  if (point == "arrival") return count_point::arrival;
  if (point == "reply") return count_point::reply;
  if (point == "random") return count_point::random;
  throw bad_request("`count_at` must be \"arrival\", \"reply\" or \"random\"");
}

void append_limits(std::string& out, const std::deque<api_key>& keys) {
  bool first = true;
  for (const api_key& key : keys) {
    for (const bool write : {true, false}) {
      const limiter& limits = write ? key.writes : key.reads;
      for (std::size_t i = 0; i < limits.rules().windows.size(); ++i) {
        out += first ? "{\"key\":" : ",{\"key\":";
        first = false;
        append_quoted(out, key.id);
        out += write ? ",\"class\":\"write\",\"limit\":" : ",\"class\":\"read\",\"limit\":";
        append_number(out, limits.rules().windows[i].limit);
        out += ",\"window_us\":";
        append_number(out, static_cast<std::uint64_t>(limits.rules().windows[i].length));
        out += ",\"most_counted\":";
        append_number(out, limits.most_in(i));
        out += ",\"counted\":";
        append_number(out, limits.counted());
        out += '}';
      }
    }
  }
}

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
  append_number(out, store_.notices());
  out += "},\"limits\":[";
  append_limits(out, keys_.all());
  out += ']';
  if (scope != truth_scope::totals) {
    out += ",\"threads\":{";
    bool first = true;
    for (std::size_t i = 0; i < store_.size(); ++i) {
      const thread& t = store_.at(i);
      const bool untouched = t.applied == 0 && t.writes_seen == 0 && (!t.extras || t.extras->hand_edits == 0);
      if (scope == truth_scope::changed && untouched) continue;
      if (!first) out += ",\n";
      first = false;
      append_truth(out, store_, t);
    }
    out += "},\"items\":{";
    first = true;
    for (const auto& [id, written] : store_.items()) {
      if (!first) out += ",\n";
      first = false;
      append_truth(out, id, written);
    }
    out += '}';
  }
  return out + "}\n";
}

void service::control(const request& r, time_us now, outgoing& out) {
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
  constexpr std::string_view one_thread = "/threads/", one_document = "/documents/";
  const auto document_id = [&] { return percent_decode(path.substr(one_document.size())).value_or(""); };

  int status = 200;
  std::string body;
  if (r.method == "GET" && path == "/truth") {
    body = truth(parameter("only") == "changed" ? truth_scope::changed : truth_scope::everything, now);
  } else if (r.method == "GET" && path == "/totals") {
    body = truth(truth_scope::totals, now);
  } else if (r.method == "GET" && path == "/journal") {
    std::size_t last = 1000;
    const std::string wanted = parameter("last");
    std::from_chars(wanted.data(), wanted.data() + wanted.size(), last);
    body = journal_.recent(last);
  } else if (r.method == "GET" && path.starts_with(one_thread)) {
    const thread* t = store_.find(percent_decode(path.substr(one_thread.size())).value_or(""));
    status = t == nullptr ? 404 : 200;
    if (t == nullptr) {
      body = error_body("there is no such thread");
    } else {
      body = "{";
      append_truth(body, store_, *t);
      body += "}\n";
    }
  } else if (r.method == "POST" && path == "/config") {
    const std::string wrong = configure(r.body);
    status = wrong.empty() ? 200 : 400;
    body = wrong.empty() ? "{\"ok\":true}\n" : error_body(wrong);
  } else if (r.method == "POST" && path.starts_with(one_thread)) {
    const std::string id = percent_decode(path.substr(one_thread.size())).value_or("");
    const std::string wrong = edit_thread(id, r.body, now, status);
    body = wrong.empty() ? "{\"ok\":true}\n" : error_body(wrong);
  } else if (r.method == "GET" && path.starts_with(one_document)) {
    const auto* document = store_.find_document(document_id());
    status = document == nullptr ? 404 : 200;
    body = document == nullptr ? error_body("there is no such document") : *document;
  } else if (r.method == "POST" && path.starts_with(one_document)) {
    store_.put_document(document_id(), r.body);
    body = "{\"ok\":true}\n";
  } else {
    status = 404;
    body = error_body(
        "there are GET truth, truth?only=changed, totals, journal?last=N, threads/ID, documents/ID; POST "
        "config, threads/ID, documents/ID");
  }

  out.how = r.keep_alive ? delivery::send : delivery::send_and_close;
  out.status = status;
  out.wire = "HTTP/1.1 " + std::to_string(status) + (status == 200 ? " OK" : " Error") +
             "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
             (r.keep_alive ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n") + body;
}

// Reads everything before it changes anything, so that a request that is partly wrong changes nothing.
std::string service::configure(std::string_view body) {
  json::error_code ec;
  const json::value parsed = json::parse(body, ec);
  if (ec) return "the body is not valid JSON: " + ec.message();

  behaviour next = behaviour_;
  fault_script script = script_, read_script = read_script_;
  std::optional<key_limits> limits;
  std::vector<std::pair<std::string, std::vector<std::string>>> granted;
  std::vector<std::string> revoked;
  std::optional<outage_kind> outage;
  std::optional<fault> page;
  std::chrono::microseconds outage_length{0};
  try {
    for (const auto& member : object_of(parsed, "body")) {
      const std::string name{member.key()};
      const json::value& v = member.value();
      if (name == "faults") {
        std::string why_not;
        const auto rates = fault_rates::parse(text_of(v, name), why_not);
        if (!rates) throw bad_request(why_not);
        next.faults = *rates;
      } else if (name == "script" || name == "read_script") {
        fault_script& wanted = name == "script" ? script : read_script;
        wanted.clear();
        for (const auto& entry : object_of(v, name)) {
          for (const std::string& step : texts_of(entry.value(), name)) {
            if (!wanted.add(entry.key(), step)) throw bad_request("`" + name + "`: no such fault: " + step);
          }
        }
      } else if (name == "force_status") {
        next.forced = forced_reply_of(v);
      } else if (name == "redirect") {
        next.forced.reset();
        if (truth_of(v, name)) {
          next.forced.emplace();
          next.forced->status = 302;
          next.forced->code = "moved";
          next.forced->location = "https://elsewhere.example/api/v2";
        }
      } else if (name == "outage") {
        outage = outage_of(v, page);
      } else if (name == "outage_for") {
        outage_length = duration_of(v, name);
      } else if (name == "delay") {
        next.delay = duration_of(v, name);
      } else if (name == "delay_jitter") {
        next.delay_jitter = duration_of(v, name);
      } else if (name == "slow") {
        next.slow = duration_of(v, name);
      } else if (name == "count_at") {
        next.count_at = count_point_of(v);
      } else if (name == "chunked") {
        next.chunked = truth_of(v, name);
      } else if (name == "rate_headers") {
        next.headers = truth_of(v, name) ? rate_headers::send : rate_headers::leave_out;
      } else if (name == "clock_offset_ms") {
        if (!v.is_int64()) throw bad_request("`clock_offset_ms` must be a whole number");
        next.clock_offset = std::chrono::milliseconds{v.get_int64()};
      } else if (name == "limits") {
        limits = limits_of(v, keys_.limits());
      } else if (name == "keys") {
        for (const auto& key : object_of(v, name))
          granted.emplace_back(key.key(), texts_of(key.value(), name));
      } else if (name == "revoke") {
        revoked.push_back(text_of(v, name));
      } else {
        throw bad_request("there is no setting `" + name + "`");
      }
    }
  } catch (const bad_request& wrong) {
    return wrong.what();
  }

  behaviour_ = std::move(next);
  script_ = std::move(script);
  read_script_ = std::move(read_script);
  if (limits) keys_.set_limits(*limits);
  for (auto& [secret, scopes] : granted) keys_.put(secret, std::move(scopes));
  for (const std::string& secret : revoked) {
    if (!keys_.revoke(secret)) return "`revoke`: there is no such key; the other settings were taken";
  }
  if (outage) {
    if (on_outage) on_outage(*outage, outage_length);
    put_in_front(page);
  }
  return {};
}

// Takes the fields of a PATCH, and those that only the web page can change: `deleted` (404, 403 or false),
// `origin`.
std::string service::edit_thread(std::string_view id, std::string_view body, time_us now, int& status) {
  status = 400;
  json::error_code ec;
  json::value parsed = json::parse(body, ec);
  if (ec) return "the body is not valid JSON: " + ec.message();
  if (!parsed.is_object()) return "the body must be an object";
  json::object& patch = parsed.get_object();

  std::optional<presence> where;
  if (const json::value* v = patch.if_contains("deleted")) {
    if (v->is_bool() && !v->get_bool()) {
      where = presence::here;
    } else if (v->is_int64() && (v->get_int64() == 404 || v->get_int64() == 403)) {
      where = v->get_int64() == 404 ? presence::gone_404 : presence::gone_403;
    } else {
      return "`deleted` must be 404, 403 or false";
    }
    patch.erase("deleted");
  }
  std::optional<std::uint8_t> origin;
  if (const json::value* v = patch.if_contains("origin")) {
    const auto found = v->is_string()
                           ? std::find(origins.begin(), origins.end(), std::string_view{v->get_string()})
                           : origins.end();
    if (found == origins.end()) return "`origin` must be one of the documented ones";
    origin = static_cast<std::uint8_t>(found - origins.begin());
    patch.erase("origin");
  }
  bool customer_replies = false;
  if (const json::value* v = patch.if_contains("customer_reply")) {
    if (!v->is_bool()) return "`customer_reply` must be true or false";
    customer_replies = v->get_bool();
    patch.erase("customer_reply");
  }
  if (const auto wrong = check_patch(parsed); !wrong.empty())
    return wrong.front().path + ": " + wrong.front().message;

  thread* t = store_.find(id);
  if (t == nullptr) {
    status = 404;
    return "there is no such thread";
  }
  if (where) t->where = *where;
  if (origin) t->origin = *origin;
  if (customer_replies) {
    t->last_inbound_at = now;
    t->is_read = false;
  }
  store_.apply(*t, patch, body, edit_kind::by_hand, now);
  status = 200;
  return {};
}

}  // namespace sandbox
