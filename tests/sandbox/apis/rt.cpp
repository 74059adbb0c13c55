// Request Tracker 5, REST2. Facts: docs.bestpractical.com/rt/latest/RT/REST2.html and what RT's own tests
// expect (t/rest2/tickets.t, conflict.t, ticket-customfields.t of bestpractical/rt), and what version 5.0.3
// of Debian 12 showed (tests/real/rt.sh), unless a comment says that something is assumed.
#include "tests/sandbox/apis/resource_vendor.hpp"

#include <algorithm>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

using texts = std::vector<std::string>;

// In the order in which an update tells them.
constexpr std::string_view plain_fields[] = {"Due",      "FinalPriority", "InitialPriority", "Owner",
                                             "Priority", "Queue",         "Starts",          "Status",
                                             "Subject",  "TimeEstimated", "TimeLeft",        "TimeWorked"};
constexpr std::string_view roles[] = {"Requestor", "Cc", "AdminCc"};
constexpr std::string_view rt_states[] = {"new", "open", "stalled", "resolved", "rejected", "deleted"};

struct rt_custom_field {
  std::string_view id, name;
  bool multiple;
};
constexpr rt_custom_field rt_custom_fields[] = {{"1", "Plan", false}, {"2", "Regions", true}};

constexpr std::pair<std::string_view, std::string_view> queues[] = {{"1", "General"}, {"3", "Other"}};

std::string queue_id(std::string_view name) {
  for (const auto& [id, is] : queues)
    if (is == name) return std::string{id};
  return {};
}

// A queue goes by its name or its number.
std::string queue_named(std::string text) {
  for (const auto& [id, name] : queues)
    if (text == id) return std::string{name};
  return text;
}

bool is_number_field(std::string_view name) {
  return name.ends_with("Priority") || name.starts_with("Time");
}

// What RT keeps of a subject: 200 bytes of whole characters, and no line end.
std::string subject_of(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() <= 200) return text;
  std::size_t end = 200;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

std::string quoted(const std::string& text) {
  return text.empty() ? "(no value)" : '\'' + text + '\'';
}

class rt final : public resource_vendor {
  enum endpoint : std::uint8_t { nothing, me, list, ticket };

 public:
  explicit rt(const vendor_options& options) : resource_vendor(options) {}

  std::string root() const override { return "/REST/2.0"; }
  limit_list default_limits(time_us) const override { return {}; }  // RT has none
  // Without ShowTicket a ticket is 403; without ModifyTicket a write is 200, says "Permission Denied" for
  // each field, and changes nothing.
  std::vector<std::string> default_scopes() const override {
    return {"ShowTicket", "ModifyTicket", "ModifyCustomField"};
  }

  route find(const request&) const override;
  std::string secret_of(const request& r, const route&) const override {
    const std::string token = behind_scheme(r.authorization, "token");
    const std::string basic = basic_credentials(r.authorization);
    return token.empty() ? basic.substr(std::min(basic.size(), basic.find(':') + 1)) : token;
  }
  void serve(const call&, reply&) override;
  bool present(const call&, std::string_view id, reply&) override;
  void error(reply& rep, int status, std::string_view, std::string_view message) const override {
    set(rep, status, json::object{{"message", message}});
  }
  std::vector<std::string_view> own_words() const override { return {R"("message":)"}; }
  void unauthenticated(reply& rep, key_check) const override { error(rep, 401, "", "Unauthorized"); }
  // RT has no limits; somebody's proxy in front of it may have.
  void throttle(reply& rep, const route&, const budgets::refusal& why, time_us now) const override {
    error(rep, 429, "", "Too Many Requests");
    rep.retry_after = std::max<std::uint64_t>(1, whole_seconds(why.free_at - now));
  }
  void append_headers(std::string& out, const reply& rep, const route&, budgets&, bool, time_us,
                      time_us) const override {
    out += "\r\nX-Request-Id: " + rep.request_id;  // assumed: RT has no such header of its own
  }

 private:
  void make_up(resource&, std::uint64_t dice) override;
  // A merged ticket answers as the one that it was merged into.
  resource* reachable(std::string_view id);
  std::string address(const call& c, const std::string& path) const {
    return options_.scheme + "://" + std::string{c.in.header("Host")} + root() + path;
  }
  // Changes with every change, also with two in one second.
  static std::string tag_of(const resource& r) {
    return '"' + encode_token(r.id + '.' + std::to_string(r.version)) + '"';
  }
  json::object shown_as(const call&, const resource&) const;
  json::object user(const call& c, const std::string& name) const {
    return {{"type", "user"}, {"id", name}, {"_url", address(c, "/user/" + name)}};
  }
  void set_fields(const call&, const resource&, const json::object& given, json::object& next,
                  texts& told) const;
  void set_plain(const resource&, std::string_view name, const json::value&, json::object& next,
                 texts& told) const;
  void set_custom(const json::object& given, bool may, json::object& next, texts& told) const;
  void put(const call&, reply&);
  void list_tickets(const call&, reply&) const;
};

