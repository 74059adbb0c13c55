// Intercom contacts. Facts: the vendor's description (Intercom-OpenAPI 2.15) and developers.intercom.com
// (rate-limiting, pagination, errors), unless a comment says that something is assumed. Conversations are not
// there.
#include "tests/sandbox/apis/resource_vendor.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr std::uint64_t largest_contact_page = 150;
constexpr std::size_t embedded_tags = 10;  // of a contact's tags, the first ten are shown (assumed)

// What a contact has, whether null clears it, and the type.
struct field {
  std::string_view name, type;
  bool nullable;
};
constexpr field fields[] = {
    {"role", "string", false},         {"external_id", "string", false},
    {"email", "string", false},        {"phone", "string", true},
    {"name", "string", true},          {"avatar", "string", true},
    {"owner_id", "integer", true},     {"signed_up_at", "integer", true},
    {"last_seen_at", "integer", true}, {"unsubscribed_from_emails", "boolean", true},
};

bool has_field_type(const json::value& v, std::string_view type) {
  return type == "string" ? v.is_string() : type == "integer" ? v.is_int64() || v.is_uint64() : v.is_bool();
}

class intercom final : public resource_vendor {
  enum endpoint : std::uint8_t { nothing, me, list, found, contact, tags, tag };

 public:
  explicit intercom(const vendor_options& options) : resource_vendor(options) {}

  std::string root() const override { return ""; }
  // 10,000 a minute for an app and 25,000 for the workspace, both dealt out in slices of ten seconds.
  limit_list default_limits(time_us day) const override {
    named_rule app = rule_called("app"), workspace = rule_called("workspace");
    read_rule("1666/10s;fixed", day, app);
    read_rule("4166/10s;fixed", day, workspace);
    return {app, workspace};
  }
  std::vector<std::string> default_scopes() const override { return {"write"}; }
  // 24 hexadecimal digits.
  std::string made_up_id(std::uint64_t number) const override {
    std::string id = "6762f0dd";
    for (int shift = 60; shift >= 0; shift -= 4) id += "0123456789abcdef"[number >> shift & 15];
    return id;
  }

  route find(const request&) const override;
  std::string secret_of(const request& r, const route&) const override {
    return behind_scheme(r.authorization, "Bearer");
  }
  void serve(const call&, reply&) override;
  bool present(const call&, std::string_view id, reply&) override;
  void error(reply& rep, int status, std::string_view code, std::string_view message) const override {
    fail(rep, status, code, message, "");
  }
  void unauthenticated(reply& rep, key_check) const override {
    error(rep, 401, "unauthorized", "Access Token Invalid");
  }
  void throttle(reply&, const route&, const budgets::refusal&, time_us now) const override;
  void append_headers(std::string& out, const reply&, const route&, budgets& used, bool rates, time_us now,
                      time_us told) const override;

 private:
  void make_up(resource&, std::uint64_t dice) override;
  std::string wrong_id(std::string_view id) const override {
    return id.empty() || id.find('/') != id.npos ? "ids are text without a slash" : "";
  }
  void fail(reply&, int status, std::string_view code, std::string_view message,
            std::string_view field) const;
  json::object shown_as(const resource&) const;
  // A merged contact is gone.
  resource* here(std::string_view id) {
    resource* const r = resources_.find(id);
    return r != nullptr && r->gone == 0 && r->merged_into.empty() ? r : nullptr;
  }
  void put(const call&, resource&, reply&);
  void change_tag(const call&, resource&, reply&);
  void list_contacts(const call&, reply&) const;
  void find_contacts(const call&, reply&) const;
  // The contacts that fit, behind the one that `cursor` names.
  void show_page(const std::string& cursor, std::uint64_t size,
                 const std::function<bool(const resource&)>& fits, reply&) const;
};

