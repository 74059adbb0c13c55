#include "engine/api/whole_resource.hpp"

#include "engine/text/json_normal_form.hpp"
#include "engine/text/json_path.hpp"
#include "engine/text/json_pick.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace pawl::api {
namespace {

using path = std::span<const path_step>;

// The member of the resource in which the field is written.
std::string_view top_key(const field_spec& f) noexcept {
  return f.at.empty() ? std::string_view{f.name} : std::string_view{f.at.front().key};
}

void append_member(std::string& to, std::string_view key_token, std::string_view json) {
  append_comma(to);
  to += key_token;
  to += ':';
  to += json;
}

// Appends a value, and leaves out what the paths `without` lead to (each begins inside of the value). A part
// that has not the shape that a path expects stays as it is.
struct rewriting {
  std::string& to;

  void value(std::string_view json, const std::vector<path>& without) {
    if (without.empty() || !json.starts_with('{')) {
      to += json;
      return;
    }
    members(json, without);
  }

  void members(std::string_view json, const std::vector<path>& without) {
    to += '{';
    for_each_member(json, [&](std::string_view key, std::string_view member) {
      std::vector<path> inside, inside_elements;
      for (const auto& p : without) {
        if (!string_token_says(key, p.front().key)) continue;
        if (p.size() == 1 && !p.front().pick) return true;
        if (is_array(p.front()))
          inside_elements.push_back(p);
        else
          inside.push_back(p.subspan(1));
      }
      append_member(to, key, {});
      if (inside_elements.empty() || !member.starts_with('['))
        value(member, inside);
      else
        elements(member, inside_elements);
      return true;
    });
    to += '}';
  }

  // `without` begin with the step to this list.
  void elements(std::string_view list, const std::vector<path>& without) {
    to += '[';
    std::size_t position = 0;
    for_each_element(list, [&](std::string_view element) {
      const auto here = position++;
      std::vector<path> inside;
      for (const auto& p : without) {
        const auto& pick = p.front().pick;
        if (pick && is_picked(*pick, here, element) != picked::yes) continue;
        if (p.size() == 1) return true;
        inside.push_back(p.subspan(1));
      }
      append_comma(to);
      value(element, inside);
      return true;
    });
    to += ']';
  }
};

// Whether all escapes stand for text. NUL does not, nor does one half of a surrogate pair without the other.
bool is_text_throughout(std::string_view json) noexcept {
  for (auto at = json.find('\\'); at != std::string_view::npos; at = json.find('\\', at)) {
    const auto escape = first_escape(json.substr(at));
    if (escape.flaw != escape_flaw::none || escape.value == 0) return false;
    at += escape.size;
  }
  return true;
}

bool has_other_element(std::string_view list, const std::vector<path>& described);

// Whether the value holds something to which none of the paths leads (each begins inside of the value).
bool has_other_member(std::string_view json, const std::vector<path>& described) {
  bool found = false;
  for_each_member(json, [&](std::string_view key, std::string_view member) {
    std::vector<path> inside, inside_elements;
    bool is_known = false;
    for (const auto& p : described) {
      if (!string_token_says(key, p.front().key)) continue;
      if (is_array(p.front()))
        inside_elements.push_back(p);
      else if (p.size() == 1)
        is_known = true;
      else
        inside.push_back(p.subspan(1));
    }
    if (is_known) return true;
    if (inside.empty() && inside_elements.empty()) found = true;
    // A member of another form than the paths expect is what they would have led to.
    if (!inside_elements.empty() && member.starts_with('['))
      found = found || has_other_element(member, inside_elements);
    else if (!inside.empty() && member.starts_with('{'))
      found = found || has_other_member(member, inside);
    return !found;
  });
  return found;
}

// The paths begin with the step to this list.
bool has_other_element(std::string_view list, const std::vector<path>& described) {
  bool found = false;
  std::size_t position = 0;
  for_each_element(list, [&](std::string_view element) {
    const auto here = position++;
    std::vector<path> inside;
    std::vector<json_path> picked_by;  // the member by which an element is picked is written with it
    bool is_known = false;
    for (const auto& p : described) {
      const auto& pick = p.front().pick;
      if (pick && is_picked(*pick, here, element) != picked::yes) continue;
      if (p.size() == 1) is_known = true;
      if (p.size() > 1) inside.push_back(p.subspan(1));
      if (pick && !pick->member.empty()) picked_by.push_back({{pick->member}});
    }
    if (is_known) return true;
    inside.insert(inside.end(), picked_by.begin(), picked_by.end());
    found = inside.empty() || (element.starts_with('{') && has_other_member(element, inside));
    return !found;
  });
  return found;
}

// Where a reply shows a field that is written elsewhere: up to where the two ways part, so that of
// `owner.id`, which is written as `owner_id`, all of `owner` is known. Empty: it is shown where it is
// written.
json_path shown_instead(const json_path& echo, const json_path& at) {
  std::size_t same = 0;
  while (same < echo.size() && same < at.size() && echo[same] == at[same]) ++same;
  if (same == echo.size() || same == at.size()) return {};
  json_path way{echo.begin(), echo.begin() + static_cast<std::ptrdiff_t>(same + 1)};
  way.back().each = false;
  way.back().pick.reset();
  return way;
}

}  // namespace

