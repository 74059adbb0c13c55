// Serves each path: identity, lists, one thread, and one item of the generic API.
#include "tests/sandbox/listing.hpp"
#include "tests/sandbox/reply.hpp"
#include "tests/sandbox/thread_json.hpp"
#include "tests/sandbox/validation.hpp"

#include <boost/json.hpp>

#include <array>

namespace sandbox {
namespace json = boost::json;
namespace {

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

bool is_json(std::string_view content_type) {
  return content_type.substr(0, content_type.find(';')) == "application/json";
}

}  // namespace

void service::refuse(reply& rep, const std::vector<violation>& found) {
  const violation& first = found.front();
  rep.error(400, "validation_failed",
            "Validation failed: " + (first.path.empty() ? std::string{"body"} : first.path) + ": " +
                first.message + '.',
            violation_details(found));
}

bool service::scope_missing(const api_key& key, std::string_view scope, reply& rep) const {
  if (key.may(scope)) return false;
  rep.error(403, "scope_required", "The key lacks the scope " + std::string{scope} + '.',
            scope_details(scope, key.scopes));
  return true;
}

void service::serve(const request& r, const course& c, api_key& key, time_us now, reply& rep) {
  if (c.where == endpoint_kind::item) {
    serve_item(r, c, rep);
    return;
  }
  if (c.where == endpoint_kind::document) {
    serve_document(r, c, rep);
    return;
  }
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
    refuse(rep, wrong);
    return;
  }

  page_result page = page_result::written;
  switch (c.where) {
    case endpoint_kind::unknown:
    case endpoint_kind::item:
    case endpoint_kind::document:
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
  // Memory for the parsed body, so that a body of ordinary size needs no allocation.
  std::array<unsigned char, 8192> space;
  json::monotonic_resource memory{space.data(), space.size()};
  const bool patch = r.method == "PATCH";
  std::optional<json::value> parsed;
  if (patch) {
    if (!is_json(r.content_type)) {
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
    if (wrong.empty() && behaviour_.refuse_unknown_ids) wrong = unknown_ids(parsed->get_object());
    if (!wrong.empty()) {
      refuse(rep, wrong);
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

void service::serve_item(const request& r, const course& c, reply& rep) {
  if (r.method != "PATCH" && r.method != "PUT" && r.method != "POST") {
    rep.error(405, "method_not_allowed", "The sandbox does not have this method here.");
    return;
  }
  json::error_code ec;
  const json::value body = json::parse(r.body, ec);
  if (ec || !body.is_object() || !is_json(r.content_type)) {
    refuse(rep, {{"", "Expected a JSON object"}});
    return;
  }
  store_.apply_item(c.id, r.body);
  rep.applied = true;
  rep.status = 204;
}

void service::serve_document(const request& r, const course& c, reply& rep) {
  if (store_.find_document(c.id) == nullptr) {
    rep.error(404, "not_found", "Document not found.");
    return;
  }
  if (r.method == "PUT") {
    json::error_code ec;
    const json::value body = json::parse(r.body, ec);
    if (ec || !body.is_object() || !is_json(r.content_type)) {
      refuse(rep, {{"", "Expected a JSON object"}});
      return;
    }
    // The server sets the id; everything else is kept as it was sent.
    std::string document{r.body};
    if (!body.get_object().contains("id")) {
      std::string id = "\"id\":";
      append_quoted(id, c.id);
      if (!body.get_object().empty()) id += ',';
      document.insert(document.find('{') + 1, id);
    }
    store_.put_document(c.id, document);
    rep.applied = true;
  } else if (r.method != "GET") {
    rep.error(405, "method_not_allowed", "The sandbox does not have this method here.");
    return;
  }
  rep.body += *store_.find_document(c.id);
}

}  // namespace sandbox
