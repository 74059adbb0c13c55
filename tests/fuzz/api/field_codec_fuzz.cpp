#include "tests/fuzz/api/field_codec_fuzz.hpp"

#include "engine/api/field_codec.hpp"
#include "engine/api/json_compare.hpp"
#include "engine/text/json_normal_form.hpp"
#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"
#include "tests/fuzz/promise.hpp"

#include <string>
#include <vector>

namespace pawl::api::fuzzing {
namespace {

using pawl::fuzzing::promise;

const std::vector<field_spec>& forms() {
  static const auto made = [] {
    std::vector<field_spec> all;
    const auto add = [&all](field_type type, wire_form wire, comparison how) -> field_spec& {
      auto& f = all.emplace_back();
      f.type = type;
      f.wire = wire;
      f.compare = how;
      return f;
    };
    add(field_type::number, wire_form::string, comparison::exact).clear = R"("")";
    add(field_type::boolean, wire_form::string, comparison::exact);
    add(field_type::timestamp, wire_form::epoch_s, comparison::instant);
    add(field_type::timestamp, wire_form::epoch_ms, comparison::instant).clear = "0";
    add(field_type::list, wire_form::joined, comparison::exact).separator = ", ";
    add(field_type::list, wire_form::joined, comparison::set_nocase).separator = " ";
    auto& words = add(field_type::enumeration, wire_form::json, comparison::exact);
    words.values = {"low", "urgent"};
    words.wire_values = {"1", R"("four")"};
    words.clear = "0";
    add(field_type::json, wire_form::json, comparison::exact).clear = "[]";
    add(field_type::list, wire_form::joined, comparison::set).separator = "aa";
    add(field_type::list, wire_form::json, comparison::set).clear = R"(["none"])";
    add(field_type::object, wire_form::json, comparison::members).clear = R"("")";
    // A text that a reply shows as it was written.
    const auto add_text = [&](field_type type, wire_form wire, comparison how) {
      auto& f = add(type, wire, how);
      f.at = f.echo = {{"ref"}};
      f.separator = ",";
      f.send.emplace().is = json_template::kind::text;
      f.send->pieces = {{hole::none, "u:\"", {}}, {hole::value, {}, {}}, {hole::none, "/", {}}};
    };
    add_text(field_type::string, wire_form::json, comparison::exact);
    add_text(field_type::number, wire_form::json, comparison::exact);
    add_text(field_type::boolean, wire_form::string, comparison::exact);
    add_text(field_type::list, wire_form::joined, comparison::set);
    add_text(field_type::timestamp, wire_form::epoch_s, comparison::instant);
    return all;
  }();
  return made;
}

}  // namespace

void read_shown_value(std::string_view text) {
  text = trim(text);
  std::string normal;
  if (!append_normal_form(normal, text)) return;
  json_comparer comparer;
  for (const auto& form : forms()) {
    const field_codec codec(form);
    std::string read, written, again;
    codec.append_read(read, text);
    codec.append_written(written, read);
    codec.append_read(again, written);
    std::string sound;
    promise(append_normal_form(sound, read) && append_normal_form(sound, written),
            "no JSON was made of JSON");
    promise(!is_utf8(text) || (is_utf8(read) && is_utf8(written)), "no UTF-8 was made of UTF-8");
    promise(comparer.compare(form.compare, read, again) == equality::equal,
            "a value is another one once it was written");
    if (read.starts_with(R"({"wire":)"))
      promise(comparer.compare(comparison::exact, text, written) == equality::equal,
              "what cannot be read did not go back as it came");
  }
}

}  // namespace pawl::api::fuzzing
