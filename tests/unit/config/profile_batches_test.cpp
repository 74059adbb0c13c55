// From a profile's text to requests for several resources, and what is wrong with such texts.
#include "config/profile_loader.hpp"
#include "engine/api/batch_requests.hpp"
#include "engine/api/request_writer.hpp"
#include "tests/unit/config/profile_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {
namespace {

using by_text::minimal;
using by_text::texts;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string fields_and_top =
    "[fields.a]\ntype = \"number\"\n[fields.b]\ntype = \"string\"\nat = \"x.b\"\n";

const std::string reads_several = "[read_many]\npath = \"/r\"\nsize = 9\nquery = { ids = \"{id}\" }\n";

api::profile compiled_with(const std::string& toml) {
  const bool lacks_reads = toml.find("[read_many]") == std::string::npos;
  auto made = compile_profile(
      "read_first = true\n" + minimal((lacks_reads ? reads_several : "") + toml + fields_and_top), "p.toml",
      {});
  EXPECT_THAT(texts(made.complaints), ElementsAre()) << toml;
  return made.value.value_or(api::profile{});
}

std::string written_rows(const api::profile& p) {
  auto writer = api::request_writer::create(p, "h.example", "/v1", secret{"k"}, "pawl");
  EXPECT_TRUE(writer);
  const std::array one{field_value{field_index{0}, "a", "1"}};
  const std::array two{field_value{field_index{0}, "a", "2"}, field_value{field_index{1}, "b", "\"x\""}};
  const std::vector<std::string> guard{R"("s1")"};
  std::string request;
  writer->write_rows(request, std::array{api::request_writer::row{"7", one, {}, guard},
                                         api::request_writer::row{"k/8", two, {}, guard},
                                         api::request_writer::row{"9", {}, R"({"whole":1})", guard}});
  return request;
}

TEST(Batches, AListOfOneElementIsRepeatedForEachRow) {
  const struct {
    std::string table, line, body;
  } cases[] = {
      {"path = \"/b\"\nbody.inputs = [{ id = \"{id}\", \"...\" = \"{fields}\" }]\n",
       "PATCH /v1/b HTTP/1.1\r\n",
       R"({"inputs":[{"id":"7","a":1},{"id":"k/8","a":2,"x":{"b":"x"}},{"id":"9","whole":1}]})"},
      {"path = \"/b\"\nmethod = \"POST\"\nquery = { dry = \"no\" }\n"
       "body = { before = [1], inputs = [{ key = \"k {id}\", f = \"{fields}\" }], after = { n = true } }\n",
       "POST /v1/b?dry=no HTTP/1.1\r\n",
       R"({"before":[1],"inputs":[{"key":"k 7","f":{"a":1}},{"key":"k k/8","f":{"a":2,"x":{"b":"x"}}},)"
       R"({"key":"k 9","f":{"whole":1}}],"after":{"n":true}})"},
      {"path = \"/b\"\nbody = [{ id = \"{id}\", \"...\" = \"{fields}\" }]\n", "PATCH /v1/b HTTP/1.1\r\n",
       R"([{"id":"7","a":1},{"id":"k/8","a":2,"x":{"b":"x"}},{"id":"9","whole":1}])"},
      // The list stands deep, with others around it.
      {"path = \"/b\"\nbody = { o = { p = [[{ id = \"{id}\", \"...\" = \"{fields}\" }], 2], q = 1 }, r = [] "
       "}\n",
       "PATCH /v1/b HTTP/1.1\r\n",
       R"({"o":{"p":[[{"id":"7","a":1},{"id":"k/8","a":2,"x":{"b":"x"}},{"id":"9","whole":1}],2],"q":1},"r":[]})"},
  };
  for (const auto& c : cases) {
    const auto request = written_rows(compiled_with("[write_many]\nsize = 10\n" + c.table));
    EXPECT_THAT(request, StartsWith(c.line));
    const auto body = request.substr(request.find("\r\n\r\n") + 4);
    EXPECT_EQ(body, c.body);
    EXPECT_THAT(request, HasSubstr("Content-Length: " + std::to_string(c.body.size()) + "\r\n"));
  }
}

TEST(Batches, EachRowShowsItsOwnGuard) {
  const auto p = compiled_with(
      "[write]\nbody = { \"...\" = \"{fields}\", stamp = \"{was.t}\" }\n"
      "[write_many]\npath = \"/b\"\nsize = 9\nbody = [{ id = \"{id}\", stamp = \"{was.t}\", \"...\" = "
      "\"{fields}\" }]\n");
  EXPECT_TRUE(api::is_guarded(p));
  EXPECT_THAT(written_rows(p), HasSubstr(R"([{"id":"7","stamp":"s1","a":1},)"));
}

TEST(Batches, SeveralAreReadByListOrByQuery) {
  const std::array<std::string_view, 2> ids{"7", "k/8"};
  const auto by_body = api::read_many_call(
      compiled_with("[read_many]\npath = \"/b\"\nmethod = \"POST\"\nsize = 9\n"
                    "body = { inputs = [{ id = \"{id}\" }], properties = \"{asked}\" }\n"),
      ids);
  EXPECT_EQ(by_body.method, "POST");
  EXPECT_EQ(by_body.target, "/b");
  EXPECT_EQ(by_body.body, R"({"inputs":[{"id":"7"},{"id":"k/8"}],"properties":["a","b"]})");
  EXPECT_EQ(by_body.id, "");
  const auto by_query = api::read_many_call(
      compiled_with("[read_many]\npath = \"/b\"\nsize = 9\nquery = { ids = \"{id}\", f = \"{asked}\" }\n"),
      ids);
  EXPECT_EQ(by_query.method, "GET");
  EXPECT_EQ(by_query.target, "/b?ids=7,k%2F8&f=a,b");
  EXPECT_EQ(by_query.body, "");
}

TEST(Batches, AnIntegerIdIsANumberInTheirBodies) {
  auto p = compiled_with("[read_many]\npath = \"/b\"\nmethod = \"POST\"\nsize = 9\nbody.ids = [\"{id}\"]\n");
  p.id_type = api::id_form::integer;
  const std::array<std::string_view, 2> ids{"7", "8"};
  EXPECT_EQ(api::read_many_call(p, ids).body, R"({"ids":[7,8]})");
}

TEST(Batches, ComplainOfWhatNobodyCouldSend) {
  const std::string row = "body = [{ id = \"{id}\", \"...\" = \"{fields}\" }]\n";
  const std::string write = "[write_many]\npath = \"/b\"\nsize = 9\n",
                    read = "[read_many]\npath = \"/b\"\nsize = 9\n";
  const struct {
    std::string toml, complaint;
  } cases[] = {
      {write, "write_many.body: is missing"},
      {write + "body = { id = \"{id}\", f = \"{fields}\" }\n",
       "must have {id} in one place, for all resources"},
      {write + "body = { a = [{ id = \"{id}\", f = \"{fields}\" }], b = [\"{id}\"] }\n",
       "must have {id} in one place"},
      {write + "body = { a = [{ id = \"{id}\" }], f = \"{fields}\" }\n",
       "has {fields} or {was...} outside of the list that holds {id}"},
      {write + "body = [{ id = \"{id}\" }]\n", "does not hold what is sent"},
      {write + row, "needs a read of several rows"},
      {write + row + "errors = \"errors\"\n", "write_many.error_id: is missing"},
      {write + row + "error_id = \"id\"\n", "write_many.errors: is missing"},
      {"[write]\nbody = { \"...\" = \"{fields}\", s = \"{was.t}\" }\n" + write + row,
       "leaves out a guard ({was...}) that [write] has"},
      {"[write]\nheaders = { If-Match = \"{was_header.ETag}\" }\n" + write + row,
       "leaves out a guard ({was...}) that [write] has"},
      {write + "body = [{ id = \"{id}\", s = \"{was.t}\", \"...\" = \"{fields}\" }]\n",
       "has a guard ({was...}) that [write] leaves out"},
      {read + "query = { a = \"{id}\", b = \"{id}\" }\n", "must have {id} in one place"},
      {read + "method = \"POST\"\nbody = { id = \"{id}\" }\n", "must have {id} in one place"},
      {read, "names no resources"},
  };
  for (const auto& c : cases) {
    const auto made = compile_profile("read_first = true\n" + minimal(c.toml + fields_and_top), "p.toml", {});
    EXPECT_THAT(texts(made.complaints), Contains(HasSubstr(c.complaint))) << c.toml;
  }
}

}  // namespace
}  // namespace pawl::config
