// The control endpoints and the truth of the Productlane API.
#include "tests/sandbox/apis/productlane.hpp"
#include "tests/sandbox/text.hpp"
#include "tests/sandbox/thread_json.hpp"
#include "tests/sandbox/validation.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sandbox {
namespace json = boost::json;

void productlane::append_truth(std::string& out, bool only_changed) const {
  out += ",\"threads\":{";
  bool first = true;
  for (std::size_t i = 0; i < store_.size(); ++i) {
    const thread& t = store_.at(i);
    const bool untouched = t.applied == 0 && t.writes_seen == 0 && (!t.extras || t.extras->hand_edits == 0);
    if (only_changed && untouched) continue;
    if (!first) out += ",\n";
    first = false;
    sandbox::append_truth(out, store_, t);
  }
  out += "},\"items\":{";
  first = true;
  for (const auto& [id, written] : store_.items()) {
    if (!first) out += ",\n";
    first = false;
    sandbox::append_truth(out, id, written);
  }
  out += '}';
}

bool productlane::control(std::string_view method, std::string_view path, std::string_view body, time_us now,
                          control_reply& out) {
  constexpr std::string_view one_thread = "/threads/", one_document = "/documents/";
  const bool get = method == "GET";
  if (path.starts_with(one_thread)) {
    const std::string id = percent_decode(path.substr(one_thread.size())).value_or("");
    if (!get) {
      out.wrong = edit_thread(id, body, now, out.status);
    } else if (const thread* t = store_.find(id)) {
      out.body = "{";
      sandbox::append_truth(out.body, store_, *t);
      out.body += "}\n";
    } else {
      out.status = 404;
      out.wrong = "there is no such thread";
    }
    return true;
  }
  if (!path.starts_with(one_document)) return false;
  const std::string id = percent_decode(path.substr(one_document.size())).value_or("");
  const std::string* const document = store_.find_document(id);
  if (!get) {
    store_.put_document(id, body);
  } else if (document != nullptr) {
    out.body = *document;
  } else {
    out.status = 404;
    out.wrong = "there is no such document";
  }
  return true;
}

// Takes the fields of a PATCH, and those that only the web page can change: `deleted` (404, 403 or false),
// `origin`.
std::string productlane::edit_thread(std::string_view id, std::string_view body, time_us now, int& status) {
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
