#include "engine/api/field_codec.hpp"

#include "tests/unit/api/wire_forms.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::api {
namespace {

using testing::field;
using testing::form;
using testing::hole_alone;
using testing::joined_form;
using testing::seconds_form;

const form text_number{field_type::number, wire_form::string, R"("")"};
const form text_boolean{field_type::boolean, wire_form::string};
const form millis{field_type::timestamp, wire_form::epoch_ms, "0"};
const form overlapping{field_type::list, wire_form::joined, nullptr, {}, "aa"};
const form priority{field_type::enumeration, wire_form::json, "0", {{"low", "1"}, {"urgent", "4"}}};
const form cleared{field_type::string, wire_form::json, R"("")"};

TEST(FieldCodec, WritesAndReadsBack) {
  struct {
    form of;
    const char *user, *wire;
  } const table[] = {
      {{}, R"("x")", R"("x")"},
      {text_number, "5", R"("5")"},
      {text_number, "123456789012345678901234567890.10", R"("123456789012345678901234567890.10")"},
      {text_number, "-1.5e300", R"("-1.5e300")"},
      {text_number, "null", R"("")"},
      {text_boolean, "true", R"("true")"},
      {text_boolean, "false", R"("false")"},
      {text_boolean, "null", "null"},
      {{field_type::string, wire_form::string}, R"("5")", R"("5")"},
      {{field_type::timestamp, wire_form::string}, R"("2026-05-01T09:00:00Z")", R"("2026-05-01T09:00:00Z")"},
      {seconds_form, R"("2026-05-01T09:00:00.5Z")", "1777626000.5"},
      {millis, R"("2026-05-01T09:00:00.0015Z")", "1777626000001.5"},
      {millis, "null", "0"},
      {joined_form, R"(["a","b c"])", R"("a, b c")"},
      {joined_form, R"(["\"q\"","ü"])", R"("\"q\", ü")"},
      {joined_form, "[]", R"("")"},
      {joined_form, "null", "null"},
      {priority, R"("urgent")", "4"},
      {priority, "null", "0"},
      {cleared, "null", R"("")"},
      {cleared, R"("a")", R"("a")"},
      {{field_type::json, wire_form::json, "[]"}, R"({"wire":7})", R"({"wire":7})"},
  };
  for (const auto& t : table) {
    const field_codec codec(field(t.of));
    std::string wire, back;
    codec.append_written(wire, t.user);
    EXPECT_EQ(wire, t.wire) << t.user;
    codec.append_read(back, wire);
    EXPECT_EQ(back, t.user) << wire;
  }
}

TEST(FieldCodec, ReadsWhatMeansTheSame) {
  struct {
    form of;
    const char *shown, *user;
  } const table[] = {
      {text_number, "5", "5"},
      {text_number, R"("5.0")", "5.0"},
      {text_number, R"("\u0035")", "5"},
      {text_boolean, "true", "true"},
      {text_boolean, R"("TRUE")", "true"},
      {seconds_form, R"("1777626000")", R"("2026-05-01T09:00:00Z")"},
      {seconds_form, "1.777626e9", R"("2026-05-01T09:00:00Z")"},
      {seconds_form, R"("2026-05-01T11:00:00+02:00")", R"("2026-05-01T11:00:00+02:00")"},
      {joined_form, R"("a ,  , b,  c,d, ")", R"(["a","b","c,d"])"},
      {joined_form, R"(["a","b"])", R"(["a","b"])"},
      {{field_type::list, wire_form::joined, nullptr, {}, " "}, R"("a  b c\td")", R"(["a","b","c\td"])"},
      {priority, "4.0", R"("urgent")"},
      {priority, "0.0", "null"},
      {cleared, "null", "null"},
      {millis, R"("0")", "null"},
      {millis, R"("1970-01-01T00:00:00.00Z")", "null"},
  };
  for (const auto& t : table) {
    std::string user;
    field_codec(field(t.of)).append_read(user, t.shown);
    EXPECT_EQ(user, t.user) << t.shown;
  }
}

// Such a value differs from all that a row can want, and it is written back as it was.
TEST(FieldCodec, KeepsWhatItCannotRead) {
  struct {
    form of;
    const char* shown;
  } const table[] = {
      {text_number, R"("many")"},
      {text_number, "true"},
      {text_boolean, R"("yes")"},
      {seconds_form, R"("soon")"},
      {seconds_form, "1e40"},
      {priority, "7"},
      {priority, R"("urgent")"},
      {joined_form, R"(["a",""])"},
      {joined_form, R"(["a, b"])"},
      {joined_form, R"(["a "])"},
      {joined_form, R"(["a\u0000"])"},
      {joined_form, R"(["a","\ud800"])"},
      {joined_form, R"("a, \udc00")"},
      {joined_form, R"("a\u0000, b")"},
      {overlapping, R"(["xa","b"])"},
      {overlapping, R"("xa aab")"},
      {joined_form, "7"},
      {joined_form, "[1]"},
      {text_number, R"({"a":1})"},
      {priority, R"([{"wire":1}])"},
  };
  for (const auto& t : table) {
    const field_codec codec(field(t.of));
    std::string user, wire;
    codec.append_read(user, t.shown);
    EXPECT_EQ(user, R"({"wire":)" + std::string{t.shown} + "}");
    codec.append_written(wire, user);
    EXPECT_EQ(wire, t.shown);
  }
  std::string garbled;
  field_codec(field(priority)).append_read(garbled, R"("\q")");
  EXPECT_EQ(garbled, R"("\q")") << "the caller must see that it is no JSON";
}

