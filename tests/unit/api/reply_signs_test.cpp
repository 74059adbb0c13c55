#include "engine/api/reply_signs.hpp"

#include "engine/api/shown.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::api {
namespace {

using ::testing::HasSubstr;

struct reply {
  std::vector<header_field> headers;
  std::string body;
  int status = 200;
  attempt_fact fact() const {
    attempt_fact f;
    f.reached = phase::answered;
    f.status = status;
    f.headers = headers;
    f.body = body;
    return f;
  }
};

TEST(ReplySigns, APageIsMarkupOrSaysThatItIsHtml) {
  const std::vector<header_field> html{{"content-type", "text/HTML; charset=utf-8"}};
  const struct {
    reply is;
    bool page;
  } rows[] = {{{{}, "<!doctype html>"}, true},
              {{{}, "\n  <?xml version=\"1.0\"?><Error/>"}, true},
              {{{}, "\xef\xbb\xbf<html>"}, true},
              {{html, "Sorry, we are down."}, true},
              {{html, "{\"id\":1}"}, false},  // sloppy, and still JSON
              {{html, "[]"}, false},
              {{html, "this site is being maintained"}, true},
              {{html, "503 for now"}, true},
              {{html, "never mind"}, true},
              {{html, "-- closed --"}, true},
              {{html, " true\n"}, false},
              {{html, "null"}, false},
              {{html, "-12.5e3"}, false},
              {{html, ""}, false},
              {{html, " \n"}, false},
              {{{}, ""}, false},
              {{{}, "OK"}, false},
              {{{}, "{\"a\":\"<html>\"}"}, false}};
  for (const auto& row : rows) EXPECT_EQ(is_page(row.is.fact()), row.page) << row.is.body;
}

TEST(ReplySigns, ProseIsMoreThanAWordAndNoJson) {
  for (const auto* body : {"Down for maintenance", "Sorry, we are down.", "a\nb", "We'll be back <soon>",
                           "WeWillBeBackSoonPleaseTryAgainLater"})
    EXPECT_TRUE(is_prose(reply{{}, body}.fact())) << body;
  for (const auto* body :
       {"", " \n", "OK", "Updated\n", "{\"a b\":1}", "[1, 2]", "\"all is well\"", "true", "42"})
    EXPECT_FALSE(is_prose(reply{{}, body}.fact())) << body;
}

TEST(ReplySigns, SomeCodesSayThatAllIsWell) {
  for (const auto* code : {"", "0", "ok", "OK", "Success", "false", "null", "200", "204"})
    EXPECT_TRUE(says_ok(code)) << code;
  for (const auto* code : {"1", "-1", "404", "true", "not_ok", "20", "2000", "2xx", "error"})
    EXPECT_FALSE(says_ok(code)) << code;
}

TEST(ReplySigns, SaysWhyABodyCannotBeRead) {
  const struct {
    reply is;
    const char* says;
  } rows[] = {
      {{{{"Content-Encoding", "gzip"}}, "\x1f\x8b"}, "Content-Encoding: gzip"},
      {{{}, "", 204}, "(204) has no body"},
      {{{}, "<html>"}, "a page"},
      {{{}, "{\"a\":\"\xff\"}"}, "byte 0xFF at offset 6"},
      {{{{"Content-Type", "application/json; Charset=\"latin1\""}}, "{\"a\":\"\xe9\"}"}, "charset latin1"},
      {{{}, "[1]"}, "a list"},
      {{{}, "\"ok\""}, "a text"}};
  for (const auto& row : rows) {
    const auto why = why_unreadable(row.is.fact());
    EXPECT_TRUE(why.certain());
    EXPECT_THAT(why.what, HasSubstr(row.says));
  }
  EXPECT_FALSE(why_unreadable(reply{{{"Content-Encoding", "identity"}}, "{\"id\":"}.fact()).certain())
      << "cut off: the next one may be whole";
}

TEST(ReplySigns, SpellingsOfOneIdAreToldFromOtherIds) {
  const struct {
    const char *a, *b;
    bool alike;
  } rows[] = {{"A0EE-11", "a0ee-11", true},
              {"{A0EE-11}", "a0ee11", true},
              {"a1", "a2", false},
              {"a1", "a12", false},
              {"", "", false},
              {"--", "__", false},
              {"t1", "\"T1\"", true},
              {"ä1", "Ä1", false}};
  for (const auto& row : rows) EXPECT_EQ(spells_alike(row.a, row.b), row.alike) << row.a << ' ' << row.b;
}

TEST(ReplySigns, AnIdIsComparedAsTheProfileSays) {
  reply_shape exact, nocase;
  nocase.ids = id_compare::nocase;
  const struct {
    const char *shown, *id;
    bool exact, nocase;
  } rows[] = {
      {R"("ab")", "ab", true, true},    {R"("AB")", "ab", false, true}, {R"("\u0041B")", "ab", false, true},
      {R"("abc")", "ab", false, false}, {"17", "17", true, true},       {"1.7e1", "17", false, false},
      {"true", "true", false, false},   {R"("Ä")", "ä", false, false}};
  for (const auto& row : rows) {
    located at;
    at.is = located::kind::value;
    at.text = row.shown;
    EXPECT_EQ(shows_id(at, row.id, exact), row.exact) << row.shown;
    EXPECT_EQ(shows_id(at, row.id, nocase), row.nocase) << row.shown;
  }
}

}  // namespace
}  // namespace pawl::api
