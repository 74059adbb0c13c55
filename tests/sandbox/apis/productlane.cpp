#include "tests/sandbox/apis/productlane.hpp"

#include "tests/sandbox/listing.hpp"
#include "tests/sandbox/thread_json.hpp"
#include "tests/sandbox/validation.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

enum class endpoint : std::uint8_t {
  unknown,
  me,
  tags,
  threads,
  thread,
  item,      // `/v1/items/ID`
  document,  // `/v1/documents/ID`; they are created by the control endpoint
};
endpoint where(const route& r) {
  return static_cast<endpoint>(r.where);
}

constexpr std::string_view api_root = "/api/v2", thread_root = "/threads/";
constexpr std::string_view item_root = "/v1/items/", document_root = "/v1/documents/";

// `1m`, `10s`, `500ms`: the form of the window in the `details` of the documentation.
std::string window_text(time_us length) {
  if (length % (60 * one_second) == 0) return std::to_string(length / (60 * one_second)) + 'm';
  if (length % one_second == 0) return std::to_string(length / one_second) + 's';
  return std::to_string(length / 1000) + "ms";
}

// The only path segment behind `root`, decoded; absent if there is none, or more than one.
std::optional<std::string> id_behind(std::string_view root, std::string_view path) {
  if (!path.starts_with(root) || path.size() == root.size()) return std::nullopt;
  path.remove_prefix(root.size());
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  return percent_decode(path);
}

// Makes the error envelope of the documentation. `details` is JSON.
void fail(reply& rep, int status, std::string_view code, std::string_view message,
          std::string_view details = {}) {
  rep.status = status;
  rep.content_type = "application/json; charset=utf-8";
  rep.body = "{\"error\":{\"code\":";
  append_quoted(rep.body, code);
  rep.body += ",\"message\":";
  append_quoted(rep.body, message);
  if (!details.empty()) {
    rep.body += ",\"details\":";
    rep.body += details;
  }
  rep.body += ",\"request_id\":";
  append_quoted(rep.body, rep.request_id);
  rep.body += "}}";
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

expansion read_expansion(const query& parameters) {
  expansion e;
  for (const auto& [name, value] : parameters) {
    for (const std::string_view part :
         split(value, ',')) {  // the documentation says that unknown values are ignored
      if (part == "messages") e.messages = true;
      if (part == "comments") e.comments = true;
    }
  }
  return e;
}

}  // namespace

productlane::productlane(store& threads, std::string workspace, unknown_ids unknown)
    : store_(threads), workspace_(std::move(workspace)), unknown_ids_(unknown) {}

limit_list productlane::default_limits(time_us day) const {
  named_rule writes = rule_called("write"), reads = rule_called("read");
  read_rule("60/60s,20/10s", day, writes);
  read_rule("1000/60s", day, reads);
  return {writes, reads};
}

std::vector<std::string> productlane::default_scopes() const {
  return {"threads:read", "threads:write", "tags:read"};
}

std::string productlane::made_up_id(std::uint64_t number) const {
  char id[32];
  std::snprintf(id, sizeof id, "thr_%06llu", static_cast<unsigned long long>(number));
  return id;
}

// A name that no tag has gets a tag, so that set verbs can be rehearsed.
void productlane::tag_named(std::string_view name) {
  directory& d = store_.entities();
  for (std::size_t i = 0; i < d.tags().size(); ++i) {
    if (d.tags()[static_cast<entity_ref>(i)].name == name) return;
  }
  d.add_tag("tag_" + percent_encode(name), name);
}

route productlane::find(const request& r) const {
  route to;
  to.kind = r.method == "GET" || r.method == "HEAD" ? request_class::read : request_class::write;
  const std::size_t mark = r.target.find('?');
  std::string_view path = r.target.substr(0, mark);
  if (mark != std::string_view::npos) to.query = r.target.substr(mark + 1);
  endpoint at = endpoint::unknown;
  const auto about = [&](endpoint found, std::string_view root) {
    if (auto id = id_behind(root, path)) {
      at = found;
      to.id = std::move(*id);
    }
  };
  if (path.starts_with(api_root)) {
    path.remove_prefix(api_root.size());
    if (path == "/me") at = endpoint::me;
    if (path == "/tags") at = endpoint::tags;
    if (path == "/threads") at = endpoint::threads;
    about(endpoint::thread, thread_root);
  } else {
    about(endpoint::item, item_root);
    about(endpoint::document, document_root);
  }
  to.where = static_cast<std::uint8_t>(at);
  to.faultless = at == endpoint::me || at == endpoint::unknown;
  return to;
}

