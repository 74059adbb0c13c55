#include "tests/sandbox/service.hpp"

#include "tests/sandbox/listing.hpp"
#include "tests/sandbox/thread_json.hpp"
#include "tests/sandbox/validation.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr std::string_view api_root = "/api/v2";
constexpr std::string_view json_type = "application/json; charset=utf-8";
constexpr std::string_view html_type = "text/html";

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 302:
      return "Found";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

// Seconds, rounded up.
std::uint64_t whole_seconds(time_us t) {
  return t <= 0 ? 0 : static_cast<std::uint64_t>((t + one_second - 1) / one_second);
}

// `1m`, `10s`, `500ms`: how the documentation writes the window in `details`.
std::string window_text(time_us length) {
  if (length % (60 * one_second) == 0) return std::to_string(length / (60 * one_second)) + 'm';
  if (length % one_second == 0) return std::to_string(length / one_second) + 's';
  return std::to_string(length / 1000) + "ms";
}

std::string scope_details(std::string_view needed, const std::vector<std::string>& granted) {
  std::string text = "{\"required\":[";
  append_quoted(text, needed);
  text += "],\"granted\":[";
  for (std::size_t i = 0; i < granted.size(); ++i) {
    if (i > 0) text += ',';
    append_quoted(text, granted[i]);
  }
  return text + "]}";
}

std::string violation_details(const std::vector<violation>& found) {
  std::string text = "[";
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) text += ',';
    text += "{\"path\":";
    append_quoted(text, found[i].path);
    text += ",\"message\":";
    append_quoted(text, found[i].message);
    text += '}';
  }
  return text + ']';
}

// What a proxy in front of the API answers when the API does not.
std::string gateway_page(int status) {
  const std::string title = std::to_string(status) + ' ' + std::string{reason(status)};
  return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
         "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
}

expansion read_expansion(const query& parameters) {
  expansion e;
  for (const auto& [name, value] : parameters) {
    for (const std::string_view part :
         split(value, ',')) {  // unknown values are ignored, says the documentation
      if (part == "messages") e.messages = true;
      if (part == "comments") e.comments = true;
    }
  }
  return e;
}

bool is_json(std::string_view content_type) {
  const std::string_view media = content_type.substr(0, content_type.find(';'));
  return media == "application/json";
}

}  // namespace

struct service::reply {
  explicit reply(std::string& where) : body(where) {}

  int status = 200;
  std::string_view content_type = json_type;
  std::string& body;
  std::string request_id;
  std::optional<std::uint64_t> retry_after;  // seconds
  std::string location;
  api_key* key = nullptr;
  time_us counted = no_time;
  bool applied = false;
  bool announce_close = false;
  delivery how = delivery::send;
  const fault_kind* fault = nullptr;  // the one that took place

  void error(int code_number, std::string_view code, std::string_view message,
             std::string_view details = {}) {
    status = code_number;
    content_type = json_type;
    body = "{\"error\":{\"code\":";
    append_quoted(body, code);
    body += ",\"message\":";
    append_quoted(body, message);
    if (!details.empty()) {
      body += ",\"details\":";
      body += details;
    }
    body += ",\"request_id\":";
    append_quoted(body, request_id);
    body += "}}";
  }
  void invalid(const std::vector<violation>& found) {
    const violation& first = found.front();
    error(400, "validation_failed",
          "Validation failed: " + (first.path.empty() ? std::string{"body"} : first.path) + ": " +
              first.message + '.',
          violation_details(found));
  }
};

service::service(store& threads, key_ring& keys, journal& log, behaviour how, std::uint64_t seed,
                 std::string workspace)
    : store_(threads),
      keys_(keys),
      journal_(log),
      behaviour_(std::move(how)),
      seed_(seed),
      workspace_(std::move(workspace)) {}

