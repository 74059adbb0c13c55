// Zendesk tickets. Facts: developer.zendesk.com (api-reference/ticketing/tickets, introduction/rate-limits,
// introduction/pagination, adding-tags-to-tickets-without-overwriting-existing-tags), unless a comment says
// that something is assumed. Asynchronous jobs (update_many) are not there.
#include "tests/sandbox/apis/resource_vendor.hpp"

#include <algorithm>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr std::uint64_t largest_ticket_page = 100, most_ids = 100;
// The custom fields that the account has; others that are sent are dropped (assumed).
constexpr std::string_view custom_ids[] = {"360001", "360002", "360003"};

bool is_one_of(const json::value& v, std::initializer_list<std::string_view> names) {
  return v.is_string() &&
         std::find(names.begin(), names.end(), std::string_view{v.get_string()}) != names.end();
}

class zendesk final : public resource_vendor {
  enum endpoint : std::uint8_t { nothing, me, list, many, ticket };

 public:
  explicit zendesk(const vendor_options& options) : resource_vendor(options) {}

  std::string root() const override { return "/api/v2"; }
  // The Team plan: 200 a minute for all; of them 100 ticket updates a minute for the account, and 30 in ten
  // minutes for one ticket (by one user). How the windows turn is not said: they slide here.
  limit_list default_limits(time_us day) const override {
    named_rule account = rule_called("account"), updates = rule_called("ticket-updates"),
               each = rule_called("each");
    read_rule("200/min", day, account);
    read_rule("100/min;read=0", day, updates);
    read_rule("30/10m;each;read=0", day, each);
    return {account, updates, each};
  }
  std::vector<std::string> default_scopes() const override { return {"write"}; }

  route find(const request&) const override;
  std::string secret_of(const request&, const route&) const override;
  void serve(const call&, reply&) override;
  bool present(const call&, std::string_view id, reply&) override;
  // `{"error":CODE,"description":TEXT}`.
  void error(reply& rep, int status, std::string_view code, std::string_view message) const override {
    set(rep, status, {{"error", code}, {"description", message}});
  }
  std::vector<std::string_view> own_words() const override { return {R"("error":)"}; }
  void unauthenticated(reply& rep, key_check) const override {
    set(rep, 401, json::object{{"error", "Couldn't authenticate you"}});
  }
  void throttle(reply&, const route&, const budgets::refusal&, time_us now) const override;
  void append_headers(std::string& out, const reply&, const route&, budgets& used, bool rates, time_us now,
                      time_us told) const override;

 private:
  using details = std::map<std::string, std::pair<std::string, std::string>>;  // field -> description, error
  void make_up(resource&, std::uint64_t dice) override;
  json::object shown_as(const call&, const resource&) const;
  resource* reachable(const call&, std::string_view id, reply&);
  void put(const call&, resource&, reply&);
  bool guard_holds(const json::object& given, const resource&, reply&) const;
  void set_field(std::string_view name, const json::value&, json::object& next, details& wrong);
  void list_tickets(const call&, reply&);
  void show_many(const call&, reply&);
  std::string address(const call& c, const std::string& path) const {
    return options_.scheme + "://" + std::string{c.in.header("Host")} + root() + path;
  }

  std::set<std::int64_t> users_;
};

route zendesk::find(const request& r) const {
  route to;
  to.kind = r.method == "GET" ? request_class::read : request_class::write;
  const std::size_t mark = r.target.find('?');
  if (mark != std::string_view::npos) to.query = r.target.substr(mark + 1);
  auto path = segments_of(r.target, root());
  if (!path) return to;
  if (path->back().ends_with(".json")) path->back().resize(path->back().size() - 5);  // both forms are served
  if (have_form(*path, {"users", "me"})) to.where = me;
  if (have_form(*path, {"tickets"})) to.where = list;
  if (have_form(*path, {"tickets", "*"})) {
    to.where = path->back() == "show_many" ? many : ticket;
    if (to.where == ticket) to.id = path->back();
  }
  to.faultless = to.where == nothing || to.where == me;
  return to;
}

// Basic with `EMAIL/token:TOKEN`, or Bearer.
std::string zendesk::secret_of(const request& r, const route&) const {
  const std::string basic = basic_credentials(r.authorization);
  constexpr std::string_view mark = "/token:";
  const std::size_t at = basic.find(mark);
  return at == std::string::npos ? behind_scheme(r.authorization, "Bearer") : basic.substr(at + mark.size());
}

