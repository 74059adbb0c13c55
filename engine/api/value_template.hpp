// What a field's `send` puts around its value, and what a reply shows of that. Pure.
#pragma once

#include "engine/api/profile.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pawl::api {

// Where {value} stands in a `send`, through objects only: where it stands alone, else in a text. nullopt:
// nowhere.
std::optional<json_path> way_to_value(const json_template& send);

// The part of the field's `send` that stands where a reply shows the field (`echo`); null: there is no
// `send`, or the reply shows the field in another place, and there the value alone.
const json_template* shown_part(const field_spec&);

// What stands around {value} in a text. nullopt: the template is no text, or has the value more than once.
struct text_around {
  std::string before, after;
};
std::optional<text_around> around_value(const json_template&);

// What the holes of a template are filled with.
struct template_filling {
  std::string_view value;                // JSON
  const json_template* shown = nullptr;  // a part of which all that is written is known; null: none
  std::string_view shown_json{};
};
// Appends the template with its holes filled. In a text a string stands without its quotes, and every other
// value as JSON text. An object is put over the one that stands `there` (JSON; empty: nothing does), member
// by member: what the template does not name stays as it is.
void append_filled(std::string& to, const json_template&, const template_filling&, std::string_view there);

}  // namespace pawl::api
