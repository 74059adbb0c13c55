// An API of the user's own, as a file describes it: see generic_description.hpp.
#include "tests/sandbox/apis/generic_description.hpp"
#include "tests/sandbox/apis/resource_vendor.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace sandbox {
namespace json = boost::json;
namespace {

bool has_type(const json::value& v, const std::string& type) {
  if (type == "string") return v.is_string();
  if (type == "number") return v.is_number();
  if (type == "integer") return v.is_int64() || v.is_uint64();
  if (type == "boolean") return v.is_bool();
  if (type == "array") return v.is_array();
  if (type == "object") return v.is_object();
  return true;
}

// What stands at `data.attributes` or `posts.0`; null: nothing.
const json::value* at_path(const json::value& v, std::string_view path) {
  const json::value* at = &v;
  for (const std::string_view step : split(path, '.')) {
    const auto index = number_in(step);
    if (at->is_array() && index && *index < at->get_array().size())
      at = &at->get_array()[static_cast<std::size_t>(*index)];
    else if (at->is_object() && at->get_object().contains(step))
      at = &at->get_object().at(step);
    else
      return nullptr;
  }
  return at;
}

// The part of the path that stands where {id} stands in the form; absent: the path has another form.
std::optional<std::string> id_in(std::string_view path, const std::string& form) {
  const std::size_t hole = form.find("{id}");
  if (hole == std::string::npos) return std::nullopt;
  const std::string_view before = std::string_view{form}.substr(0, hole),
                         after = std::string_view{form}.substr(hole + 4);
  if (!path.starts_with(before) || path.size() <= before.size() + after.size()) return std::nullopt;
  path.remove_prefix(before.size());
  if (!path.ends_with(after)) return std::nullopt;
  path.remove_suffix(after.size());
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  return percent_decode(path);
}

class generic final : public resource_vendor {
  enum endpoint : std::uint8_t { nothing, me, list, one };

 public:
  generic(const vendor_options& options, api_description d) : resource_vendor(options), d_(std::move(d)) {}

  std::string root() const override { return d_.root; }
  limit_list default_limits(time_us day) const override {
    limit_list rules;
    for (const auto& member : d_.limits) {
      rules.push_back(rule_called(member.key()));
      read_rule(std::string_view{member.value().as_string()}, day, rules.back());
    }
    return rules;
  }
  std::vector<std::string> default_scopes() const override { return {"write"}; }  // without it a write is 403
  std::string made_up_id(std::uint64_t number) const override {
    const json::value id = filled(json::value(d_.id_example), {{"n", number}});
    return id.is_string() ? std::string{id.get_string()} : json::serialize(id);
  }

  route find(const request&) const override;
  std::string secret_of(const request&, const route&) const override;
  void serve(const call&, reply&) override;
  bool present(const call&, std::string_view id, reply&) override;
  void error(reply& rep, int status, std::string_view code, std::string_view message) const override {
    set(rep, status,
        filled(d_.error, {{"code", json::string_view{code}},
                          {"message", json::string_view{message}},
                          {"status", status}}));
  }
  void unauthenticated(reply& rep, key_check) const override {
    error(rep, 401, "unauthorized", "The key is not valid");
  }
  void throttle(reply& rep, const route&, const budgets::refusal& why, time_us now) const override {
    error(rep, d_.throttle_status, "rate_limited", d_.throttle_message);
    if (d_.throttle_retry_after)
      rep.retry_after = std::max<std::uint64_t>(1, whole_seconds(why.free_at - now));
  }
  void append_headers(std::string& out, const reply&, const route&, budgets& used, bool rates, time_us now,
                      time_us told) const override;

