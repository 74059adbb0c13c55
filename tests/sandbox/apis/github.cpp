// GitHub issues (REST). Facts: docs.github.com (rest/issues, rate-limits-for-the-rest-api, best-practices)
// and the vendor's OpenAPI description, unless a comment says that something is assumed.
#include "tests/sandbox/apis/resource_vendor.hpp"

#include <algorithm>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

// The addresses in `Link` and `Location` have the number of the repository, not its name (assumed from
// replies that are in use; the documentation only says that addresses shall be followed).
constexpr const char* repository = "/repositories/1300192";
constexpr const char* documentation = "https://docs.github.com/rest";

class github final : public resource_vendor {
  enum endpoint : std::uint8_t { nothing, me, list, issue };

 public:
  explicit github(const vendor_options& options) : resource_vendor(options) {
    for (const char* name : {"bug", "documentation", "enhancement", "question", "wontfix"}) label_named(name);
  }

  std::string root() const override { return ""; }
  // 5,000 requests an hour for a user; the hour is one window that x-ratelimit-reset ends. 900 points a
  // minute, 1 for GET and 5 for writes. The 80 "content-generating" requests a minute are left out: whether
  // an edit is one is not said.
  limit_list default_limits(time_us day) const override {
    named_rule core = rule_called("core"), points = rule_called("points");
    read_rule("5000/1h;fixed", day, core);
    read_rule("900/min;read=1;write=5", day, points);
    return {core, points};
  }
  // Without `push`, changes of labels, assignees and milestone are dropped in silence.
  std::vector<std::string> default_scopes() const override { return {"push"}; }

  route find(const request&) const override;
  std::string secret_of(const request& r, const route&) const override {
    const std::string token = behind_scheme(r.authorization, "Bearer");
    return token.empty() ? behind_scheme(r.authorization, "token") : token;
  }
  void serve(const call&, reply&) override;
  bool present(const call&, std::string_view id, reply&) override;
  void error(reply&, int status, std::string_view code, std::string_view message) const override;
  std::vector<std::string_view> own_words() const override { return {R"("message":)", R"("status":)"}; }
  void unauthenticated(reply& rep, key_check) const override { error(rep, 401, "", "Bad credentials"); }
  void throttle(reply&, const route&, const budgets::refusal&, time_us now) const override;
  void append_headers(std::string& out, const reply&, const route&, budgets& used, bool rates, time_us now,
                      time_us told) const override;

 private:
  struct problem {
    std::string field, code;
    json::value value;
  };
  void make_up(resource&, std::uint64_t dice) override;
  resource* reachable(const call&, std::string_view id, reply&);
  json::object shown_as(const call&, const resource&) const;
  json::object label_as(const std::string& name) const;
  std::string label_named(std::string_view name);
  void invalid(reply&, const std::vector<problem>&) const;
  bool set_field(const call&, std::string_view name, const json::value&, json::object& next, reply&,
                 std::vector<problem>&);
  void patch(const call&, resource&, reply&);
  void list_issues(const call&, reply&) const;
  std::string address(const call& c, const std::string& path) const {
    return options_.scheme + "://" + std::string{c.in.header("Host")} + path;
  }

  std::vector<std::string> labels_;  // as the repository writes them
  std::set<std::string> users_{"octocat", "hubot", "monalisa"};
};

route github::find(const request& r) const {
  route to;
  to.kind = r.method == "GET" ? request_class::read : request_class::write;
  const std::size_t mark = r.target.find('?');
  if (mark != std::string_view::npos) to.query = r.target.substr(mark + 1);
  const auto path = segments_of(r.target, "");
  if (!path) return to;
  if (have_form(*path, {"user"})) to.where = me;
  if (have_form(*path, {"repos", "*", "*", "issues"}) || have_form(*path, {"repositories", "*", "issues"}))
    to.where = list;
  if (have_form(*path, {"repos", "*", "*", "issues", "*"}) ||
      have_form(*path, {"repositories", "*", "issues", "*"})) {
    to.where = issue;
    to.id = path->back();
  }
  to.faultless = to.where == nothing || to.where == me;
  return to;
}

void github::error(reply& rep, int status, std::string_view, std::string_view message) const {
  set(rep, status,
      {{"message", message}, {"documentation_url", documentation}, {"status", std::to_string(status)}});
}