course service::plan(const request& r) {
  course c;
  c.number = ++totals_.requests;
  c.kind = r.method == "GET" || r.method == "HEAD" ? request_class::read : request_class::write;
  ++(c.kind == request_class::read ? totals_.reads : totals_.writes);

  const std::size_t mark = r.target.find('?');
  std::string_view path = r.target.substr(0, mark);
  if (mark != std::string_view::npos) c.query = r.target.substr(mark + 1);
  if (path.starts_with(api_root)) {
    path.remove_prefix(api_root.size());
    constexpr std::string_view one = "/threads/";
    if (path == "/me") c.where = endpoint_kind::me;
    if (path == "/tags") c.where = endpoint_kind::tags;
    if (path == "/threads") c.where = endpoint_kind::threads;
    if (path.starts_with(one) && path.size() > one.size() &&
        path.find('/', one.size()) == std::string_view::npos) {
      if (auto id = percent_decode(path.substr(one.size()))) {
        c.where = endpoint_kind::thread;
        c.id = std::move(*id);
      }
    }
  }

  // What chance decides depends on the resource and on how often it was asked before, not on the order in
  // which requests about different resources arrive.
  std::uint64_t ordinal = c.number;
  if (thread* t = c.where == endpoint_kind::thread ? store_.find(c.id) : nullptr) {
    ordinal = c.kind == request_class::read ? ++t->reads_seen : ++t->writes_seen;
  }
  c.dice = hash_text(c.id, mix(seed_ ^ ordinal << 1) + static_cast<std::uint64_t>(c.kind));
  if (c.where != endpoint_kind::me && c.where != endpoint_kind::unknown) {
    const auto scripted = c.kind == request_class::write ? script_.next(c.id) : std::nullopt;
    c.fault = scripted ? scripted->kind : behaviour_.faults.draw(c.kind, unit_interval(c.dice));
  }

  const auto share = [](std::chrono::microseconds whole, double part) {
    return std::chrono::microseconds{static_cast<std::int64_t>(static_cast<double>(whole.count()) * part)};
  };
  const auto whole = behaviour_.delay + share(behaviour_.delay_jitter, unit_interval(mix(c.dice + 1)));
  switch (behaviour_.count_at) {
    case count_point::arrival:
      break;
    case count_point::reply:
      c.before = whole;
      break;
    case count_point::random:
      c.before = share(whole, unit_interval(mix(c.dice + 2)));
      break;
  }
  c.after = whole - c.before;
  if (c.fault != nullptr && c.fault->then == afterwards::slowly) c.after += behaviour_.slow;
  return c;
}

void service::answer(const request& r, const course& c, time_us now, outgoing& out) {
  body_.clear();
  reply rep{body_};
  rep.request_id = "req_0000000000000000";
  std::uint64_t id_bits = mix(seed_ ^ mix(c.number));
  for (std::size_t i = 0; i < 16; ++i, id_bits >>= 4)
    rep.request_id[4 + i] = "0123456789abcdef"[id_bits & 15];

  const key_check who = keys_.check(r.authorization, rep.key);
  if (forced(c, rep)) {
    // Said already.
  } else if (who == key_check::accepted) {
    answer_accepted(r, c, *rep.key, now, rep);
  } else {
    ++totals_.unauthenticated;
    if (who == key_check::old_version) {
      rep.error(410, "unsupported_key_version", "Version 1 keys do not work here: use a v2 key.");
    } else {
      rep.error(401, "unauthenticated", "Missing or invalid bearer token.");
    }
  }

  write_wire(r, c, rep, now, out);
  if (rep.how != delivery::drop && rep.how != delivery::hold) ++totals_.by_status[rep.status];
  if (rep.fault != nullptr) ++totals_.injected[static_cast<std::size_t>(rep.fault - fault_kinds.data())];
  if (rep.applied) ++totals_.applied;

  journal_entry e;
  e.request = c.number;
  e.connection = r.connection;
  e.arrived = r.arrived;
  e.counted = rep.counted;
  e.answered = now;
  e.method = r.method;
  e.path = r.target;
  e.id = c.id;
  e.body = r.body;
  if (rep.key != nullptr) e.key = rep.key->id;
  e.request_id = rep.request_id;
  e.status = out.status;
  if (rep.fault != nullptr) e.fault = rep.fault->name;
  e.applied = rep.applied;
  journal_.add(e);
}

