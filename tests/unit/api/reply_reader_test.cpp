#include "engine/api/reply_reader.hpp"

#include "tests/unit/api/reply_reading.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace pawl::api {

static void PrintTo(echo_report::state s, std::ostream* out) {
  constexpr const char* names[] = {"as_wanted", "differs", "other_id", "unreadable", "misshapen"};
  *out << names[static_cast<std::size_t>(s)];
}

namespace {

using echo_state = echo_report::state;
using testing::padded;
using testing::reading;
using values = std::vector<field_value>;

constexpr field_value want(testing::thread_field f, std::string_view json) {
  return {static_cast<field_index>(f), "", json};
}

void expect(const echo_report& is, echo_state wanted, verified how = verified::none) {
  EXPECT_EQ(is.is, wanted);
  EXPECT_EQ(is.how, how);
}

TEST(ReplyReader, FindsTheWantedValuesInAWholeReply) {
  reading r;
  const values wanted{want(testing::status, R"("done")"),
                      want(testing::title, "\"Export to CSV \\\"drops\\\" umlauts: ü, ö 😀\""),
                      want(testing::assignee_id, R"("usr_01HZV1A2B3C4D5E6F7G8H9J0K1")"),
                      want(testing::tag_ids, R"(["tag_csv","tag_export"])"),
                      want(testing::snoozed_until, R"("2026-12-01T10:00:00+01:00")"),
                      want(testing::ai_draft_sources,
                           R"([{"title":"CSV encoding","type":"doc","url":"https://d.example/1"}])")};
  expect(r.compare(testing::thread_reply, wanted, testing::thread_id), echo_state::as_wanted, verified::full);
  // Any subset, in any order, and again with the same reader.
  for (std::size_t mask = 0; mask < 64; ++mask) {
    values some;
    for (std::size_t i = wanted.size(); i-- > 0;)
      if (mask >> i & 1U) some.push_back(wanted[i]);
    expect(r.compare(testing::thread_reply, some, testing::thread_id), echo_state::as_wanted, verified::full);
  }
}

TEST(ReplyReader, EveryCutOfAReplyIsUnreadable) {
  reading r;
  const values wanted{want(testing::status, R"("done")"),
                      want(testing::tag_ids, R"(["tag_csv","tag_export"])")};
  for (std::size_t size = 0; size < testing::thread_reply.size(); ++size)
    ASSERT_EQ(r.compare(testing::thread_reply.substr(0, size), wanted, testing::thread_id).is,
              echo_state::unreadable)
        << size;
  expect(r.compare(testing::thread_reply, wanted, testing::thread_id), echo_state::as_wanted, verified::full);
}

TEST(ReplyReader, WhatIsNoWholeJsonObjectIsUnreadable) {
  reading r;
  const values wanted{want(testing::status, R"("done")")};
  const std::string good = R"({"id":"t1","status":"done"})";
  expect(r.compare(good, wanted), echo_state::as_wanted, verified::full);
  expect(r.compare(" \r\n\t" + good + "\n \r\n", wanted), echo_state::as_wanted, verified::full);
  expect(r.compare("\xef\xbb\xbf" + good, wanted), echo_state::as_wanted, verified::full);
  using namespace std::string_literals;
  for (const auto& body : {""s,
                           " "s,
                           "null"s,
                           "\"done\""s,
                           "<html><body>502 Bad Gateway</body></html>"s,
                           "[" + good + "]",
                           good + "x",
                           good + "}",
                           good + good,
                           good + "\n" + good,
                           good + ",",
                           good + "\0"s,
                           "{" + good,
                           R"({"id":"t1","status":"done",})"s,
                           R"({"id":"t1" "status":"done"})"s,
                           R"({"id":"t1","status" "done"})"s,
                           R"({"id":"t1","status":"done" "x"})"s,
                           R"({"id":"t1",status:"done"})"s,
                           R"({"id":"t1","status":"done","x":[1,2})"s,
                           R"({"id":"t1","status":"done","x":{"y":1})"s,
                           R"({"id":"t1","status":"done","x":"open)"s,
                           R"({"id":"t1","status":"d\qne"})"s,
                           R"({"id":"t1","status":done})"s,
                           R"({"id":"t1","status":nulL})"s,
                           R"({"id":"t1","status":})"s,
                           "{\"id\":\"t1\",\"status\":\"done\",\"x\":\"\xff\"}"s,
                           "{\"id\":\"t1\",\"status\":\"done\",\"x\":\"a\nb\"}"s,
                           R"({"id":"t1","status":"done","status":"done"})"s,
                           R"({"id":"t1","status":"open","st\u0061tus":"done"})"s,
                           R"({"id":"t1","id":"t1","status":"done"})"s})
    EXPECT_EQ(r.compare(body, wanted).is, echo_state::unreadable) << body;
}

TEST(ReplyReader, KnowsAKeyWhereverItIsEscaped) {
  reading r;
  const values wanted{want(testing::status, R"("done")")};
  constexpr std::string_view key = "status";
  for (std::size_t first = 0; first < key.size(); ++first)
    for (std::size_t last = first; last <= key.size(); ++last)
      for (const char* space : {"", " ", "         "}) {
        std::string name;
        for (std::size_t i = 0; i < key.size(); ++i)
          name += i >= first && i < last ? fmt::format("\\u{:04x}", key[i]) : std::string{key[i]};
        const auto body = R"({"id":"t1",")" + name + '"' + space + R"(:"done","x":"\\"})";
        EXPECT_EQ(r.compare(body, wanted).is, echo_state::as_wanted) << body;
        // What only begins like it is another one.
        const auto other = R"({"id":"t1",")" + name + R"(es":"done","status":"open","x":"\\"})";
        EXPECT_EQ(r.compare(other, wanted).is, echo_state::differs) << other;
      }
}

TEST(ReplyReader, BoundsTheDepthAlsoWhereNobodyLooks) {
  reading r;
  const values wanted{want(testing::status, R"("done")")};
  const auto body = [](std::size_t depth) {
    return R"({"id":"t1","x":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') +
           R"(,"y":"[[[[{{{{\"[[","status":"done"})";
  };
  expect(r.compare(body(64), wanted), echo_state::as_wanted, verified::full);
  EXPECT_EQ(r.compare(body(65), wanted).is, echo_state::unreadable);
  EXPECT_EQ(r.compare(body(100'000), wanted).is, echo_state::unreadable);
  // Many brackets are not deep ones.
  std::string wide = R"({"id":"t1","x":[)";
  for (int i = 0; i < 500; ++i) wide += "[{}],";
  wide += R"("]]]]"],"status":"done"})";
  expect(r.compare(wide, wanted), echo_state::as_wanted, verified::full);
}

// What one row asked for is no answer to the next one, whatever order they come in.
TEST(ReplyReader, RowsThatChangeOtherFieldsInTurnAreReadAlike) {
  reading r;
  const values status{want(testing::status, R"("done")")};
  const values status_and_owner{want(testing::status, R"("done")"), want(testing::assignee_id, R"("usr_1")")};
  const char* const good = R"({"id":"t1","status":"done","assignee":{"id":"usr_1"}})";
  const char* const other_owner = R"({"id":"t1","status":"done","assignee":{"id":"usr_2"}})";
  const char* const two_owners = R"({"id":"t1","status":"done","assignee":{"id":"usr_1"},"assignee":null})";
  const char* const no_owner = R"({"id":"t1","status":"done"})";
  for (int round = 0; round < 2; ++round) {
    expect(r.compare(good, status), echo_state::as_wanted, verified::full);
    expect(r.compare(good, status_and_owner), echo_state::as_wanted, verified::full);
    expect(r.compare(other_owner, status_and_owner), echo_state::differs);
    expect(r.compare(no_owner, status_and_owner), echo_state::misshapen);
    expect(r.compare(other_owner, status), echo_state::as_wanted, verified::full);
    // A key that stands twice is in the way of those only who ask for it.
    expect(r.compare(two_owners, status), echo_state::as_wanted, verified::full);
    expect(r.compare(two_owners, status_and_owner), echo_state::unreadable);
    expect(r.compare(R"({"id":"t1","status":"open"})", status), echo_state::differs);
  }
}

TEST(ReplyReader, NeedsTheJobsId) {
  reading r;
  const values wanted{want(testing::status, R"("done")")};
  const auto is = [&](std::string_view id_member, std::string_view id) {
    return r.compare("{" + std::string{id_member} + R"("status":"done"})", wanted, id).is;
  };
  EXPECT_EQ(is(R"("id":"t1",)", "t1"), echo_state::as_wanted);
  EXPECT_EQ(is(R"("id":"t\u0031",)", "t1"), echo_state::as_wanted);
  EXPECT_EQ(is(R"("\u0069d":"t1",)", "t1"), echo_state::as_wanted);
  EXPECT_EQ(is(R"("id": 42 ,)", "42"), echo_state::as_wanted);
  EXPECT_EQ(is(R"("id":"42",)", "42"), echo_state::as_wanted);
  EXPECT_EQ(is(R"("id":"t2",)", "t1"), echo_state::other_id);
  EXPECT_EQ(is(R"("id":"t11",)", "t1"), echo_state::other_id);
  EXPECT_EQ(is(R"("id":"T1",)", "t1"), echo_state::other_id);
  EXPECT_EQ(is(R"("id":43,)", "42"), echo_state::other_id);
  EXPECT_EQ(is(R"("id":null,)", "null"), echo_state::other_id);
  EXPECT_EQ(is(R"("id":true,)", "true"), echo_state::other_id);
  EXPECT_EQ(is(R"("id":["t1"],)", "t1"), echo_state::other_id);
  EXPECT_EQ(is(R"("id":{},)", "t1"), echo_state::other_id);
  EXPECT_EQ(is("", "t1"), echo_state::other_id);
  EXPECT_EQ(is(R"("x":{"id":"t1"},)", "t1"), echo_state::other_id);

  auto p = testing::thread_profile();
  p.reply.id = *parse_json_path("data.id");
  p.fields[testing::status].echo = *parse_json_path("data.status");
  reading nested(p);
  EXPECT_EQ(nested.compare(R"({"id":"zz","data":{"id":"t1","status":"done"}})", wanted).is,
            echo_state::as_wanted);
  EXPECT_EQ(nested.compare(R"({"id":"t1","data":{"id":"t2","status":"done"}})", wanted).is,
            echo_state::other_id);

  p.reply.id.clear();
  reading without(p);
  EXPECT_EQ(without.compare(R"({"data":{"id":"t2","status":"done"}})", wanted).is, echo_state::as_wanted);
}

TEST(ReplyReader, NamesTheFirstContradictionInTheOrderOfThePatch) {
  reading r;
  const auto is = r.compare(R"({"id":"t1","title":"B","status":"open" })",
                            {want(testing::status, R"("done")"), want(testing::title, R"("A")")});
  expect(is, echo_state::differs);
  EXPECT_EQ(is.field, field_index{testing::status});
  EXPECT_EQ(is.shown, R"("open")");

  const auto tags = r.compare(R"({"id":"t1","tags":[{"id":"a"},{"name":"x","id": "b" }]})",
                              {want(testing::tag_ids, R"(["a"])")});
  expect(tags, echo_state::differs);
  EXPECT_EQ(tags.shown, R"(["a","b"])");

  const std::string huge = "\"" + std::string(5000, 'x') + "\\n\xc3\xa9\"";
  const auto cut = r.compare(R"({"id":"t1","title":)" + huge + "}", {want(testing::title, R"("A")")});
  expect(cut, echo_state::differs);
  EXPECT_EQ(cut.shown, huge.substr(0, 1024));
}

TEST(ReplyReader, ReadsNullOnTheWayAsNull) {
  reading r;
  const values unassigned{want(testing::assignee_id, "null")},
      assigned{want(testing::assignee_id, R"("u1")")};
  expect(r.compare(R"({"id":"t1","assignee":null})", unassigned), echo_state::as_wanted, verified::full);
  expect(r.compare(R"({"id":"t1","assignee":{"id":null}})", unassigned), echo_state::as_wanted,
         verified::full);
  const auto is = r.compare(R"({"id":"t1","assignee":null})", assigned);
  expect(is, echo_state::differs);
  EXPECT_EQ(is.shown, "null");
  expect(r.compare(R"({"id":"t1","assignee":{"id":"u2"}})", unassigned), echo_state::differs);
  expect(r.compare(R"({"id":"t1","assignee":"u1"})", assigned), echo_state::misshapen);
  expect(r.compare(R"({"id":"t1","assignee":[{"id":"u1"}]})", assigned), echo_state::misshapen);
}

TEST(ReplyReader, AMissingPathProvesNothing) {
  reading r;
  for (const char* body : {R"({"id":"t1"})", R"({"id":"t1","assignee":{}})"}) {
    expect(r.compare(body, {want(testing::assignee_id, R"("u1")")}), echo_state::misshapen);
    expect(r.compare(body, {want(testing::assignee_id, "null")}), echo_state::as_wanted, verified::partial);
  }
  expect(r.compare(R"({"id":"t1"})", {want(testing::text, R"("x")")}), echo_state::misshapen);
  expect(r.compare(R"({"id":"t1"})", {want(testing::tag_ids, "[]")}), echo_state::misshapen);
  // Nor does it where another field differs.
  expect(r.compare(R"({"id":"t1","status":"open"})",
                   {want(testing::status, R"("done")"), want(testing::title, R"("A")")}),
         echo_state::misshapen);
  // Without an id that the reply shows, `{}` would prove every null.
  auto p = testing::thread_profile();
  p.reply.id.clear();
  expect(reading(p).compare("{}", {want(testing::title, "null")}), echo_state::misshapen);
}

TEST(ReplyReader, WalksListsElementByElement) {
  reading r;
  const auto is = [&](std::string_view tags, std::string_view wanted) {
    return r.compare(R"({"id":"t1","tags":)" + std::string{tags} + "}", {want(testing::tag_ids, wanted)}).is;
  };
  EXPECT_EQ(is(R"([{"id":"b"},{"id":"a"},{"id":"b"}])", R"(["a","b"])"), echo_state::as_wanted);
  EXPECT_EQ(is("[]", "[]"), echo_state::as_wanted);
  EXPECT_EQ(is("null", "[]"), echo_state::as_wanted);
  EXPECT_EQ(is("null", R"(["a"])"), echo_state::differs);
  EXPECT_EQ(is("[]", R"(["a"])"), echo_state::differs);
  EXPECT_EQ(is(R"([{"id":"a"}])", "[]"), echo_state::differs);
  EXPECT_EQ(is(R"([{"id":"a"},{"name":"b"}])", R"(["a"])"), echo_state::misshapen);
  EXPECT_EQ(is(R"([{"id":"a"},"b"])", R"(["a"])"), echo_state::misshapen);
  EXPECT_EQ(is(R"([{"id":"a","id":"b"}])", R"(["a"])"), echo_state::unreadable);
  EXPECT_EQ(is(R"({"id":"a"})", R"(["a"])"), echo_state::misshapen);
  EXPECT_EQ(is(R"("a")", R"(["a"])"), echo_state::misshapen);
  EXPECT_EQ(is(R"([{"id":"a"},null])", R"(["a"])"), echo_state::differs);
}

TEST(ReplyReader, ReadsOneValueForSeveralPaths) {
  // A field that shows a whole list and one that walks it; two fields with one path; a path through another.
  profile p;
  p.reply.id = {{"id"}};
  p.fields = {testing::make_field("all", comparison::exact, "tags"),
              testing::make_field("ids", comparison::set, "tags[].id"),
              testing::make_field("names", comparison::exact, "tags[].owner.name"),
              testing::make_field("owner", comparison::exact, "owner"),
              testing::make_field("owner_id", comparison::exact, "owner.id"),
              testing::make_field("again", comparison::exact, "owner.id"),
              testing::make_field("matrix", comparison::exact, "rows[].cells[].v")};
  reading r(p);
  const auto field = [](unsigned i, std::string_view json) {
    return field_value{static_cast<field_index>(i), "", json};
  };
  const std::string body = R"({"owner": { "id" : "o1", "x":[{}] } , "tags": [ {"id":"a","owner":{"name":"n"}},
      {"owner":{"name":"m"},"id":"b"} ] , "rows":[{"cells":[{"v":1},{"v":2}]},{"cells":[]},{"cells":[{"v":3}]}],
      "id":"t1"})";
  const values wanted{field(0, R"([{"id":"a","owner":{"name":"n"}},{"id":"b","owner":{"name":"m"}}])"),
                      field(1, R"(["b","a"])"),
                      field(2, R"(["n","m"])"),
                      field(3, R"({"id":"o1","x":[{}]})"),
                      field(4, R"("o1")"),
                      field(5, R"("o1")"),
                      field(6, "[1,2,3]")};
  expect(r.compare(body, wanted), echo_state::as_wanted, verified::full);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    expect(r.compare(body, {wanted[i]}), echo_state::as_wanted, verified::full);
  expect(r.compare(R"({"id":"t1","owner":{},"tags":[],"rows":[]})",
                   {field(0, "[]"), field(1, "[]"), field(2, "[]"), field(3, "{}"), field(6, "[]")}),
         echo_state::as_wanted, verified::full);
  expect(r.compare(R"({"id":"t1","tags":[],"owner":{},"rows":{}})", {field(6, "[]")}), echo_state::misshapen);
}

TEST(ReplyReader, SaysPartialWhereTheReplyCannotProveAField) {
  reading r;
  const std::string body = R"({"id":"t1","status":"done","text":"<p>hello</p>"})";
  const auto done = want(testing::status, R"("done")");
  expect(r.compare(body, {done, want(testing::closed_loop, "true")}), echo_state::as_wanted,
         verified::partial);
  expect(r.compare(body, {want(testing::closed_loop, "true")}), echo_state::as_wanted, verified::partial);
  expect(r.compare(body, {done, field_value{passed_field, "extra", "1"}}), echo_state::as_wanted,
         verified::partial);
  expect(r.compare(body, {want(testing::text, R"("<p>hello<\/p>")")}), echo_state::as_wanted, verified::full);
  expect(r.compare(body, {done, want(testing::text, R"("hello")")}), echo_state::as_wanted,
         verified::partial);
  expect(r.compare(body, {want(testing::text, R"("hello")"), want(testing::status, R"("open")")}),
         echo_state::differs);
}

TEST(ReplyReader, ReadsNoByteWhereTheApiEchoesNothing) {
  auto p = testing::thread_profile();
  p.reply.is = reply_kind::none;
  reading r(p);
  expect(r.compare("", {want(testing::status, R"("done")")}), echo_state::as_wanted);
  expect(r.compare("<html>", {want(testing::status, R"("done")")}), echo_state::as_wanted);
}

TEST(ReplyReader, SurvivesAHugeReplyAndGoesOn) {
  reading r;
  const values wanted{want(testing::status, R"("done")")};
  const std::string huge = R"({"id":"t1","status":"done","x":")" + std::string(3 << 20, 'x') + "\"}";
  expect(r.compare(huge, wanted), echo_state::as_wanted, verified::full);
  expect(r.compare(R"({"id":"t1","status":"done"})", wanted), echo_state::as_wanted, verified::full);
  reply_reader moved(std::move(r.reader));
  expect(moved.compare(padded{R"({"id":"t1","status":"done"})"}, "t1", wanted), echo_state::as_wanted,
         verified::full);
}

}  // namespace
}  // namespace pawl::api
