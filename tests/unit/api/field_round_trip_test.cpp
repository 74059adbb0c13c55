// Whether values come back from each form, also out of a text around them.
#include "engine/api/field_codec.hpp"
#include "engine/api/json_compare.hpp"
#include "tests/unit/api/wire_forms.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

using testing::around;
using testing::field;
using testing::form;
using testing::hole_alone;
using testing::joined_form;
using testing::seconds_form;

// Whatever a row may hold comes back from each form that its type can have.
TEST(FieldCodec, GivesEveryValueBack) {
  using type = field_type;
  const std::vector<const char*> texts{R"("")",        R"(" a ")",  R"("a\"\\ü")", R"("\u0001/u:")",
                                       R"("a\u0000")", R"("null")", R"("0")"};
  const std::vector<const char*> numbers{"0", "-0.0", "1.50", "-1e-7", "12345678901234567890.10"};
  const std::vector<const char*> moments{R"("2026-05-01T11:00:00.123456789+02:00")",
                                         R"("1969-12-31T23:59:59.9Z")", R"("2016-12-31T23:59:60Z")",
                                         R"("1970-01-01T00:00:00Z")"};
  const std::vector<const char*> lists{
      "[]",           R"(["a"])",        R"(["b","a","B"])", R"(["a,b"])",    R"(["xa","b"])",
      R"([" a",""])", R"(["aa","a a"])", R"(["a\u0000"])",   R"(["\ud800"])", R"(["ü\"","\\"])"};
  struct {
    type is;
    std::vector<wire_form> wires;
    std::vector<const char*> clears, separators, values;
    comparison compare;
  } const table[] = {
      {type::string,
       {wire_form::json, wire_form::string},
       {R"("")", R"("0")"},
       {""},
       texts,
       comparison::exact},
      {type::number,
       {wire_form::json, wire_form::string},
       {"0", R"("")", R"("0")"},
       {""},
       numbers,
       comparison::exact},
      {type::boolean,
       {wire_form::json, wire_form::string},
       {"false", R"("")"},
       {""},
       {"true", "false"},
       comparison::exact},
      {type::timestamp,
       {wire_form::json, wire_form::epoch_s, wire_form::epoch_ms},
       {"0", R"("")"},
       {""},
       moments,
       comparison::instant},
      {type::list, {wire_form::json}, {"[]", R"("")", R"(["a"])"}, {""}, lists, comparison::set},
      {type::list,
       {wire_form::joined},
       {"[]", R"("")", R"("a")"},
       {",", ", ", " ", "aa", "\n"},
       lists,
       comparison::exact},
      {type::object,
       {wire_form::json},
       {"{}", R"("")"},
       {""},
       {"{}", R"({"a":1,"b":{}})"},
       comparison::exact},
      {type::json,
       {wire_form::json},
       {"[]", R"("")"},
       {""},
       {"{}", R"({"wire":1})", "0", "[[]]"},
       comparison::exact},
  };
  json_comparer comparer;
  std::size_t written_values = 0;
  for (const auto& t : table)
    for (const auto wire : t.wires)
      for (const auto* separator : t.separators)
        for (std::size_t c = 0; c <= t.clears.size(); ++c)
          for (const auto send :
               {json_template::kind::hole, json_template::kind::text, json_template::kind::object}) {
            const bool is_text = t.is != type::object && t.is != type::json &&
                                 (t.is != type::list || wire == wire_form::joined);
            if (send == json_template::kind::text && !is_text) continue;
            auto f =
                field({t.is, wire, c < t.clears.size() ? t.clears[c] : nullptr, {}, separator, t.compare});
            f.at = f.echo = {{"f"}};
            if (send == json_template::kind::text) f.send = around("a,", "0");
            if (send == json_template::kind::object) {
              f.send = json_template{};
              f.send->members = {{"in", hole_alone()}};
              f.echo = {{"f"}, {"in"}};
            }
            const field_codec codec(f);
            for (const auto* value : t.values) {
              if (!codec.why_not_written(value).empty()) continue;
              ++written_values;
              std::string shown, read;
              codec.without_send().append_written(shown, value);
              codec.append_read(read, shown);
              const auto means = codec.clears(value) ? std::string_view{"null"} : std::string_view{value};
              EXPECT_EQ(comparer.compare(t.compare, means, read), equality::equal)
                  << value << " as " << shown << " is read as " << read;
            }
          }
  EXPECT_GT(written_values, 300U);
}

// A reply that shows the field where it is written shows the text that was written.
TEST(FieldCodec, ReadsATextBackThroughItsTemplate) {
  struct {
    form of;
    const char *user, *shown;
  } const table[] = {
      {{}, R"("5")", R"("urn:\"5/")"},
      {{}, R"("")", R"("urn:\"/")"},
      {{}, R"("a\"\u0001ü")", R"("urn:\"a\"\u0001ü/")"},
      {{field_type::number}, "5.0", R"("urn:\"5.0/")"},
      {{field_type::boolean}, "true", R"("urn:\"true/")"},
      {{field_type::number, wire_form::string}, "-1.50", R"("urn:\"-1.50/")"},
      {seconds_form, R"("2026-05-01T09:00:00Z")", R"("urn:\"1777626000/")"},
      {joined_form, R"(["a","b"])", R"("urn:\"a, b/")"},
      {{field_type::enumeration, wire_form::json, nullptr, {{"low", "1"}, {"urgent", R"("u")"}}},
       R"("low")",
       R"("urn:\"1/")"},
      {{field_type::enumeration, wire_form::json, nullptr, {{"low", "1"}, {"urgent", R"("u")"}}},
       R"("urgent")",
       R"("urn:\"u/")"},
      {{field_type::string, wire_form::json, R"("")"}, "null", R"("")"},
      {{}, R"({"wire":"urn:5"})", R"("urn:5")"},
      {{}, R"({"wire":"urn:\""})", R"("urn:\"")"},
      {{}, R"({"wire":7})", "7"},
      {{}, R"({"wire":"urn:\"\ud800/"})", R"("urn:\"\ud800/")"},
      {{field_type::number}, R"({"wire":"urn:\"x/"})", R"("urn:\"x/")"},
  };
  for (const auto& t : table) {
    auto spec = field(t.of);
    spec.at = spec.echo = {{"ref"}};
    spec.send = around("urn:\"", "/");
    auto inside = spec;
    inside.send = json_template{};
    inside.send->members = {{"urn", around("urn:\"", "/")}};
    inside.echo = {{"ref"}, {"urn"}};
    for (const auto& f : {spec, inside}) {
      const field_codec codec(f);
      std::string read, written, shown;
      codec.append_read(read, t.shown);
      EXPECT_EQ(read, t.user) << t.shown;
      codec.append_written(written, t.user);
      const bool is_around = f.echo.size() == 2 && read != "null";
      EXPECT_EQ(written, is_around ? R"({"urn":)" + std::string{t.shown} + "}" : t.shown);
      codec.without_send().append_written(shown, t.user);
      EXPECT_EQ(shown, t.shown);
    }
    // Another place shows the value alone.
    spec.echo = {{"ref_id"}};
    std::string read;
    field_codec(spec).append_read(read, R"("5")");
    if (t.of.type == field_type::string && t.of.wire == wire_form::json) {
      EXPECT_EQ(read, R"("5")");
    }
  }
}

}  // namespace
}  // namespace pawl::api
