// Redmine issues (REST, 5.x as Debian 12 has it). Facts: redmine.org/projects/redmine/wiki/Rest_api and
// Rest_Issues, the behaviour of IssuesController and Issue#safe_attributes= in its source, and what
// version 5.0.4 of Debian 12 showed (tests/real/redmine.sh), unless a comment says that something is assumed.
#include "tests/sandbox/apis/resource_vendor.hpp"

#include <algorithm>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

using texts = std::vector<std::string>;

// What an issue refers to has a number; these exist. They are shown as {id, name} under another name than
// they are written.
struct reference {
  std::string_view written, shown, name;
  std::int64_t most;
  bool clears;             // null or "" takes it away, and the reply leaves it out
  std::string_view wrong;  // the error of a number that does not exist
};
constexpr reference references[] = {
    {"project_id", "project", "Project", 1, false, "Project is invalid"},
    {"tracker_id", "tracker", "Tracker", 3, false, "Tracker cannot be blank"},
    {"status_id", "status", "Status", 6, false, ""},  // a status that the workflow forbids is dropped
    {"priority_id", "priority", "Priority", 5, false, "Priority cannot be blank"},
    {"assigned_to_id", "assigned_to", "User", 20, true, "Assignee is invalid"},
    {"category_id", "category", "Category", 5, true, "Category is invalid"},
    {"fixed_version_id", "fixed_version", "Version", 5, true, "Target version is not included in the list"},
};
constexpr std::int64_t first_closed_status = 5;  // Closed, Rejected

struct redmine_custom_field {
  std::string_view id, name;
  bool multiple;
};
constexpr redmine_custom_field redmine_custom_fields[] = {
    {"1", "Plan", false}, {"2", "Seats", false}, {"3", "Regions", true}};

// Numbers come as numbers or as text. Absent: it is neither.
std::optional<std::int64_t> whole(const json::value& v) {
  if (v.is_int64()) return v.get_int64();
  if (!v.is_string()) return std::nullopt;
  const auto n = number_in(std::string_view{v.get_string()});
  return n ? std::optional<std::int64_t>{static_cast<std::int64_t>(*n)} : std::nullopt;
}

bool blank(const json::value& v) {
  return v.is_null() || (v.is_string() && v.get_string().find_first_not_of(" \t\r\n") == json::string::npos);
}

// Issue#description= ends every line by CR LF.
std::string lines_of_the_web(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
      continue;
    }
    out += "\r\n";
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  return out;
}

class redmine final : public resource_vendor {
  enum endpoint : std::uint8_t { nothing, me, list, issue };

 public:
  explicit redmine(const vendor_options& options) : resource_vendor(options) {}

  std::string root() const override { return ""; }
  limit_list default_limits(time_us) const override { return {}; }  // Redmine has none
  // With add_issue_notes alone a write is 204 and changes nothing but notes; without both it is 403.
  std::vector<std::string> default_scopes() const override { return {"edit_issues", "add_issue_notes"}; }

  route find(const request&) const override;
  std::string secret_of(const request&, const route&) const override;
  void serve(const call&, reply&) override;
  bool present(const call&, std::string_view id, reply&) override;
  void error(reply& rep, int status, std::string_view, std::string_view) const override {
    rep.status = status;  // everything but a validation error has an empty body
    rep.body.clear();
  }
  std::vector<std::string_view> own_words() const override { return {R"("errors":)"}; }
  void unauthenticated(reply& rep, key_check) const override {
    error(rep, 401, "", "");
    add_header(rep, "WWW-Authenticate", "Basic realm=\"Redmine API\"");
  }
  // Redmine has no limits; somebody's proxy in front of it may have.
  void throttle(reply& rep, const route&, const budgets::refusal& why, time_us now) const override {
    error(rep, 429, "", "");
    rep.retry_after = std::max<std::uint64_t>(1, whole_seconds(why.free_at - now));
  }
  void append_headers(std::string& out, const reply& rep, const route&, budgets&, bool, time_us,
                      time_us) const override {
    out += "\r\nX-Request-Id: " + rep.request_id;
  }

