// Where a reply wraps the resource: finding it, and everything that is read relative to it.
#include "engine/api/resource_root.hpp"

#include "engine/api/drift.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/api/written_resource.hpp"
#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

using testing::made_job;
using testing::padded;
using testing::reading_profile;

std::span<const field_value> patch_of(const job_view& job) {
  return job.patch;
}

TEST(ResourceRoot, FindsTheResourceInAReply) {
  struct {
    const char *root, *reply, *expected;
  } const table[] = {
      {"", "anything", "anything"},
      {"data", R"({"data":{"id":1},"x":2})", R"({"id":1})"},
      {"data", "\xef\xbb\xbf { \"data\" : { } }", "{ }"},
      {"data[0]", R"({"data":[{"id":1}]})", R"({"id":1})"},
      {"[0]", R"([{"id":1},{"id":2}])", R"({"id":1})"},
      {"ticket", R"({"audit":{"ticket":{}},"ticket":{"id":1}})", R"({"id":1})"},
      {"data", R"({"data":[]})", "missing"},
      {"data", R"({"data":null})", "missing"},
      {"data", R"({"data":"text"})", "missing"},
      {"data", R"({"id":1})", "missing"},
      {"data[0]", R"({"data":[]})", "missing"},
      {"data[0]", R"({"data":{"id":1}})", "missing"},
      {"data[type=a]", R"({"data":[{"type":"a"},{"type":"a"}]})", "missing"},
      {"data", R"({"data":{},"data":{}})", "unreadable"},
      {"data", R"({"data":{})", "unreadable"},
      {"data", R"([{"data":{}}])", "unreadable"},
      {"data", "", "unreadable"},
      {"data", "<html>", "unreadable"},
  };
  for (const auto& t : table) {
    resource_root root(*parse_json_path(t.root));
    const padded bytes(t.reply);
    std::string_view text = bytes;
    const auto is = root.take(text);
    EXPECT_EQ(is == resource_root::found::there     ? text
              : is == resource_root::found::missing ? "missing"
                                                    : "unreadable",
              t.expected)
        << t.root << " in " << t.reply;
  }
}

TEST(ResourceRoot, TheReplyToAWriteIsReadBelowIt) {
  auto p = reading_profile();
  p.reply.write_root = *parse_json_path("ticket");
  reply_reader reader(p);
  const made_job job(p, {{"status", R"("done")"}});
  using state = echo_report::state;
  struct {
    const char* reply;
    state is;
    const char* shown;
  } const table[] = {
      {R"({"ticket":{"id":"t1","status":"done"},"audit":{"id":7,"status":"x"}})", state::as_wanted, ""},
      {R"({"ticket":{"id":"t1","status":"open"}})", state::differs, R"("open")"},
      {R"({"ticket":{"id":"t2","status":"done"},"id":"t1"})", state::other_id, R"("t2")"},
      {R"({"ticket":{"status":"done"},"id":"t1"})", state::other_id, ""},
      {R"({"id":"t1","status":"done"})", state::misshapen, "ticket"},
      {R"({"ticket":null})", state::misshapen, "ticket"},
      {R"({"ticket":{"id":"t1"}})", state::misshapen, "status"},
      {R"({"ticket":{"id":"t1","status":"done")", state::unreadable, ""},
      {"", state::unreadable, ""},
  };
  for (const auto& t : table) {
    const padded body(t.reply);
    const auto report = reader.compare(body, "t1", patch_of(job));
    EXPECT_EQ(report.is, t.is) << t.reply;
    EXPECT_EQ(report.is == state::misshapen ? report.misshapen : report.shown, t.shown) << t.reply;
  }
}

TEST(ResourceRoot, TheReplyToAWriteMayShowTheIdElsewhereOrNotAtAll) {
  auto p = reading_profile();
  const made_job job(p, {{"status", R"("done")"}});
  using state = echo_report::state;
  const auto is = [&](std::string_view reply) {
    reply_reader reader(p);
    return reader.compare(padded(reply), "t1", patch_of(job)).is;
  };
  p.reply.write_id = *parse_json_path("key");
  EXPECT_EQ(is(R"({"id":"7","key":"t1","status":"done"})"), state::as_wanted);
  EXPECT_EQ(is(R"({"id":"t1","key":"t2","status":"done"})"), state::other_id);
  p.reply.write_id = json_path{};
  EXPECT_EQ(is(R"({"id":"survivor","status":"done"})"), state::as_wanted);
  EXPECT_EQ(is(R"({"id":"survivor","status":"open"})"), state::differs);
}

