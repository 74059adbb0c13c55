#include "engine/app/profile_check.hpp"

#include "engine/api/field_locator.hpp"
#include "engine/api/page_reader.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/api/reply_signs.hpp"
#include "engine/api/resource_root.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/write_template.hpp"
#include "engine/model/option.hpp"
#include "engine/policy/retry_policy.hpp"
#include "engine/text/json_padding.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>

namespace pawl::app {
namespace {

using state = reading::state;

constexpr std::size_t longest_shown = 200;               // bytes of a value; chosen: it stands in one line
constexpr std::size_t most_ids = 5;                      // of a list; chosen
constexpr std::string_view unread_mark = R"({"wire":)";  // field_codec: a value that it cannot read

constexpr name_table<api::field_type, 8> types_in_words{{
    {"text", api::field_type::string},
    {"one of the enum's words", api::field_type::enumeration},
    {"true or false", api::field_type::boolean},
    {"a number", api::field_type::number},
    {"text with a date and time", api::field_type::timestamp},
    {"a list of texts", api::field_type::list},
    {"an object", api::field_type::object},
    {"JSON", api::field_type::json},
}};

constexpr name_table<api::verdict, 7> verdicts_in_words{{
    {"ok: the write counts as applied", api::verdict::ok},
    {"throttled: not applied, and sent again later; charges no attempt", api::verdict::throttled},
    {"retry: not applied, and sent again", api::verdict::retry},
    {"maybe: it may have been applied; pawl reads the resource, or sends again what is replay-safe",
     api::verdict::maybe},
    {"refused: the API says no to this row", api::verdict::refused},
    {"conflict: not applied; the row is read again and planned afresh", api::verdict::conflict},
    {"stop: the run ends, a person must act", api::verdict::stop},
}};

constexpr name_table<api::wait_scope, 3> scopes_in_words{{
    {"requests of its class wait", api::wait_scope::of_class},
    {"all requests wait", api::wait_scope::of_all},
    {"its row waits", api::wait_scope::of_id},
}};

std::string shown_text(const located& at) {
  std::string text;
  api::append_printable_shown(text, at, longest_shown);
  return text;
}

class checker {
 public:
  checker(const api::profile& profile, const api::reading_spec& spec, const saved_reply& reply)
      : profile_(profile), spec_(spec), status_(reply.status), text_(reply.body) {
    const auto size = text_.size();
    text_.append(json_padding, ' ');
    body_ = std::string_view{text_}.substr(0, size);
    for (const auto& [name, value] : reply.headers) headers_.push_back({name, value});
  }
  checker(const checker&) = delete;
  checker& operator=(const checker&) = delete;

  status check(sample_kind as) {
    if (status_ != 0 && !policy::is_2xx(status_) && as != sample_kind::error)
      say("status", "", state::wrong,
          std::to_string(status_) + " is no success; show an error with " + to_string(option::as, "error"));
    switch (as) {
      case sample_kind::read:
        resource_in_reply(profile_.reply.read_root, "read.root", profile_.reply.id, source::read);
        return {};
      case sample_kind::write:
        write();
        return {};
      case sample_kind::list:
        return list("[list]", "list", spec_.list);
      case sample_kind::names:
        return list("[names]", "names", spec_.names);
      case sample_kind::error:
        error();
        return {};
      case sample_kind::whoami:
        return whoami();
    }
    return {};
  }

  profile_check_answer answer;

 private:
  void say(std::string name, std::string place, state is, std::string text) {
    answer.readings.push_back({std::move(name), std::move(place), is, std::move(text)});
  }
  void say(std::string name, const json_path& place, state is, std::string text) {
    say(std::move(name), to_string(place), is, std::move(text));
  }

  attempt_fact fact() const {
    attempt_fact made;
    made.reached = phase::answered;
    made.status = status_;
    made.headers = headers_;
    made.body = body_;
    return made;
  }