traffic* productlane::traffic_of(const route& r) {
  if (where(r) == endpoint::item) return &store_.item_called(r.id);
  return where(r) == endpoint::thread ? store_.find(r.id) : nullptr;
}

std::string productlane::secret_of(const request& r, const route& to) const {
  if (where(to) == endpoint::item || where(to) == endpoint::document) return std::string{r.api_key};
  constexpr std::string_view scheme = "Bearer ";
  return std::string{r.authorization.starts_with(scheme) ? r.authorization.substr(scheme.size()) : ""};
}

bool productlane::present(const call& c, std::string_view id, reply& rep) {
  const thread* t = where(c.way) == endpoint::thread ? store_.find(id) : nullptr;
  if (t == nullptr || t->where != presence::here) {
    fail(rep, 404, "not_found", "Thread not found.");
    return false;
  }
  rep.status = 200;
  append_thread(rep.body, store_, *t);
  return true;
}

std::optional<std::string> productlane::neighbour(std::string_view id) const {
  const thread* t = store_.find(id);
  if (t == nullptr || store_.size() < 2) return std::nullopt;
  return store_.at((t->number + 1) % store_.size()).id;
}

void productlane::error(reply& rep, int status, std::string_view code, std::string_view message) const {
  fail(rep, status, code, message);
}

void productlane::unauthenticated(reply& rep, key_check why) const {
  if (why == key_check::old_version) {
    fail(rep, 410, "unsupported_key_version", "Version 1 keys do not work here: use a v2 key.");
  } else {
    fail(rep, 401, "unauthenticated", "Missing or invalid bearer token.");
  }
}

void productlane::throttle(reply& rep, const route&, const budgets::refusal& why, time_us now) const {
  std::string details;
  if (why.rule != nullptr) {
    details = "{\"limit\":" + std::to_string(why.window.limit) + ",\"window\":\"" +
              window_text(why.window.length) + "\"}";
  }
  fail(rep, 429, "rate_limited", "Rate limit exceeded.", details);
  rep.retry_after = std::max<std::uint64_t>(1, whole_seconds(why.free_at - now));
}

void productlane::append_headers(std::string& out, const reply& rep, const route& to, budgets& used,
                                 bool rates, time_us now, time_us told) const {
  out += "\r\nX-Request-Id: ";
  out += rep.request_id;
  const auto s = rates ? used.report(to.kind == request_class::write ? "write" : "read", now) : std::nullopt;
  if (!s) return;
  out += "\r\nX-RateLimit-Limit: ";
  append_number(out, s->limit);
  out += "\r\nX-RateLimit-Remaining: ";
  append_number(out, s->remaining);
  out += "\r\nX-RateLimit-Reset: ";
  append_number(out, whole_seconds(s->reset_at + told - now));
}

void productlane::refuse(reply& rep, const std::vector<violation>& found) const {
  const violation& first = found.front();
  fail(rep, 400, "validation_failed",
       "Validation failed: " + (first.path.empty() ? std::string{"body"} : first.path) + ": " +
           first.message + '.',
       violation_details(found));
}

bool productlane::scope_missing(const api_key& key, std::string_view scope, reply& rep) const {
  if (key.may(scope)) return false;
  fail(rep, 403, "scope_required", "The key lacks the scope " + std::string{scope} + '.',
       scope_details(scope, key.scopes));
  return true;
}

