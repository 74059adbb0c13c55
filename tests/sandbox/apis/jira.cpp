#include "tests/sandbox/apis/jira.hpp"

#include <algorithm>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr std::string_view priorities[] = {"Highest", "High", "Medium", "Low", "Lowest"};

// `2026-11-23T16:38:11.123+0000`.
std::string time_text(time_us t) {
  std::string text = iso_milliseconds(t);
  text.pop_back();
  return text + "+0000";
}

}  // namespace

route jira::find(const request& r) const {
  route to;
  to.kind = r.method == "GET" ? request_class::read : request_class::write;
  const std::size_t mark = r.target.find('?');
  if (mark != std::string_view::npos) to.query = r.target.substr(mark + 1);
  const auto path = segments_of(r.target, root());
  if (!path) return to;
  if (have_form(*path, {"myself"})) to.where = me;
  if (have_form(*path, {"search", "jql"})) to.where = search;
  if (have_form(*path, {"issue", "bulkfetch"}))
    to.where = bulk;
  else if (have_form(*path, {"issue", "*"}))
    to.where = issue;
  if (to.where == search || to.where == bulk) to.kind = request_class::read;  // also by POST
  if (to.where == issue) {
    const resource* known = called(path->back());
    to.id = known == nullptr ? path->back() : known->id;
  }
  to.faultless = to.where == nothing || to.where == me;
  return to;
}

const resource* jira::called(std::string_view id_or_key) const {
  if (const resource* r = resources_.find(id_or_key)) return r;
  if (id_or_key.starts_with("PROJ-")) {
    const auto number = number_in(id_or_key.substr(5));
    const auto& all = resources_.all();
    return number && *number >= 1 && *number <= all.size() ? &all[static_cast<std::size_t>(*number - 1)]
                                                           : nullptr;
  }
  for (const resource& r : resources_.all())
    if (!r.moved_to.empty() && r.moved_to == id_or_key) return &r;
  return nullptr;
}

// X-RateLimit-Reset is a time in ISO 8601 and comes with 429 only; RateLimit-Reason tells which gate is shut.
void jira::throttle(reply& rep, const route&, const budgets::refusal& why, time_us now) const {
  const bool each = why.rule != nullptr && why.rule->each;
  error(rep, 429, "", "Rate limit exceeded.");
  rep.retry_after = std::max<std::uint64_t>(1, whole_seconds(why.free_at - now));
  add_header(rep, "X-RateLimit-Reset", iso_seconds(why.free_at + one_second - 1));
  add_header(rep, "RateLimit-Reason", each ? "jira-per-issue-on-write" : "jira-burst-based");
}

void jira::make_up(resource& r, std::uint64_t dice) {
  r.fields = {{"summary", "Issue " + r.id},
              {"labels", one_in(2, dice) ? json::array{"backend"} : json::array{}},
              {"priority", priorities[dice % 5]},
              {"assignee", one_in(3, dice) ? json::value(nullptr) : json::value("5b10ac8d82e05b22cc7d4ef5")},
              {"duedate", nullptr},
              {"description", nullptr},
              {"status", one_in(3, dice) ? "Done" : "To Do"},
              {"customfield_10016", one_in(4, dice) ? json::value(3.0) : json::value(nullptr)}};
}

json::object jira::shown_as(const call& c, const resource& r, const std::vector<std::string>& asked) const {
  const auto wanted = [&](std::string_view name) {
    const bool all = asked.empty() || std::any_of(asked.begin(), asked.end(), [](const auto& a) {
                       return a == "*all" || a == "*navigable" || a.starts_with('-');
                     });
    if (std::find(asked.begin(), asked.end(), "-" + std::string{name}) != asked.end()) return false;
    return all || std::find(asked.begin(), asked.end(), name) != asked.end();
  };
  json::object fields;
  for (const auto& member : r.fields) {
    const std::string_view name = member.key();
    const json::value& v = member.value();
    if (!wanted(name)) continue;
    if (v.is_string() && (name == "priority" || name == "status")) {
      const auto at =
          std::find(std::begin(priorities), std::end(priorities), std::string_view{v.get_string()});
      fields[name] = {{"name", v}, {"id", std::to_string(1 + at - std::begin(priorities))}};
    } else if (v.is_string() && name == "assignee") {
      fields[name] = {
          {"accountId", v}, {"displayName", "Somebody"}, {"active", true}, {"accountType", "atlassian"}};
    } else {
      fields[name] = v;
    }
  }
  if (wanted("created")) fields["created"] = time_text(r.created_at);
  if (wanted("updated")) fields["updated"] = time_text(r.updated_at);
  const std::string self =
      options_.scheme + "://" + std::string{c.in.header("Host")} + root() + "/issue/" + r.id;
  return {
      {"expand", "names"}, {"id", r.id}, {"self", self}, {"key", key_of(r)}, {"fields", std::move(fields)}};
}

