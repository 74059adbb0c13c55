// POST /_sandbox/config: changes how the sandbox behaves while it runs.
#include "tests/sandbox/service.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace sandbox {
namespace json = boost::json;
namespace {

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

std::vector<std::string> texts_of(const json::value& v, const std::string& name) {
  if (!v.is_array()) throw bad_request("`" + name + "` must be an array of strings");
  std::vector<std::string> all;
  for (const json::value& item : v.get_array()) all.push_back(text_of(item, name));
  return all;
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
    } else if (name == "retry_after") {
      f.retry_after = count_of(member.value(), name);
    } else if (name == "times") {
      f.times = count_of(member.value(), name);
    } else {
      throw bad_request("`force_status` has no member `" + name + "`");
    }
  }
  return f;
}

// Changes the limits that are named; `kind`, `enforce` and `count_429` are about all of them.
limit_list limits_of(const json::value& v, limit_list rules, time_us day) {
  const auto called = [&](std::string_view name) -> named_rule& {
    const auto found =
        std::find_if(rules.begin(), rules.end(), [&](const auto& r) { return r.name == name; });
    return found != rules.end() ? *found : rules.emplace_back(rule_called(name));
  };
  const auto is_known = [&](std::string_view name) {
    return name == "read" || name == "write" || name == "all" || name == "each" ||
           std::any_of(rules.begin(), rules.end(), [&](const auto& r) { return r.name == name; });
  };
  const json::object& given = object_of(v, "limits");
  for (const auto& member : given) {
    const std::string name{member.key()};
    if (name == "kind" || name == "enforce" || name == "count_429") continue;
    if (!is_known(name)) throw bad_request("`limits` has no member `" + name + "`");
    const std::string wrong = read_rule(text_of(member.value(), name), day, called(name));
    if (!wrong.empty()) throw bad_request("`" + name + "`: " + wrong);
  }
  for (named_rule& rule : rules) {
    if (const json::value* kind = given.if_contains("kind")) {
      const std::string text = text_of(*kind, "kind");
      if (text != "sliding" && text != "fixed") throw bad_request("`kind` must be \"sliding\" or \"fixed\"");
      rule.rules.kind = text == "fixed" ? limit_kind::fixed : limit_kind::sliding;
    }
    if (const json::value* on = given.if_contains("enforce"))
      rule.rules.enforce = truth_of(*on, "enforce") ? enforcement::on : enforcement::observe;
    if (const json::value* on = given.if_contains("count_429"))
      rule.rules.count_refused = truth_of(*on, "count_429");
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

}  // namespace

// Reads everything before it changes anything, so that a request that is partly wrong changes nothing.
std::string service::configure(std::string_view body) {
  json::error_code ec;
  const json::value parsed = json::parse(body, ec);
  if (ec) return "the body is not valid JSON: " + ec.message();

  behaviour next = behaviour_;
  fault_script script = script_, read_script = read_script_;
  std::optional<limit_list> limits;
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
        limits = limits_of(v, keys_.limits(), behaviour_.day.count());
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

}  // namespace sandbox
