// What reply_reader finds in replies that say no, and in those that say who is asking.
#include "engine/text/json_path.hpp"
#include "tests/unit/api/reply_reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::api {
namespace {

using testing::reading;

TEST(ErrorReading, FindsTheEnvelope) {
  reading r;
  const auto e = r.error(
      R"({"error":{"code":"validation_failed","message":"Bad \u00fc \"x\"","details":[{"path":"tags.0"} ],)"
      R"("request_id":"req_0123456789abcdef"}})");
  EXPECT_EQ(e.code, "validation_failed");
  EXPECT_EQ(e.message, "Bad ü \"x\"");
  EXPECT_EQ(e.details, R"([{"path":"tags.0"} ])");
  EXPECT_EQ(e.request_id, "req_0123456789abcdef");

  const auto numbers = r.error(R"({"error":{"code":4042,"message":{"de":"nein"},"details":null}})");
  EXPECT_EQ(numbers.code, "4042");
  EXPECT_EQ(numbers.message, R"({"de":"nein"})");
  EXPECT_EQ(numbers.details, "");
  EXPECT_EQ(numbers.request_id, "");
}

TEST(ErrorReading, IsEmptyWhereThereIsNoEnvelope) {
  reading r;
  for (const char* body : {"", "<html><head><title>502</title></head></html>", "null", "[]", "{}",
                           "{\"error\":null}", "{\"error\":nul}", "{\"error\":{\"code\":nul}}",
                           "{\"error\":\"broken\"}", "{\"error\":{\"code\":\"x\"}",
                           "{\"error\":{\"code\":null}}", "{\"error\":{\"code\":\"a\",\"code\":\"b\"}}"}) {
    r.error(R"({"error":{"code":"left over","message":"m","details":1,"request_id":"r"}})");
    const auto e = r.error(body);
    EXPECT_TRUE(e.code.empty() && e.message.empty() && e.details.empty() && e.request_id.empty()) << body;
  }
}