bool jira::present(const call& c, std::string_view id, reply& rep) {
  resource* const r = c.way.where == issue ? here(id) : nullptr;
  if (r == nullptr) {
    error(rep, 404, "", "Issue does not exist or you do not have permission to see it.");
    return false;
  }
  const query given = parse_query(c.way.query).value_or(query{});
  if (c.way.kind == request_class::write && parameter(given, "returnIssue") != "true") {
    rep.status = 204;
    rep.body.clear();
    return true;
  }
  std::vector<std::string> asked;
  for (const auto& [name, value] : given)
    if (name == "fields")
      for (const std::string_view one : split(value, ',')) asked.emplace_back(one);
  set(rep, 200, shown_as(c, *r, asked));
  shown(*r);
  return true;
}

void jira::serve(const call& c, reply& rep) {
  const bool get = c.in.method == "GET", post = c.in.method == "POST";
  if (c.way.where == me && get) {
    set(rep, 200, {{"accountId", "5b10a2844c20165700ede21g"}, {"displayName", "Somebody"}, {"active", true}});
  } else if (c.way.where == search && (get || post)) {
    find_issues(c, rep);
  } else if (c.way.where == bulk && post) {
    fetch_many(c, rep);
  } else if (c.way.where == issue && get) {
    present(c, c.way.id, rep);
  } else if (c.way.where == issue && c.in.method == "PUT") {
    resource* const r = here(c.way.id);
    if (r == nullptr)
      present(c, c.way.id, rep);
    else if (!c.key.may("write"))
      error(rep, 403, "", "You do not have permission to edit issues in this project.");
    else
      put(c, *r, rep);
  } else {
    error(rep, c.way.where == nothing ? 404 : 405, "", "There is nothing at this path.");
  }
}

// What is wrong with it, or empty. Objects stand for what has an id: {"name": ...}, {"accountId": ...}.
std::string jira::set_field(std::string_view name, const json::value& v, json::object& next) const {
  if (name == "summary") {
    if (!v.is_string() || v.get_string().find_first_not_of(' ') == json::string::npos)
      return "You must specify a summary of the issue.";
    if (code_points(v.get_string()) > 255) return "Summary must be less than 255 characters.";
    if (v.get_string().find('\n') != json::string::npos)
      return "The summary is invalid because it contains newline characters.";
  } else if (name == "labels") {
    if (!v.is_array()) return "data was not an array";
    json::array kept;
    for (const json::value& one : v.get_array()) {
      if (!one.is_string()) return "string expected at index 0";
      if (one.get_string().find(' ') != json::string::npos)
        return "The label '" + std::string{one.get_string()} + "' contains spaces which is invalid.";
      if (std::find(kept.begin(), kept.end(), one) == kept.end()) kept.push_back(one);
    }
    next[name] = std::move(kept);
    return {};
  } else if (name == "priority") {
    const std::string named = v.is_object() ? text_in(v.get_object(), "name") : "";
    const std::string id = v.is_object() ? text_in(v.get_object(), "id") : "";
    for (std::size_t i = 0; i < std::size(priorities); ++i) {
      if (named == priorities[i] || id == std::to_string(i + 1)) {
        next[name] = priorities[i];
        return {};
      }
    }
    return v.is_object() ? "The priority selected is invalid." : "data was not an object";
  } else if (name == "assignee") {
    if (v.is_object() && v.get_object().contains("accountId")) {
      next[name] = v.at("accountId");
      return {};
    }
    if (!v.is_null()) return "data was not an object";
  } else if (name == "duedate") {
    if (!v.is_null() && (!v.is_string() || !parse_rfc3339(std::string{v.get_string()} + "T00:00:00Z")))
      return "Error parsing date string: " + json::serialize(v);
  } else if (name == "description") {  // a document in ADF, not text
    if (!v.is_null() &&
        (!v.is_object() || text_in(v.get_object(), "type") != "doc" || !v.get_object().contains("content")))
      return "Operation value must be an Atlassian Document (see the Atlassian Document Format)";
  } else if (name == "customfield_10016") {
    if (!v.is_null() && !v.is_number()) return "Operation value must be a number";
    next[name] = v.is_null() ? json::value(nullptr) : json::value(v.to_number<double>());
    return {};
  } else if (!name.starts_with("customfield_") || options_.refuse_unknown_ids) {
    return "Field '" + std::string{name} +
           "' cannot be set. It is not on the appropriate screen, or unknown.";
  }
  next[name] = v;
  return {};
}

