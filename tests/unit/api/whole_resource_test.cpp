#include "engine/api/whole_resource.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

profile with_readable(const std::vector<std::string_view>& paths) {
  profile p;
  p.reply.id = {{"id"}};
  p.reply.updated_at = {{"updated_at"}};
  field_spec title;
  title.name = "title";
  title.echo = {{"title"}};
  p.fields = {title};
  for (const auto path : paths)
    p.readable.push_back({std::string{path}, field_type::json, *parse_json_path(path)});
  return p;
}

std::string composed(const profile& p, std::string_view resource, std::vector<field_value> put) {
  whole_resource whole(p);
  std::string body = "what was there before";
  EXPECT_TRUE(whole.is_sound(resource)) << resource;
  whole.compose(body, resource, put);
  return body;
}

TEST(WholeResource, SendsBackWhatWasReadByteForByte) {
  struct row {
    const char* what;
    const char* resource;
    const char* sent;
  };
  const std::vector<row> table{
      {"numbers keep their text", R"({"id":7,"a":1.50,"b":1e400,"c":-0.0,"d":12345678901234567890123})",
       R"({"id":7,"a":1.50,"b":1e400,"c":-0.0,"d":12345678901234567890123,"title":"new"})"},
      {"strings keep their escapes, half a pair too", R"({"a":"\u00e9\/\ud800","\u0062":"é"})",
       R"({"a":"\u00e9\/\ud800","\u0062":"é","title":"new"})"},
      {"what stands inside keeps its white space",
       "\xef\xbb\xbf { \"a\" : { \"x\" : [1, 2] } , \"b\" : [ ] }\n",
       R"({"a":{ "x" : [1, 2] },"b":[ ],"title":"new"})"},
      {"in its place", R"({"a":null,"title":"old","z":{}})", R"({"a":null,"title":"new","z":{}})"},
      {"a name with an escape is the same name", R"({"t\u0069tle":"old"})", R"({"t\u0069tle":"new"})"},
      {"an empty one", "{}", R"({"title":"new"})"},
      {"id and stamp too: a server may want them, and says by [readable] that it does not",
       R"({"id":"t1","updated_at":"2026-01-01T00:00:00Z"})",
       R"({"id":"t1","updated_at":"2026-01-01T00:00:00Z","title":"new"})"},
  };
  const auto p = with_readable({});
  for (const auto& [what, resource, sent] : table)
    EXPECT_EQ(composed(p, resource, {{field_index{0}, "title", R"("new")"}}), sent) << what;
  EXPECT_EQ(composed(p, R"({"a\"b":1})", {{passed_field, "a\"b", "2"}, {passed_field, "c\\d", "3"}}),
            R"({"a\"b":2,"c\\d":3})");
}

TEST(WholeResource, LeavesOutWhatTheApiDoesNotTake) {
  struct row {
    std::vector<std::string_view> readable;
    const char* resource;
    const char* sent;
  };
  const std::vector<row> table{
      {{"updated_at", "id"}, R"({"id":1,"a":2,"updated_at":"x","b":3})", R"({"a":2,"b":3})"},
      {{"owner.email"}, R"({"owner":{"id":1,"email":"e","name":"n"}})", R"({"owner":{"id":1,"name":"n"}})"},
      {{"owner.email"}, R"({"owner":"e"})", R"({"owner":"e"})"},
      {{"owner.email"}, R"({"owner":null,"email":"kept"})", R"({"owner":null,"email":"kept"})"},
      {{"a.b.c", "a.b.d"}, R"({"a":{"b":{"c":1,"d":2,"e":3}}})", R"({"a":{"b":{"e":3}}})"},
      {{"tags[].name"}, R"({"tags":[{"id":1,"name":"x"},{"name":"y"},7]})", R"({"tags":[{"id":1},{},7]})"},
      {{"tags[]"}, R"({"tags":[1,2],"a":1})", R"({"a":1})"},
      {{"x.tags[].name"}, R"({"x":{"tags":[{"id":1,"name":"x"}]}})", R"({"x":{"tags":[{"id":1}]}})"},
      {{"f[id=7].value"},
       R"({"f":[{"id":7,"value":1},{"id":8,"value":2},3]})",
       R"({"f":[{"id":7},{"id":8,"value":2},3]})"},
      {{"f[id=7]", "f[2]"}, R"({"f":[1,{"id":"7"},2,3]})", R"({"f":[1,3]})"},
      {{"f[0].a", "f[].b"}, R"({"f":[{"a":1,"b":2},{"a":1,"b":2}]})", R"({"f":[{},{"a":1}]})"},
      {{"f[0]"}, R"({"f":{"a":1}})", R"({"f":{"a":1}})"},
      {{"\xc3\xa9"}, R"({"\u00e9":1,"a":2})", R"({"a":2})"},
      // What a field is written to goes back, whatever else says that it can be read.
      {{"title"}, R"({"title":"t"})", R"({"title":"t"})"},
  };
  for (const auto& [readable, resource, sent] : table)
    EXPECT_EQ(composed(with_readable(readable), resource, {}), sent) << resource;
}

