#include "tests/sandbox/apis/hubspot.hpp"

#include <algorithm>

namespace sandbox {
namespace json = boost::json;
namespace {

enum class kind : std::uint8_t { text, email, number, boolean, date, choice, choices, read_only };
struct property {
  std::string_view name;
  kind is = kind::text;
  std::initializer_list<std::string_view> options{};
};
// Properties with a form of their own; any other name in lower case is a custom property of one line of text,
// unless unknown ones are refused.
const property properties[] = {
    {"firstname"},
    {"lastname"},
    {"company"},
    {"phone"},
    {"subject"},
    {"content"},
    {"email", kind::email},
    {"hs_email_optout", kind::boolean},
    {"numemployees", kind::number},
    {"renewal_date", kind::date},
    {"lifecyclestage",
     kind::choice,
     {"subscriber", "lead", "opportunity", "customer", "evangelist", "other"}},
    {"hs_ticket_priority", kind::choice, {"LOW", "MEDIUM", "HIGH", "URGENT"}},
    {"hs_pipeline", kind::choice, {"0"}},
    {"hs_pipeline_stage", kind::choice, {"1", "2", "3", "4"}},
    {"interests", kind::choices, {"api", "billing", "mobile", "reports"}},
    {"hs_object_id", kind::read_only},
    {"createdate", kind::read_only},
    {"lastmodifieddate", kind::read_only},
    {"hs_lastmodifieddate", kind::read_only},
};

bool is_version(const std::string& text) {
  return text == "v3" || (text.size() == 7 && text.starts_with("20") && text[4] == '-');
}

// Values are text; numbers and truths come to be text (assumed).
std::string property_text(const json::value& v) {
  return v.is_string() ? std::string{v.get_string()} : json::serialize(v);
}

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t dot = text.find('.');
  return digits_only(text.substr(0, dot)) && (dot == text.npos || digits_only(text.substr(dot + 1)));
}

// A date is an ISO date, or milliseconds since 1970 at midnight; it reads as the former. Absent: neither.
std::optional<std::string> date_in(const std::string& text) {
  if (const auto ms = number_in(text)) return iso_seconds(static_cast<time_us>(*ms) * 1000).substr(0, 10);
  const auto day = parse_rfc3339(text.substr(0, 10) + "T00:00:00Z");
  return day ? std::optional{text.substr(0, 10)} : std::nullopt;
}

}  // namespace

limit_list hubspot::default_limits(time_us day) const {
  named_rule rolling = rule_called("TEN_SECONDLY_ROLLING"), daily = rule_called("DAILY");
  read_rule("100/10s", day, rolling);
  read_rule("250000/day;fixed", day, daily);
  return {rolling, daily};
}

// `/crm/v3/objects/contacts/...` and the dated twins: the date is said in the place of v3, or behind
// `objects`.
route hubspot::find(const request& r) const {
  route to;
  to.kind = r.method == "GET" ? request_class::read : request_class::write;
  const std::size_t mark = r.target.find('?');
  if (mark != std::string_view::npos) to.query = r.target.substr(mark + 1);
  const auto path = segments_of(r.target, "");
  if (!path) return to;
  segments rest = *path;
  if (have_form(rest, {"account-info", "*", "details"})) to.where = details;
  const bool dated = rest.size() > 3 && rest[0] == "crm" && rest[1] == "objects" && is_version(rest[2]);
  const bool plain = rest.size() > 3 && rest[0] == "crm" && is_version(rest[1]) && rest[2] == "objects";
  if (dated || plain) {
    rest.erase(rest.begin(), rest.begin() + 3);
    if (have_form(rest, {"*"})) to.where = list;
    if (have_form(rest, {"*", "*"})) {
      to.where = object;
      to.id = rest[1];
      // By a unique property: the row's id is not the object's.
      const std::string by = parameter(parse_query(to.query).value_or(query{}), "idProperty");
      if (!by.empty()) {
        to.id.clear();
        for (const resource& one : resources_.all()) {
          const json::value* v = one.fields.if_contains(by);
          if (v != nullptr && v->is_string() && std::string_view{v->get_string()} == rest[1]) to.id = one.id;
        }
      }
    }
    if (r.method == "POST" && have_form(rest, {"*", "batch", "read"})) {
      to.where = batch_read;
      to.kind = request_class::read;
    }
    if (r.method == "POST" && have_form(rest, {"*", "batch", "update"})) to.where = batch_update;
  }
  to.faultless = to.where == nothing || to.where == details;
  return to;
}

void hubspot::error(reply& rep, int status, std::string_view code, std::string_view message) const {
  std::string category{code};
  for (char& c : category)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  set(rep, status,
      {{"status", "error"}, {"message", message}, {"correlationId", rep.request_id}, {"category", category}});
}

void hubspot::unauthenticated(reply& rep, key_check) const {
  error(rep, 401, "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication");
}

