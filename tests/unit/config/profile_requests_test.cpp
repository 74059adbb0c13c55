// From a profile's text to the bytes of its requests: templates, variables and the key of Basic.
#include "config/profile_loader.hpp"
#include "engine/api/calls.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/input/job_source.hpp"
#include "engine/text/json_padding.hpp"
#include "tests/unit/config/profile_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace pawl::config {
namespace {

using by_text::minimal;
using by_text::texts;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string two_fields =
    "[fields.a]\ntype = \"number\"\nnullable = true\n[fields.b]\ntype = \"string\"\n";
const std::string reads = "read_first = true\n";

api::profile compiled(const std::string& toml, const given_variables& given = {}) {
  auto made = compile_profile(toml, "p.toml", given);
  EXPECT_THAT(texts(made.complaints), ElementsAre()) << toml;
  return made.value.value_or(api::profile{});
}

std::vector<std::string> request_complaints(const std::string& toml, const given_variables& given = {}) {
  return texts(compile_profile(toml, "p.toml", given).complaints);
}

api::request_writer writer(const api::profile& p) {
  auto made = api::request_writer::create(p, "h.example", "/v1", secret{"key:1"}, "pawl");
  EXPECT_TRUE(made) << to_string(made.error());
  return *std::move(made);
}

std::string written(const api::profile& p, const std::string& id, std::vector<field_value> values,
                    std::vector<std::string> guards = {}) {
  std::string request;
  writer(p).write_patch(request, id, values, {guards, {}});
  return request;
}

std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

const std::array both{field_value{field_index{0}, "a", "1"}, field_value{field_index{1}, "b", "\"x\""}};

TEST(RequestTemplates, PutTheFieldsWhereTheApiWantsThem) {
  struct {
    std::string write, wanted;
  } const table[] = {
      {"body = \"{fields}\"\n", R"({"a":1,"b":"x"})"},
      {"body.issue = \"{fields}\"\n", R"({"issue":{"a":1,"b":"x"}})"},
      {"body.t = { \"...\" = \"{fields}\", safe = true, n = 2, d = 1.5, list = [1, \"é\"] }\n",
       R"({"t":{"safe":true,"n":2,"d":1.5,"list":[1,"é"],"a":1,"b":"x"}})"},
      {"body = [{ id = \"{id}\", \"...\" = \"{fields}\" }]\n", R"([{"id":"7","a":1,"b":"x"}])"},
      {"body = { fields = \"{fields}\", note = \"of {id}: {{x}\" }\n",
       R"({"fields":{"a":1,"b":"x"},"note":"of 7: {x}"})"},
      {"body.\"odd key\".'@type' = \"T\"\nbody.\"odd key\".v = \"{fields}\"\n",
       R"({"odd key":{"@type":"T","v":{"a":1,"b":"x"}}})"},
  };
  for (const auto& row : table) {
    const auto p = compiled(minimal("[write]\n" + row.write + two_fields));
    const auto request = written(p, "7", {both.begin(), both.end()});
    EXPECT_EQ(body_of(request), row.wanted);
    EXPECT_THAT(request, HasSubstr("Content-Length: " + std::to_string(row.wanted.size()) + "\r\n"));
  }
  const auto none =
      compiled(minimal("[write]\nbody.t = { \"...\" = \"{fields}\", safe = true }\n" + two_fields));
  EXPECT_EQ(body_of(written(none, "7", {})), R"({"t":{"safe":true}})") << "no comma without fields";
}

TEST(RequestTemplates, WriteAnIntegerIdAsANumberInBodiesOnly) {
  const auto p = compiled(
      "name = \"p\"\nbase_url = \"https://h.example\"\n[resource]\npath = \"/x/{id}\"\nid_type = "
      "\"integer\"\n"
      "[limits]\nwrite = \"1/s\"\nread = \"1/s\"\n[write]\nbody = { id = \"{id}\", text = \"no {id}\", v = "
      "\"{fields}\" }\n" +
      two_fields);
  const auto request = written(p, "7", {both.begin(), both.end()});
  EXPECT_EQ(body_of(request), R"({"id":7,"text":"no 7","v":{"a":1,"b":"x"}})");
  EXPECT_THAT(request, StartsWith("PATCH /v1/x/7 HTTP/1.1\r\n"));
}

TEST(RequestTemplates, GiveRequestsAMethodPathQueryAndHeadersOfTheirOwn) {
  const auto p =
      compiled(minimal("[write]\nmethod = \"POST\"\npath = \"/y/{id}/edit\"\nquery = { \"a b\" = \"c&d\", "
                       "on = \"{id}\" }\nheaders = { X-Mode = \"safe\" }\n[read]\npath = \"/z/{id}\"\n"
                       "query = { fields = \"{asked},updated\" }\n" +
                       two_fields));
  EXPECT_THAT(written(p, "a/b", {}), StartsWith("POST /v1/y/a%2Fb/edit?a%20b=c%26d&on=a%2Fb HTTP/1.1\r\n"));
  EXPECT_THAT(written(p, "a/b", {}), HasSubstr("\r\nX-Mode: safe\r\n"));
  std::string read;
  writer(p).write_read(read, "a/b");
  EXPECT_THAT(read, StartsWith("GET /v1/z/a%2Fb?fields=a,b,updated HTTP/1.1\r\n"));
  EXPECT_THAT(read, EndsWith("\r\n\r\n"));
  EXPECT_THAT(read, Not(HasSubstr("X-Mode")));
  EXPECT_EQ(api::resource_call(p, "a/b").target, "/z/a%2Fb?fields=a,b,updated")
      << "outside of runs as in them";

  const auto longer =
      compiled(minimal("[write]\npath = \"/y/{id}?a=b\"\nquery.c = \"d\"\n[read]\npath = \"/y/{id}?a=b\"\n"
                       "query.c = \"d\"\n" +
                       two_fields));
  EXPECT_THAT(written(longer, "7", {}), StartsWith("PATCH /v1/y/7?a=b&c=d HTTP/1.1\r\n"));
  EXPECT_EQ(api::resource_call(longer, "7").target, "/y/7?a=b&c=d");

  const auto posted =
      compiled(minimal("[read]\nmethod = \"POST\"\npath = \"/find\"\nbody = { ids = [\"{id}\"], names = "
                       "\"{asked}\" }\n" +
                       two_fields));
  writer(posted).write_read(read, "7");
  EXPECT_THAT(read, StartsWith("POST /v1/find HTTP/1.1\r\n"));
  EXPECT_EQ(body_of(read), R"({"ids":["7"],"names":["a","b"]})");
}

TEST(RequestTemplates, AskWhoseTheKeyIs) {
  EXPECT_TRUE(api::whoami_call(compiled(minimal(two_fields))).empty());
  const auto plain = compiled(minimal("[whoami]\npath = \"/me?a=b\"\naccount = \"id\"\n" + two_fields));
  EXPECT_EQ(api::whoami_call(plain), api::call{"/me?a=b"});
  const auto call = api::whoami_call(
      compiled(minimal("[whoami]\nmethod = \"POST\"\npath = \"/me\"\nquery = { with = \"x y\" }\nheaders = { "
                       "X-Mode = \"short\" }\nbody = { query = \"{{ me }\" }\naccount = \"data.me.id\"\n" +
                       two_fields)));
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.target, "/me?with=x%20y");
  EXPECT_THAT(call.headers, ElementsAre(std::pair<std::string, std::string>{"X-Mode", "short"}));
  EXPECT_EQ(call.body, R"({"query":"{ me }"})");
}