// `update` edits a list: [{"add": "x"}, {"remove": "y"}], or sets it.
std::string jira::edit_field(std::string_view name, const json::value& v, json::object& next) const {
  if (!v.is_array()) return "data was not an array";
  for (const json::value& step : v.get_array()) {
    if (!step.is_object() || step.get_object().size() != 1) return "an operation was expected";
    const std::string_view verb = step.get_object().begin()->key();
    const json::value& value = step.get_object().begin()->value();
    std::string wrong;
    if (verb == "set") {
      wrong = set_field(name, value, next);
    } else if (name == "labels" && (verb == "add" || verb == "remove")) {
      json::array labels = next.at("labels").as_array();
      labels.erase(std::remove(labels.begin(), labels.end(), value), labels.end());
      if (verb == "add") labels.push_back(value);
      wrong = set_field(name, labels, next);
    } else {
      wrong = "Field '" + std::string{name} + "' does not support operation '" + std::string{verb} + "'";
    }
    if (!wrong.empty()) return wrong;
  }
  return {};
}

void jira::put(const call& c, resource& r, reply& rep) {
  const auto body = object_in(c.in.body);
  if (!body) {
    error(rep, 400, "", "There was an error parsing JSON. Check that your request body is valid.");
    return;
  }
  if (r.locked) {
    error(rep, 409, "", "The issue could not be updated due to a conflicting update.");
    return;
  }
  static const json::object none;
  const auto part = [&](const char* name) -> const json::object& {
    const json::value* v = body->if_contains(name);
    return v != nullptr && v->is_object() ? v->get_object() : none;
  };
  json::object next = r.fields, errors;
  for (const auto& member : part("fields")) {
    std::string wrong = set_field(member.key(), member.value(), next);
    if (part("update").contains(member.key()))  // a field stands in one of them only
      wrong = "Field '" + std::string{member.key()} + "' cannot appear in both 'fields' and 'update'";
    if (!wrong.empty()) errors[member.key()] = wrong;
  }
  for (const auto& member : part("update")) {
    const std::string wrong = edit_field(member.key(), member.value(), next);
    if (!wrong.empty() && !errors.contains(member.key())) errors[member.key()] = wrong;
  }
  if (!errors.empty()) {
    set(rep, 400, {{"errorMessages", json::array{}}, {"errors", errors}});
    return;
  }
  // Watchers get a mail, unless an admin says no; of others the wish is ignored.
  const bool quiet =
      parameter(parse_query(c.way.query).value_or(query{}), "notifyUsers") == "false" && c.key.may("admin");
  if (next != r.fields && !quiet) ++notices_;
  apply(c, r, std::move(next), rep);
  present(c, r.id, rep);
}

std::unique_ptr<vendor> make_jira(const vendor_options& options) {
  return std::make_unique<jira>(options);
}

}  // namespace sandbox