// No Retry-After: it was not seen from the vendor.
void hubspot::throttle(reply& rep, const route&, const budgets::refusal& why, time_us) const {
  const bool daily = why.rule != nullptr && why.rule->name == "DAILY";
  set(rep, 429,
      {{"status", "error"},
       {"message",
        daily ? "You have reached your daily limit." : "You have reached your ten_secondly_rolling limit."},
       {"errorType", "RATE_LIMIT"},
       {"correlationId", rep.request_id},
       {"policyName", why.rule == nullptr ? "TEN_SECONDLY_ROLLING" : why.rule->name}});
}

// Nothing says when a window turns.
void hubspot::append_headers(std::string& out, const reply& rep, const route&, budgets& used, bool rates,
                             time_us now, time_us) const {
  out += "\r\nX-HubSpot-Correlation-Id: " + rep.request_id;
  if (const auto s = rates ? used.report("TEN_SECONDLY_ROLLING", now) : std::nullopt)
    out += "\r\nX-HubSpot-RateLimit-Max: " + std::to_string(s->limit) +
           "\r\nX-HubSpot-RateLimit-Remaining: " + std::to_string(s->remaining) +
           "\r\nX-HubSpot-RateLimit-Interval-Milliseconds: 10000";
  if (const auto s = rates ? used.report("DAILY", now) : std::nullopt)
    out += "\r\nX-HubSpot-RateLimit-Daily: " + std::to_string(s->limit) +
           "\r\nX-HubSpot-RateLimit-Daily-Remaining: " + std::to_string(s->remaining);
}

void hubspot::make_up(resource& r, std::uint64_t dice) {
  r.fields = {{"email", "person" + r.id + "@example.com"},
              {"firstname", "Ada"},
              {"lastname", "Number " + r.id},
              {"lifecyclestage", one_in(2, dice) ? "lead" : "customer"},
              {"subject", "Ticket " + r.id},
              {"hs_pipeline", "0"},
              {"hs_pipeline_stage", "1"}};
  if (one_in(3, dice)) r.fields["company"] = "Example Ltd";
  if (one_in(4, dice)) r.fields["interests"] = "api;mobile";
}

resource* hubspot::reachable(std::string_view id) {
  resource* r = resources_.find(id);
  // A chain of merges ends; eight links are more than anybody makes.
  for (int links = 0; r != nullptr && !r->merged_into.empty() && links < 8; ++links)
    r = resources_.find(r->merged_into);
  return r != nullptr && r->gone == 0 ? r : nullptr;
}

// A read shows the properties that are named and a few of its own accord; unknown names are ignored. What was
// never set is null, what was cleared is "".
json::object hubspot::shown_as(const resource& r, const call& c, const names& asked) const {
  json::object shown;
  const bool tickets = c.in.target.find("/tickets") != std::string_view::npos;
  names all = tickets ? names{"subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority"}
                      : names{"email", "firstname", "lastname"};
  all.insert(all.end(), asked.begin(), asked.end());
  for (const std::string& name : all) {
    const auto known = std::find_if(std::begin(properties), std::end(properties),
                                    [&](const property& p) { return p.name == name; });
    const json::value* v = r.fields.if_contains(name);
    if (v != nullptr)
      shown[name] = *v;
    else if (known != std::end(properties))
      shown[name] = nullptr;
  }
  shown["hs_object_id"] = r.id;
  shown["createdate"] = iso_milliseconds(r.created_at);
  shown[tickets ? "hs_lastmodifieddate" : "lastmodifieddate"] = iso_milliseconds(r.updated_at);
  return {{"id", r.id},
          {"properties", std::move(shown)},
          {"createdAt", iso_milliseconds(r.created_at)},
          {"updatedAt", iso_milliseconds(r.updated_at)},
          {"archived", false}};
}