TEST(RequestTemplates, CarryAKeyAsBasic) {
  const given_variables given{{{"email", "me@x.example", "-o vars.email"}}};
  const auto p = compiled(minimal("[vars]\nemail = \"[^:@]+@[^:]+\"\n[auth]\ntoken_env = \"K\"\nbasic = "
                                  "\"{email}/token:{token}\"\n" +
                                  two_fields),
                          given);
  std::string read;
  writer(p).write_read(read, "7");
  // base64 of "me@x.example/token:key:1"
  EXPECT_THAT(read, HasSubstr("\r\nAuthorization: Basic bWVAeC5leGFtcGxlL3Rva2VuOmtleTox\r\n"));
}

TEST(RequestTemplates, ShowTheApiWhatWasRead) {
  const auto p =
      compiled(minimal("[write]\nheaders.If-Match = \"{was_header.ETag}\"\nbody = { \"...\" = \"{fields}\", "
                       "stamp = \"{was.at}\", words = \"since {was.at}\" }\n" +
                           two_fields,
                       reads));
  EXPECT_EQ(api::guard_places(p).size(), 2u) << "each once";
  const auto request = written(p, "7", {both.begin(), both.end()}, {"\"v1\"", "\"2026 \\u00e9\""});
  EXPECT_THAT(request, HasSubstr("\r\nIf-Match: \"v1\"\r\n"));
  EXPECT_EQ(body_of(request), R"({"stamp":"2026 \u00e9","words":"since 2026 é","a":1,"b":"x"})");

  // What the guards hold comes from the read; a write is not sent without all of them.
  api::resource_reader reader(p, {}, nullptr, false);
  const std::array wanted{field_value{field_index{0}, "a", "2"}};
  job_view job;
  job.id = "7";
  job.patch = wanted;
  const auto guards_of = [&](std::string body, std::vector<header_field> headers) {
    const auto size = body.size();
    body.resize(size + json_padding);
    api::write_plan plan;
    EXPECT_EQ(reader.make_plan(std::string_view{body}.substr(0, size), job, {}, plan),
              api::readability::readable);
    return reader.guard(headers, plan) == api::readability::readable ? plan.guards
                                                                     : std::vector<std::string>{};
  };
  EXPECT_THAT(guards_of(R"({"id":"7","a":1,"at":"t1"})", {{"etag", "W/\"1\""}}),
              ElementsAre("W/\"1\"", "\"t1\""));
  EXPECT_THAT(guards_of(R"({"id":"7","a":1,"at":17})", {{"ETag", "1"}}), ElementsAre("1", "17"));
  EXPECT_THAT(guards_of(R"({"id":"7","a":1})", {{"ETag", "1"}}), ElementsAre()) << "nothing shows it";
  EXPECT_THAT(guards_of(R"({"id":"7","a":1,"at":null})", {{"ETag", "1"}}), ElementsAre());
  EXPECT_THAT(guards_of(R"({"id":"7","a":1,"at":"t1"})", {}), ElementsAre()) << "no header";
  EXPECT_THAT(guards_of(R"({"id":"7","a":1,"at":"t\r\n"})", {{"ETag", "1"}}), ElementsAre("1", R"("t\r\n")"))
      << "JSON can say it";
}