TEST(ErrorReading, BoundsAndCleansWhatWillBePrinted) {
  reading r;
  const auto e = r.error("{\"error\":{\"code\":\"a\\u001b[2Jb\\u0000\\u009b\\ud800\",\"message\":\"\\n" +
                         std::string(2046, 'm') + "\xc3\xa9\",\"details\":{\n\"x\":\"" +
                         std::string(5000, 'd') + "\"},\"request_id\":\"" + std::string(300, 'r') + "\"}}");
  EXPECT_EQ(e.code, "a\\x1b[2Jb\\x00\\u009b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(e.message, " " + std::string(2046, 'm'));
  EXPECT_EQ(e.details.size(), 4096U);
  EXPECT_TRUE(e.details.starts_with("{ \"x\":\"ddd"));
  EXPECT_EQ(e.request_id.size(), 256U);
}

// An API whose errors come in two shapes has two places for each part.
profile two_shapes() {
  profile p = testing::thread_profile();
  p.error = {{*parse_json_path("error.code"), *parse_json_path("status")},
             {*parse_json_path("error.message"), *parse_json_path("message")},
             {*parse_json_path("error")},
             {*parse_json_path("request_id"), *parse_json_path("meta.id")}};
  return p;
}

TEST(ErrorReading, TheFirstPlaceThatShowsSomethingCounts) {
  struct row {
    const char* body;
    const char *code, *message, *details, *request_id;
    bool enveloped;
  };
  const row rows[] = {
      {R"({"error":{"code":"invalid","message":"bad field"},"status":"422","message":"Failed",)"
       R"("request_id":"r1","meta":{"id":"r2"}})",
       "invalid", "bad field", R"({"code":"invalid","message":"bad field"})", "r1", true},
      {R"({"status":"404","message":"Not Found","meta":{"id":"r2"}})", "404", "Not Found", "", "r2", true},
      {R"({"error":{},"status":404,"message":"Not Found"})", "404", "Not Found", "", "", true},
      {R"({"error":{"code":null,"message":""},"status":"409","message":"m"})", "409", "m",
       R"({"code":null,"message":""})", "", true},
      {R"({"error":{"message":"only words"}})", "", "only words", R"({"message":"only words"})", "", false},
      {R"({"error":"broken","status":"500"})", "500", "", R"("broken")", "", true},
      {R"({"message":"Not Found"})", "", "Not Found", "", "", false},
      {R"({"id":"t1"})", "", "", "", "", false},
  };
  reading r(two_shapes());
  for (const auto& row : rows) {
    const auto e = r.error(row.body);
    EXPECT_EQ(e.code, row.code) << row.body;
    EXPECT_EQ(e.message, row.message) << row.body;
    EXPECT_EQ(e.details, row.details) << row.body;
    EXPECT_EQ(e.request_id, row.request_id) << row.body;
    EXPECT_EQ(e.enveloped, row.enveloped) << row.body;
  }
}

// GitHub: the code of the first field that failed, else the status in the body.
TEST(ErrorReading, APlaceMayBeInTheFirstOfAList) {
  auto p = testing::thread_profile();
  p.error = {{*parse_json_path("errors[0].code"), *parse_json_path("status")},
             {*parse_json_path("errors[0].message"), *parse_json_path("message")},
             {*parse_json_path("errors")},
             {}};
  reading r(p);
  const auto first = r.error(
      R"({"message":"Validation Failed","errors":[{"code":"invalid","message":"bad"},{"code":"x"}],"status":"422"})");
  EXPECT_EQ(first.code, "invalid");
  EXPECT_EQ(first.message, "bad");
  EXPECT_EQ(first.details, R"([{"code":"invalid","message":"bad"},{"code":"x"}])");
  for (const char* body :
       {R"({"message":"Not Found","status":"404"})", R"({"message":"Not Found","errors":[],"status":404})",
        R"({"message":"Not Found","errors":"none","status":"404"})"}) {
    const auto e = r.error(body);
    EXPECT_EQ(e.code, "404") << body;
    EXPECT_EQ(e.message, "Not Found") << body;
    EXPECT_TRUE(e.enveloped) << body;
  }
}

// Without codes the message is the envelope, wherever it stands.
TEST(ErrorReading, AnyPlaceOfAMessageIsTheEnvelopeWhereThereIsNoCode) {
  auto p = two_shapes();
  p.error.code.clear();
  reading r(p);
  EXPECT_TRUE(r.error(R"({"message":"no"})").enveloped);
  EXPECT_TRUE(r.error(R"({"error":{"message":"no"}})").enveloped);
  EXPECT_FALSE(r.error(R"({"status":"404"})").enveloped);
}

TEST(IdentityReading, FindsAccountAndScopes) {
  reading r;
  const auto is = r.identity(
      R"({"workspace_id":"ws_1","api_key_id":"k","scopes":["threads:read", "threads:write"],"linear_team_ids":[]})");
  EXPECT_TRUE(is.readable);
  EXPECT_EQ(is.account, "ws_1");
  EXPECT_THAT(is.scopes, ::testing::ElementsAre("threads:read", "threads:write"));

  EXPECT_EQ(r.identity(R"({"workspace_id":7})").account, "7");
  EXPECT_TRUE(r.identity(R"({"workspace_id":7})").readable);
  EXPECT_THAT(r.identity(R"({"workspace_id":7,"scopes":"read write"})").scopes,
              ::testing::ElementsAre("read write"));
  EXPECT_THAT(r.identity(R"({"workspace_id":7,"scopes":null})").scopes, ::testing::IsEmpty());
  for (const char* body : {"", "<html>", "{}", R"({"workspace_id":null})", R"({"workspace_id":"w")"})
    EXPECT_FALSE(r.identity(body).readable) << body;

  auto p = testing::thread_profile();
  p.whoami.account.clear();
  p.whoami.scopes = *parse_json_path("grants[].name");
  const auto unbound = reading(p).identity(R"({"workspace_id":"ws_1","grants":[{"name":"a"},{"name":"b"}]})");
  EXPECT_TRUE(unbound.readable);
  EXPECT_EQ(unbound.account, "");
  EXPECT_THAT(unbound.scopes, ::testing::ElementsAre("a", "b"));
}

TEST(ErrorReading, PicksOneOfSeveralErrorsAndListsTheirDetails) {
  profile p;
  p.error.code = {*parse_json_path("[0].code"), *parse_json_path("errors[0].code")};
  p.error.message = {*parse_json_path("errors[code=E1].text")};
  p.error.details = {*parse_json_path("errors[].field")};
  reply_reader reader(p);
  const auto error = [&](std::string_view body) { return reader.read_error(testing::padded(body)); };
  const auto first = error(R"({"errors":[{"code":"E1","text":"no","field":"a"},{"code":"E2","field":"b"}]})");
  EXPECT_EQ(first.code, "E1");
  EXPECT_EQ(first.message, "no");
  EXPECT_EQ(first.details, R"(["a","b"])");
  EXPECT_TRUE(first.enveloped);
  EXPECT_EQ(error(R"([{"code":"E3"}])").code, "E3");
  const auto none = error(R"({"errors":[]})");
  EXPECT_TRUE(none.code.empty() && none.details.empty() && !none.enveloped);
}

}  // namespace
}  // namespace pawl::api