route rt::find(const request& r) const {
  route to;
  to.kind = r.method == "GET" ? request_class::read : request_class::write;
  const std::size_t mark = r.target.find('?');
  if (mark != std::string_view::npos) to.query = r.target.substr(mark + 1);
  const auto path = segments_of(r.target, root());
  if (!path) return to;
  if (have_form(*path, {"rt"}) || have_form(*path, {"user", "*"})) to.where = me;
  if (have_form(*path, {"tickets"})) to.where = list;
  if (have_form(*path, {"ticket", "*"})) {
    to.where = ticket;
    to.id = path->back();
  }
  to.faultless = to.where == nothing || to.where == me;
  return to;
}

void rt::make_up(resource& r, std::uint64_t dice) {
  r.fields = {
      {"Subject", "Ticket " + r.id},
      {"Status", rt_states[dice % 4]},
      {"Queue", "General"},
      {"Owner", one_in(2, dice) ? "Nobody" : "root"},
      {"Priority", static_cast<std::int64_t>(dice / 4 % 100)},
      {"InitialPriority", 0},
      {"FinalPriority", 0},
      {"TimeEstimated", 0},
      {"TimeLeft", 0},
      {"TimeWorked", 0},
      {"Due", ""},
      {"Starts", ""},
      {"Requestor", json::array{"ada@example.com"}},
      {"Cc", json::array{}},
      {"AdminCc", json::array{}},
      {"custom",
       {{"Plan", one_in(2, dice) ? json::array{"free"} : json::array{}}, {"Regions", json::array{}}}}};
}

resource* rt::reachable(std::string_view id) {
  resource* r = resources_.find(id);
  for (int links = 0; r != nullptr && !r->merged_into.empty() && links < 8; ++links)
    r = resources_.find(r->merged_into);
  return r != nullptr && r->gone != 404 ? r : nullptr;
}

json::object rt::shown_as(const call& c, const resource& r) const {
  json::object shown{
      {"id", number_in(r.id).value_or(0)}, {"Type", "ticket"}, {"EffectiveId", json::object{{"id", r.id}}}};
  for (const std::string_view name : plain_fields) {
    const json::value& is = r.fields.at(name);
    shown[name] = is_number_field(name) ? json::value(json::serialize(is)) : is;
    // A day that is not set is the first one.
    if ((name == "Due" || name == "Starts") && is == "") shown[name] = "1970-01-01T00:00:00Z";
  }
  shown["Owner"] = user(c, r.fields.at("Owner").as_string().c_str());
  const std::string queue = queue_id(r.fields.at("Queue").as_string());
  shown["Queue"] = {{"type", "queue"}, {"id", queue}, {"_url", address(c, "/queue/" + queue)}};
  for (const std::string_view role : roles) {
    json::array members;
    for (const json::value& one : r.fields.at(role).as_array())
      members.push_back(user(c, one.as_string().c_str()));
    shown[role] = std::move(members);
  }
  json::array custom;
  for (const rt_custom_field& f : rt_custom_fields)
    custom.push_back({{"name", f.name},
                      {"id", f.id},
                      {"type", "customfield"},
                      {"_url", address(c, "/customfield/" + std::string{f.id})},
                      {"values", r.fields.at("custom").at(f.name)}});
  shown["CustomFields"] = std::move(custom);
  shown["Created"] = iso_seconds(r.created_at);
  shown["LastUpdated"] = iso_seconds(r.updated_at);
  shown["LastUpdatedBy"] = user(c, "root");
  shown["_hyperlinks"] = json::array{json::object{
      {"ref", "self"}, {"type", "ticket"}, {"id", r.id}, {"_url", address(c, "/ticket/" + r.id)}}};
  return shown;
}

bool rt::present(const call& c, std::string_view id, reply& rep) {
  resource* const r = c.way.where == ticket ? reachable(id) : nullptr;
  if (r == nullptr || r->gone != 0 || !c.key.may("ShowTicket")) {
    if (r == nullptr)
      error(rep, 404, "", "Not Found");
    else
      error(rep, 403, "", "Forbidden");
    return false;
  }
  if (c.way.kind == request_class::write) {  // what a write says that changed nothing
    set(rep, 200, json::array{});
    return true;
  }
  add_header(rep, "ETag", tag_of(*r));
  add_header(rep, "Last-Modified", http_date(r->updated_at));
  shown(*r);
  if (c.in.header("If-None-Match") == tag_of(*r)) {
    rep.status = 304;
    rep.body.clear();
  } else {
    set(rep, 200, shown_as(c, *r));
  }
  return true;
}