 private:
  void make_up(resource&, std::uint64_t dice) override;
  json::object shown_as(const resource&) const;
  texts set_fields(const json::object& given, json::object& next, bool may_edit) const;
  void put(const call&, resource&, reply&);
  void list_issues(const call&, reply&) const;
};

route redmine::find(const request& r) const {
  route to;
  to.kind = r.method == "GET" ? request_class::read : request_class::write;
  const std::size_t mark = r.target.find('?');
  if (mark != std::string_view::npos) to.query = r.target.substr(mark + 1);
  const auto path = segments_of(r.target, "");
  if (!path) return to;
  if (have_form(*path, {"users", "current.json"})) to.where = me;
  if (have_form(*path, {"issues.json"})) to.where = list;
  if (have_form(*path, {"issues", "*"}) && path->back().ends_with(".json")) {
    to.where = issue;
    to.id = path->back().substr(0, path->back().size() - std::string_view{".json"}.size());
  }
  to.faultless = to.where == nothing || to.where == me;
  return to;
}

// The key comes in a header of its own, as the user of Basic (with any password), or in the query.
std::string redmine::secret_of(const request& r, const route& to) const {
  if (const auto key = r.header("X-Redmine-API-Key"); !key.empty()) return std::string{key};
  const std::string basic = basic_credentials(r.authorization);
  if (!basic.empty()) return basic.substr(0, basic.find(':'));
  return parameter(parse_query(to.query).value_or(query{}), "key");
}

void redmine::make_up(resource& r, std::uint64_t dice) {
  r.fields = {{"project_id", 1},
              {"tracker_id", 1 + dice % 3},
              {"status_id", 1 + dice / 3 % 6},
              {"priority_id", 1 + dice / 18 % 5},
              {"subject", "Issue " + r.id},
              {"description", one_in(4, dice) ? "" : "It does not work.\r\nPlease help."},
              {"done_ratio", 0},
              {"is_private", false},
              {"custom", {{"1", one_in(2, dice) ? "free" : ""}, {"2", ""}, {"3", json::array{}}}},
              {"notes", json::array{}}};
  if (one_in(2, dice)) r.fields["assigned_to_id"] = 1 + dice / 90 % 20;
  if (one_in(3, dice)) r.fields["due_date"] = "2027-03-31";
}

json::object redmine::shown_as(const resource& r) const {
  json::object shown{{"id", number_in(r.id).value_or(0)}};
  for (const reference& ref : references) {
    const json::value* id = r.fields.if_contains(ref.written);
    if (id == nullptr) continue;  // what is not set is left out
    const std::string name = std::string{ref.name} + ' ' + json::serialize(*id);
    json::object as{{"id", *id}, {"name", name}};
    if (ref.shown == "status") as["is_closed"] = id->to_number<std::int64_t>() >= first_closed_status;
    shown[ref.shown] = std::move(as);
  }
  shown["author"] = {{"id", 1}, {"name", "Redmine Admin"}};
  for (const char* name :
       {"subject", "description", "start_date", "due_date", "done_ratio", "is_private", "estimated_hours"}) {
    const json::value* v = r.fields.if_contains(name);
    shown[name] = v == nullptr ? json::value(nullptr) : *v;
  }
  json::array custom;
  for (const redmine_custom_field& f : redmine_custom_fields) {
    json::object one{{"id", number_in(f.id).value_or(0)}, {"name", f.name}};
    if (f.multiple) one["multiple"] = true;
    one["value"] = r.fields.at("custom").at(f.id);
    custom.push_back(std::move(one));
  }
  shown["custom_fields"] = std::move(custom);
  shown["created_on"] = iso_seconds(r.created_at);
  shown["updated_on"] = iso_seconds(r.updated_at);
  shown["closed_on"] = nullptr;
  return shown;
}