  void unreadable(const std::string& name) {
    const auto why = api::why_unreadable(fact());
    say(name, "", state::wrong, why.what.empty() ? "is not JSON, or is cut off" : printable(in_words(why)));
  }

  // Where a resource was shown. An item of a list may leave things out.
  enum class source { read, write, item };

  void resource_in_reply(const json_path& root, const char* key, const json_path& id, source from) {
    api::resource_root at(root);
    auto resource = body_;
    const auto is = at.take(resource);
    if (is == api::resource_root::found::unreadable) return unreadable("the reply");
    if (is == api::resource_root::found::missing)
      return say(key, root, state::wrong,
                 "no object stands there; say where the resource stands in the reply");
    if (!root.empty()) say(key, root, state::shown, "the resource");
    this->resource(resource, id, from);
  }

  void resource(std::string_view text, const json_path& id, source from) {
    const auto& shape = profile_.reply;
    std::vector<api::shown_place> places{{id, {}}, {shape.updated_at, {}}, {profile_.label, {}}};
    for (const auto& f : profile_.fields) places.push_back(place_of(f));
    for (const auto& r : profile_.readable) places.push_back({r.path, api::field_codec(r)});
    const auto guards = from == source::read ? guard_places(profile_) : std::vector<api::guard_place>{};
    for (const auto& guard : guards) places.push_back({guard.path, {}});
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t i = 0; i < places.size(); ++i)
      if (!places[i].path.empty()) wanted.push_back(i);
    api::field_locator found(places);
    if (!found.locate(parser_, text, wanted))
      return unreadable(from == source::item ? "an item" : "the resource");
    show_id(id, found[0]);
    if (!shape.updated_at.empty()) show_plain("updated_at", shape.updated_at, found[1]);
    if (!profile_.label.empty()) show_plain("label", profile_.label, found[2]);
    std::size_t at = 3;
    for (const auto& f : profile_.fields) show_field(f, found[at++], from);
    for (const auto& r : profile_.readable)
      show_value("readable." + r.name, r.path, found[at++], r.type, {}, "");
    for (const auto& guard : guards) show_guard(guard, found[at++]);
  }

  // A write that shows the API what was read needs it.
  void show_guard(const api::guard_place& guard, const located& here) {
    const bool is_header = guard.path.empty();
    const auto place = is_header ? guard.header : to_string(guard.path);
    const std::string name = is_header ? "was_header" : "was";
    std::string text;
    if (is_header)
      text = printable(find_header(headers_, guard.header), longest_shown);
    else if (here.is == located::kind::value && here.text != "null")
      text = shown_text(here);
    if (!text.empty()) return say(name, place, state::shown, std::move(text));
    if (is_header && status_ == 0)
      return say(name, place, state::not_shown, "save the reply with curl -i, which has its headers");
    say(name, place, state::wrong, "is not shown, so no write could be guarded by it");
  }

  void show_id(const json_path& path, const located& here) {
    if (path.empty()) return say("id", "", state::not_shown, "the profile does not look at it");
    if (here.is == located::kind::value && here.text != "null" && !here.text.starts_with('{') &&
        !here.text.starts_with('['))
      return say("id", path, state::shown, shown_text(here));
    say("id", path, state::wrong,
        here.is == located::kind::absent ? "is not shown, so the reply may be about another resource"
                                         : "no text and no number stands there");
  }

  void show_plain(std::string name, const json_path& path, const located& here) {
    if (here.is == located::kind::value) return say(std::move(name), path, state::shown, shown_text(here));
    if (here.is == located::kind::absent) return say(std::move(name), path, state::not_shown, "");
    say(std::move(name), path, state::wrong, "one value is needed, and the reply has another shape there");
  }

  void show_field(const api::field_spec& f, const located& here, source from) {
    const auto name = "fields." + f.name;
    if (f.verb != api::set_verb::none)
      return say(name, "", state::not_shown, "changes " + profile_[f.verb_target].name);
    if (!is_echoed(f)) return say(name, "", state::not_shown, "the profile does not compare it");
    if (here.is == located::kind::absent && must_be_shown(f) && from != source::item)
      return say(name, f.echo, state::wrong,
                 "is not shown, and a list that nobody has seen is never replaced");
    show_value(name, f.echo, here, f.type, f.values, from == source::item ? "" : "counts as null");
  }

