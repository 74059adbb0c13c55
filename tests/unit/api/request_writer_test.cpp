#include "engine/api/request_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

namespace pawl::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const secret token{"pl_v2_abcdefghijklmnop"};

profile thread_profile() {
  profile p;
  p.resource_path = "/threads/{id}";
  return p;
}

request_writer writer(const profile& p, const secret& key = token) {
  auto made = request_writer::create(p, "api.example:8443", "/api/v2", key, "pawl/0.1");
  EXPECT_TRUE(made) << to_string(made.error());
  return *std::move(made);
}

std::string segment(std::string_view id) {
  std::string text;
  append_path_segment(text, id);
  return text;
}

TEST(PathSegment, KeepsAnIdOneSegment) {
  const std::array<std::pair<std::string_view, std::string_view>, 12> table{{
      {"thr_1-a.b~C", "thr_1-a.b~C"},
      {"a/b", "a%2Fb"},
      {"a?b#c", "a%3Fb%23c"},
      {"100%", "100%25"},
      {"a b", "a%20b"},
      {".", "%2E"},
      {"..", "%2E%2E"},
      {"...", "..."},
      {"../me", "..%2Fme"},
      {"\r\nX: y", "%0D%0AX%3A%20y"},
      {"\xc3\xa9", "%C3%A9"},
      {"a;b=c@d&e+f", "a%3Bb%3Dc%40d%26e%2Bf"},
  }};
  for (const auto& [id, wanted] : table) EXPECT_EQ(segment(id), wanted);
  EXPECT_EQ(segment(std::string_view{"\0", 1}), "%00");
}

TEST(RequestWriter, WritesAWholePatch) {
  const auto w = writer(thread_profile());
  const std::array values{field_value{field_index{0}, "status", "\"done\""},
                          field_value{field_index{1}, "tag_ids", "[\"a\",\"b\"]"},
                          field_value{field_index{2}, "title", "null"}};
  std::string request = "left over";
  w.write_patch(request, "thr/1", values);
  EXPECT_EQ(request,
            "PATCH /api/v2/threads/thr%2F1 HTTP/1.1\r\n"
            "Host: api.example:8443\r\n"
            "User-Agent: pawl/0.1\r\n"
            "Authorization: Bearer pl_v2_abcdefghijklmnop\r\n"
            "Accept: application/json\r\n"
            "Accept-Encoding: identity\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 50\r\n"
            "\r\n"
            "{\"status\":\"done\",\"tag_ids\":[\"a\",\"b\"],\"title\":null}");
}

TEST(RequestWriter, CountsTheBytesOfTheBody) {
  const auto w = writer(thread_profile());
  const auto check = [&](std::span<const field_value> values, std::string_view body) {
    std::string request;
    w.write_patch(request, "1", values);
    const auto at = request.find("\r\n\r\n");
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(request.substr(at + 4), body);
    EXPECT_THAT(request, HasSubstr("Content-Length: " + std::to_string(body.size()) + "\r\n"));
  };
  check({}, "{}");
  check(std::array{field_value{passed_field, "a", "1"}}, "{\"a\":1}");
  check(std::array{field_value{passed_field, "t", "\"\xc3\xa9\xf0\x9f\x98\x80\""}},
        "{\"t\":\"\xc3\xa9\xf0\x9f\x98\x80\"}");
  // A passed field's name is the input's: it may hold anything.
  check(std::array{field_value{passed_field, "a\"b\\c\nd\x1f", "{}"}, field_value{passed_field, "", "true"}},
        "{\"a\\\"b\\\\c\\nd\\u001f\":{},\"\":true}");
}

TEST(RequestWriter, EscapesTheNamesOfTheProfileToo) {
  profile p = thread_profile();
  p.fields.resize(2);
  p.fields[0].name = "status";
  p.fields[1].name = "a\"b";
  const auto w = writer(p);
  const std::array values{field_value{field_index{0}, "status", "1"},
                          field_value{field_index{1}, "a\"b", "2"}, field_value{field_index{1}, "other", "3"},
                          field_value{field_index{7}, "far", "4"}, field_value{passed_field, "status", "5"}};
  std::string request;
  w.write_patch(request, "1", values);
  EXPECT_THAT(request, ::testing::EndsWith("Content-Length: 50\r\n\r\n"
                                           R"({"status":1,"a\"b":2,"other":3,"far":4,"status":5})"))
      << request;
}

TEST(RequestWriter, WritesReadsWithoutABody) {
  profile p = thread_profile();
  p.resource_path = "/threads/{id}/state?view=full";
  const auto w = writer(p);
  std::string request;
  w.write_read(request, "a b");
  EXPECT_EQ(request,
            "GET /api/v2/threads/a%20b/state?view=full HTTP/1.1\r\n"
            "Host: api.example:8443\r\n"
            "User-Agent: pawl/0.1\r\n"
            "Authorization: Bearer pl_v2_abcdefghijklmnop\r\n"
            "Accept: application/json\r\n"
            "Accept-Encoding: identity\r\n\r\n");
  w.write_call(request, {"/tags?limit=200"});
  EXPECT_TRUE(request.starts_with("GET /api/v2/tags?limit=200 HTTP/1.1\r\nHost: ")) << request;
  EXPECT_TRUE(request.ends_with("\r\n\r\n"));
  w.write_call(request, {"/me x\r\ny"});
  EXPECT_TRUE(request.starts_with("GET /api/v2/me%20x%0D%0Ay HTTP/1.1\r\n")) << request;
}