// 429 with Retry-After is documented; the texts are assumed.
void zendesk::throttle(reply& rep, const route&, const budgets::refusal& why, time_us now) const {
  const bool account = why.rule == nullptr || why.rule->name == "account";
  error(rep, 429, account ? "APIRateLimitExceeded" : "TooManyRequests",
        account ? "Number of allowed API requests per minute exceeded"
                : "Rate limit for ticket updates exceeded");
  rep.retry_after = std::max<std::uint64_t>(1, whole_seconds(why.free_at - now));
}

// The headers show the limit of the plan, not the one of updates, which binds.
void zendesk::append_headers(std::string& out, const reply& rep, const route&, budgets& used, bool rates,
                             time_us now, time_us) const {
  out += "\r\nX-Zendesk-Request-Id: " + rep.request_id;
  const auto s = rates ? used.report("account", now) : std::nullopt;
  if (!s) return;
  out += "\r\nX-Rate-Limit: " + std::to_string(s->limit) +
         "\r\nX-Rate-Limit-Remaining: " + std::to_string(s->remaining) +
         "\r\nratelimit-limit: " + std::to_string(s->limit) +
         "\r\nratelimit-remaining: " + std::to_string(s->remaining) +
         "\r\nratelimit-reset: " + std::to_string(whole_seconds(s->reset_at - now));  // seconds left
}

void zendesk::make_up(resource& r, std::uint64_t dice) {
  static constexpr const char* states[] = {"new", "open", "pending", "hold", "solved"};
  json::array tags;
  if (one_in(2, dice)) tags.emplace_back("billing");
  if (one_in(3, dice)) tags.emplace_back("vip");
  const auto assignee = static_cast<std::int64_t>(1 + dice % 20);
  users_.insert(assignee);
  r.fields = {{"subject", "Ticket " + r.id},
              {"status", states[dice % 5]},
              {"priority", one_in(2, dice) ? json::value("normal") : json::value(nullptr)},
              {"type", one_in(3, dice) ? json::value("question") : json::value(nullptr)},
              {"assignee_id", one_in(4, dice) ? json::value(nullptr) : json::value(assignee)},
              {"group_id", nullptr},
              {"requester_id", 100},
              {"organization_id", nullptr},
              {"external_id", nullptr},
              {"due_at", nullptr},
              {"tags", tags},
              {"custom",
               {{"360001", one_in(2, dice) ? json::value("free") : json::value(nullptr)},
                {"360002", nullptr},
                {"360003", nullptr}}},
              {"comments", json::array{}}};
}

json::object zendesk::shown_as(const call& c, const resource& r) const {
  json::object shown{{"url", address(c, "/tickets/" + r.id + ".json")},
                     {"id", number_in(r.id).value_or(0)},
                     {"created_at", iso_seconds(r.created_at)},
                     {"updated_at", iso_seconds(r.updated_at)},
                     {"description", "It does not work."}};
  for (const auto& member : r.fields)
    if (member.key() != "custom" && member.key() != "comments") shown[member.key()] = member.value();
  json::array custom;
  for (const std::string_view id : custom_ids)
    custom.push_back({{"id", number_in(id).value_or(0)}, {"value", r.fields.at("custom").at(id)}});
  shown["custom_fields"] = custom;
  shown["fields"] = std::move(custom);  // the same again
  return shown;
}

resource* zendesk::reachable(const call& c, std::string_view id, reply& rep) {
  resource* const r = c.way.where == ticket ? resources_.find(id) : nullptr;
  if (r != nullptr && r->gone == 0) return r;
  if (r != nullptr && r->gone == 403)
    set(rep, 403, {{"error", "Forbidden"}, {"description", "You do not have access to this page."}});
  else
    error(rep, 404, "RecordNotFound", "Not found");
  return nullptr;
}

bool zendesk::present(const call& c, std::string_view id, reply& rep) {
  resource* const r = reachable(c, id, rep);
  if (r == nullptr) return false;
  json::object body{{"ticket", shown_as(c, *r)}};
  if (c.way.kind == request_class::write)
    body["audit"] = {{"id", r->number * 1000 + r->applied},
                     {"ticket_id", number_in(r->id).value_or(0)},
                     {"created_at", iso_seconds(r->updated_at)},
                     {"events", json::array{}}};
  set(rep, 200, body);
  shown(*r);
  return true;
}

