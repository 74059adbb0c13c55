#include "engine/api/field_places.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::api {
namespace {

json_path picked(const char* list, const char* member, const char* value, const char* rest) {
  json_path path{{list, false, array_pick{0, member, value}}};
  if (*rest != '\0') path.push_back({rest, false});
  return path;
}

profile placed() {
  profile p;
  const auto add = [&p](const char* name, json_path at) -> field_spec& {
    auto& f = p.fields.emplace_back();
    f.name = name;
    f.at = std::move(at);
    f.echo = f.at;
    return f;
  };
  add("plain", {});
  add("summary", {{"fields"}, {"summary"}});
  add("due", {{"fields"}, {"dates"}, {"due"}});
  add("plan", picked("custom", "id", "360001", "value"));
  add("size", picked("custom", "id", "2", "value"));
  add("key", picked("custom", "id", "k-1", "value"));
  add("names", {{"fields"}, {"parts", true}, {"name"}}).type = field_type::list;
  add("unit", picked("custom", "id", "360001", "unit"));
  auto& owner = add("owner", {{"owner"}});
  owner.send.emplace().members = {{"id", json_template{}}, {"is", json_template{}}};
  owner.send->members[0].second.is = json_template::kind::hole;
  owner.send->members[0].second.pieces = {{hole::value, {}, {}}};
  owner.send->members[1].second.members = {{"kind", json_template{}}};
  owner.send->members[1].second.members[0].second.is = json_template::kind::json;
  owner.send->members[1].second.members[0].second.text = "\"user\"";
  add("mail", {{"mails", false, array_pick{}}, {"address"}});
  auto& count = add("count", {{"properties"}, {"count"}});
  count.type = field_type::number;
  count.wire = wire_form::string;
  auto& limits = add("limits", {{"limits"}});
  limits.type = field_type::object;
  limits.compare = comparison::members;
  return p;
}

std::vector<field_value> values_of(const profile& p,
                                   const std::vector<std::pair<const char*, const char*>>& of) {
  std::vector<field_value> made;
  for (const auto& [name, json] : of) made.push_back({p.find(name).value_or(passed_field), name, json});
  return made;
}

TEST(FieldPlaces, GroupWhatStandsTogether) {
  const auto p = placed();
  const field_places places(p);
  struct {
    std::vector<std::pair<const char*, const char*>> values;
    const char* body;
  } const table[] = {
      {{}, "{}"},
      {{{"plain", "1"}}, R"({"plain":1})"},
      {{{"summary", "1"}, {"plain", "2"}, {"due", "3"}},
       R"({"fields":{"summary":1,"dates":{"due":3}},"plain":2})"},
      {{{"plan", "\"x\""}, {"size", "null"}, {"key", "3"}},
       R"({"custom":[{"id":360001,"value":"x"},{"id":2,"value":null},{"id":"k-1","value":3}]})"},
      {{{"names", R"(["a","b"])"}}, R"({"fields":{"parts":[{"name":"a"},{"name":"b"}]}})"},
      {{{"names", "[]"}, {"summary", "1"}}, R"({"fields":{"parts":[],"summary":1}})"},
      {{{"names", "null"}}, R"({"fields":{"parts":null}})"},
      {{{"mail", "\"m\""}}, R"({"mails":[{"address":"m"}]})"},
      {{{"count", "5"}, {"free", "[1]"}}, R"({"properties":{"count":"5"},"free":[1]})"},
  };
  for (const auto& t : table) {
    const auto values = values_of(p, t.values);
    std::string whole, members = "{\"id\":1,";
    places.append_fields(whole, values, true);
    EXPECT_EQ(whole, t.body);
    places.append_fields(members, values, false);
    EXPECT_EQ(members, "{\"id\":1," + std::string{t.body}.substr(1, std::string_view{t.body}.size() - 2));
  }
  EXPECT_FALSE(places.is_flat());
}

TEST(FieldPlaces, AreFlatWhereEachFieldStandsUnderItsName) {
  auto p = placed();
  p.fields.resize(1);
  EXPECT_TRUE(field_places(p).is_flat());
  p.fields[0].at = {{"plain"}};
  EXPECT_TRUE(field_places(p).is_flat());
  p.fields[0].clear = "0";
  EXPECT_FALSE(field_places(p).is_flat());
  p.fields[0].clear.reset();
  p.fields[0].at = {{"other"}};
  EXPECT_FALSE(field_places(p).is_flat());
}

TEST(FieldPlaces, ArePutOverAnObject) {
  const auto p = placed();
  const field_places places(p);
  struct {
    const char* object;
    std::vector<std::pair<const char*, const char*>> values;
    const char* body;
  } const table[] = {
      {R"({"a": 1.0 ,"plain":0})", {{"plain", "2"}}, R"({"a":1.0,"plain":2})"},
      {"{}", {{"summary", "2"}, {"due", "3"}}, R"({"fields":{"summary":2,"dates":{"due":3}}})"},
      {R"({"fields":{"x":1,"dates":{"due":0,"y":2}}})",
       {{"summary", "2"}, {"due", "3"}},
       R"({"fields":{"x":1,"dates":{"due":3,"y":2},"summary":2}})"},
      {R"({"fields":null,"z":0})", {{"summary", "2"}}, R"({"fields":{"summary":2},"z":0})"},
      {R"({"custom":[{"id":1,"value":0},{"id":360001,"value":1,"n":7}]})",
       {{"plan", "2"}, {"size", "3"}},
       R"({"custom":[{"id":1,"value":0},{"id":360001,"value":2,"n":7},{"id":2,"value":3}]})"},
      {R"({"custom":[{"id":"360001"}]})", {{"plan", "2"}}, R"({"custom":[{"id":"360001","value":2}]})"},
      {R"({"custom":[{"id":360001}]})",
       {{"plan", "1"}, {"size", "2"}, {"unit", "3"}},
       R"({"custom":[{"id":360001,"value":1,"unit":3},{"id":2,"value":2}]})"},
      {R"({"custom":null})", {{"plan", "2"}}, R"({"custom":[{"id":360001,"value":2}]})"},
      {R"({"fields":{"parts":[{"name":"a","n":1}]}})",
       {{"names", R"(["b"])"}},
       R"({"fields":{"parts":[{"name":"b"}]}})"},
      // What stands beside the value in an element of a list stays with it, and beside one in an object too.
      {R"({"fields":{"parts":[{"n":1,"name":"a"},{"name":"b"},{"name":"a","n":2},7]}})",
       {{"names", R"(["c","a","a","a"])"}},
       R"({"fields":{"parts":[{"name":"c"},{"n":1,"name":"a"},{"name":"a","n":2},{"name":"a"}]}})"},
      {R"({"fields":{"parts":null}})", {{"names", R"(["a"])"}}, R"({"fields":{"parts":[{"name":"a"}]}})"},
      {R"({"owner":{"n":"low","id":1,"is":{"x":2}}})",
       {{"owner", R"({"a":2})"}},
       R"({"owner":{"n":"low","id":{"a":2},"is":{"x":2,"kind":"user"}}})"},
      {R"({"owner":null})", {{"owner", "2"}}, R"({"owner":{"id":2,"is":{"kind":"user"}}})"},
      {R"({"owner":"x"})", {{"owner", "2"}}, R"({"owner":{"id":2,"is":{"kind":"user"}}})"},
      {R"({"owner":{"n":1}})", {{"owner", "null"}}, R"({"owner":null})"},
      {R"({"fields":{"dates":null}})", {{"due", "3"}}, R"({"fields":{"dates":{"due":3}}})"},
      {R"({"custom":[{"id":2}],"mails":[null]})",
       {{"size", "1"}, {"mail", "2"}},
       R"({"custom":[{"id":2,"value":1}],"mails":[{"address":2}]})"},
      {R"({"mails":[{"address":"a","n":1},{"address":"b"}]})",
       {{"mail", "\"c\""}},
       R"({"mails":[{"address":"c","n":1},{"address":"b"}]})"},
      {R"({"limits":{"a":1,"b":{"c":2}}})",
       {{"limits", R"({"b":{"d":3}})"}},
       R"({"limits":{"a":1,"b":{"c":2,"d":3}}})"},
      {R"({"free":1})", {{"free", "2"}, {"more", "3"}}, R"({"free":2,"more":3})"},
      {R"({"\u0070lain":1})", {{"plain", "2"}}, R"({"\u0070lain":2})"},
  };
  for (const auto& t : table) {
    std::string body;
    places.append_over(body, t.object, values_of(p, t.values));
    EXPECT_EQ(body, t.body) << t.object;
  }
}

TEST(FieldPlaces, AreNotPutWhereTwoElementsAreMeant) {
  const auto p = placed();
  const field_places places(p);
  for (const auto* object : {R"({"custom":[{"id":2},{"id":2}]})", "[]", "7", R"({"custom":[{"id":2},})"}) {
    std::string body;
    EXPECT_FALSE(places.append_over(body, object, values_of(p, {{"size", "1"}}))) << object;
  }
}

// What stands there is nothing that the profile knows of, and it would be lost.
TEST(FieldPlaces, AreNotPutWhereAnotherShapeStands) {
  const auto p = placed();
  const field_places places(p);
  const struct {
    const char *object, *field;
  } table[] = {
      {R"({"fields":"x"})", "summary"},
      {R"({"fields":["x"]})", "summary"},
      {R"({"fields":0})", "summary"},
      {R"({"fields":{"dates":false}})", "due"},
      {R"({"custom":{"a":1}})", "size"},
      {R"({"custom":"x"})", "size"},
      {R"({"mails":["a@b.c"]})", "mail"},
      {R"({"mails":{"0":1}})", "mail"},
      {R"({"fields":{"parts":{"name":"a"}}})", "names"},
      {R"({"fields":{"parts":"a"}})", "names"},
  };
  for (const auto& t : table) {
    std::string body;
    EXPECT_FALSE(places.append_over(body, t.object, values_of(p, {{t.field, R"(["1"])"}}))) << t.object;
  }
}

TEST(FieldPlaces, ShowFieldsBelowARoot) {
  const auto p = placed();
  const auto places = field_places::shown(p, {{"issue"}});
  std::string body;
  places.append_over(body, R"({"issue":{"id":1},"x":2})", values_of(p, {{"count", "7"}, {"names", "null"}}));
  EXPECT_EQ(body, R"({"issue":{"id":1,"properties":{"count":"7"},"fields":{"parts":[]}},"x":2})");
}

}  // namespace
}  // namespace pawl::api