 private:
  void make_up(resource& r, std::uint64_t) override {
    r.fields = filled(d_.example, {{"id", json::string_view{r.id}}, {"n", r.number}}).as_object();
  }
  std::string wrong_id(std::string_view id) const override {
    return d_.integer_ids ? resource_vendor::wrong_id(id) : std::string{};
  }
  json::value time(time_us t) const;
  json::object shown_as(const resource&) const;
  static std::string tag_of(const resource& r) { return "\"" + std::to_string(r.version) + '"'; }
  bool guard_holds(const call&, const json::object& given, const resource&, reply&) const;
  bool is_answered_by_key(const call&, reply&) const;
  void write(const call&, resource&, reply&);
  void list_all(const call&, reply&) const;

  api_description d_;
  struct first_answer {
    std::string request;  // path and body
    int status = 0;
    std::string body;
  };
  std::map<std::string, first_answer, std::less<>> by_key_;
};

route generic::find(const request& r) const {
  route to;
  const std::size_t mark = r.target.find('?');
  if (mark != std::string_view::npos) to.query = r.target.substr(mark + 1);
  std::string_view path = r.target.substr(0, mark);
  to.kind = r.method == "GET" || r.method == "HEAD" ? request_class::read : request_class::write;
  to.faultless = true;
  if (!path.starts_with(d_.root)) return to;
  path.remove_prefix(d_.root.size());
  if (path == d_.list_path) to.where = list;
  if (path == d_.whoami_path) to.where = me;
  const auto read = r.method == d_.read_method ? id_in(path, d_.read_path) : std::nullopt;
  const auto written = r.method == d_.write_method ? id_in(path, d_.write_path) : std::nullopt;
  if (to.where == nothing && (read || written)) {
    to.where = one;
    to.kind = written ? request_class::write : request_class::read;
    to.id = written ? *written : *read;
  }
  to.faultless = to.where == nothing || to.where == me;
  return to;
}

std::string generic::secret_of(const request& r, const route&) const {
  const std::string_view value = r.header(d_.auth_header);
  if (d_.auth_scheme.empty()) return std::string{value};
  if (d_.auth_scheme != "Basic") return behind_scheme(value, d_.auth_scheme);
  const std::string pair = basic_credentials(value);
  const std::size_t colon = pair.find(':');
  return colon == pair.npos ? "" : pair.substr(colon + 1);
}

void generic::append_headers(std::string& out, const reply& rep, const route&, budgets& used, bool rates,
                             time_us now, time_us told) const {
  out += "\r\nX-Request-Id: " + rep.request_id;
  const auto s = rates && !d_.rate_of.empty() ? used.report(d_.rate_of, now) : std::nullopt;
  if (!s) return;
  const auto header = [&](const std::string& name, std::uint64_t value) {
    if (!name.empty()) out += "\r\n" + name + ": " + std::to_string(value);
  };
  header(d_.rate_limit, s->limit);
  header(d_.rate_remaining, s->remaining);
  header(d_.rate_reset, whole_seconds(d_.reset_is_left ? s->reset_at - now : s->reset_at + told - now));
}

json::value generic::time(time_us t) const {
  switch (d_.times) {
    case time_form::iso:
      return json::value(iso_seconds(t));
    case time_form::iso_ms:
      return json::value(iso_milliseconds(t));
    case time_form::unix_s:
      return t / one_second;
    case time_form::unix_ms:
      return t / 1000;
  }
  return nullptr;
}

json::object generic::shown_as(const resource& r) const {
  json::object shown;
  if (!d_.id_at.empty())
    shown[d_.id_at] = d_.integer_ids ? json::value(number_in(r.id).value_or(0)) : json::value(r.id);
  for (const auto& member : r.fields) shown[member.key()] = member.value();
  if (!d_.guard_field.empty()) shown[d_.guard_field] = r.version;
  if (!d_.created.empty()) shown[d_.created] = time(r.created_at);
  if (!d_.updated.empty()) shown[d_.updated] = time(r.updated_at);
  return shown;
}

bool generic::present(const call& c, std::string_view id, reply& rep) {
  resource* const r = c.way.where == one ? resources_.find(id) : nullptr;
  if (r == nullptr || r->gone != 0) {
    error(rep, r == nullptr ? 404 : r->gone, "not_found", "There is no such resource");
    return false;
  }
  const json::value& form = c.way.kind == request_class::write ? d_.write_reply : d_.read_reply;
  if (!d_.guard_header.empty()) add_header(rep, "ETag", tag_of(*r));
  if (form.is_null()) {
    rep.status = 204;
    rep.body.clear();
    return true;
  }
  set(rep, 200, filled(form, {{"resource", shown_as(*r)}}));
  shown(*r);
  return true;
}

void generic::serve(const call& c, reply& rep) {
  if (c.way.where == me) {
    set(rep, 200, d_.whoami_reply);
  } else if (c.way.where == list && c.in.method == "GET") {
    list_all(c, rep);
  } else if (c.way.where != one) {
    error(rep, 404, "not_found", "There is nothing at this path");
  } else if (c.way.kind == request_class::read) {
    present(c, c.way.id, rep);
  } else if (!c.key.may("write")) {
    error(rep, 403, "forbidden", "The key may not write");
  } else if (is_answered_by_key(c, rep)) {
    return;
  } else if (resource* const r = resources_.find(c.way.id); r != nullptr && r->gone == 0) {
    write(c, *r, rep);
    if (const auto key = c.in.header(d_.key_header); !key.empty())
      by_key_[std::string{key}] = {c.way.id + '\n' + std::string{c.in.body}, rep.status, rep.body};
  } else {
    present(c, c.way.id, rep);
  }
}

// draft-ietf-httpapi-idempotency-key-header, section 2.7.
bool generic::is_answered_by_key(const call& c, reply& rep) const {
  if (d_.key_header.empty()) return false;
  const auto key = c.in.header(d_.key_header);
  const auto seen = by_key_.find(key);
  if (key.empty()) {
    if (d_.key_required) error(rep, 400, "key_missing", "The idempotency key is missing");
    return d_.key_required;
  }
  if (seen == by_key_.end()) return false;
  if (seen->second.request != c.way.id + '\n' + std::string{c.in.body}) {
    error(rep, 422, "key_reused", "The idempotency key was used with another body");
    return true;
  }
  rep.status = seen->second.status;
  rep.body = seen->second.body;
  return true;
}

// A guard that is not sent holds.
bool generic::guard_holds(const call& c, const json::object& given, const resource& r, reply& rep) const {
  bool holds = true;
  if (!d_.guard_header.empty()) {
    const std::string_view sent = c.in.header(d_.guard_header);
    holds = sent.empty() || sent == "*" || sent == tag_of(r);
  }
  if (const json::value* version = d_.guard_field.empty() ? nullptr : given.if_contains(d_.guard_field))
    holds = *version == r.version || *version == json::string_view{std::to_string(r.version)};
  if (!holds) error(rep, d_.guard_status, "conflict", "The resource has changed");
  return holds;
}

void generic::write(const call& c, resource& r, reply& rep) {
  const auto body = object_in(c.in.body);
  const json::value whole = body ? json::value(*body) : json::value(nullptr);
  const json::value* given = body ? at_path(whole, d_.fields_at) : nullptr;
  if (given == nullptr || !given->is_object()) {
    error(rep, 400, "bad_request", "There is no object `" + d_.fields_at + "` in the body");
    return;
  }
  if (r.locked) {
    error(rep, 423, "locked", "The resource is locked");
    return;
  }
  if (!guard_holds(c, given->get_object(), r, rep)) return;
  const auto made_here = [&](std::string_view name) {
    return name == d_.id_at || name == d_.updated || name == d_.created || name == d_.guard_field;
  };
  json::object changes;
  for (const auto& member : given->get_object()) {
    const std::string name{member.key()};
    const json::value& v = member.value();
    if (made_here(name)) continue;
    const auto known = d_.fields.find(name);
    std::string wrong;
    if (known == d_.fields.end()) {
      if (d_.unknown == unknown_members::drop) continue;
      if (d_.unknown == unknown_members::refuse) wrong = "is not known";
    } else {
      const field_form& f = known->second;
      if (f.read_only)
        wrong = "is read only";
      else if (v.is_null() && !f.nullable)
        wrong = "must not be null";
      else if (!v.is_null() && !has_type(v, f.type))
        wrong = "must be of type " + f.type;
      else if (!v.is_null() && !f.values.empty() &&
               std::find(f.values.begin(), f.values.end(), v) == f.values.end())
        wrong = "has a value that is not allowed";
    }
    if (!wrong.empty()) {
      error(rep, d_.invalid_status, "invalid", name + ' ' + wrong);
      return;
    }
    changes[name] = v;
  }
  json::object next = d_.how == write_mode::replace ? json::object{} : r.fields;
  if (d_.how == write_mode::merge_deep)
    merge(next, changes);
  else
    for (const auto& member : changes) next[member.key()] = member.value();
  apply(c, r, std::move(next), rep);
  present(c, r.id, rep);
}

void generic::list_all(const call& c, reply& rep) const {
  const query given = parse_query(c.way.query).value_or(query{});
  const std::uint64_t size = std::clamp<std::uint64_t>(
      number_in(parameter(given, d_.size_parameter, std::to_string(d_.size))).value_or(d_.size), 1,
      d_.largest);
  const std::string place = parameter(given, d_.place_parameter);
  const bool by_page = d_.style == list_style::page || d_.style == list_style::link;
  const auto number =
      number_in(d_.style == list_style::cursor && !place.empty() ? decode_token(place).value_or("x") : place);
  if (!place.empty() && !number) {
    error(rep, 400, "bad_request", "`" + d_.place_parameter + "` cannot be read");
    return;
  }
  const std::uint64_t page = by_page ? std::max<std::uint64_t>(1, number.value_or(1)) : 1;
  const std::uint64_t offset = by_page ? (page - 1) * size : number.value_or(0);
  json::array items;
  std::uint64_t total = 0;
  for (const resource& r : resources_.all()) {
    if (r.gone != 0) continue;
    bool fits = true;  // a parameter that is the name of a member filters by it
    for (const auto& [name, value] : given) {
      const json::value* v = r.fields.if_contains(name);
      if (v != nullptr)
        fits = fits && (d_.filter == filter_style::exact
                            ? text_or_json(*v) == value
                            : lower_case(text_or_json(*v)).find(lower_case(value)) != std::string::npos);
    }
    if (!fits) continue;
    if (total >= offset && items.size() < size) items.push_back(shown_as(r));
    ++total;
  }
  const bool more = offset + size < total;
  const std::string after = by_page ? std::to_string(page + 1) : std::to_string(offset + size);
  const std::string next = d_.style == list_style::cursor ? encode_token(after) : after;
  if (d_.style == list_style::link && more) {
    std::string there =
        options_.scheme + "://" + std::string{c.in.header("Host")} + d_.root + d_.list_path + '?';
    for (const auto& [name, value] : given)
      if (name != d_.place_parameter) there += percent_encode(name) + '=' + percent_encode(value) + '&';
    add_header(rep, "Link", "<" + there + d_.place_parameter + '=' + next + ">; rel=\"next\"");
  }
  set(rep, 200,
      filled(d_.list_reply, {{"items", std::move(items)},
                             {"next", more ? json::value(next) : json::value(nullptr)},
                             {"more", more},
                             {"total", total},
                             {"page", page},
                             {"offset", offset}}));
}

}  // namespace

std::unique_ptr<vendor> make_generic(const vendor_options& options) {
  return std::make_unique<generic>(options, read_description_file(options.api_file));
}

}  // namespace sandbox