TEST(RequestTemplates, ComplainOfWhatCannotBeSent) {
  struct {
    std::string toml, wanted;
  } const table[] = {
      {minimal("[write]\nbody = \"{field}\"\n" + two_fields),
       "write.body: nothing fills {field} here; here stand {id}"},
      {minimal("[write]\nbody.v = \"{fields\"\n" + two_fields), "write.body: a hole is not closed: {fields"},
      {minimal("[write]\nbody.v = \"x\"\n" + two_fields), "write.body: does not hold what is sent"},
      {minimal("[write]\nbody.v = \"x {fields}\"\n" + two_fields),
       "write.body: {fields} stands inside of a text"},
      {minimal("[write]\nbody.\"...\" = \"{id}\"\n" + two_fields),
       "write.body: \"...\" puts the members of {fields}"},
      {minimal("[write]\nbody = { at = 2026-01-01, v = \"{fields}\" }\n" + two_fields),
       "which JSON does not know"},
      {minimal("[write]\nbody = { n = inf, v = \"{fields}\" }\n" + two_fields), "which JSON does not know"},
      {minimal("[write]\nbody = { a = 1, \"...\" = \"{fields}\" }\n" + two_fields),
       "write.body: has \"a\" beside {fields}, and a field stands there too"},
      {minimal("[write]\nbody = { s = \"{was.at}\", v = \"{fields}\" }\n" + two_fields),
       "is guarded by what was read ({was...}), and read_first is not true"},
      {minimal("[write]\nbody = { s = \"{was.at[]}\", v = \"{fields}\" }\n" + two_fields, reads),
       "\"was.at[]\" names no single value of the resource"},
      {minimal("[write]\nheaders.\"If Match\" = \"x\"\n" + two_fields), "is not a header name"},
      {minimal("[write]\nheaders.Content-Length = \"7\"\n" + two_fields),
       "is a header that pawl writes itself"},
      {minimal("[write]\nheaders.X-A = \"a\\nb\"\n" + two_fields), "has a control character"},
      {minimal("[write]\nheaders.X-Id = \"{id}\"\n" + two_fields), "nothing fills {id} here"},
      {minimal("[write]\nquery.key = \"{key}\"\n" + two_fields), "nothing fills {key} here"},
      {minimal("[read]\nheaders.X-Key = \"{key}\"\n" + two_fields), "nothing fills {key} here"},
      {minimal("[write]\npath = \"/y\"\n" + two_fields), "write.path: names no resource"},
      {minimal("[write]\nmethod = \"GET\"\n" + two_fields),
       "write.method: \"GET\" is not PATCH, PUT or POST"},
      {minimal("[read]\nquery.q = \"{fields}\"\n" + two_fields), "nothing fills {fields} here"},
      {minimal("[whoami]\npath = \"/me\"\naccount = \"id\"\nquery.q = \"{id}\"\n" + two_fields),
       "nothing fills {id} here"},
      {minimal("[whoami]\npath = \"/me\"\naccount = \"id\"\nmethod = \"PUT\"\n" + two_fields),
       "neither GET nor POST"},
      {minimal("[quiet]\npath = \"/q\"\n" + two_fields), "quiet.path: stands in [quiet]"},
      {minimal("[quiet]\nbody = { a = 1 }\n" + two_fields),
       "quiet.body: has \"a\" beside {fields}, and a field stands there too"},
      {minimal("[write]\nbody = [\"{fields}\"]\n[quiet]\nbody = { skip = true }\n" + two_fields),
       "quiet.body: is put into the object that a write sends, and one of the two is no object"},
      {minimal("[quiet]\nbody = [true]\n" + two_fields), "quiet.body: is put into the object"},
      {minimal("[auth]\ntoken_env = \"K\"\nbasic = \"me\"\n" + two_fields), "auth.basic: has no {token}"},
      {minimal("[auth]\ntoken_env = \"K\"\nbasic = \"{token}\"\n" + two_fields), "has no colon"},
      {minimal("[auth]\ntoken_env = \"K\"\nscheme = \"X\"\nbasic = \":{token}\"\n" + two_fields),
       "auth.basic: stands beside scheme"},
  };
  for (const auto& row : table) {
    const auto said = request_complaints(row.toml);
    ASSERT_EQ(said.size(), 1u) << row.toml << ::testing::PrintToString(said);
    EXPECT_THAT(said.front(), HasSubstr(row.wanted));
    EXPECT_THAT(said.front(), StartsWith("p.toml:")) << "it has a line";
    EXPECT_THAT(said.front(), HasSubstr("; ")) << "it has a remedy";
  }
}

