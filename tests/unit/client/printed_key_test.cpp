#include "engine/client/printed_key.hpp"

#include "engine/text/date_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::client {
namespace {

using namespace std::chrono_literals;

// 2026-12-01T00:00:00Z
constexpr wall_time asked_at{std::chrono::sys_seconds{1'796'083'200s}};

// "KEY", "KEY for 60 s", or what is wrong.
std::string read(std::string_view text) {
  const auto key = read_printed_key(text, asked_at);
  if (!key) {
    EXPECT_EQ(key.error().kind, failure_kind::mend);
    return "wrong: " + key.error().what;
  }
  if (!key->life) return key->value;
  return key->value + " for " +
         std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(*key->life).count()) + " ms";
}

struct printed_case {
  const char* text;
  const char* read;
};

TEST(PrintedKey, IsATextOrAnObjectThatTellsItsEnd) {
  ASSERT_EQ(rfc3339_to_second(asked_at), "2026-12-01T00:00:00Z");
  const printed_case cases[] = {
      {"k1", "k1"},
      {"k1\n", "k1"},
      {"k1\r\n", "k1"},
      {"k1\n\n", "k1\n"},  // several lines: whoever checks the key says so
      {"k1\nk2\n", "k1\nk2"},
      {" k1\n", " k1"},
      {"", ""},
      {"\n", ""},
      {"[\"k1\"]", "[\"k1\"]"},
      {R"({"token":"k1"})", "k1"},
      {"\n {\"token\" : \"k1\" } \r\n", "k1"},
      {R"({"access_token":"k1","token_type":"Bearer","refresh_token":"r","scope":"a b"})", "k1"},
      {R"({"token":"k\/1\u0021"})", "k/1!"},
      {R"({"token":"k1","access_token":"k1"})", "k1"},
      {R"({"token":null,"access_token":"k1","expires_in":null,"expires_at":null})", "k1"},
      {R"({"token":"k1","expires_in":60})", "k1 for 60000 ms"},
      {R"({"token":"k1","expires_in":"3599"})", "k1 for 3599000 ms"},
      {R"({"token":"k1","expires_in":1.9})", "k1 for 1000 ms"},
      {R"({"token":"k1","expires_at":"2026-12-01T00:01:00Z"})", "k1 for 60000 ms"},
      {R"({"token":"k1","expires_at":"2026-12-01T02:01:00.9+02:00"})", "k1 for 60000 ms"},
      {R"({"token":"k1","expires_at":1796083260})", "k1 for 60000 ms"},
      {R"({"token":"k1","expires_at":"1796083260"})", "k1 for 60000 ms"},
      {R"({"token":"k1","expires_at":1796083260.75})", "k1 for 60000 ms"},
      {R"({"token":"k1","expires_at":1796083260,"expires_in":30})", "k1 for 30000 ms"},
      {R"({"token":"k1","expires_at":1796083220,"expires_in":30})", "k1 for 20000 ms"},
      {R"({"token":"k1","expires_at":"9999-12-31T23:59:59Z"})", "k1 for 315360000000 ms"},
  };
  for (const auto& c : cases) EXPECT_EQ(read(c.text), c.read) << c.text;
}

TEST(PrintedKey, ShowsNothingOfWhatItCannotRead) {
  const printed_case cases[] = {
      {"{", "wrong: what it printed begins like JSON, and is none"},
      {R"({"token":"s3cret"} more)", "wrong: what it printed begins like JSON, and is none"},
      {R"({"token":"s3cret","token":"s3cret"})", "wrong: what it printed begins like JSON, and is none"},
      {"{}", "wrong: the JSON that it printed has no token (or access_token)"},
      {R"({"error":"s3cret"})", "wrong: the JSON that it printed has no token (or access_token)"},
      {R"({"token":"s3cret","access_token":"s3cret2"})",
       "wrong: the JSON that it printed has a token and another access_token"},
      {R"({"token":17})", "wrong: the token in the JSON that it printed is no text"},
      {R"({"token":["s3cret"]})", "wrong: the token in the JSON that it printed is no text"},
      {R"({"token":"s3cret\ud800"})", "wrong: the token in the JSON that it printed is no text"},
      {R"({"token":"s3cret","expires_at":"s3cret"})",
       "wrong: expires_at in the JSON that it printed is no moment (RFC 3339, or seconds since 1970)"},
      {R"({"token":"s3cret","expires_at":1796083260000})",
       "wrong: expires_at in the JSON that it printed is no moment (RFC 3339, or seconds since 1970)"},
      {R"({"token":"s3cret","expires_at":true})",
       "wrong: expires_at in the JSON that it printed is no moment (RFC 3339, or seconds since 1970)"},
      {R"({"token":"s3cret","expires_in":"soon"})",
       "wrong: expires_in in the JSON that it printed is no number of seconds"},
      {R"({"token":"s3cret","expires_in":{}})",
       "wrong: expires_in in the JSON that it printed is no number of seconds"},
      {R"({"token":"s3cret","expires_in":0})",
       "wrong: the key that it printed has ended already, by the clock of this machine"},
      {R"({"token":"s3cret","expires_in":-5})",
       "wrong: the key that it printed has ended already, by the clock of this machine"},
      {R"({"token":"s3cret","expires_at":"0001-01-01T00:00:00Z"})",
       "wrong: the key that it printed has ended already, by the clock of this machine"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(read(c.text), c.read) << c.text;
    EXPECT_EQ(read(c.text).find("s3cret"), std::string::npos);
  }
}

}  // namespace
}  // namespace pawl::client
