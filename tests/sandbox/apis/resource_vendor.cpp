#include "tests/sandbox/apis/resource_vendor.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace sandbox {
namespace json = boost::json;

resource_vendor::resource_vendor(const vendor_options& options)
    : options_(options), resources_(options.kept_bodies) {}

bool resource_vendor::add(std::string_view id) {
  if (const std::string wrong = wrong_id(id); !wrong.empty())
    throw std::runtime_error("`" + std::string{id} + "` is no id of this API: " + wrong);
  resource* const r = resources_.add(id);
  if (r == nullptr) return false;
  make_up(*r, hash_text(id, options_.seed));
  return true;
}

std::string resource_vendor::wrong_id(std::string_view id) const {
  return digits_only(id) && id.size() < 19 && !id.starts_with('0') ? "" : "ids are whole numbers";
}

std::optional<std::string> resource_vendor::neighbour(std::string_view id) const {
  const resource* r = resources_.find(id);
  const auto& all = resources_.all();
  if (r == nullptr || all.size() < 2) return std::nullopt;
  return all[static_cast<std::size_t>(r->number) % all.size()].id;
}

void resource_vendor::append_truth(std::string& out, bool only_changed) const {
  out += ",\"resources\":{";
  bool first = true;
  for (const resource& r : resources_.all()) {
    if (only_changed && r.writes_seen == 0 && r.applied == 0 && r.hand_edits == 0) continue;
    if (!first) out += ",\n";
    first = false;
    resource_store::append_truth(out, r);
  }
  out += '}';
}

bool resource_vendor::control(std::string_view method, std::string_view path, std::string_view body,
                              time_us now, control_reply& out) {
  constexpr std::string_view root = "/resources/";
  if (!path.starts_with(root)) return false;
  const std::string id = percent_decode(path.substr(root.size())).value_or("");
  if (method == "POST") {
    out.wrong = edit(id, body, now, out.status);
  } else if (const resource* r = resources_.find(id)) {
    out.body = "{";
    resource_store::append_truth(out.body, *r);
    out.body += "}\n";
  } else {
    out.status = 404;
    out.wrong = "there is no such resource";
  }
  return true;
}

std::string resource_vendor::edit(std::string_view id, std::string_view body, time_us now, int& status) {
  resource* const r = resources_.find(id);
  if (r == nullptr) {
    status = 404;
    return "there is no such resource";
  }
  status = 400;
  const auto given = object_in(body);
  if (!given) return "the body must be a JSON object";
  // Reads everything before it changes anything.
  resource next = *r;
  const json::object* set = nullptr;
  for (const auto& member : *given) {
    const std::string_view name = member.key();
    const json::value& v = member.value();
    if (name == "set" && v.is_object()) {
      set = &v.get_object();
    } else if (name == "gone" && (v.is_int64() || v == false)) {
      next.gone = v.is_int64() ? static_cast<int>(v.get_int64()) : 0;
      if (next.gone != 0 && next.gone != 403 && next.gone != 404 && next.gone != 410)
        return "`gone` must be 403, 404, 410 or false";
    } else if ((name == "moved_to" || name == "merged_into") && (v.is_string() || v.is_null())) {
      (name == "moved_to" ? next.moved_to : next.merged_into) = v.is_null() ? "" : v.get_string().c_str();
    } else if (name == "locked" && v.is_bool()) {
      next.locked = v.get_bool();
    } else {
      return "there are `set` (an object), `gone`, `moved_to`, `merged_into`, `locked`";
    }
  }
  r->gone = next.gone;
  r->moved_to = next.moved_to;
  r->merged_into = next.merged_into;
  r->locked = next.locked;
  if (set != nullptr) {
    json::object fields = r->fields;
    merge(fields, *set);
    resources_.edit(*r, std::move(fields), now);
  }
  status = 200;
  return {};
}

void resource_vendor::set(reply& rep, int status, const json::value& body) {
  rep.status = status;
  rep.content_type = "application/json; charset=utf-8";
  rep.body = json::serialize(body);
}