std::string with_base(const std::string& url) {
  return "name = \"p\"\nbase_url = \"" + url +
         "\"\n[vars]\nsite = \".*\"\n[resource]\npath = \"/r/{site}/{id}\"\n[limits]\nwrite = \"1/s\"\nread "
         "= "
         "\"1/s\"\n[fields.a]\ntype = \"string\"\n";
}

TEST(ProfileVariables, NeverSendTheKeyElsewhere) {
  const auto said = [](const std::string& url, const std::string& value) {
    return request_complaints(with_base(url), {{{"site", value, "-o vars.site"}}});
  };
  EXPECT_THAT(said("https://{site}.api.example", "acme-1"), ElementsAre());
  for (const auto* value : {"evil.com/", "evil.com#", "a.b", "a@b", "a:80", "-a", "a-", "", "é", "a b"})
    EXPECT_THAT(said("https://{site}.api.example", value), Not(ElementsAre())) << value;
  EXPECT_THAT(said("https://{site}.api.example", std::string(64, 'a')), Not(ElementsAre()));
  for (const auto* url : {"https://{site}", "https://{site}.com", "https://{site}com.example",
                          "https://api.x.{site}", "https://api.example:{site}", "https://me@{site}"})
    EXPECT_THAT(said(url, "evil"), Not(ElementsAre())) << url;
}