TEST(RequestWriter, SendsABodyThatWasMadeElsewhereAsItStands) {
  profile p = thread_profile();
  p.method = "PUT";
  std::string request = "before", values;
  writer(p).write_body(request, "a/b", R"({"n":1.50,"t":"\u00e9"})");
  writer(p).write_patch(values, "a/b", {});
  const auto head = values.substr(0, values.find("Content-Length"));
  EXPECT_EQ(request, head + "Content-Length: 23\r\n\r\n" + R"({"n":1.50,"t":"\u00e9"})");
}

TEST(RequestWriter, TakesMethodAuthAndHeadersFromTheProfile) {
  profile p = thread_profile();
  p.method = "PUT";
  p.auth_header = "X-Api-Key";
  p.auth_scheme = "";
  p.extra_headers = {{"X-Tenant", "7"},
                     {"accept", "application/vnd.x+json"},
                     {"Content-Type", "application/merge-patch+json"}};
  const auto w = writer(p);
  std::string request;
  w.write_patch(request, "1", {});
  EXPECT_EQ(request,
            "PUT /api/v2/threads/1 HTTP/1.1\r\n"
            "Host: api.example:8443\r\n"
            "User-Agent: pawl/0.1\r\n"
            "X-Api-Key: pl_v2_abcdefghijklmnop\r\n"
            "Accept: application/vnd.x+json\r\n"
            "Accept-Encoding: identity\r\n"
            "X-Tenant: 7\r\n"
            "Content-Type: application/merge-patch+json\r\n"
            "Content-Length: 2\r\n\r\n{}");
  w.write_read(request, "1");
  EXPECT_THAT(request, Not(HasSubstr("Content-Type")));
}

TEST(RequestWriter, SendsNoAuthHeaderWithoutAToken) {
  std::string request;
  writer(thread_profile(), secret{}).write_read(request, "1");
  EXPECT_THAT(request, Not(HasSubstr("Authorization")));
}

TEST(RequestWriter, AllocatesNothingOnceTheBufferHasGrown) {
  const auto w = writer(thread_profile());
  const std::array values{
      field_value{field_index{0}, "title", "\"a long enough title to leave any small buffer\""}};
  std::string request;
  w.write_patch(request, "thr_1", values);
  const auto* bytes = request.data();
  for (int i = 0; i < 3; ++i) {
    w.write_read(request, "thr_1");
    w.write_patch(request, "thr_2", values);
  }
  EXPECT_EQ(request.data(), bytes);
}

TEST(RequestWriter, RefusesHeaderInjectionWithoutShowingTheValue) {
  const std::array<std::string, 5> bad{"pl_v2_x\r\nX: y", "pl_v2_x\n", "pl_v2_x\r",
                                       std::string{"pl_v2_x\0y", 9}, "pl_v2_x\x7f"};
  for (const auto& text : bad) {
    const auto with_token = request_writer::create(thread_profile(), "h", "", secret{text}, "pawl");
    ASSERT_FALSE(with_token);
    EXPECT_EQ(with_token.error().kind, failure_kind::usage);
    EXPECT_EQ(with_token.error().place, "token");
    EXPECT_THAT(to_string(with_token.error()), Not(HasSubstr("pl_v2_x")));

    profile p = thread_profile();
    p.extra_headers = {{"X-Secretish", text}};
    const auto with_header = request_writer::create(p, "h", "", token, "pawl");
    ASSERT_FALSE(with_header);
    EXPECT_THAT(with_header.error().place, HasSubstr("X-Secretish"));
    EXPECT_THAT(to_string(with_header.error()), Not(HasSubstr("pl_v2_x")));

    EXPECT_FALSE(request_writer::create(thread_profile(), text, "", token, "pawl"));
    EXPECT_FALSE(request_writer::create(thread_profile(), "h", "/" + text, token, "pawl"));
    EXPECT_FALSE(request_writer::create(thread_profile(), "h", "", token, text));
    p = thread_profile();
    p.auth_scheme = text;
    EXPECT_FALSE(request_writer::create(p, "h", "", token, "pawl"));
    p = thread_profile();
    p.auth_header = text;
    EXPECT_FALSE(request_writer::create(p, "h", "", token, "pawl"));
    p = thread_profile();
    p.method = text;
    EXPECT_FALSE(request_writer::create(p, "h", "", token, "pawl"));
  }
}

TEST(RequestWriter, RefusesHeadersThatItMustWriteItself) {
  for (const char* name : {"Host", "content-length", "Transfer-Encoding", "Connection", "authorization",
                           "Accept-Encoding", "", "X Y", "X:"}) {
    profile p = thread_profile();
    p.extra_headers = {{name, "x"}};
    EXPECT_FALSE(request_writer::create(p, "h", "", token, "pawl")) << name;
  }
}

TEST(RequestWriter, NeedsExactlyOneIdInThePath) {
  for (const char* path : {"", "/threads", "/threads/{id}/{id}", "threads/{id}", "/threads/{ID}",
                           "/thr eads/{id}", "/x/{id}#y"}) {
    profile p = thread_profile();
    p.resource_path = path;
    const auto made = request_writer::create(p, "h", "/api", token, "pawl");
    ASSERT_FALSE(made) << path;
    EXPECT_EQ(made.error().place, "resource path");
    EXPECT_FALSE(made.error().remedy.empty());
  }
  EXPECT_FALSE(request_writer::create(thread_profile(), "h", "api", token, "pawl"));
  EXPECT_FALSE(request_writer::create(thread_profile(), "", "", token, "pawl"));
  EXPECT_TRUE(request_writer::create(thread_profile(), "h", "", token, ""));
}

}  // namespace
}  // namespace pawl::api