void resource_vendor::apply(const call& c, resource& r, json::object next, reply& rep) {
  const json::object before = options_.revert_share > 0 ? r.fields : json::object{};
  resources_.apply(r, std::move(next), c.in.body, c.now);
  rep.applied = true;
  if (options_.revert_share > 0) plan_to_put_back(before, r, c.now);
}

// Whether a resource is one of those is up to its id alone, so that a test can count on it.
void resource_vendor::plan_to_put_back(const json::object& before, const resource& r, time_us now) {
  constexpr std::uint64_t parts = 10'000;
  if (static_cast<double>(mix(hash_text(r.id, options_.seed)) % parts) >=
      options_.revert_share * static_cast<double>(parts))
    return;
  put_back one{now + options_.revert_after, r.id, {}, {}};
  for (const auto& member : r.fields) {
    const json::value* old = before.if_contains(member.key());
    if (old != nullptr && *old == member.value()) continue;
    one.before[member.key()] = old == nullptr ? json::value(nullptr) : *old;
    one.written[member.key()] = member.value();
  }
  if (!one.before.empty()) put_back_.push_back(std::move(one));
}

void resource_vendor::pass_time(time_us now) {
  for (; !put_back_.empty() && put_back_.front().at <= now; put_back_.pop_front()) {
    const put_back& one = put_back_.front();
    resource* const r = resources_.find(one.id);
    if (r == nullptr) continue;
    json::object fields = r->fields;
    for (const auto& member : one.before)  // what was written again since stays
      if (fields[member.key()] == one.written.at(member.key())) fields[member.key()] = member.value();
    resources_.edit(*r, std::move(fields), one.at);
  }
}

std::optional<segments> segments_of(std::string_view path, std::string_view root) {
  if (!path.starts_with(root)) return std::nullopt;
  path = path.substr(root.size(),
                     path.find('?') == std::string_view::npos ? path.npos : path.find('?') - root.size());
  if (!path.starts_with('/')) return std::nullopt;
  segments found;
  for (const std::string_view part : split(path.substr(1), '/')) {
    auto decoded = percent_decode(part);
    if (!decoded) return std::nullopt;
    found.push_back(std::move(*decoded));
  }
  return found;
}

bool have_form(const segments& s, std::initializer_list<std::string_view> form) {
  return std::equal(s.begin(), s.end(), form.begin(), form.end(),
                    [](const std::string& is, std::string_view wanted) {
                      return wanted == "*" ? !is.empty() : is == wanted;
                    });
}

std::string parameter(const query& given, std::string_view name, std::string_view otherwise) {
  for (const auto& [key, value] : given) {
    if (key == name) return value;
  }
  return std::string{otherwise};
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

bool digits_only(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string lower_case(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string iso_milliseconds(time_us t) {
  std::string text;
  append_json_time(text, t);
  return text.substr(1, text.size() - 2);
}

std::string iso_seconds(time_us t) {
  const std::string text = iso_milliseconds(t);
  return text.substr(0, text.find('.')) + 'Z';
}

std::string behind_scheme(std::string_view authorization, std::string_view scheme) {
  if (!authorization.starts_with(scheme) || authorization.size() <= scheme.size()) return {};
  return authorization[scheme.size()] == ' ' ? std::string{authorization.substr(scheme.size() + 1)}
                                             : std::string{};
}

std::string basic_credentials(std::string_view authorization) {
  std::string text = behind_scheme(authorization, "Basic");
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return decode_token(text).value_or("");
}

std::optional<json::object> object_in(std::string_view body) {
  json::error_code ec;
  json::value parsed = json::parse(body, ec);
  if (ec || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.get_object());
}

std::string text_or_json(const json::value& v) {
  if (v.is_null()) return {};
  return v.is_string() ? std::string{v.get_string()} : json::serialize(v);
}

std::string text_in(const json::object& o, std::string_view name) {
  const json::value* v = o.if_contains(name);
  return v != nullptr && v->is_string() ? std::string{v->get_string()} : std::string{};
}

void add_header(reply& rep, std::string_view name, std::string value) {
  rep.headers.emplace_back(std::string{name}, std::move(value));
}

}  // namespace sandbox