TEST(ProfileVariables, StandInPathsAsOneSegment) {
  const auto p = compiled(with_base("https://h.example/v/{site}"), {{{"site", "a/b c", "-o vars.site"}}});
  EXPECT_EQ(p.base_url, "https://h.example/v/a%2Fb%20c");
  EXPECT_EQ(p.resource_path, "/r/a%2Fb%20c/{id}");
  EXPECT_EQ(p.name_with_variables(), "p (site=\"a/b c\")");
  EXPECT_EQ(api::profile_name_of(p.name_with_variables()), "p");
}

std::string in_a_header(const std::string& variable) {
  return "[request_headers]\nX = \"{" + variable + "}\"\n" + two_fields;
}

TEST(ProfileVariables, AreUsedSomewhere) {
  const auto said = [](const std::string& tables, const std::string& top = "") {
    return request_complaints(minimal("[vars]\nv = '.+'\n" + tables, top), {{{"v", "x", "-o vars.v"}}});
  };
  const auto nowhere =
      ElementsAre(HasSubstr("vars.v: is used nowhere; put {v} where its value belongs, such as into base_url "
                            "or a path, or remove it"));
  EXPECT_THAT(said(two_fields), nowhere);
  EXPECT_THAT(said("[request_headers]\nX = \"{{v}\"\n" + two_fields), nowhere) << "a brace";
  EXPECT_THAT(said(two_fields, "side_effects = [\"{v}\"]\n"), nowhere) << "no template";
  for (const auto* use :
       {"[request_headers]\nX = \"a{v}\"\n", "[request_headers]\nX = \"{{{v}\"\n",
        "[write]\nbody = [{ a = \"{v}\", b = \"{fields}\" }]\n", "[read]\nquery = { a = \"{v}\" }\n",
        "[auth]\ntoken_env = \"K\"\nbasic = \"{v}:{token}\"\n",
        "[fields.z]\ntype = \"string\"\nsend = { a = \"{value}\", b = \"{v}\" }\n"})
    EXPECT_THAT(said(use + two_fields), ElementsAre()) << use;
}

TEST(ProfileVariables, OfAFileForAnotherProfileAreNoErrors) {
  using meant_for = given_variable::meant_for;
  const auto said = [](const char* name, meant_for is) {
    return request_complaints(minimal("[vars]\nowner = '.+'\n" + in_a_header("owner")),
                              {{{name, "x", "pawl.toml:4", is}}});
  };
  const auto lacks = HasSubstr("vars.owner: has no value, and the profile p needs one; give it with -o");
  EXPECT_THAT(said("owner", meant_for::this_profile), ElementsAre());
  EXPECT_THAT(said("owner", meant_for::any), ElementsAre());
  EXPECT_THAT(
      said("owner", meant_for::another),
      ElementsAre(HasSubstr("(pawl.toml:4 gives it to another profile, which that file names); give")));
  EXPECT_THAT(said("site", meant_for::this_profile), ElementsAre(lacks, HasSubstr("no variable \"site\"")));
  EXPECT_THAT(said("site", meant_for::any), ElementsAre(lacks));
  EXPECT_THAT(said("site", meant_for::another), ElementsAre(lacks));
}

