// Where and how a profile says that a field stands on the wire.
#include "engine/api/field_codec.hpp"
#include "tests/unit/config/profile_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::config {
namespace {

using namespace by_text;
using ::testing::ElementsAre;

TEST(ProfileFieldForms, TakeEveryKey) {
  const auto p = compiled(minimal(R"(
[fields]
summary = { type = "string", at = "fields.summary" }
assignee = { type = "string", nullable = true, at = "fields.assignee", send = { accountId = "{value}" } }
due = { type = "timestamp", send = { __type = "Date", iso = "{value}" }, echo = "due.iso" }
count = { type = "number", at = "properties.count", wire = "string", clear = "" }
seen = { type = "timestamp", wire = "epoch_ms" }
tags = { type = "list", wire = "join:, ", compare = "set_nocase" }
urn = { type = "string", at = "refs[name=main].urn", send = "urn:x:{value}" }
ref = { type = "number", send = { name = "n-{value}", by = ["{value}"] } }
both = { type = "string", send = { name = "n-{value}", id = "{value}" } }
parts = { type = "list", at = "fields.parts[].name" }
priority = { type = "enum", values = { low = 1, urgent = 4 }, clear = 0 }
limits = { type = "object", compare = "members", members = { cpu = "number", disk = { type = "object", members = { kind = { type = "enum", values = ["a", "b"], replay_safe = false } } } } }
reason = { type = "string", rides_with = "summary", echo = "reason" }
quiet = { type = "boolean", rides_with = "summary" }
"*" = { type = "string", at = "properties.*", wire = "string", clear = "" }
)"));
  EXPECT_EQ(to_string(field(p, "summary").at), "fields.summary");
  EXPECT_EQ(to_string(field(p, "summary").echo), "fields.summary");
  EXPECT_EQ(to_string(field(p, "assignee").echo), "fields.assignee.accountId");
  EXPECT_EQ(to_string(field(p, "due").echo), "due.iso");
  EXPECT_EQ(to_string(field(p, "urn").echo), "refs[name=main].urn");
  EXPECT_EQ(to_string(field(p, "ref").echo), "ref.name");
  EXPECT_EQ(to_string(field(p, "both").echo), "both.id") << "where the value stands alone";
  EXPECT_EQ(field(p, "due").compare, api::comparison::instant);
  EXPECT_EQ(field(p, "count").wire, api::wire_form::string);
  EXPECT_EQ(field(p, "count").clear, R"("")");
  EXPECT_TRUE(field(p, "count").nullable) << "what has a clear value can be cleared";
  EXPECT_EQ(field(p, "seen").wire, api::wire_form::epoch_ms);
  EXPECT_EQ(field(p, "tags").separator, ", ");
  EXPECT_EQ(field(p, "tags").compare, api::comparison::set_nocase);
  EXPECT_EQ(to_string(field(p, "parts").echo), "fields.parts[].name");
  EXPECT_THAT(field(p, "priority").values, ElementsAre("low", "urgent"));
  EXPECT_THAT(field(p, "priority").wire_values, ElementsAre("1", "4"));
  EXPECT_EQ(field(p, "priority").clear, "0");
  const auto& disk = field(p, "limits").members.at(1);
  EXPECT_THAT(disk.members.at(0).values, ElementsAre("a", "b"));
  EXPECT_FALSE(disk.members.at(0).replay_safe);
  EXPECT_EQ(field(p, "reason").compare, api::comparison::exact);
  EXPECT_EQ(field(p, "quiet").compare, api::comparison::none);
  ASSERT_TRUE(p.any_field);
  EXPECT_FALSE(p.find("*"));
  std::string written;
  api::field_codec(field(p, "due")).append_written(written, R"("T")");
  EXPECT_EQ(written, R"({"__type":"Date","iso":"T"})");

  auto used = p;
  const std::vector<std::string> names{"color", "summary"};
  api::add_used_fields(used, names);
  ASSERT_EQ(used.fields.size(), p.fields.size() + 1);
  EXPECT_EQ(to_string(used.fields.back().at), "properties.color");
  EXPECT_EQ(to_string(used.fields.back().echo), "properties.color");
  EXPECT_EQ(used.fields.back().name, "color");
}

TEST(ProfileFieldForms, ComplainWithLineAndRemedy) {
  const struct {
    const char* line;
    std::vector<std::string> complaints;
  } table[] = {
      {R"(a = { type = "string", wire = "epoch_s" })",
       {"p.toml:9: fields.a.wire: only a timestamp can be a number of seconds or milliseconds; set type = "
        "\"timestamp\", or another form"}},
      {R"(a = { type = "string", wire = "join:," })",
       {"p.toml:9: fields.a.wire: only a list can be joined; set type = \"list\", or another form"}},
      {R"(a = { type = "list", wire = "join:" })",
       {"p.toml:9: fields.a.wire: joins the elements with nothing; write the separator: \"join:,\""}},
      {R"(a = { type = "list", wire = "string" })",
       {"p.toml:9: fields.a.wire: a list has no text; write wire = \"join:,\", or remove it"}},
      {R"(a = { type = "object", wire = "string" })",
       {"p.toml:9: fields.a.wire: an object has no text; remove it"}},
      {R"(a = { type = "string", wire = "hex" })",
       {"p.toml:9: fields.a.wire: \"hex\" is not one of json, string, epoch_s, epoch_ms, join:SEPARATOR; "
        "use one of these"}},
      {R"(a = { type = "enum", values = { x = 1, y = 1 } })",
       {"p.toml:9: fields.a.values.y: stands for 1, as x does, so a reply would not tell which; remove one "
        "of "
        "the two"}},
      {R"(a = { type = "enum", values = { x = 1, y = 1.0 } })",
       {"p.toml:9: fields.a.values.y: stands for 1, as x does, so a reply would not tell which; remove one "
        "of the two"}},
      {R"(a = { type = "enum", values = { x = { p = 1, q = 2.50 }, y = { q = 2.5, p = 1 } } })",
       {"p.toml:9: fields.a.values.y: stands for {\"q\":2.5,\"p\":1}, as x does, so a reply would not tell "
        "which; remove one of the two"}},
      {R"(a = { type = "enum", values = { x = [{ p = 1, q = 2 }] }, clear = [{ q = 2, p = 1 }] })",
       {"p.toml:9: fields.a.clear: is what stands for x; remove the word, and write null in its place"}},
      {R"(a = { type = "object", compare = "members", clear = { x = 1 } })",
       {"p.toml:9: fields.a.clear: is an object, and compare = \"members\" puts it over what is there, so it "
        "clears nothing; write another value, or another comparison"}},
      {R"(a = { type = "timestamp", wire = "epoch_s", compare = "exact" })",
       {"p.toml:9: fields.a.compare: a number tells the moment alone, so a time in another zone would never "
        "be the same; set compare = \"instant\""}},
      {R"(a = { type = "list", wire = "join:,", at = "b[].c" })",
       {"p.toml:9: fields.a.wire: stands beside an `at` that walks a list (\"[]\"); use one of the two"}},
      {R"(a = { type = "list", at = "b[].c[0].d" })",
       {"p.toml:9: fields.a.at: picks or walks elements inside of the elements of a list; write it as "
        "fields.summary, custom[id=7].value or labels[].name"}},
      {R"(a = { type = "object", send = "x:{value}" })",
       {"p.toml:9: fields.a.send: puts an object into a text, out of which none can be read; add an "
        "echo that shows the value itself, or compare = \"none\""}},
      {R"(a = { type = "list", send = { b = "x:{value}" } })",
       {"p.toml:9: fields.a.send: puts a list into a text, out of which none can be read; add an "
        "echo that shows the value itself, or compare = \"none\""}},
      {R"(a = { type = "string", send = "{value}:{value}" })",
       {"p.toml:9: fields.a.send: has the value twice in a text, out of which it cannot be read; add "
        "an echo that shows the value itself, or compare = \"none\""}},
      {R"(a = { type = "string", send = { b = "x", c = "{value}" }, echo = "a.b" })",
       {"p.toml:9: fields.a.echo: leads to a part of `send` that has no {value}; write where a reply shows "
        "the value"}},
      {R"(a = { type = "enum", values = {} })",
       {"p.toml:9: fields.a.values: is empty; write { WORD = what the API takes for it }"}},
      {R"(a = { type = "enum", values = { x = 1 }, wire = "string" })",
       {"p.toml:9: fields.a.wire: stands beside a table of values, which says the form already; write the "
        "values in the form of the wire, and remove this"}},
      {R"(a = { type = "enum", values = { x = 0 }, clear = 0 })",
       {"p.toml:9: fields.a.clear: is what stands for x; remove the word, and write null in its place"}},
      {R"(a = { type = "string", nullable = false, clear = "" })",
       {"p.toml:9: fields.a.clear: says what clears the field, and nullable says that nothing does; remove "
        "one of the two"}},
      {R"(a = { type = "string", send = { name = "x" } })",
       {"p.toml:9: fields.a.send: has no {value}, so every value would be written alike; put \"{value}\" "
        "where the value stands",
        "p.toml:9: fields.a.send: does not tell where a reply shows the value; add echo = \"PATH\""}},
      {R"(a = { type = "string", send = ["{value}"] })",
       {"p.toml:9: fields.a.send: does not tell where a reply shows the value; add echo = \"PATH\""}},
      {R"(a = { type = "string", at = "" })",
       {"p.toml:9: fields.a.at: is empty, and it says where the field is written; write it as "
        "fields.summary, custom[id=7].value or labels[].name"}},
      {R"(a = { type = "string", at = "b[].c", echo = "b" })",
       {"p.toml:9: fields.a.at: walks a list (\"[]\"), but the field is no list; write it as "
        "fields.summary, custom[id=7].value or labels[].name"}},
      {R"(a = { type = "string", compare = "members" })",
       {"p.toml:9: fields.a.compare: only an object can be compared by its members; set type = \"object\", "
        "or another comparison"}},
      {"a = { type = \"string\", at = \"x.y\" }\nb = { type = \"string\", at = \"x.y\" }",
       {"p.toml:10: fields.b: is written at x.y, as a is; give each a place of its own (at), or describe one "
        "of them only"}},
      {"a = { type = \"string\", at = \"x.y\" }\nx = { type = \"object\" }",
       {"p.toml:10: fields.x: a is written inside of x; give each a place of its own (at), or describe one "
        "of them only"}},
      {R"("*" = { type = "string", at = "properties" })",
       {"p.toml:9: fields.*.at: does not say where the column's name goes; write it as properties.*"}},
      {R"(a = { type = "object", members = { m = { type = "string", values = ["x"] } } })",
       {"p.toml:9: fields.a.members.m.values: stands with an enum only; set type = \"enum\", or remove it"}},
  };
  for (const auto& t : table) {
    const auto result = compile_profile(minimal("[fields]\n" + std::string{t.line} + "\n"), "p.toml");
    EXPECT_EQ(texts(result.complaints), t.complaints) << t.line;
  }
}

}  // namespace
}  // namespace pawl::config