bool redmine::present(const call& c, std::string_view id, reply& rep) {
  resource* const r = c.way.where == issue ? resources_.find(id) : nullptr;
  if (r == nullptr || r->gone != 0) {
    error(rep, r == nullptr ? 404 : r->gone, "", "");
    return false;
  }
  if (c.way.kind == request_class::write) {
    rep.status = 204;
    rep.body.clear();
    return true;
  }
  set(rep, 200, {{"issue", shown_as(*r)}});
  shown(*r);
  return true;
}

void redmine::serve(const call& c, reply& rep) {
  const bool get = c.in.method == "GET";
  if (c.way.where == me && get) {
    set(rep, 200,
        {{"user", {{"id", 1}, {"login", "admin"}, {"firstname", "Redmine"}, {"lastname", "Admin"}}}});
  } else if (c.way.where == list && get) {
    list_issues(c, rep);
  } else if (c.way.where == issue && get) {
    present(c, c.way.id, rep);
  } else if (c.way.where == issue && c.in.method == "PUT") {
    if (present(c, c.way.id, rep)) put(c, *resources_.find(c.way.id), rep);
  } else {
    error(rep, 404, "", "");
  }
}

// Takes what may be set, drops the rest without a word, and returns what the model's validation says.
texts redmine::set_fields(const json::object& given, json::object& next, bool may_edit) const {
  texts errors;
  if (const std::string note = text_in(given, "notes"); !note.empty())
    next["notes"].as_array().emplace_back(note);
  if (!may_edit) return errors;
  for (const reference& ref : references) {
    const json::value* v = given.if_contains(ref.written);
    if (v == nullptr) continue;
    if (blank(*v) && ref.clears) {
      next.erase(ref.written);
      continue;
    }
    const auto id = whole(*v);
    if (id && *id >= 1 && *id <= ref.most) {
      next[ref.written] = *id;
    } else if (!ref.wrong.empty()) {
      errors.emplace_back(ref.wrong);
    }
  }
  if (const json::value* v = given.if_contains("subject")) {
    if (blank(*v)) errors.emplace_back("Subject cannot be blank");
    if (code_points(text_or_json(*v)) > 255)
      errors.emplace_back("Subject is too long (maximum is 255 characters)");
    next["subject"] = text_or_json(*v);
  }
  if (const json::value* v = given.if_contains("description"))
    next["description"] = lines_of_the_web(text_or_json(*v));
  if (const json::value* v = given.if_contains("is_private"))
    next["is_private"] = *v == true || *v == 1 || *v == "1" || *v == "true";
  if (const json::value* v = given.if_contains("done_ratio")) {
    const auto n = whole(*v);
    if (!n || *n < 0 || *n > 100) errors.emplace_back("% Done is not included in the list");
    next["done_ratio"] = n.value_or(0);
  }
  for (const auto& [name, label] :
       {std::pair{"start_date", "Start date"}, std::pair{"due_date", "Due date"}}) {
    const json::value* v = given.if_contains(name);
    if (v == nullptr) continue;
    if (!blank(*v) && !parse_rfc3339(text_or_json(*v) + "T00:00:00Z"))
      errors.push_back(std::string{label} + " is not a valid date");
    next.erase(name);
    if (!blank(*v)) next[name] = text_or_json(*v);
  }
  const json::value *from = next.if_contains("start_date"), *until = next.if_contains("due_date");
  if (from != nullptr && until != nullptr && until->as_string() < from->as_string())
    errors.emplace_back("Due date must be greater than start date");
  if (const json::value* v = given.if_contains("estimated_hours")) {
    if (!blank(*v) && !v->is_number() && !number_in(text_or_json(*v)))
      errors.emplace_back("Estimated time is invalid");
    next.erase("estimated_hours");
    if (!blank(*v))
      next["estimated_hours"] = v->is_number() ? *v : json::value(number_in(text_or_json(*v)).value_or(0));
  }
  // Custom fields that are not sent stay; those that do not exist are dropped.
  const json::value* custom = given.if_contains("custom_fields");
  if (custom == nullptr || !custom->is_array()) return errors;
  for (const json::value& one : custom->get_array()) {
    if (!one.is_object() || !one.get_object().contains("id") || !one.get_object().contains("value")) continue;
    const std::string id = text_or_json(one.at("id"));
    const json::value& v = one.at("value");
    for (const redmine_custom_field& f : redmine_custom_fields) {
      if (f.id != id) continue;
      json::array values;
      if (v.is_array())
        for (const json::value& each : v.get_array()) values.emplace_back(text_or_json(each));
      else if (!blank(v))
        values.emplace_back(text_or_json(v));
      if (f.multiple)
        next["custom"].as_object()[f.id] = std::move(values);
      else
        next["custom"].as_object()[f.id] = values.empty() ? json::value("") : values.front();
    }
  }
  return errors;
}