TEST(FieldCodec, NeverWritesRawTokensIntoAJoinedText) {
  for (const auto* list : {R"(["\ud800","b"])", R"(["a\u0000"])", R"(["a",1])", R"(["a, b"])"}) {
    std::string wire;
    field_codec(field(joined_form)).append_written(wire, list);
    EXPECT_EQ(wire, list) << "it goes as the list that it is, for the API to judge";
  }
}

// null, what clears the field and all that the field's own comparison calls the same are read as null, and
// are written as what clears it.
TEST(FieldCodec, KnowsWhatClearsByTheComparisonOfTheField) {
  using type = field_type;
  struct {
    form of;
    const char *shown, *user;
  } const table[] = {
      {{type::list, wire_form::json, R"(["b","a"])", {}, "", comparison::set},
       R"(["a","b","a"])",
       R"(["a","b"])"},
      {{type::list, wire_form::json, R"(["A"])", {}, "", comparison::set_nocase}, R"(["a"])", R"(["a"])"},
      {{type::list, wire_form::json, R"("")", {}, "", comparison::set}, "[]", "[]"},
      {{type::list, wire_form::joined, R"("")", {}, ", "}, R"(" ,  , ")", "[]"},
      {{type::list, wire_form::joined, "[]", {}, ", "}, R"("")", "[]"},
      {{type::list, wire_form::joined, R"("b, a")", {}, ", ", comparison::set}, R"("a, b")", R"(["a","b"])"},
      {{type::timestamp, wire_form::json, R"("1970-01-01T00:00:00Z")", {}, "", comparison::instant},
       R"("1970-01-01T01:00:00+01:00")",
       R"("1969-12-31T23:00:00-01:00")"},
      {{type::number, wire_form::string, R"("0")"}, R"("0.0")", "0.0"},
      {{type::number, wire_form::string, R"("0")"}, "0e1", "-0"},
      {{type::boolean, wire_form::string, R"("FALSE")"}, R"("false")", "false"},
      {{type::string, wire_form::json, R"("a\nb")", {}, "", comparison::lines}, R"("a\r\nb")", R"("a\rb")"},
      {{type::object, wire_form::json, R"({"a":1,"b":null})"},
       R"({ "b":null, "a":1.0 })",
       R"({"b":null,"a":1})"},
  };
  for (const auto& t : table) {
    const field_codec codec(field(t.of));
    std::string read, written;
    codec.append_read(read, t.shown);
    EXPECT_EQ(read, "null") << t.shown;
    EXPECT_TRUE(codec.clears(t.user)) << t.user;
    codec.append_written(written, t.user);
    EXPECT_EQ(written, t.of.clear) << t.user;
  }
  // An object that is compared by the members of a row holds more than those.
  const field_codec members(field({type::object, wire_form::json, "{}", {}, "", comparison::members}));
  EXPECT_FALSE(members.clears(R"({"a":1})"));
}

TEST(FieldCodec, KnowsWhatClears) {
  EXPECT_TRUE(field_codec(field(cleared)).clears(R"("")"));
  EXPECT_FALSE(field_codec(field(cleared)).clears(R"("a")"));
  EXPECT_FALSE(field_codec(field(cleared)).clears("null"));
  EXPECT_TRUE(field_codec(field({field_type::number, wire_form::json, "0"})).clears("0.0"));
  EXPECT_TRUE(field_codec(field({field_type::list, wire_form::joined, R"("")", {}, ","})).clears("[]"));
  EXPECT_FALSE(field_codec(field({})).clears(R"("")"));
}

TEST(FieldCodec, PutsTheTemplateAroundAllButNull) {
  json_template type, text;
  type.is = json_template::kind::json;
  type.text = R"("Date")";
  text.is = json_template::kind::text;
  text.pieces = {{hole::none, "a \"", {}}, {hole::value, {}, {}}, {hole::none, "\"", {}}};
  json_template object;
  object.members = {{"__type", type}, {"iso", hole_alone()}, {"said", text}};
  auto spec = field({field_type::timestamp});
  spec.send = object;
  const field_codec codec(spec);
  EXPECT_TRUE(codec.reads_as_shown());
  EXPECT_FALSE(codec.writes_as_given());
  std::string wire;
  codec.append_written(wire, R"("x\n")");
  EXPECT_EQ(wire, R"({"__type":"Date","iso":"x\n","said":"a \"x\n\""})");
  wire.clear();
  codec.append_written(wire, "[\"l\"]");
  EXPECT_EQ(wire, R"({"__type":"Date","iso":["l"],"said":"a \"[\"l\"]\""})");
  wire.clear();
  codec.append_written(wire, "null");
  EXPECT_EQ(wire, "null");
  wire.clear();
  codec.without_send().append_written(wire, "1");
  EXPECT_EQ(wire, "1");
}

}  // namespace
}  // namespace pawl::api