TEST(WholeResource, IsNotSoundWhereAMemberCannotBeSentBack) {
  const auto p = with_readable({});
  whole_resource whole(p);
  for (const auto* bad : {"", "[]", "7", R"({"a":nonsense})", R"({"a":01})", R"({"a":1,"a":2})",
                          R"({"a":"\q"})", R"({"a":{"b":1,"\u0062":2}})", R"({"a":1} x)", R"({"a")"})
    EXPECT_FALSE(whole.is_sound(bad)) << bad;
  EXPECT_TRUE(whole.is_sound(R"( {"a":{"b":[1,2.50,"x",null,true]}} )"));
}

TEST(WholeResource, KeepsForTheWayBackWhatIsNotKnownYet) {
  const auto p = with_readable({"updated_at"});
  whole_resource whole(p);
  std::string kept;
  whole.append_rest(
      kept, R"({"title":"old","b":1})",
      R"({"id":7,"title":"raw","\u0062":2,"c":1.50,"updated_at":"x","half":"\ud800","pair":"\ud83d\ude00",)"
      R"("other half":"\udc00","nul":"\u0000","slash":"\\ud800"})");
  EXPECT_EQ(kept, R"({"title":"old","b":1,"id":7,"c":1.50,"pair":"\ud83d\ude00","slash":"\\ud800"})");
  whole.append_rest(kept, "{}", R"({"c":3})");
  EXPECT_EQ(kept, R"({"c":3})");
}

TEST(WholeResource, TellsMembersThatNobodyHasDescribed) {
  const auto p = with_readable({"size.width"});
  whole_resource whole(p);
  EXPECT_FALSE(whole.has_undescribed(R"({"id":1,"updated_at":2,"title":3,"size":{"width":4},"named":5})",
                                     std::vector<field_value>{{passed_field, "named", "6"}}));
  EXPECT_TRUE(whole.has_undescribed(R"({"id":1,"titles":3})", {}));
}

TEST(WholeResource, TellsThemAtAnyDepth) {
  auto p = with_readable({"owner.since"});
  p.reply.updated_at = *parse_json_path("meta.changed");
  const auto add = [&p](const char* name, std::string_view at, std::string_view echo) {
    auto& f = p.fields.emplace_back();
    f.name = name;
    f.at = *parse_json_path(at);
    f.echo = *parse_json_path(echo);
  };
  add("mail", "properties.mail", "properties.mail");
  add("priority", "properties.priority", "properties.priority.name");
  add("team_id", "properties.team_id", "properties.team.id");
  add("plan", "custom[id=7].value", "custom[id=7].value");
  add("labels", "labels[].name", "labels[].name");
  const whole_resource whole(p);
  struct row {
    const char* resource;
    bool has;
  };
  const std::vector<row> table{
      {R"({"properties":{"mail":"a","priority":{"name":"x","icon":"y"},"team":{"id":1,"name":"z"}}})", false},
      {R"({"properties":{"mail":"a","phone":"b"}})", true},
      {R"({"properties":null,"custom":null,"labels":null,"meta":3})", false},
      {R"({"meta":{"changed":1}})", false},
      {R"({"meta":{"changed":1,"color":"red"}})", true},
      {R"({"owner":{"since":1}})", false},
      {R"({"owner":{"since":1,"mail":"a"}})", true},
      {R"({"custom":[{"id":7,"value":1}]})", false},
      {R"({"custom":[{"id":7,"value":1},{"id":8,"value":2}]})", true},
      {R"({"custom":[{"id":7,"value":1,"unit":"kg"}]})", true},
      {R"({"labels":[{"name":"a"},{"name":"b"}]})", false},
      {R"({"labels":[{"name":"a"},{"name":"b","color":"red"}]})", true},
  };
  for (const auto& [resource, has] : table) EXPECT_EQ(whole.has_undescribed(resource, {}), has) << resource;
}

}  // namespace
}  // namespace pawl::api
