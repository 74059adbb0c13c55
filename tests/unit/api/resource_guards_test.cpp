// What a guarded write takes along of the read before it, and what it cannot take.
#include "engine/api/resource_reader.hpp"
#include "engine/api/write_template.hpp"
#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

using testing::made_job;
using testing::padded;
using testing::reading_profile;

enum class place : std::uint8_t { query, header, body, body_text };

// A profile whose write shows {was.stamp} there.
profile guarded_by_stamp(place where) {
  auto p = reading_profile();
  const text_piece stamp{hole::was, {}, {{"stamp"}}};
  if (where == place::query) p.write.query = {{"at", {stamp}}};
  if (where == place::header) p.write.headers = {{"If-Match", {stamp}}};
  if (where == place::query || where == place::header) return p;
  json_template fields, guard, body;
  fields.is = json_template::kind::hole;
  fields.pieces = {{hole::fields, {}, {}}};
  guard.is = where == place::body ? json_template::kind::hole : json_template::kind::text;
  guard.pieces = {stamp};
  if (where == place::body_text) guard.pieces.insert(guard.pieces.begin(), {hole::none, "v", {}});
  body.members = {{"thread", fields}, {"stamp", guard}};
  p.write.body = body;
  return p;
}

// What is sent where the guard stands; "refused": the write would not be guarded.
std::string sent(place where, const std::string& stamp) {
  const auto p = guarded_by_stamp(where);
  resource_reader reader(p, {}, nullptr, false);
  const made_job job(p, {{"title", R"("New")"}});
  write_plan plan;
  const padded body(R"({"id":"t1","title":"Old")" + stamp + "}");
  EXPECT_EQ(reader.make_plan(body, job, wall_time{}, plan), readability::readable);
  if (reader.guard({}, plan) != readability::readable) return "refused";
  const write_template made(p);
  std::string text;
  const write_values values{"t1", "{}", plan.guards, {}};
  if (where == place::query) made.append_target(text, values);
  if (where == place::header) made.append_headers(text, values);
  if (where == place::body || where == place::body_text) made.append_body(text, values);
  return text;
}

TEST(ResourceGuards, AreRefusedOnlyWhereTheyCannotBeWritten) {
  const struct {
    std::string stamp;
    const char *query, *header, *body, *body_text;
  } table[] = {
      {R"(,"stamp":"a")", "at=a", "If-Match: a\r\n", R"("stamp":"a")", R"("stamp":"va")"},
      {R"(,"stamp":7)", "at=7", "If-Match: 7\r\n", R"("stamp":7)", R"("stamp":"v7")"},
      {R"(,"stamp":"a\nb")", "at=a%0Ab", "refused", R"("stamp":"a\nb")", R"("stamp":"va\nb")"},
      {",\"stamp\":{\"a\":\n1}", "at=%7B%22a%22%3A%0A1%7D", "refused", "\"stamp\":{\"a\":\n1}",
       R"("stamp":"v{\"a\":\n1}")"},
      {R"(,"stamp":"a\ud800")", "refused", "refused", "refused", "refused"},
      {R"(,"stamp":null)", "refused", "refused", "refused", "refused"},
      {"", "refused", "refused", "refused", "refused"},
  };
  for (const auto& row : table) {
    const auto holds = [&](place where, std::string_view expected) {
      const auto is = sent(where, row.stamp);
      EXPECT_NE(is.find(expected), std::string::npos) << is << " has no " << expected << " of " << row.stamp;
    };
    holds(place::query, row.query);
    holds(place::header, row.header);
    holds(place::body, row.body);
    holds(place::body_text, row.body_text);
  }
}

TEST(ResourceGuards, InAHeaderAndInABodyAreOneValue) {
  auto p = guarded_by_stamp(place::body);
  p.write.headers = {{"If-Match", {{hole::was, {}, {{"stamp"}}}}}};
  const auto places = guard_places(p);
  ASSERT_EQ(places.size(), 1u);
  EXPECT_TRUE(places[0].in_header);
  p.write.headers.clear();
  EXPECT_FALSE(guard_places(p).at(0).in_header);
}

}  // namespace
}  // namespace pawl::api