// Primary: remaining is 0, and one waits for the reset. Secondary: the message names it, with Retry-After.
// Either may be 403 or 429; here the first is 403 and the second 429, so that clients meet both.
void github::throttle(reply& rep, const route&, const budgets::refusal& why, time_us now) const {
  if (why.rule != nullptr && why.rule->name == "core") {
    error(rep, 403, "", "API rate limit exceeded for user ID 1.");
    return;
  }
  error(rep, 429, "",
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.");
  rep.retry_after = std::max<std::uint64_t>(1, whole_seconds(why.free_at - now));
}

void github::append_headers(std::string& out, const reply& rep, const route&, budgets& used, bool rates,
                            time_us now, time_us told) const {
  out += "\r\nX-GitHub-Media-Type: github.v3; format=json\r\nX-GitHub-Request-Id: " + rep.request_id;
  const auto s = rates ? used.report("core", now) : std::nullopt;
  if (!s) return;
  out += "\r\nX-RateLimit-Limit: " + std::to_string(s->limit);
  out += "\r\nX-RateLimit-Remaining: " + std::to_string(s->remaining);
  out += "\r\nX-RateLimit-Used: " + std::to_string(s->limit - s->remaining);
  out += "\r\nX-RateLimit-Reset: " + std::to_string(whole_seconds(s->reset_at + told - now));
  out += "\r\nX-RateLimit-Resource: core";
}

void github::make_up(resource& r, std::uint64_t dice) {
  const bool closed = one_in(3, dice);
  json::array labels;
  if (one_in(2, dice)) labels.push_back("bug");
  if (one_in(5, dice)) labels.push_back("question");
  r.fields = {
      {"title", "Issue " + r.id},
      {"body", one_in(4, dice) ? json::value(nullptr) : json::value("It does not work.\r\nPlease help.")},
      {"state", closed ? "closed" : "open"},
      {"state_reason", closed ? json::value("completed") : json::value(nullptr)},
      {"labels", labels},
      {"assignees", one_in(3, dice) ? json::array{"octocat"} : json::array{}},
      {"milestone", one_in(6, dice) ? json::value(1) : json::value(nullptr)}};
}

// Names compare without case; the repository's own writing stays (assumed).
std::string github::label_named(std::string_view name) {
  for (const std::string& known : labels_)
    if (lower_case(known) == lower_case(name)) return known;
  labels_.emplace_back(name);
  return labels_.back();
}

json::object github::label_as(const std::string& name) const {
  const auto at = std::find(labels_.begin(), labels_.end(), name);
  return {{"id", 208045946 + (at - labels_.begin())},
          {"name", name},
          {"color", "f29513"},
          {"default", true},
          {"description", nullptr}};
}

json::object github::shown_as(const call& c, const resource& r) const {
  json::array labels, assignees;
  for (const json::value& name : r.fields.at("labels").as_array())
    labels.push_back(label_as(std::string{name.as_string()}));
  for (const json::value& login : r.fields.at("assignees").as_array())
    assignees.push_back(
        {{"login", login}, {"id", hash_text(login.as_string().c_str()) % 1'000'000}, {"type", "User"}});
  const json::value& milestone = r.fields.at("milestone");
  const bool closed = r.fields.at("state") == "closed";
  const std::string path = std::string{repository} + "/issues/" + r.id;
  json::object shown{{"url", address(c, path)},
                     // A global id; the number in the path is `number`.
                     {"id", 2'000'000'000 + 37 * r.number},
                     {"node_id", "I_" + encode_token(r.id)},
                     {"number", number_in(r.id).value_or(0)},
                     {"title", r.fields.at("title")},
                     {"user", {{"login", "octocat"}, {"id", 1}, {"type", "User"}}},
                     {"labels", labels},
                     {"state", r.fields.at("state")},
                     {"state_reason", r.fields.at("state_reason")},
                     {"locked", r.locked},
                     {"assignee", assignees.empty() ? json::value(nullptr) : assignees.front()},
                     {"assignees", assignees},
                     {"milestone", nullptr},
                     {"comments", 0},
                     {"created_at", iso_seconds(r.created_at)},
                     {"updated_at", iso_seconds(r.updated_at)},
                     {"closed_at", closed ? json::value(iso_seconds(r.updated_at)) : json::value(nullptr)},
                     {"body", r.fields.at("body")}};
  if (milestone.is_int64() || milestone.is_uint64())
    shown["milestone"] = {
        {"number", milestone}, {"title", "v" + json::serialize(milestone)}, {"state", "open"}};
  if (r.number % 10 == 0) shown["pull_request"] = {{"url", address(c, path)}};  // every tenth is one
  return shown;
}

// Null: it is not there for the client, and the reply says why.
resource* github::reachable(const call& c, std::string_view id, reply& rep) {
  resource* const r = c.way.where == issue ? resources_.find(id) : nullptr;
  if (r == nullptr || r->gone == 404) {
    error(rep, 404, "", "Not Found");
    return nullptr;
  }
  if (r->gone != 0) {
    error(rep, r->gone, "",
          r->gone == 410 ? "This issue was deleted" : "Resource not accessible by personal access token");
    return nullptr;
  }
  if (!r->moved_to.empty()) {  // transferred to another repository
    rep.location = address(c, std::string{repository} + "/issues/" + r->moved_to);
    set(rep, 301,
        {{"message", "Moved Permanently"}, {"url", rep.location}, {"documentation_url", documentation}});
    return nullptr;
  }
  return r;
}

bool github::present(const call& c, std::string_view id, reply& rep) {
  resource* const r = reachable(c, id, rep);
  if (r == nullptr) return false;
  set(rep, 200, shown_as(c, *r));
  shown(*r);
  return true;
}

void github::serve(const call& c, reply& rep) {
  if (c.in.other_header && c.in.header("User-Agent").empty()) {
    error(rep, 403, "",
          "Request forbidden by administrative rules. Please make sure your request has a User-Agent header");
    return;
  }
  const bool get = c.in.method == "GET";
  if (c.way.where == me && get) {
    set(rep, 200, {{"login", "octocat"}, {"id", 1}, {"type", "User"}});
  } else if (c.way.where == list && get) {
    list_issues(c, rep);
  } else if (c.way.where == issue && get) {
    present(c, c.way.id, rep);
  } else if (c.way.where == issue && c.in.method == "PATCH") {
    if (resource* const r = reachable(c, c.way.id, rep)) patch(c, *r, rep);
  } else {
    error(rep, 404, "", "Not Found");
  }
}

void github::invalid(reply& rep, const std::vector<problem>& found) const {
  json::array errors;
  for (const problem& p : found)
    errors.push_back({{"value", p.value}, {"resource", "Issue"}, {"field", p.field}, {"code", p.code}});
  set(rep, 422,
      {{"message", "Validation Failed"},
       {"errors", errors},
       {"documentation_url", documentation},
       {"status", "422"}});
}

// False: the request is not of the described form, and the reply says so.
bool github::set_field(const call& c, std::string_view name, const json::value& v, json::object& next,
                       reply& rep, std::vector<problem>& wrong) {
  const auto malformed = [&](std::string_view what) {
    std::string text = "Invalid request.\n\nFor 'properties/";
    text += name;
    text += "', " + json::serialize(v) + " is not ";
    error(rep, 422, "", text + std::string{what} + '.');
    return false;
  };
  const bool push = c.key.may("push");
  if (name == "title") {
    if (!v.is_string()) return malformed("a string");
    if (v.as_string().find_first_not_of(" \t\r\n") == json::string::npos)
      wrong.push_back({"title", "missing_field", v});
    next["title"] = v;
  } else if (name == "body") {
    if (!v.is_string() && !v.is_null()) return malformed("a string or null");
    next["body"] = v;
  } else if (name == "state") {
    if (v != "open" && v != "closed") wrong.push_back({"state", "invalid", v});
    if (next.at("state") == v) return true;
    next["state"] = v;
    next["state_reason"] = v == "open" ? "reopened" : "completed";
  } else if (name == "state_reason") {
    if (v != "completed" && v != "not_planned" && v != "duplicate" && v != "reopened" && !v.is_null())
      wrong.push_back({"state_reason", "invalid", v});
  } else if (name == "milestone") {
    if (!v.is_int64() && !v.is_null()) return malformed("an integer or null");
    // The repository has milestones 1 to 9.
    if (v.is_int64() && (v.get_int64() < 1 || v.get_int64() > 9))
      wrong.push_back({"milestone", "invalid", v});
    if (push) next["milestone"] = v;
  } else if (name == "labels" || name == "assignees") {
    if (!v.is_array()) return malformed("an array");
    json::array names;
    for (const json::value& one : v.get_array()) {
      const bool wrapped = name == "labels" && one.is_object();  // {"name": ...} will do for labels
      const std::string text = wrapped           ? text_in(one.get_object(), "name")
                               : one.is_string() ? one.get_string().c_str()
                                                 : "";
      if (text.empty()) return malformed("an array of names");
      if (name == "assignees" && !users_.contains(text)) {
        if (options_.refuse_unknown_ids) wrong.push_back({"assignees", "invalid", one});
        users_.insert(text);
      }
      const std::string kept = name == "labels" && push ? label_named(text) : text;
      if (std::find(names.begin(), names.end(), json::value(kept)) == names.end()) names.emplace_back(kept);
    }
    if (push) next[name] = std::move(names);
  } else {
    // Assumed: the description has no such property; a client's typing mistake shall be noticed.
    error(rep, 422, "", "Invalid request.\n\n\"" + std::string{name} + "\" is not a permitted key.");
    return false;
  }
  return true;
}

void github::patch(const call& c, resource& r, reply& rep) {
  // Conditional writes are not supported: 400 (seen by others in 2026; an earlier endpoint answered 412 and
  // applied the change).
  if (!c.in.header("If-Match").empty() || !c.in.header("If-Unmodified-Since").empty()) {
    error(rep, 400, "",
          "Conditional request headers are not allowed in unsafe requests unless supported by the endpoint");
    return;
  }
  const auto given = object_in(c.in.body);
  if (!given) {
    error(rep, 400, "", "Problems parsing JSON");
    return;
  }
  json::object next = r.fields;
  std::vector<problem> wrong;
  for (const auto& member : *given)
    if (!set_field(c, member.key(), member.value(), next, rep, wrong)) return;
  if (!wrong.empty()) {
    invalid(rep, wrong);
    return;
  }
  // state_reason is ignored unless the state changes.
  if (const json::value* reason = given->if_contains("state_reason");
      reason != nullptr && !reason->is_null() && next.at("state") != r.fields.at("state"))
    next["state_reason"] = *reason;
  apply(c, r, std::move(next), rep);
  present(c, r.id, rep);
}

void github::list_issues(const call& c, reply& rep) const {
  const query given = parse_query(c.way.query).value_or(query{});
  const std::uint64_t size =
      std::clamp<std::uint64_t>(number_in(parameter(given, "per_page", "30")).value_or(30), 1, 100);
  const std::uint64_t page = std::max<std::uint64_t>(1, number_in(parameter(given, "page", "1")).value_or(1));
  const std::string state = parameter(given, "state", "open"), since = parameter(given, "since"),
                    assignee = parameter(given, "assignee", "*"), wanted = parameter(given, "labels");
  const auto has = [](const json::value& names, std::string_view name) {
    return std::any_of(names.as_array().begin(), names.as_array().end(), [&](const json::value& one) {
      return lower_case(std::string_view{one.as_string()}) == lower_case(name);
    });
  };
  std::vector<const resource*> found;
  for (const resource& r : resources_.all()) {
    bool fits =
        r.gone == 0 && r.moved_to.empty() && (state == "all" || r.fields.at("state").as_string() == state);
    if (assignee == "none")
      fits = fits && r.fields.at("assignees").as_array().empty();
    else if (assignee != "*")
      fits = fits && has(r.fields.at("assignees"), assignee);
    for (const std::string_view label : split(wanted, ',')) fits = fits && has(r.fields.at("labels"), label);
    if (const auto from = parse_rfc3339(since)) fits = fits && r.updated_at >= *from;
    if (fits) found.push_back(&r);
  }
  std::reverse(found.begin(), found.end());  // newest first
  json::array shown_page;
  for (std::uint64_t i = (page - 1) * size; i < std::min<std::uint64_t>(page * size, found.size()); ++i)
    shown_page.push_back(shown_as(c, *found[i]));
  const std::uint64_t last = std::max<std::uint64_t>(1, (found.size() + size - 1) / size);
  std::string links;
  const auto link = [&](std::uint64_t to, const char* relation) {
    std::string there = address(c, std::string{repository} + "/issues?");
    for (const auto& [name, value] : given)
      if (name != "page") there += percent_encode(name) + '=' + percent_encode(value) + '&';
    links +=
        (links.empty() ? "<" : ", <") + there + "page=" + std::to_string(to) + ">; rel=\"" + relation + '"';
  };
  if (page > 1) link(page - 1, "prev");
  if (page < last) link(page + 1, "next");
  if (page < last) link(last, "last");
  if (page > 1) link(1, "first");
  if (!links.empty()) add_header(rep, "Link", links);
  set(rep, 200, shown_page);
}

}  // namespace

std::unique_ptr<vendor> make_github(const vendor_options& options) {
  return std::make_unique<github>(options);
}

}  // namespace sandbox