void zendesk::serve(const call& c, reply& rep) {
  const bool get = c.in.method == "GET";
  if (c.way.where == me && get) {
    set(rep, 200, json::object{{"user", {{"id", 35436}, {"email", "agent@example.com"}, {"role", "agent"}}}});
  } else if (c.way.where == list && get) {
    list_tickets(c, rep);
  } else if (c.way.where == many && get) {
    show_many(c, rep);
  } else if (c.way.where == ticket && get) {
    present(c, c.way.id, rep);
  } else if (c.way.where == ticket && c.in.method == "PUT") {
    if (!c.key.may("write")) {
      set(rep, 403, {{"error", "Forbidden"}, {"description", "You do not have access to this page."}});
    } else if (resource* const r = reachable(c, c.way.id, rep)) {
      put(c, *r, rep);
    }
  } else {
    error(rep, 404, "InvalidEndpoint", "Not found");
  }
}

// `safe_update` with `updated_stamp`: 409 if the ticket has moved on. Its times have seconds only, so that
// two changes in one second cannot be told apart. (That it is 409 is documented; its text is assumed.)
bool zendesk::guard_holds(const json::object& given, const resource& r, reply& rep) const {
  const json::value* safe = given.if_contains("safe_update");
  if (safe == nullptr || (*safe != true && *safe != "true")) return true;
  const auto stamp = parse_rfc3339(text_in(given, "updated_stamp"));
  if (!stamp) {
    set(rep, 422,
        {{"error", "RecordInvalid"},
         {"description", "Record validation errors"},
         {"details",
          {{"updated_stamp", json::array{json::object{{"description", "Updated stamp: is missing"},
                                                      {"error", "BlankValue"}}}}}}});
    return false;
  }
  if (*stamp / one_second == r.updated_at / one_second) return true;
  error(rep, 409, "UpdateConflict", "Safe Update prevented the update because the record has been changed");
  return false;
}

void zendesk::set_field(std::string_view name, const json::value& v, json::object& next, details& wrong) {
  const auto invalid = [&](const char* text) {
    wrong[std::string{name}] = {std::string{name} + ": " + text, "InvalidValue"};
  };
  if (name == "subject" || name == "external_id") {
    if (!v.is_string() && !v.is_null()) invalid("must be a string");
    next[name] = v;
  } else if (name == "status") {
    if (!is_one_of(v, {"new", "open", "pending", "hold", "solved", "closed"})) invalid("is not valid");
    next[name] = v;
  } else if (name == "priority") {
    if (!v.is_null() && !is_one_of(v, {"low", "normal", "high", "urgent"})) invalid("is not valid");
    next[name] = v;
  } else if (name == "type") {
    if (!v.is_null() && !is_one_of(v, {"problem", "incident", "question", "task"})) invalid("is not valid");
    next[name] = v;
  } else if (name == "assignee_id" || name == "group_id" || name == "requester_id" ||
             name == "organization_id") {
    if (!v.is_int64() && !(v.is_null() && name != "requester_id")) {
      invalid("is invalid");
    } else if (name == "assignee_id" && v.is_int64() && options_.refuse_unknown_ids &&
               !users_.contains(v.get_int64())) {
      invalid("is invalid");
    }
    next[name] = v;
  } else if (name == "due_at") {
    const auto time = v.is_string() ? parse_rfc3339(std::string_view{v.get_string()}) : std::nullopt;
    if (!v.is_null() && !time) invalid("is not a date");
    next[name] = time ? json::value(iso_seconds(*time)) : json::value(nullptr);
  } else if (name == "tags") {  // replaces; comes back in lower case and sorted
    std::set<std::string> tags;
    if (!v.is_array()) return invalid("must be a list");
    for (const json::value& one : v.get_array()) {
      if (!one.is_string()) return invalid("must be a list of strings");
      tags.insert(lower_case(std::string_view{one.get_string()}));
    }
    next[name] = json::value_from(tags);
  } else if (name == "custom_fields") {  // only those that are sent change
    if (!v.is_array()) return invalid("must be a list");
    for (const json::value& one : v.get_array()) {
      if (!one.is_object() || !one.get_object().contains("id"))
        return invalid("must be a list of {id, value}");
      const json::value& id = one.at("id");
      const std::string text = id.is_string() ? id.get_string().c_str() : json::serialize(id);
      const json::value* value = one.get_object().if_contains("value");
      if (std::find(std::begin(custom_ids), std::end(custom_ids), text) != std::end(custom_ids))
        next["custom"].as_object()[text] = value == nullptr ? json::value(nullptr) : *value;
    }
  } else if (name == "comment") {  // adds a message, each time anew
    if (!v.is_object()) return invalid("must be an object");
    next["comments"].as_array().push_back(v);
  }
  // Other members are ignored (assumed).
}