// The reply to a write shows what was written (assumed), that to a read what was asked for.
bool hubspot::present(const call& c, std::string_view id, reply& rep) {
  if (c.way.where == batch_update) return present_batch(c, rep);
  resource* const r = c.way.where == object ? reachable(id) : nullptr;
  if (r == nullptr) {
    error(rep, 404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.");
    return false;
  }
  names asked;
  for (const auto& [name, value] : parse_query(c.way.query).value_or(query{}))
    if (name == "properties")
      for (const std::string_view one : split(value, ',')) asked.emplace_back(one);
  if (c.way.kind == request_class::write) {
    const auto body = object_in(c.in.body);
    const json::value* given = body ? body->if_contains("properties") : nullptr;
    if (given != nullptr && given->is_object())
      for (const auto& member : given->get_object()) asked.emplace_back(member.key());
  }
  set(rep, 200, shown_as(*r, c, asked));
  shown(*r);
  return true;
}

void hubspot::serve(const call& c, reply& rep) {
  const bool get = c.in.method == "GET", write = c.way.kind == request_class::write;
  if (!c.key.may(write ? "write" : "read")) {
    error(rep, 403, "MISSING_SCOPES", "This app hasn't been granted all required scopes to make this call.");
  } else if (c.way.where == details && get) {
    set(rep, 200, {{"portalId", 62515}, {"accountType", "STANDARD"}, {"timeZone", "Etc/UTC"}});
  } else if (c.way.where == list && get) {
    list_objects(c, rep);
  } else if (c.way.where == object && get) {
    present(c, c.way.id, rep);
  } else if (c.way.where == object && c.in.method == "PATCH") {
    patch(c, rep);
  } else if (c.way.where == batch_read) {
    read_batch(c, rep);
  } else if (c.way.where == batch_update) {
    update_batch(c, rep);
  } else {
    error(rep, c.way.where == nothing ? 404 : 405, "NOT_FOUND", "There is nothing at this path.");
  }
}

hubspot::problems hubspot::set_properties(const json::object& given, const resource& about,
                                          json::object& next) const {
  problems found;
  for (const auto& member : given) {
    const std::string name{member.key()};
    const auto wrong = [&](const char* code, const std::string& text) {
      found.push_back({{"message", "Property \"" + name + "\" " + text},
                       {"code", code},
                       {"context", {{"propertyName", json::array{name}}}}});
    };
    const auto known = std::find_if(std::begin(properties), std::end(properties),
                                    [&](const property& p) { return p.name == name; });
    const bool well_formed = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (known == std::end(properties) && (options_.refuse_unknown_ids || !well_formed)) {
      wrong("PROPERTY_DOESNT_EXIST", "does not exist");
      continue;
    }
    const property is = known == std::end(properties) ? property{} : *known;
    if (is.is == kind::read_only) {
      wrong("READ_ONLY_VALUE", "is a read only property; its value cannot be set.");
      continue;
    }
    // 200, and the value stays: https://github.com/HubSpot/hubspot-api-nodejs/issues/324
    if (member.value().is_null()) continue;
    if (member.value().is_object() || member.value().is_array()) {
      wrong("INVALID_JSON", "must be a string");
      continue;
    }
    std::string text = property_text(member.value());
    if (text.empty()) {
      next[name] = "";
      continue;
    }
    const auto is_option = [&](std::string_view one) {
      return std::find(is.options.begin(), is.options.end(), one) != is.options.end();
    };
    switch (is.is) {
      case kind::text:
      case kind::read_only:
        break;
      case kind::email:
        text = lower_case(text);
        if (text.find('@') == text.npos) wrong("INVALID_EMAIL", text + " is not a valid email");
        for (const resource& other : resources_.all()) {
          if (&other == &about || other.gone != 0 || !other.merged_into.empty()) continue;
          const json::value* theirs = other.fields.if_contains("email");
          if (theirs != nullptr && *theirs == json::string_view{text})
            found.push_back(
                {{"message", "Contact already exists. Existing ID: " + other.id}, {"code", "CONFLICT"}});
        }
        break;
      case kind::number:
        if (!is_number(text)) wrong("INVALID_INTEGER", text + " was not a valid number.");
        break;
      case kind::boolean:
        if (text != "true" && text != "false")
          wrong("INVALID_OPTION", text + " was not one of the allowed options");
        break;
      case kind::date:
        if (const auto day = date_in(text))
          text = *day;
        else
          wrong("INVALID_DATE", text + " was not a valid date.");
        break;
      case kind::choice:
        if (!is_option(text)) wrong("INVALID_OPTION", text + " was not one of the allowed options");
        break;
      case kind::choices: {  // a leading semicolon appends (assumed; known from use)
        std::string joined;
        const json::value* old = next.if_contains(name);
        if (text.starts_with(';') && old != nullptr) joined = property_text(*old);
        for (const std::string_view one :
             split(text.starts_with(';') ? std::string_view{text}.substr(1) : text, ';')) {
          if (!is_option(one))
            wrong("INVALID_OPTION", std::string{one} + " was not one of the allowed options");
          joined += (joined.empty() ? "" : ";") + std::string{one};
        }
        text = joined;
        break;
      }
    }
    next[name] = text;
  }
  return found;
}

void hubspot::refuse(reply& rep, const problems& found) const {
  const bool conflict = found.front().at("code") == "CONFLICT";
  json::array errors;
  for (const json::object& one : found) errors.push_back(one);
  const std::string first = found.front().at("message").as_string().c_str();
  set(rep, conflict ? 409 : 400,
      {{"status", "error"},
       {"message", conflict ? first : "Property values were not valid: " + json::serialize(errors)},
       {"correlationId", rep.request_id},
       {"errors", errors},
       {"category", conflict ? "CONFLICT" : "VALIDATION_ERROR"}});
}

void hubspot::patch(const call& c, reply& rep) {
  resource* const r = reachable(c.way.id);
  const auto body = object_in(c.in.body);
  const json::value* given = body ? body->if_contains("properties") : nullptr;
  if (given == nullptr || !given->is_object()) {
    error(rep, 400, "VALIDATION_ERROR", "Invalid input JSON: no object `properties`");
    return;
  }
  if (r == nullptr) {
    present(c, c.way.id, rep);
    return;
  }
  if (r->locked) {  // 423: wait at least two seconds
    error(rep, 423, "RESOURCE_LOCKED", "The resource is locked");
    return;
  }
  json::object next = r->fields;
  const problems wrong = set_properties(given->get_object(), *r, next);
  if (!wrong.empty()) {
    refuse(rep, wrong);
    return;
  }
  apply(c, *r, std::move(next), rep);
  present(c, r->id, rep);
}

}  // namespace sandbox