void redmine::put(const call& c, resource& r, reply& rep) {
  const bool may_edit = c.key.may("edit_issues");
  if (!may_edit && !c.key.may("add_issue_notes")) {
    error(rep, 403, "", "");
    return;
  }
  json::object next = r.fields;
  if (c.in.has_json()) {
    const auto given = object_in(c.in.body);
    if (!given) {
      error(rep, 400, "", "");
      return;
    }
    // Without "issue" there is nothing to set, and that is no error.
    const json::value* changes = given->if_contains("issue");
    if (changes != nullptr && changes->is_object()) {
      const texts errors = set_fields(changes->get_object(), next, may_edit);
      if (!errors.empty()) {
        set(rep, 422, {{"errors", json::value_from(errors)}});
        return;
      }
    }
  }
  if (next != r.fields) ++notices_;  // those who watch the issue get a mail
  apply(c, r, std::move(next), rep);
  r.updated_at = std::max(c.now, r.updated_at);  // Issue#force_updated_on_change: also where nothing changed
}

void redmine::list_issues(const call& c, reply& rep) const {
  const query given = parse_query(c.way.query).value_or(query{});
  const std::uint64_t limit =
      std::clamp<std::uint64_t>(number_in(parameter(given, "limit", "25")).value_or(25), 1, 100);
  const std::uint64_t offset = number_in(parameter(given, "offset", "0")).value_or(0);
  const std::string status = parameter(given, "status_id", "open"), ids = parameter(given, "issue_id"),
                    assignee = parameter(given, "assigned_to_id");
  const auto wanted_ids = split(ids, ',');
  std::vector<const resource*> found;
  for (const resource& r : resources_.all()) {
    const std::int64_t is = r.fields.at("status_id").to_number<std::int64_t>();
    bool fits = r.gone == 0;
    if (status == "open")
      fits = fits && is < first_closed_status;
    else if (status == "closed")
      fits = fits && is >= first_closed_status;
    else if (status != "*")
      fits = fits && std::to_string(is) == status;
    if (!ids.empty())
      fits = fits && std::find(wanted_ids.begin(), wanted_ids.end(), r.id) != wanted_ids.end();
    const json::value* at = r.fields.if_contains("assigned_to_id");
    if (!assignee.empty()) fits = fits && at != nullptr && json::serialize(*at) == assignee;
    if (fits) found.push_back(&r);
  }
  std::reverse(found.begin(), found.end());  // sorted by id, descending
  json::array page;
  for (std::uint64_t i = offset; i < std::min<std::uint64_t>(offset + limit, found.size()); ++i)
    page.push_back(shown_as(*found[i]));
  set(rep, 200, {{"issues", page}, {"total_count", found.size()}, {"offset", offset}, {"limit", limit}});
}

}  // namespace

std::unique_ptr<vendor> make_redmine(const vendor_options& options) {
  return std::make_unique<redmine>(options);
}

}  // namespace sandbox