bool service::forced(const course& c, reply& rep) {
  auto& f = behaviour_.forced;
  if (!f || (f->only && *f->only != c.kind)) return false;
  if (f->times && *f->times == 0) return false;
  if (f->times) --*f->times;
  rep.error(f->status, f->code, f->message);
  rep.location = f->location;
  if (f->status == 429) rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
  return true;
}

void service::answer_accepted(const request& r, const course& c, api_key& key, time_us now, reply& rep) {
  limiter& limits = key.limits(c.kind);
  const limiter::verdict verdict = limits.count(now);
  if (!verdict.allowed) {
    ++(c.kind == request_class::read ? totals_.throttled_reads : totals_.throttled_writes);
    const window_limit& w = limits.rules().windows[verdict.window];
    rep.error(429, "rate_limited", "Rate limit exceeded.",
              "{\"limit\":" + std::to_string(w.limit) + ",\"window\":\"" + window_text(w.length) + "\"}");
    rep.retry_after = std::max<std::uint64_t>(1, whole_seconds(verdict.free_at - now));
    if (limits.rules().count_refused) rep.counted = now;
    return;
  }
  rep.counted = now;

  if (c.fault == nullptr) {
    serve(r, c, key, now, rep);
    return;
  }
  rep.fault = c.fault;
  if (c.fault->on_state == effect::not_applied) {
    distort(c, rep);
    return;
  }
  std::string before;
  if (c.fault->answer == answer_kind::old_thread) {
    if (const thread* t = store_.find(c.id)) append_thread(before, store_, *t);
  }
  serve(r, c, key, now, rep);
  if (!before.empty() && rep.status == 200) rep.body = std::move(before);
  distort(c, rep);
}

// Turns a reply into what the fault makes of it.
void service::distort(const course& c, reply& rep) {
  const thread* about = store_.find(c.id);
  switch (c.fault->answer) {
    case answer_kind::regular:
      break;
    case answer_kind::error:
      if (c.fault->status == 500) {
        rep.error(500, "internal_error", "Something went wrong.");
      } else {
        rep.status = c.fault->status;
        rep.content_type = html_type;
        rep.body = gateway_page(c.fault->status);
      }
      if (c.fault->name == "e503-retry") {
        rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
      }
      break;
    case answer_kind::throttled:
      rep.error(429, "rate_limited", "Rate limit exceeded.");
      rep.retry_after = static_cast<std::uint64_t>(behaviour_.injected_retry_after.count());
      break;
    case answer_kind::nothing:
      rep.how = delivery::drop;
      break;
    case answer_kind::half:
      rep.how = delivery::send_and_drop;
      break;
    case answer_kind::not_json:
      rep.status = 200;
      rep.body = "{\"id\":\"\xc3\x28\x01, \"status\": dnoe, [[[";
      break;
    case answer_kind::not_http:
      rep.how = delivery::send_and_drop;
      break;
    case answer_kind::other_thread:
      if (about == nullptr || rep.status != 200 || store_.size() < 2) {
        rep.fault = nullptr;
        break;
      }
      rep.body.clear();
      append_thread(rep.body, store_, store_.at((about->number + 1) % store_.size()));
      break;
    case answer_kind::old_thread:
      if (about == nullptr || about->where != presence::here) {
        rep.error(404, "not_found", "Thread not found.");
        rep.fault = nullptr;
      } else if (c.fault->on_state == effect::not_applied) {
        rep.status = 200;
        append_thread(rep.body, store_, *about);
      }
      break;
    case answer_kind::silence:
      rep.how = delivery::hold;
      break;
  }
  switch (c.fault->then) {
    case afterwards::keep:
    case afterwards::slowly:
      break;
    case afterwards::close_unannounced:
      rep.how = delivery::send_and_drop;
      break;
    case afterwards::close_announced:
      rep.announce_close = true;
      break;
    case afterwards::in_drops:
      rep.how = delivery::dribble;
      break;
  }
}