void productlane::serve(const call& c, reply& rep) {
  const request& r = c.in;
  const endpoint at = where(c.way);
  if (at == endpoint::item) {
    serve_item(c, rep);
    return;
  }
  if (at == endpoint::document) {
    serve_document(c, rep);
    return;
  }
  const bool get = r.method == "GET";
  if (at == endpoint::unknown) {
    fail(rep, 404, "not_found", "There is nothing at this path.");
    return;
  }
  if (!get && !(at == endpoint::thread && r.method == "PATCH")) {
    fail(rep, 405, "method_not_allowed", "The sandbox does not have this method here.");
    return;
  }
  static constexpr std::array<std::string_view, 5> read_scopes{"", "", "tags:read", "threads:read",
                                                               "threads:read"};
  const std::string_view scope = get ? read_scopes[c.way.where] : "threads:write";
  if (scope_missing(c.key, scope, rep)) return;

  static constexpr std::array<parameters, 5> known{parameters::none, parameters::none, parameters::tag_list,
                                                   parameters::thread_list, parameters::thread};
  const auto given = parse_query(c.way.query);
  const auto wrong = given ? check_query(get ? known[c.way.where] : parameters::none, *given)
                           : std::vector<violation>{{"", "The query string has a broken escape"}};
  if (!wrong.empty()) {
    refuse(rep, wrong);
    return;
  }

  page_result page = page_result::written;
  switch (at) {
    case endpoint::unknown:
    case endpoint::item:
    case endpoint::document:
      break;
    case endpoint::me: {
      rep.body = "{\"workspace_id\":";
      append_quoted(rep.body, workspace_);
      rep.body += ",\"api_key_id\":";
      append_quoted(rep.body, c.key.id);
      rep.body += ",\"scopes\":[";
      for (std::size_t i = 0; i < c.key.scopes.size(); ++i) {
        if (i > 0) rep.body += ',';
        append_quoted(rep.body, c.key.scopes[i]);
      }
      rep.body += "],\"linear_team_ids\":[],\"default_linear_team_id\":null}";
      break;
    }
    case endpoint::tags:
      page = append_tag_page(rep.body, store_, *given);
      break;
    case endpoint::threads:
      page = append_thread_page(rep.body, store_, *given);
      break;
    case endpoint::thread:
      serve_thread(c, rep);
      break;
  }
  if (page == page_result::broken_cursor) fail(rep, 422, "unprocessable", "The cursor cannot be read.");
}

void productlane::serve_thread(const call& c, reply& rep) {
  const request& r = c.in;
  // Memory for the parsed body, so that a body of ordinary size needs no allocation.
  std::array<unsigned char, 8192> space;
  json::monotonic_resource memory{space.data(), space.size()};
  const bool patch = r.method == "PATCH";
  std::optional<json::value> parsed;
  if (patch) {
    if (!r.has_json()) {
      refuse(rep, {{"", "Content-Type must be application/json"}});
      return;
    }
    json::error_code ec;
    parsed.emplace(json::parse(r.body, ec, &memory));
    if (ec) {
      refuse(rep, {{"", "The body is not valid JSON: " + ec.message()}});
      return;
    }
    auto wrong = check_patch(*parsed);
    if (wrong.empty() && unknown_ids_ == unknown_ids::refused) wrong = without_entity(parsed->get_object());
    if (!wrong.empty()) {
      refuse(rep, wrong);
      return;
    }
  }

  thread* t = store_.find(c.way.id);
  if (t == nullptr || t->where == presence::gone_404) {
    fail(rep, 404, "not_found", "Thread not found.");
    return;
  }
  if (t->where == presence::gone_403) {
    fail(rep, 403, "forbidden", "Not allowed.");
    return;
  }
  expansion expand;
  if (patch) {
    const json::object& changes = parsed->get_object();
    const json::value* status = changes.if_contains("status");
    const bool done = status_text(t->state) == "done";
    if (t->origin == origin_live_chat && done && status != nullptr && status->get_string() == "done") {
      fail(rep, 409, "conflict", "The live chat is already closed.");
      return;
    }
    store_.apply(*t, changes, r.body, edit_kind::client, c.now);
    rep.applied = true;
  } else {
    expand = read_expansion(parse_query(c.way.query).value_or(query{}));
  }
  append_thread(rep.body, store_, *t, expand);
}

std::vector<violation> productlane::without_entity(const json::object& patch) const {
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

}  // namespace sandbox
