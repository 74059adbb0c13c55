#include "engine/api/reply_reader.hpp"

#include "engine/api/field_locator.hpp"
#include "engine/api/json_compare.hpp"
#include "engine/api/resource_root.hpp"
#include "engine/api/shown.hpp"
#include "engine/text/json_locator.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/trim.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace pawl::api {
namespace {

constexpr std::size_t max_message = 2 * 1024, max_details = 4 * 1024, max_name = 256;

// Positions in the locators' path lists.
constexpr std::array<std::uint32_t, 2> identity_paths{0, 1};  // account, scopes
constexpr std::uint32_t id_path = 0;                          // of the echo; the fields stand behind it

// Where the reply to a write shows the id; empty: that is not looked at.
const json_path& id_of_write(const profile& p) {
  return p.reply.write_id ? *p.reply.write_id : p.reply.id;
}

std::vector<shown_place> echo_places(const profile& p) {
  std::vector<shown_place> places{{id_of_write(p), {}}};
  for (const auto& f : p.fields) places.push_back(place_of(f));
  return places;
}

// The parts of an error, and where each may stand.
constexpr std::size_t error_parts = 4;  // code, message, details, request_id
std::array<std::span<const json_path>, error_parts> places_of(const error_shape& e) {
  return {e.code, e.message, e.details, e.request_id};
}
std::vector<json_path> error_paths(const error_shape& e) {
  std::vector<json_path> all;
  for (const auto places : places_of(e)) all.insert(all.end(), places.begin(), places.end());
  return all;
}

// Whether there is anything in a value that an error shows.
bool says_something(const located& at) noexcept {
  if (at.is == located::kind::list) return !at.elements.empty();
  return at.is == located::kind::value && !at.text.empty() && at.text != "null" && at.text != R"("")" &&
         at.text != "{}" && at.text != "[]";
}

// The value as text: a string without its quotes and escapes, anything else as JSON text. Where a string has
// escapes, the result is in `scratch`, which is overwritten.
std::string_view said(std::string_view token, std::string& scratch) {
  if (!is_string_token(token)) return token;
  if (token.find('\\') == std::string_view::npos) return token.substr(1, token.size() - 2);
  scratch.clear();
  return append_unescaped(scratch, token) ? std::string_view{scratch} : token;
}

std::string printable_message(std::string_view text) {
  std::string to;
  append_printable(to, text, max_message);
  return to;
}

}  // namespace

struct reply_reader::impl {
  explicit impl(const profile& p)
      : api(p),
        root(p.reply.write_root),
        echo(echo_places(p)),
        error(error_paths(p.error)),
        identity(std::array{p.whoami.account, p.whoami.scopes}) {
    for (const auto places : places_of(p.error)) all_error_paths += static_cast<std::uint32_t>(places.size());
  }

  echo_report compare(std::string_view body, reply_part, std::string_view id,
                      std::span<const field_value> wanted, std::span<const field_value> sent);
  error_view read_error(std::string_view body);
  void show(const located& at, echo_report& in) {
    shown.clear();
    if (at.is != located::kind::absent) append_printable_shown(shown, at, max_shown_value);
    in.shown = shown;
  }
  bool is_asked(field_index f) const {
    return f != passed_field && to_index(f) < api.fields.size() && is_echoed(api[f]);
  }

  const profile& api;
  resource_root root;
  json_parser parser;
  field_locator echo;
  json_locator error, identity;
  json_comparer comparer;
  std::vector<std::uint32_t> asked;
  std::uint32_t all_error_paths = 0;
  std::string shown, scratch;
  std::array<std::string, error_parts> error_texts;
};