TEST(ProfileVariables, MatchTheirPatternWhole) {
  const auto said = [](const std::string& pattern, const std::string& value) {
    return request_complaints(minimal("[vars]\nv = '" + pattern + "'\n" + in_a_header("v")),
                              {{{"v", value, "-o vars.v"}}});
  };
  EXPECT_THAT(said("v3|20[0-9]{2}-[0-9]{2}", "2026-03"), ElementsAre());
  EXPECT_THAT(said("[a-z]+", "abc1"),
              ElementsAre(StartsWith("-o vars.v: \"abc1\" cannot be a value of {v} of the profile p; it "
                                     "must match [a-z]+")));
  EXPECT_THAT(said(".*", "a\nb"), Not(ElementsAre()));
  EXPECT_THAT(said(".*", std::string(257, 'a')), Not(ElementsAre()));
  EXPECT_THAT(said("(", "a"),
              ElementsAre(HasSubstr("vars.v: \"(\" is not a pattern"), HasSubstr("nothing fills {v} here")));
  EXPECT_THAT(request_complaints(minimal("[vars]\nid = \".*\"\n" + two_fields)),
              ElementsAre(HasSubstr("vars.id: is the name of a hole that every profile has")));
  EXPECT_THAT(request_complaints(minimal("[vars]\nowner = \".*\"\n" + in_a_header("owner")),
                                 {{{"ower", "x", "pawl.toml:4"}}}),
              ElementsAre(HasSubstr("vars.owner: has no value"),
                          "pawl.toml:4: the profile p has no variable \"ower\"; did you mean vars.owner?"));
}

TEST(ProfileShape, IsWhatShapesRequestsAndReadings) {
  const auto shape = [](const std::string& tables, const std::string& top = "") {
    return compiled(minimal(tables, top)).shape;
  };
  const auto base = shape("[write]\nroot = \"t\"\n" + two_fields);
  EXPECT_EQ(shape(two_fields + "[write]\nroot = \"t\"\n"), base) << "the order does not count";
  EXPECT_EQ(shape("# words\n[write]\nroot   = 't'\n" + two_fields), base) << "nor the form";
  EXPECT_EQ(
      shape("[write]\nroot = \"t\"\n" + two_fields + "[error]\ncode = \"c\"\n", "side_effects = [\"x\"]\n"),
      base);
  for (const auto* other :
       {"[write]\nroot = \"u\"\n", "[write]\nroot = \"t\"\nquery.q = \"1\"\n",
        "[write]\nroot = \"t\"\n[read]\nroot = \"t\"\n", "[write]\nroot = \"t\"\nid = \"\"\n",
        "[write]\nroot = \"t\"\n[request_headers]\nX-V = \"2\"\n",
        "[write]\nroot = \"t\"\n[readable]\nr = \"number\"\n",
        "[write]\nroot = \"t\"\nbody.x = \"{fields}\"\n"})
    EXPECT_NE(shape(other + two_fields), base) << other;
  EXPECT_NE(shape("[write]\nroot = \"t\"\n[fields.a]\ntype = \"number\"\nnullable = true\necho = "
                  "\"c\"\n[fields.b]\ntype "
                  "= \"string\"\n"),
            base);
}

TEST(ProfileIds, AreDigitsWhereTheApiNumbersItsResources) {
  for (const auto* form : {"digits", "integer"}) {
    const auto p = compiled(
        "name = \"p\"\nbase_url = \"https://h.example\"\n[resource]\npath = \"/x/{id}\"\nid_type = \"" +
        std::string{form} + "\"\n[limits]\nwrite = \"1/s\"\nread = \"1/s\"\n" + two_fields);
    const auto wrong = [&p](const std::string& id) {
      auto source = input::job_source::from_bytes("j.csv", "id,b\n\"" + id + "\",x\n", p, {});
      EXPECT_TRUE(source);
      job_batch batch;
      const auto read = source->next(batch);
      EXPECT_TRUE(read && *read);
      const auto* error = batch.error(0);
      return error == nullptr ? std::string{} : error->complaints.front().what;
    };
    for (const auto* good : {"7", "0", "123456789012345678901234567890"}) EXPECT_EQ(wrong(good), "") << good;
    for (const auto* bad : {"007", "x7", "7.0", "1e5", "-7", "+7", "7,8", "0x1F", "7 8", "\xd9\xa7"})
      EXPECT_THAT(wrong(bad), StartsWith("must be digits without a zero in front")) << bad;
  }
}

}  // namespace
}  // namespace pawl::config