route intercom::find(const request& r) const {
  route to;
  to.kind = r.method == "GET" ? request_class::read : request_class::write;
  const std::size_t mark = r.target.find('?');
  if (mark != std::string_view::npos) to.query = r.target.substr(mark + 1);
  const auto path = segments_of(r.target, "");
  if (!path) return to;
  if (have_form(*path, {"me"})) to.where = me;
  if (have_form(*path, {"contacts"})) to.where = list;
  if (have_form(*path, {"contacts", "*"})) to.where = contact;
  if (r.method == "POST" && have_form(*path, {"contacts", "search"})) {
    to.where = found;
    to.kind = request_class::read;
  }
  if (have_form(*path, {"contacts", "*", "tags"})) to.where = tags;
  if (have_form(*path, {"contacts", "*", "tags", "*"})) to.where = tag;
  if (path->size() > 1 && to.where > found) to.id = (*path)[1];
  to.faultless = to.where == nothing || to.where == me;
  return to;
}

void intercom::fail(reply& rep, int status, std::string_view code, std::string_view message,
                    std::string_view field_name) const {
  json::object one{{"code", code}, {"message", message}};
  if (!field_name.empty()) one["field"] = field_name;
  set(rep, status, {{"type", "error.list"}, {"request_id", rep.request_id}, {"errors", json::array{one}}});
}

// No Retry-After is mentioned; X-RateLimit-Reset tells when the slice ends.
void intercom::throttle(reply& rep, const route&, const budgets::refusal& why, time_us) const {
  const std::uint64_t limit = why.rule == nullptr ? 1666 : why.window.limit;
  const time_us seconds = why.rule == nullptr ? 10 : why.window.length / one_second;
  error(rep, 429, "rate_limit_exceeded",
        "Exceeded rate limit of " + std::to_string(limit) + " in " + std::to_string(seconds) + "_seconds");
}

void intercom::append_headers(std::string& out, const reply& rep, const route&, budgets& used, bool rates,
                              time_us now, time_us told) const {
  out += "\r\nX-Request-Id: " + rep.request_id + "\r\nIntercom-Version: 2.15";
  const auto s = rates ? used.report("app", now) : std::nullopt;
  if (!s) return;
  out += "\r\nX-RateLimit-Limit: " + std::to_string(s->limit);
  out += "\r\nX-RateLimit-Remaining: " + std::to_string(s->remaining);
  out += "\r\nX-RateLimit-Reset: " + std::to_string(whole_seconds(s->reset_at + told - now));
}