bool service::scope_missing(const api_key& key, std::string_view scope, reply& rep) const {
  if (key.may(scope)) return false;
  rep.error(403, "scope_required", "The key lacks the scope " + std::string{scope} + '.',
            scope_details(scope, key.scopes));
  return true;
}

void service::serve(const request& r, const course& c, api_key& key, time_us now, reply& rep) {
  const bool get = r.method == "GET";
  if (c.where == endpoint_kind::unknown) {
    rep.error(404, "not_found", "There is nothing at this path.");
    return;
  }
  if (!get && !(c.where == endpoint_kind::thread && r.method == "PATCH")) {
    rep.error(405, "method_not_allowed", "The sandbox does not have this method here.");
    return;
  }
  static constexpr std::array<std::string_view, 5> read_scopes{"", "", "tags:read", "threads:read",
                                                               "threads:read"};
  const std::string_view scope = get ? read_scopes[static_cast<std::size_t>(c.where)] : "threads:write";
  if (scope_missing(key, scope, rep)) return;

  static constexpr std::array<parameters, 5> known{parameters::none, parameters::none, parameters::tag_list,
                                                   parameters::thread_list, parameters::thread};
  const auto given = parse_query(c.query);
  const auto wrong =
      given ? check_query(get ? known[static_cast<std::size_t>(c.where)] : parameters::none, *given)
            : std::vector<violation>{{"", "The query string has a broken escape"}};
  if (!wrong.empty()) {
    rep.invalid(wrong);
    return;
  }

  page_result page = page_result::written;
  switch (c.where) {
    case endpoint_kind::unknown:
      break;
    case endpoint_kind::me: {
      rep.body = "{\"workspace_id\":";
      append_quoted(rep.body, workspace_);
      rep.body += ",\"api_key_id\":";
      append_quoted(rep.body, key.id);
      rep.body += ",\"scopes\":[";
      for (std::size_t i = 0; i < key.scopes.size(); ++i) {
        if (i > 0) rep.body += ',';
        append_quoted(rep.body, key.scopes[i]);
      }
      rep.body += "],\"linear_team_ids\":[],\"default_linear_team_id\":null}";
      break;
    }
    case endpoint_kind::tags:
      page = append_tag_page(rep.body, store_, *given);
      break;
    case endpoint_kind::threads:
      page = append_thread_page(rep.body, store_, *given);
      break;
    case endpoint_kind::thread:
      serve_thread(r, c, now, rep);
      break;
  }
  if (page == page_result::broken_cursor) rep.error(422, "unprocessable", "The cursor cannot be read.");
}

void service::serve_thread(const request& r, const course& c, time_us now, reply& rep) {
  // Memory for the parsed body: no allocation for one of ordinary size.
  std::array<unsigned char, 8192> space;
  json::monotonic_resource memory{space.data(), space.size()};
  const bool patch = r.method == "PATCH";
  std::optional<json::value> parsed;
  if (patch) {
    if (!is_json(r.content_type)) {
      rep.invalid({{"", "Content-Type must be application/json"}});
      return;
    }
    json::error_code ec;
    parsed.emplace(json::parse(r.body, ec, &memory));
    if (ec) {
      rep.invalid({{"", "The body is not valid JSON: " + ec.message()}});
      return;
    }
    auto wrong = check_patch(*parsed);
    if (wrong.empty() && behaviour_.refuse_unknown_ids) wrong = unknown_ids(parsed->get_object());
    if (!wrong.empty()) {
      rep.invalid(wrong);
      return;
    }
  }

  thread* t = store_.find(c.id);
  if (t == nullptr || t->where == presence::gone_404) {
    rep.error(404, "not_found", "Thread not found.");
    return;
  }
  if (t->where == presence::gone_403) {
    rep.error(403, "forbidden", "Not allowed.");
    return;
  }
  expansion expand;
  if (patch) {
    const json::object& changes = parsed->get_object();
    const json::value* status = changes.if_contains("status");
    const bool done = status_text(t->state) == "done";
    if (t->origin == origin_live_chat && done && status != nullptr && status->get_string() == "done") {
      rep.error(409, "conflict", "The live chat is already closed.");
      return;
    }
    store_.apply(*t, changes, r.body, edit_kind::client, now);
    rep.applied = true;
  } else {
    expand = read_expansion(parse_query(c.query).value_or(query{}));
  }
  append_thread(rep.body, store_, *t, expand);
}