void rt::serve(const call& c, reply& rep) {
  const bool get = c.in.method == "GET";
  if (c.way.where == me && get) {
    const bool server = c.in.target.ends_with("/rt");
    set(rep, 200,
        server ? json::object{{"Version", "5.0.3"}}
               : json::object{{"id", "root"}, {"Name", "root"}, {"Privileged", 1}});
  } else if (c.way.where == list && get) {
    list_tickets(c, rep);
  } else if (c.way.where == ticket && get) {
    present(c, c.way.id, rep);
  } else if (c.way.where == ticket && c.in.method == "PUT") {
    put(c, rep);
  } else {
    error(rep, c.way.where == nothing ? 404 : 405, "",
          c.way.where == nothing ? "Not Found" : "Method Not Allowed");
  }
}

// The texts of refusals are assumed, but that they come with 200 and the other fields are applied is not.
void rt::set_plain(const resource& r, std::string_view name, const json::value& v, json::object& next,
                   texts& told) const {
  const std::string about = "Ticket " + r.id + ": ", label{name};
  const json::value& old = next.at(name);
  std::string text = text_or_json(v);
  const bool number = is_number_field(name);
  if (name == "Subject") text = subject_of(std::move(text));
  if (name == "Queue") text = queue_named(std::move(text));
  if (number && text.empty()) text = "0";
  if (text_or_json(old) == text) return;
  if (number && !digits_only(text)) {
    told.push_back(about + "Illegal value for " + label);
    return;
  }
  if (name == "Status" &&
      std::find(std::begin(rt_states), std::end(rt_states), text) == std::end(rt_states)) {
    told.push_back(about + "Status '" + text + "' isn't a valid status for this ticket.");
    return;
  }
  if (name == "Owner" && options_.refuse_unknown_ids && text != "root" && text != "Nobody") {
    told.push_back(about + "That user does not exist");
    return;
  }
  if (name == "Queue" && queue_id(text).empty()) {
    told.push_back(about + "Queue " + text + " does not exist");
    return;
  }
  const std::string from = text_or_json(old);
  next[name] = number ? json::value(number_in(text).value_or(0)) : json::value(text);
  if (name == "Owner" || name == "Queue")
    told.push_back(about + label + " changed from " + from + " to " + text);
  else
    told.push_back(about + label + " changed from " + quoted(number && from == "0" ? "" : from) + " to " +
                   quoted(text));
}

// By name or number; null or an empty list takes the values away.
void rt::set_custom(const json::object& given, bool may, json::object& next, texts& told) const {
  for (const auto& member : given) {
    const std::string_view name = member.key();
    const auto f =
        std::find_if(std::begin(rt_custom_fields), std::end(rt_custom_fields),
                     [&](const rt_custom_field& one) { return one.name == name || one.id == name; });
    if (f == std::end(rt_custom_fields)) continue;  // not found: nothing is said
    json::array values;
    const json::value& v = member.value();
    if (v.is_array())
      for (const json::value& one : v.get_array()) values.emplace_back(text_or_json(one));
    else if (!text_or_json(v).empty())
      values.emplace_back(text_or_json(v));
    if (!f->multiple && values.size() > 1) values.resize(1);
    json::value& now = next["custom"].as_object()[f->name];
    if (now == values) continue;
    if (!may) {
      told.emplace_back("Could not add new custom field value: Permission Denied");
      continue;
    }
    const json::array before = now.as_array();
    const std::string label{f->name};
    if (!f->multiple && !before.empty() && !values.empty()) {
      told.push_back(label + ' ' + text_or_json(before[0]) + " changed to " + text_or_json(values[0]));
    } else {
      for (const json::value& one : before)
        if (std::find(values.begin(), values.end(), one) == values.end())
          told.push_back(text_or_json(one) + " is no longer a value for custom field " + label);
      for (const json::value& one : values)
        if (std::find(before.begin(), before.end(), one) == before.end())
          told.push_back(label + ' ' + text_or_json(one) + " added");
    }
    now = std::move(values);
  }
}

