#include "engine/api/field_codec.hpp"

#include "engine/api/json_compare.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::api {
namespace {

struct form {
  field_type type = field_type::string;
  wire_form wire = wire_form::json;
  const char* clear = nullptr;
  std::vector<std::pair<const char*, const char*>> words{};  // user's word, wire value
  const char* separator = "";
};

field_spec field(const form& f) {
  field_spec made;
  made.name = "f";
  made.type = f.type;
  made.wire = f.wire;
  made.separator = f.separator;
  if (f.clear != nullptr) made.clear = f.clear;
  for (const auto& [word, wire] : f.words) {
    made.values.emplace_back(word);
    made.wire_values.emplace_back(wire);
  }
  return made;
}

const form text_number{field_type::number, wire_form::string, R"("")"};
const form text_boolean{field_type::boolean, wire_form::string};
const form seconds{field_type::timestamp, wire_form::epoch_s};
const form millis{field_type::timestamp, wire_form::epoch_ms, "0"};
const form joined{field_type::list, wire_form::joined, nullptr, {}, ", "};
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
      {seconds, R"("2026-05-01T09:00:00.5Z")", "1777626000.5"},
      {millis, R"("2026-05-01T09:00:00.0015Z")", "1777626000001.5"},
      {millis, "null", "0"},
      {joined, R"(["a","b c"])", R"("a, b c")"},
      {joined, R"(["\"q\"","ü"])", R"("\"q\", ü")"},
      {joined, "[]", R"("")"},
      {joined, "null", "null"},
      {priority, R"("urgent")", "4"},
      {priority, "null", "0"},
      {cleared, "null", R"("")"},
      {cleared, R"("a")", R"("a")"},
      {{field_type::json, wire_form::json, "[]"}, R"({"wire":7})", R"({"wire":7})"},
  };
  json_comparer comparer;
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
      {seconds, R"("1777626000")", R"("2026-05-01T09:00:00Z")"},
      {seconds, "1.777626e9", R"("2026-05-01T09:00:00Z")"},
      {seconds, R"("2026-05-01T11:00:00+02:00")", R"("2026-05-01T11:00:00+02:00")"},
      {joined, R"("a,b ,, c")", R"(["a","b","c"])"},
      {joined, R"(["a","b"])", R"(["a","b"])"},
      {{field_type::list, wire_form::joined, nullptr, {}, " "}, R"("a  b\tc")", R"(["a","b","c"])"},
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
      {seconds, R"("soon")"},
      {seconds, "1e40"},
      {priority, "7"},
      {priority, R"("urgent")"},
      {joined, R"(["a",""])"},
      {joined, R"(["a,b"])"},
      {joined, "7"},
      {joined, "[1]"},
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

TEST(FieldCodec, KnowsWhatClears) {
  EXPECT_TRUE(field_codec(field(cleared)).clears(R"("")"));
  EXPECT_FALSE(field_codec(field(cleared)).clears(R"("a")"));
  EXPECT_FALSE(field_codec(field(cleared)).clears("null"));
  EXPECT_TRUE(field_codec(field({field_type::number, wire_form::json, "0"})).clears("0.0"));
  EXPECT_TRUE(field_codec(field({field_type::list, wire_form::joined, R"("")", {}, ","})).clears("[]"));
  EXPECT_FALSE(field_codec(field({})).clears(R"("")"));
}

json_template hole_alone() {
  json_template t;
  t.is = json_template::kind::hole;
  t.pieces = {{hole::value, {}, {}}};
  return t;
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