std::vector<violation> service::unknown_ids(const json::object& patch) const {
  const directory& d = store_.entities();
  std::vector<violation> found;
  const auto look = [&](const char* name, const auto& known) {
    const json::value* v = patch.if_contains(name);
    if (v != nullptr && v->is_string() && !known.find(std::string_view{v->get_string()})) {
      found.push_back({name, "Does not exist"});
    }
  };
  look("assignee_id", d.users());
  look("contact_id", d.contacts());
  look("company_id", d.companies());
  if (const json::value* tags = patch.if_contains("tag_ids")) {
    for (std::size_t i = 0; i < tags->get_array().size(); ++i) {
      if (!d.tags().find(std::string_view{tags->get_array()[i].get_string()})) {
        found.push_back({"tag_ids." + std::to_string(i), "Does not exist"});
      }
    }
  }
  return found;
}

void service::write_wire(const request& r, const course& c, const reply& rep, time_us now, outgoing& out) {
  const time_us told = now + behaviour_.clock_offset.count();
  if (told / one_second != date_second_) {
    date_second_ = told / one_second;
    date_ = http_date(told);
  }
  const bool close = rep.announce_close || !r.keep_alive;
  std::string& w = out.wire;
  w.clear();
  w += "HTTP/1.1 ";
  append_number(w, static_cast<std::uint64_t>(rep.status));
  w += ' ';
  w += reason(rep.status);
  w += "\r\nDate: ";
  w += date_;
  w += "\r\nContent-Type: ";
  w += rep.content_type;
  w += "\r\nX-Request-Id: ";
  w += rep.request_id;
  const limit_rules& rules = c.kind == request_class::write ? keys_.limits().writes : keys_.limits().reads;
  if (behaviour_.headers == rate_headers::send && !rules.windows.empty()) {
    const limiter::standing s =
        rep.key != nullptr ? rep.key->limits(c.kind).report(now) : limiter{rules}.report(now);
    w += "\r\nX-RateLimit-Limit: ";
    append_number(w, s.limit);
    w += "\r\nX-RateLimit-Remaining: ";
    append_number(w, s.remaining);
    w += "\r\nX-RateLimit-Reset: ";
    append_number(w, whole_seconds(s.reset_at + behaviour_.clock_offset.count()));
  }
  if (rep.retry_after) {
    w += "\r\nRetry-After: ";
    append_number(w, *rep.retry_after);
  }
  if (!rep.location.empty()) {
    w += "\r\nLocation: ";
    w += rep.location;
  }
  if (close) w += "\r\nConnection: close";

  out.how = rep.how;
  out.reset = (c.dice & 1) != 0;
  out.status = rep.how == delivery::drop || rep.how == delivery::hold ? 0 : rep.status;
  if (close && out.how == delivery::send) out.how = delivery::send_and_close;

  if (behaviour_.chunked) {
    w += "\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::size_t half = rep.body.size() / 2;
    for (const std::string_view part :
         {std::string_view{rep.body}.substr(0, half), std::string_view{rep.body}.substr(half)}) {
      if (part.empty()) continue;
      char size[16];
      const auto end = std::to_chars(size, size + sizeof size, part.size(), 16).ptr;
      w.append(size, static_cast<std::size_t>(end - size));
      w += "\r\n";
      w += part;
      w += "\r\n";
    }
    w += "0\r\n\r\n";
  } else {
    w += "\r\nContent-Length: ";
    append_number(w, rep.body.size());
    w += "\r\n\r\n";
    w += rep.body;
  }
  if (rep.fault == nullptr) return;
  if (rep.fault->answer == answer_kind::half) w.resize(w.size() - rep.body.size() / 2 - 1);
  if (rep.fault->answer == answer_kind::not_http) w = "\x15\x03\x01 this is no reply\r\n\r\n";
}

}  // namespace sandbox