// Unknown members are ignored without a word, and so is null.
void rt::set_fields(const call& c, const resource& r, const json::object& given, json::object& next,
                    texts& told) const {
  const bool may = c.key.may("ModifyTicket");
  for (const std::string_view name : plain_fields) {
    const json::value* v = given.if_contains(name);
    if (v == nullptr || v->is_null()) continue;
    if (may)
      set_plain(r, name, *v, next, told);
    else if (text_or_json(next.at(name)) !=
             (name == "Queue" ? queue_named(text_or_json(*v)) : text_or_json(*v)))
      told.push_back("Ticket " + r.id + ": Permission Denied");
  }
  if (const json::value* custom = given.if_contains("CustomFields"); custom != nullptr && custom->is_object())
    set_custom(custom->get_object(), may && c.key.may("ModifyCustomField"), next, told);
  for (const std::string_view role : roles) {
    const json::value* v = given.if_contains(role);
    if (v == nullptr) continue;
    json::array members;
    if (v->is_array())
      for (const json::value& one : v->get_array()) members.emplace_back(text_or_json(one));
    else if (!text_or_json(*v).empty())
      members.emplace_back(text_or_json(*v));
    if (next.at(role) == members) continue;
    if (!may) {
      told.emplace_back("Permission Denied");
      continue;
    }
    for (const json::value& one : members)
      told.push_back("Added " + text_or_json(one) + " as " + std::string{role} + " for this ticket");
    next[role] = std::move(members);
  }
}

void rt::put(const call& c, reply& rep) {
  resource* const r = reachable(c.way.id);
  if (r == nullptr || r->gone != 0) {
    present(c, c.way.id, rep);
    return;
  }
  const std::string_view guard = c.in.header("If-Match");
  if (!guard.empty() && guard != "*" && guard != tag_of(*r)) {
    error(rep, 412, "", "Precondition Failed");
    return;
  }
  const auto given = object_in(c.in.body);
  if (!given || !c.in.has_json()) {
    error(rep, given ? 415 : 400, "", given ? "Unsupported Media Type" : "JSON object must be a HASH");
    return;
  }
  json::object next = r->fields;
  texts told;
  set_fields(c, *r, *given, next, told);
  if (next != r->fields) ++notices_;  // scrips may mail people
  apply(c, *r, std::move(next), rep);
  set(rep, 200, json::value_from(told));
}

// Of TicketSQL there is `Status='X'` (assumed: a sandbox needs no search); any other query finds all.
void rt::list_tickets(const call& c, reply& rep) const {
  const query given = parse_query(c.way.query).value_or(query{});
  std::uint64_t size = number_in(parameter(given, "per_page", "20")).value_or(20);
  size = size == 0 ? 20 : std::min<std::uint64_t>(size, 100);
  const std::uint64_t page = std::max<std::uint64_t>(1, number_in(parameter(given, "page", "1")).value_or(1));
  const std::string sql = parameter(given, "query"), wanted = parameter(given, "fields");
  std::string status;
  for (const std::string_view mark : {"Status='", "Status = '"})
    if (const std::size_t at = sql.find(mark); at != sql.npos)
      status = sql.substr(at + mark.size(), sql.find('\'', at + mark.size()) - at - mark.size());
  json::array items;
  std::uint64_t total = 0;
  for (const resource& r : resources_.all()) {
    if (r.gone != 0 || !r.merged_into.empty() ||
        (!status.empty() && r.fields.at("Status").as_string() != status))
      continue;
    if (total++ / size != page - 1) continue;
    json::object item{{"type", "ticket"}, {"id", r.id}, {"_url", address(c, "/ticket/" + r.id)}};
    const json::object whole = shown_as(c, r);
    for (const std::string_view name : split(wanted, ','))
      if (const json::value* v = whole.if_contains(name)) item[name] = *v;
    items.push_back(std::move(item));
  }
  const std::uint64_t pages = (total + size - 1) / size;
  const std::uint64_t count = items.size();
  json::object body{{"count", count}, {"total", total}, {"per_page", size},
                    {"page", page},   {"pages", pages}, {"items", std::move(items)}};
  const auto link = [&](std::uint64_t to) {
    std::string there = address(c, "/tickets?");
    for (const auto& [name, value] : given)
      if (name != "page") there += percent_encode(name) + '=' + percent_encode(value) + '&';
    return there + "page=" + std::to_string(to);
  };
  if (page < pages) body["next_page"] = link(page + 1);
  if (page > 1) body["prev_page"] = link(std::min(page - 1, pages));
  set(rep, 200, body);
}

}  // namespace

std::unique_ptr<vendor> make_rt(const vendor_options& options) {
  return std::make_unique<rt>(options);
}

}  // namespace sandbox