void zendesk::put(const call& c, resource& r, reply& rep) {
  const auto whole = object_in(c.in.body);
  const json::value* wrapped = whole ? whole->if_contains("ticket") : nullptr;
  if (wrapped == nullptr || !wrapped->is_object()) {
    error(rep, 400, "InvalidRequest",
          whole ? "The request has no ticket" : "The request could not be understood");
    return;
  }
  const json::object& given = wrapped->get_object();
  if (r.locked) {  // passes by itself; nothing was applied
    error(rep, 409, "DatabaseConflict", "Database collision");
    return;
  }
  details wrong;
  if (r.fields.at("status") == "closed") {
    wrong["status"] = {"Status: closed prevents ticket update", "InvalidValue"};
  } else if (!guard_holds(given, r, rep)) {
    return;
  }
  json::object next = r.fields;
  for (const auto& member : given) set_field(member.key(), member.value(), next, wrong);
  if (!wrong.empty()) {
    json::object all;
    for (const auto& [name, what] : wrong)
      all[name] = json::array{json::object{{"description", what.first}, {"error", what.second}}};
    set(rep, 422,
        {{"error", "RecordInvalid"}, {"description", "Record validation errors"}, {"details", all}});
    return;
  }
  if (next != r.fields) ++notices_;  // triggers run on every update and may mail people
  apply(c, r, std::move(next), rep);
  present(c, r.id, rep);
}

// The pages of the cursor form; without page[size] the first page of the older form.
void zendesk::list_tickets(const call& c, reply& rep) {
  const query given = parse_query(c.way.query).value_or(query{});
  const bool cursors = !parameter(given, "page[size]").empty() || !parameter(given, "page[after]").empty();
  const std::uint64_t size = std::clamp<std::uint64_t>(
      number_in(parameter(given, cursors ? "page[size]" : "per_page", "100")).value_or(100), 1,
      largest_ticket_page);
  const std::string cursor = parameter(given, "page[after]");
  const auto after =
      cursor.empty() ? std::optional<std::uint64_t>{0} : number_in(decode_token(cursor).value_or("x"));
  if (!after) {
    error(rep, 400, "InvalidPaginationParameter", "page[after] is not valid");
    return;
  }
  json::array tickets;
  std::uint64_t last = *after;
  bool more = false;
  const std::string external = parameter(given, "external_id");
  for (const resource& r : resources_.all()) {
    if (r.number <= *after || r.gone != 0) continue;
    if (!external.empty() && text_in(r.fields, "external_id") != external) continue;
    more = tickets.size() == size;
    if (more) break;
    tickets.push_back(shown_as(c, r));
    last = r.number;
  }
  if (!cursors) {
    set(rep, 200,
        {{"tickets", tickets},
         {"next_page", nullptr},
         {"previous_page", nullptr},
         {"count", resources_.all().size()}});
    return;
  }
  const std::string token = encode_token(std::to_string(last));
  const std::string filter = external.empty() ? "" : "&external_id=" + percent_encode(external);
  const json::value next =
      more ? json::value(address(c, "/tickets.json?page%5Bafter%5D=" + token +
                                        "&page%5Bsize%5D=" + std::to_string(size) + filter))
           : json::value(nullptr);
  set(rep, 200,
      {{"tickets", tickets},
       {"meta", {{"has_more", more}, {"after_cursor", token}, {"before_cursor", nullptr}}},
       {"links", {{"next", next}, {"prev", nullptr}}}});
}

// Those that do not exist are left out.
void zendesk::show_many(const call& c, reply& rep) {
  const std::string ids = parameter(parse_query(c.way.query).value_or(query{}), "ids");
  const auto wanted = split(ids, ',');
  if (wanted.size() > most_ids) {
    error(rep, 400, "TooManyIds", "At most 100 ids may be asked for");
    return;
  }
  json::array tickets;
  for (const std::string_view id : wanted) {
    resource* const r = resources_.find(id);
    if (r == nullptr || r->gone != 0) continue;
    tickets.push_back(shown_as(c, *r));
    shown(*r);
  }
  const std::size_t count = tickets.size();
  set(rep, 200, {{"tickets", tickets}, {"count", count}, {"next_page", nullptr}, {"previous_page", nullptr}});
}

}  // namespace

std::unique_ptr<vendor> make_zendesk(const vendor_options& options) {
  return std::make_unique<zendesk>(options);
}

}  // namespace sandbox