  void show_value(std::string name, const json_path& path, const located& here, api::field_type type,
                  std::span<const std::string> words, std::string absent) {
    if (here.is == located::kind::absent)
      return say(std::move(name), path, state::not_shown, std::move(absent));
    if (here.is == located::kind::broken)
      return say(std::move(name), path, state::wrong, "the reply has another shape there");
    if (!api::is_sound(here)) return say(std::move(name), path, state::wrong, "is no sound JSON");
    auto text = shown_text(here);
    if (api::is_as_described(here, type, words))
      return say(std::move(name), path, state::shown, std::move(text));
    if (text.starts_with(unread_mark)) {
      text.erase(0, unread_mark.size());
      if (text.ends_with('}')) text.pop_back();
    }
    say(std::move(name), path, state::wrong,
        text + " is not " + std::string{name_of(types_in_words, type)} + ", as the profile says");
  }

  void write() {
    const auto& reply = profile_.reply;
    if (!reply.echoes_resource())
      return say("reply", "", state::not_shown,
                 reply.can_be_shown()
                     ? "the profile does not look at it: a read of the resource proves the write"
                     : "the profile does not look at it: 2xx is all that it asks for");
    resource_in_reply(reply.write_root, "write.root", reply.write_id.value_or(reply.id), source::write);
  }

  status list(const char* table, const std::string& name, const api::list_spec& spec) {
    if (spec.path.empty())
      return failure{failure_kind::usage, to_string(option::as, name),
                     std::string{"the profile has no "} + table,
                     "describe the list there, or give another kind of reply"};
    api::page_reader pages(spec);
    api::page page;
    if (!pages.read(body_, headers_, page)) {
      say(name + ".items", spec.items, state::wrong,
          "the reply is not JSON, has no list there, or nothing where the profile has cursor, more or total");
      return {};
    }
    say(name + ".items", spec.items.empty() ? "the reply" : to_string(spec.items), state::shown,
        std::to_string(page.items.size()));
    ids(name, spec, page);
    next(name, spec, page);
    if (&spec != &spec_.list || page.items.empty()) return {};
    say("the first item", "", state::shown, "shows:");
    resource(page.items.front(), spec.id, source::item);
    return {};
  }

  void ids(const std::string& name, const api::list_spec& spec, const api::page& page) {
    api::item_ids at(spec.id), names_at(spec.name);
    std::string text;
    for (std::size_t i = 0; i < page.items.size(); ++i) {
      const auto id = at.read(page.items[i]);
      if (!id)
        return say(name + ".id", spec.id, state::wrong,
                   fmt::format("item {} shows no text and no number there", i + 1));
      const bool is_listed = i < most_ids;
      if (is_listed) text += (text.empty() ? "" : ", ") + printable(*id, longest_shown);
      if (spec.name.empty()) continue;
      const auto called = names_at.read(page.items[i]);
      if (!called)
        return say(name + ".name", spec.name, state::wrong,
                   fmt::format("item {} shows no name there", i + 1));
      if (is_listed) text += " (" + printable(*called, longest_shown) + ")";
    }
    if (page.items.size() > most_ids) text += ", ...";
    say(name + ".id", spec.id, page.items.empty() ? state::not_shown : state::shown, std::move(text));
  }

  void next(const std::string& name, const api::list_spec& spec, const api::page& page) {
    const auto place = spec.link ? std::string{"the Link header"} : to_string(spec.cursor);
    if (!page.cut_off.empty())
      return say(name + " goes on", place, state::wrong,
                 printable(page.cut_off, std::string::npos) + "; " + std::string{page.remedy});
    if (page.is_last)
      return say(name + " goes on", place, state::not_shown,
                 page.says_nothing ? "this is taken for the whole list, and nothing says so"
                                   : "this is the last page");
    std::string text = "at " + printable(page.next.cursor, longest_shown);
    if (spec.counts()) text = fmt::format("page {}, offset {}", page.next.page, page.next.offset);
    say(name + " goes on", place, state::shown, std::move(text));
  }