whole_resource::whole_resource(const profile& api) : places_(api) {
  const auto describe = [this](const json_path& way) {
    if (!way.empty()) described_.push_back(way);
  };
  describe(api.reply.id);
  describe(api.reply.updated_at);
  for (const auto& field : api.readable) describe(field.path);
  for (const auto& f : api.fields) {
    const auto at = f.at.empty() ? json_path{{f.name}} : f.at;
    describe(at);
    describe(shown_instead(f.echo, at));
  }
  for (const auto& field : api.readable) {
    const bool is_written = field.path.size() == 1 && !field.path.front().pick &&
                            std::ranges::any_of(api.fields, [&](const auto& f) {
                              return f.verb == set_verb::none && top_key(f) == field.path.front().key;
                            });
    if (!field.path.empty() && !is_written) left_out_.emplace_back(field.path);
  }
}

bool whole_resource::is_sound(std::string_view resource) {
  normal_.clear();
  const auto body = content_of(resource);
  const bool sound = body.starts_with('{') && append_normal_form(normal_, body);
  if (normal_.capacity() > most_kept_json) normal_ = {};
  return sound;
}

bool whole_resource::is_left_out(std::string_view key) const noexcept {
  return std::ranges::any_of(left_out_, [key](const path& p) {
    return p.size() == 1 && !p.front().pick && string_token_says(key, p.front().key);
  });
}

bool whole_resource::compose(std::string& into, std::string_view resource, std::span<const field_value> put) {
  into.clear();
  if (left_out_.empty()) {
    return places_.append_over(into, content_of(resource), put);
  }
  kept_.clear();
  rewriting{kept_}.value(content_of(resource), left_out_);
  return places_.append_over(into, kept_, put);
}

void whole_resource::append_rest(std::string& into, std::string_view known, std::string_view resource) {
  into = known;
  into.pop_back();
  std::vector<std::string> names;
  for_each_member(known, [&](std::string_view key, std::string_view) {
    return append_unescaped(names.emplace_back(), key);
  });
  for_each_member(content_of(resource), [&](std::string_view key, std::string_view value) {
    if (is_left_out(key) || !is_text_throughout(key) || !is_text_throughout(value)) return true;
    const bool is_known =
        std::ranges::any_of(names, [key](const auto& name) { return string_token_says(key, name); });
    if (!is_known) append_member(into, key, value);
    return true;
  });
  into += '}';
}

bool whole_resource::has_undescribed(std::string_view resource, std::span<const field_value> named) const {
  std::vector<path> all(described_.begin(), described_.end());
  std::vector<json_path> of_row;
  for (const auto& v : named)
    if (v.field == passed_field) of_row.push_back({{std::string{places_.top_key(v)}}});
  all.insert(all.end(), of_row.begin(), of_row.end());
  return has_other_member(content_of(resource), all);
}

}  // namespace pawl::api