void intercom::make_up(resource& r, std::uint64_t dice) {
  const std::string number = std::to_string(r.number);
  r.fields = {{"role", "user"},
              {"external_id", "ext-" + number},
              {"email", "person" + number + "@example.com"},
              {"phone", nullptr},
              {"name", "Person " + number},
              {"avatar", nullptr},
              {"owner_id", nullptr},
              {"signed_up_at", 1'735'000'000 + static_cast<std::int64_t>(dice % 1'000'000)},
              {"last_seen_at", nullptr},
              {"unsubscribed_from_emails", false},
              {"custom_attributes", {{"plan", one_in(2, dice) ? "free" : "pro"}}},
              {"tags", json::array{}}};
}

json::object intercom::shown_as(const resource& r) const {
  json::object shown{{"type", "contact"}, {"id", r.id}, {"workspace_id", "abc12345"}};
  for (const auto& member : r.fields)
    if (member.key() != "tags") shown[member.key()] = member.value();
  const json::array& all = r.fields.at("tags").as_array();
  json::array data;
  for (std::size_t i = 0; i < std::min(all.size(), embedded_tags); ++i)
    data.push_back({{"id", all[i]}, {"type", "tag"}, {"url", "/tags/" + std::string{all[i].as_string()}}});
  shown["tags"] = {{"type", "list"},
                   {"data", std::move(data)},
                   {"url", "/contacts/" + r.id + "/tags"},
                   {"total_count", all.size()},
                   {"has_more", all.size() > embedded_tags}};
  shown["created_at"] = r.created_at / one_second;
  shown["updated_at"] = r.updated_at / one_second;
  return shown;
}

bool intercom::present(const call& c, std::string_view id, reply& rep) {
  resource* const r = c.way.where == contact ? here(id) : nullptr;
  if (r == nullptr) {
    error(rep, 404, "not_found", "User Not Found");
    return false;
  }
  set(rep, 200, shown_as(*r));
  shown(*r);
  return true;
}

void intercom::serve(const call& c, reply& rep) {
  const bool get = c.in.method == "GET";
  resource* const r = c.way.id.empty() ? nullptr : here(c.way.id);
  if (c.way.kind == request_class::write && !c.key.may("write")) {
    error(rep, 403, "token_not_authorized", "Not authorized to access resource");
  } else if (c.way.where == me && get) {
    set(rep, 200,
        {{"type", "admin"},
         {"id", "991267"},
         {"name", "Somebody"},
         {"app", {{"type", "app"}, {"id_code", "abc12345"}}}});
  } else if (c.way.where == list && get) {
    list_contacts(c, rep);
  } else if (c.way.where == found) {
    find_contacts(c, rep);
  } else if (c.way.where == contact && get) {
    present(c, c.way.id, rep);
  } else if (!c.way.id.empty() && r == nullptr) {
    error(rep, 404, "not_found", "User Not Found");
  } else if (c.way.where == contact && c.in.method == "PUT") {
    put(c, *r, rep);
  } else if ((c.way.where == tags && c.in.method == "POST") ||
             (c.way.where == tag && c.in.method == "DELETE")) {
    change_tag(c, *r, rep);
  } else {
    error(rep, 404, "not_found", "The requested resource was not found");
  }
}

void intercom::put(const call& c, resource& r, reply& rep) {
  const auto given = object_in(c.in.body);
  if (!given) {
    error(rep, 400, "bad_request", "Invalid JSON");
    return;
  }
  if (r.locked) {
    error(rep, 423, "resource_locked", "The contact is locked");  // assumed
    return;
  }
  json::object next = r.fields;
  for (const auto& member : *given) {
    const std::string name{member.key()};
    const json::value& v = member.value();
    if (name == "custom_attributes" && v.is_object()) {  // merges by key
      json::object& attributes = next["custom_attributes"].as_object();
      for (const auto& one : v.get_object()) {
        if (options_.refuse_unknown_ids && !attributes.contains(one.key())) {
          fail(rep, 400, "parameter_not_found",
               "Custom attribute '" + std::string{one.key()} + "' does not exist", one.key());
          return;
        }
        attributes[one.key()] = one.value();
      }
      continue;
    }
    const auto known =
        std::find_if(std::begin(fields), std::end(fields), [&](const field& f) { return f.name == name; });
    if (known == std::end(fields)) {
      if (name != "custom_attributes") continue;  // ignored (assumed)
      fail(rep, 400, "parameter_invalid", name + " must be an object", name);
      return;
    }
    const bool fits = v.is_null() ? known->nullable : has_field_type(v, known->type);
    const bool role = name != "role" || v == "user" || v == "lead";
    const bool mail = name != "email" || !v.is_string() || v.get_string().find('@') != json::string::npos;
    if (!fits || !role || !mail) {
      fail(rep, 400, "parameter_invalid", name + " is invalid", name);
      return;
    }
    next[name] = v;
  }
  for (const resource& other : resources_.all()) {
    if (&other == &r || other.gone != 0 || !other.merged_into.empty()) continue;
    for (const char* unique : {"external_id", "email"}) {
      if (other.fields.at(unique) != next.at(unique) || next.at(unique) == r.fields.at(unique)) continue;
      error(rep, 409, "conflict", "A contact matching those details already exists with id=" + other.id);
      return;
    }
  }
  apply(c, r, std::move(next), rep);
  present(c, r.id, rep);
}

// One tag a call; the reply is the tag.
void intercom::change_tag(const call& c, resource& r, reply& rep) {
  const bool add = c.way.where == tags;
  const auto body = add ? object_in(c.in.body) : std::nullopt;
  std::string id = body ? text_in(*body, "id") : "";
  if (!add) {
    const auto path = segments_of(c.in.target, "");
    id = path->back();
  }
  json::object next = r.fields;
  json::array& all = next["tags"].as_array();
  const auto at = std::find(all.begin(), all.end(), json::value(id));
  if (id.empty() || (!add && at == all.end())) {
    error(rep, id.empty() ? 400 : 404, id.empty() ? "parameter_invalid" : "not_found", "Resource Not Found");
    return;
  }
  if (add && at == all.end()) all.emplace_back(id);
  if (!add) all.erase(at);
  apply(c, r, std::move(next), rep);
  set(rep, 200, {{"type", "tag"}, {"id", id}, {"name", "Tag " + id}});
}

void intercom::list_contacts(const call& c, reply& rep) const {
  const query given = parse_query(c.way.query).value_or(query{});
  const std::uint64_t size = std::clamp<std::uint64_t>(
      number_in(parameter(given, "per_page", "50")).value_or(50), 1, largest_contact_page);
  show_page(parameter(given, "starting_after"), size, [](const resource&) { return true; }, rep);
}

// One condition of the operator `=` on a field of text; a search has more, which the sandbox needs not.
void intercom::find_contacts(const call& c, reply& rep) const {
  const auto body = object_in(c.in.body);
  const json::value* condition = body ? body->if_contains("query") : nullptr;
  if (condition == nullptr || !condition->is_object() ||
      text_in(condition->get_object(), "operator") != "=") {
    fail(rep, 400, "parameter_invalid", "query is invalid", "query");
    return;
  }
  const std::string name = text_in(condition->get_object(), "field");
  const std::string value = lower_case(text_in(condition->get_object(), "value"));
  std::string cursor;
  std::uint64_t size = 50;
  if (const json::value* pages = body->if_contains("pagination"); pages != nullptr && pages->is_object()) {
    cursor = text_in(pages->get_object(), "starting_after");
    if (const json::value* n = pages->get_object().if_contains("per_page"); n != nullptr && n->is_int64())
      size = static_cast<std::uint64_t>(std::clamp<std::int64_t>(n->get_int64(), 1, largest_contact_page));
  }
  show_page(
      cursor, size, [&](const resource& r) { return lower_case(text_in(r.fields, name)) == value; }, rep);
}

void intercom::show_page(const std::string& cursor, std::uint64_t size,
                         const std::function<bool(const resource&)>& fits, reply& rep) const {
  const auto after =
      cursor.empty() ? std::optional<std::uint64_t>{0} : number_in(decode_token(cursor).value_or("x"));
  if (!after) {
    fail(rep, 400, "parameter_invalid", "starting_after is invalid", "starting_after");
    return;
  }
  json::array data;
  std::uint64_t last = *after, total = 0;
  bool more = false;
  for (const resource& r : resources_.all()) {
    if (r.gone != 0 || !r.merged_into.empty() || !fits(r)) continue;
    ++total;
    if (r.number <= *after) continue;
    if (data.size() == size) {
      more = true;
      continue;
    }
    data.push_back(shown_as(r));
    last = r.number;
  }
  json::object pages{{"type", "pages"},
                     {"page", 1 + *after / size},
                     {"per_page", size},
                     {"total_pages", (total + size - 1) / size}};
  if (more)
    pages["next"] = {{"page", 2 + *after / size}, {"starting_after", encode_token(std::to_string(last))}};
  set(rep, 200, {{"type", "list"}, {"data", data}, {"total_count", total}, {"pages", pages}});
}

}  // namespace

std::unique_ptr<vendor> make_intercom(const vendor_options& options) {
  return std::make_unique<intercom>(options);
}

}  // namespace sandbox