echo_report reply_reader::impl::compare(std::string_view body, reply_part part, std::string_view id,
                                        std::span<const field_value> wanted,
                                        std::span<const field_value> sent) {
  using state = echo_report::state;
  echo_report report;
  if (!api.reply.echoes_resource()) {
    report.is = state::as_wanted;
    return report;
  }

  const bool is_item = part == reply_part::item;
  const auto is_there = is_item ? resource_root::found::there : root.take(body);
  if (is_there != resource_root::found::there) {
    if (is_there == resource_root::found::unreadable) return report;
    report.is = state::misshapen;
    report.field = passed_field;
    shown = root.in_words();
    report.misshapen = shown;
    return report;
  }
  const bool id_promised = is_item || !id_of_write(api).empty();
  const bool checks_id = id_promised && !is_item;
  asked.clear();
  if (checks_id) asked.push_back(id_path);
  for (const auto& v : wanted)
    if (is_asked(v.field)) asked.push_back(place_behind_id(v.field));
  if (!echo.locate(parser, body, asked)) return report;
  if (checks_id && !shows_id(echo[id_path], id, api.reply)) {
    report.is = state::other_id;
    show(echo[id_path], report);
    return report;
  }

  report.how = verified::full;
  const located* contradiction = nullptr;
  for (const auto& v : wanted) {
    if (!is_asked(v.field)) {
      report.how = verified::partial;
      continue;
    }
    const auto& at = echo[place_behind_id(v.field)];
    const auto how = api[v.field].compare;
    const auto is_sent = [&] { return std::ranges::find(sent, v.field, &field_value::field) != sent.end(); };
    if (at.is == located::kind::absent && ((id_promised && trim(v.json) == "null") || !is_sent())) {
      report.how = verified::partial;
      continue;
    }
    const auto is = compare_shown(comparer, how, v.json, at);
    if (is == equality::malformed) {
      report = {};
      if (!is_sound(at)) return report;
      report.is = state::misshapen;
      report.field = v.field;
      report.misshapen = api[v.field].name;
      return report;
    }
    if (is == equality::equal) continue;
    if (how == comparison::text) {
      report.how = verified::partial;
    } else if (contradiction == nullptr) {
      contradiction = &at;
      report.field = v.field;
    }
  }
  report.is = state::as_wanted;
  if (contradiction != nullptr) {
    report.is = state::differs;
    report.how = verified::none;
    show(*contradiction, report);
  }
  return report;
}

reply_reader::reply_reader(const profile& p) : impl_(std::make_unique<impl>(p)) {}
reply_reader::reply_reader(reply_reader&&) noexcept = default;
reply_reader::~reply_reader() = default;

echo_report reply_reader::compare(std::string_view body, reply_part part, std::string_view id,
                                  std::span<const field_value> wanted, std::span<const field_value> sent) {
  return impl_->compare(body, part, id, wanted, sent);
}

error_view reply_reader::read_error(std::string_view body) {
  return impl_->read_error(body);
}

error_view reply_reader::impl::read_error(std::string_view body) {
  constexpr std::array<std::size_t, error_parts> bounds{max_name, max_message, max_details, max_name};
  constexpr std::size_t code = 0, message = 1, details = 2;
  asked.resize(all_error_paths);
  std::iota(asked.begin(), asked.end(), 0U);
  const bool readable = error.locate(parser, body, asked);
  const auto places = places_of(api.error);
  const auto envelope = places[code].empty() ? message : code;
  bool enveloped = false;
  std::uint32_t path = 0;
  for (std::size_t part = 0; part < error_parts; ++part) {
    auto& text = error_texts[part];
    text.clear();
    for (std::size_t i = 0; i < places[part].size(); ++i, ++path) {
      if (!readable || !says_something(error[path])) continue;
      if (part != details && error[path].is == located::kind::list) continue;
      if (part == envelope) enveloped = true;
      if (!text.empty()) continue;
      if (part == details)
        append_printable_shown(text, error[path], bounds[part]);
      else
        append_printable(text, said(error[path].text, scratch), bounds[part]);
    }
  }
  const auto& t = error_texts;
  return {t[0], t[1], t[2], t[3], enveloped};
}

identity_report reply_reader::read_identity(std::string_view body) {
  identity_report report;
  auto& found = impl_->identity;
  if (!found.locate(impl_->parser, body, identity_paths)) return report;

  const auto& account = found[identity_paths[0]];
  if (!impl_->api.whoami.account.empty()) {
    if (account.is != located::kind::value || account.text == "null") return report;
    report.account = printable_message(said(account.text, impl_->scratch));
  }
  const auto add_scope = [&](std::string_view token) {
    report.scopes.push_back(printable_message(said(trim(token), impl_->scratch)));
    return true;
  };
  const auto& scopes = found[identity_paths[1]];
  if (scopes.is == located::kind::list) {
    for (const auto token : scopes.elements) add_scope(token);
  } else if (scopes.is == located::kind::value && scopes.text != "null" &&
             !for_each_element(scopes.text, add_scope)) {
    // The value is no array, so it is the only scope itself ("read write").
    add_scope(scopes.text);
  }
  report.readable = true;
  return report;
}

}  // namespace pawl::api
