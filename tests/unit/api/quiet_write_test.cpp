#include "engine/api/quiet_write.hpp"

#include "engine/api/request_writer.hpp"
#include "engine/model/secret.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::api {
namespace {

text_template text(std::string is) {
  return {{hole::none, std::move(is), {}}};
}
json_template json(std::string is) {
  json_template made;
  made.is = json_template::kind::json;
  made.text = std::move(is);
  return made;
}
json_template fields_hole() {
  json_template made;
  made.is = json_template::kind::hole;
  made.pieces = {{hole::fields, {}, {}}};
  return made;
}
json_template object(std::vector<std::pair<std::string, json_template>> members) {
  json_template made;
  made.members = std::move(members);
  return made;
}

profile of_things() {
  profile p;
  p.resource_path = "/things/{id}";
  p.fields.emplace_back().name = "status";
  return p;
}

// The first line, the headers that begin with X-, and the body of a write of status = "done".
std::string written(const profile& p) {
  auto writer = request_writer::create(p, "api.test", "/v1", secret{"key-of-this-test"}, "");
  if (!writer) return to_string(writer.error());
  std::string request;
  const std::vector<field_value> values{{field_index{0}, "status", "\"done\""}};
  writer->write_patch(request, "t1", values);
  auto result = request.substr(0, request.find(" HTTP/1.1"));
  for (auto at = request.find("\r\nX-"); at != std::string::npos; at = request.find("\r\nX-", at + 2))
    result += " | " + request.substr(at + 2, request.find("\r\n", at + 2) - at - 2);
  return result + " | " + request.substr(request.find("\r\n\r\n") + 4);
}
std::string written_quietly(profile p) {
  write_quietly(p);
  return written(p);
}

TEST(QuietWrite, PutsParametersHeadersAndMembersIntoEachWrite) {
  auto p = of_things();
  EXPECT_FALSE(can_write_quietly(p));
  EXPECT_EQ(written_quietly(p), R"(PATCH /v1/things/t1 | {"status":"done"})");

  p.quiet.query = {{"notify", text("false")}};
  EXPECT_EQ(written(p), R"(PATCH /v1/things/t1 | {"status":"done"})") << "by itself it changes nothing";
  EXPECT_EQ(written_quietly(p), R"(PATCH /v1/things/t1?notify=false | {"status":"done"})");
  p.quiet.headers = {{"X-Silent", text("1")}};
  p.quiet.body = object({{"skip", json("true")}, {"options", object({{"mail", json("false")}})}});
  EXPECT_TRUE(can_write_quietly(p));
  EXPECT_EQ(
      written_quietly(p),
      R"(PATCH /v1/things/t1?notify=false | X-Silent: 1 | {"skip":true,"options":{"mail":false},"status":"done"})");
  EXPECT_EQ(quiet_in_words(p), R"(notify=false, X-Silent: 1, skip = true, options = {"mail":false})");
}

TEST(QuietWrite, TakesThePlaceOfWhatHasTheSameName) {
  auto p = of_things();
  p.write.query = {{"notify", text("true")}, {"full", text("1")}};
  p.write.headers = {{"x-silent", text("0")}, {"X-Other", text("2")}};
  p.write.body = object({{"thing", object({{"...", fields_hole()}})}, {"skip", json("false")}});
  p.quiet.query = {{"notify", text("false")}};
  p.quiet.headers = {{"X-Silent", text("1")}};
  p.quiet.body = object({{"skip", json("true")}});
  EXPECT_EQ(
      written_quietly(p),
      R"(PATCH /v1/things/t1?notify=false&full=1 | X-Silent: 1 | X-Other: 2 | {"thing":{"status":"done"},"skip":true})");
}

TEST(QuietWrite, NeedsAnObjectToStandIn) {
  auto p = of_things();
  p.quiet.body = object({{"skip", json("true")}});
  EXPECT_TRUE(has_room_for_quiet(p));
  p.write.body = fields_hole();
  EXPECT_TRUE(has_room_for_quiet(p));
  EXPECT_EQ(written_quietly(p), R"(PATCH /v1/things/t1 | {"skip":true,"status":"done"})");
  json_template list;
  list.is = json_template::kind::array;
  list.elements = {fields_hole()};
  p.write.body = list;
  EXPECT_FALSE(has_room_for_quiet(p));
  p.write.body.reset();
  p.quiet.body = json("true");
  EXPECT_FALSE(has_room_for_quiet(p));
  p.quiet.body.reset();
  EXPECT_TRUE(has_room_for_quiet(p));
}

}  // namespace
}  // namespace pawl::api