  void error() {
    api::reply_reader reader(profile_);
    const auto view = reader.read_error(body_);
    error_part("code", profile_.error.code, view.code);
    error_part("message", profile_.error.message, view.message);
    error_part("details", profile_.error.details, view.details);
    error_part("request_id", profile_.error.request_id, view.request_id);
    if (status_ == 0)
      return say("verdict", "", state::not_shown,
                 "say which status it had with " + to_string(option::status) + ", or save it with curl -i");
    const auto reply = fact();
    const auto signs = policy::signs_of(profile_, reply, view, policy::request_kind::write, true);
    const auto judged = policy::judge(profile_, reply, signs, true);
    const auto* rule = policy::matching_rule(profile_, reply, signs);
    const auto place = rule == nullptr ? std::string{"pawl's own table"}
                                       : fmt::format("rule {}", rule - profile_.rules.data() + 1);
    const bool is_throttled = rule != nullptr && rule->then == api::verdict::throttled;
    std::string text{name_of(verdicts_in_words, is_throttled ? rule->then : judged.is)};
    if (is_throttled) text += "; " + std::string{name_of(scopes_in_words, rule->scope)};
    if (!judged.remedy.empty()) text += " (" + printable(judged.remedy, std::string::npos) + ")";
    if (judged.foreign)
      return say(
          fmt::format("verdict on {}", status_), place, state::wrong,
          text +
              "; but nothing stands where the profile has the error, so pawl takes it for the words of "
              "something before the API, and asks again");
    say(fmt::format("verdict on {}", status_), place, state::shown, std::move(text));
  }

  void error_part(const char* name, const std::vector<json_path>& paths, std::string_view text) {
    if (paths.empty())
      return say(std::string{"error."} + name, "", state::not_shown, "the profile names no place");
    std::string places;
    for (const auto& path : paths) places += (places.empty() ? "" : ", ") + to_string(path);
    say(std::string{"error."} + name, places, text.empty() ? state::not_shown : state::shown,
        printable(text, longest_shown));
  }

  status whoami() {
    if (profile_.whoami.path.empty())
      return failure{failure_kind::usage, to_string(option::as, "whoami"), "the profile has no [whoami]",
                     "describe it there, or give another kind of reply"};
    api::reply_reader reader(profile_);
    const auto who = reader.read_identity(body_);
    if (!who.readable) {
      say("whoami.account", profile_.whoami.account, state::wrong,
          "the reply is not JSON, or shows no account there");
      return {};
    }
    say("whoami.account", profile_.whoami.account, state::shown, printable(who.account, longest_shown));
    if (profile_.whoami.scopes.empty()) return {};
    std::string scopes;
    for (const auto& scope : who.scopes) scopes += (scopes.empty() ? "" : ", ") + scope;
    say("whoami.scopes", profile_.whoami.scopes, scopes.empty() ? state::not_shown : state::shown,
        printable(scopes, std::string::npos));
    return {};
  }

  const api::profile& profile_;
  const api::reading_spec& spec_;
  int status_;
  std::string text_;
  std::string_view body_;
  std::vector<header_field> headers_;
  json_parser parser_;
};

}  // namespace

bool profile_check_answer::fits() const noexcept {
  return std::ranges::none_of(readings, [](const reading& r) { return r.is == state::wrong; });
}

expected<profile_check_answer> check_sample(const api::profile& profile, const api::reading_spec& spec,
                                            sample_kind as, const saved_reply& reply) {
  checker one(profile, spec, reply);
  if (auto done = one.check(as); !done) return done.error();
  return std::move(one.answer);
}

}  // namespace pawl::app