TEST(ResourceRoot, TheReplyToAReadIsReadBelowItAndAnItemOfAListIsNot) {
  auto p = reading_profile();
  p.reply.read_root = *parse_json_path("data[0]");
  resource_reader reader(p, {}, nullptr, false);
  const made_job job(p, {{"status", R"("done")"}, {"title", R"("new")"}});
  constexpr std::string_view item =
      R"({"id":"t1","status":"open","title":"new","updated_at":"2026-01-01T00:00:00Z"})";
  const std::string reply = R"({"data":[)" + std::string{item} + R"(],"id":"t2","status":"done"})";
  write_plan plan;
  EXPECT_EQ(reader.make_plan(padded(reply), job, {}, plan), readability::readable);
  EXPECT_EQ(plan.new_values, R"({"status":"done"})");
  EXPECT_EQ(plan.old_values, R"({"status":"open"})");
  EXPECT_EQ(plan.updated_at, R"("2026-01-01T00:00:00Z")");
  EXPECT_EQ(reader.send_all(padded(reply), plan), readability::readable);
  EXPECT_EQ(reader.make_plan_of_item(padded(item), job, {}, plan), readability::readable);
  EXPECT_EQ(plan.new_values, R"({"status":"done"})");

  const auto look = reader.look_again(padded(reply), "t1", plan.send, plan.old_values, plan.updated_at);
  EXPECT_EQ(look.is, readability::readable);
  EXPECT_EQ(look.proven, second_look::proof::not_applied);

  for (const auto* bad : {R"({"data":[]})", R"({"id":"t1","status":"open"})", R"({"data":[null]})"}) {
    EXPECT_EQ(reader.make_plan(padded(bad), job, {}, plan), readability::misshapen) << bad;
    EXPECT_EQ(reader.trouble(), "data[0]");
    EXPECT_TRUE(plan.wanted.empty());
    EXPECT_EQ(reader.look_again(padded(bad), "t1", {}, {}, {}).is, readability::misshapen) << bad;
    EXPECT_EQ(reader.trouble(), "data[0]");
  }
  EXPECT_EQ(reader.make_plan(padded("<html>"), job, {}, plan), readability::unreadable);
  EXPECT_EQ(reader.make_plan(padded(item), job, {}, plan), readability::misshapen);
}

TEST(ResourceRoot, TheWholeResourceIsWhatStandsThere) {
  auto p = reading_profile();
  p.reply.read_root = *parse_json_path("data");
  p.body_is = body_content::whole;
  p.readable = {};
  resource_reader reader(p, {}, nullptr, false);
  const made_job job(p, {{"status", R"("done")"}});
  write_plan plan;
  EXPECT_EQ(reader.make_plan(padded(R"({"data":{"id":"t1","status":"open","x":1},"meta":2})"), job, {}, plan),
            readability::readable);
  EXPECT_EQ(plan.body, R"({"id":"t1","status":"done","x":1})");
}

TEST(ResourceRoot, DriftIsReadBelowItAndItemsAreNot) {
  auto p = reading_profile();
  p.reply.read_root = *parse_json_path("data");
  drift_reader reader(p);
  const std::vector<expected_value> wanted{{"status", R"("done")"}};
  std::vector<field_standing> standings;
  EXPECT_TRUE(reader.read(padded(R"({"data":{"id":"t1","status":"open"}})"), "t1", wanted, standings));
  EXPECT_EQ(standings.at(0).is, standing::drifted);
  EXPECT_FALSE(reader.read(padded(R"({"id":"t1","status":"open"})"), "t1", wanted, standings));
  EXPECT_TRUE(reader.confirms(padded(R"({"id":"t1","status":"done"})"), "t1", wanted, standings));
}

TEST(ResourceRoot, WhatAWriteWouldShowStandsThereToo) {
  auto p = reading_profile();
  const made_job job(p, {{"status", R"("done")"}});
  const auto written = [&](std::string_view root, std::string_view body) {
    p.reply.read_root = *parse_json_path(root);
    std::string text;
    const auto size = written_resource(p).show(text, body, patch_of(job), {});
    return text.substr(0, size);
  };
  EXPECT_EQ(written("data", R"({"data":{"id":"t1","status":"open"},"status":"x"})"),
            R"({"data":{"id":"t1","status":"done"},"status":"x"})");
  EXPECT_EQ(written("data[0]", R"({"data":[{"status":"open"}]})"), R"({"data":[{"status":"done"}]})");
  EXPECT_EQ(written("[0]", R"( [{"status":"open"}])"), R"([{"status":"done"}])");
}

}  // namespace
}  // namespace pawl::api
