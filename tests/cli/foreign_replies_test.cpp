// Replies that are not the API's own, and those that say nothing final: through the whole of pawl run, over
// real sockets, each case against a server that says exactly this.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_server.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::route;
using testing::scripted_server;

const std::string page = "<!doctype html><html><title>Back soon</title></html>";
constexpr std::string_view html = "Content-Type: text/html";
const std::string who = R"({"account":"acc_1"})";

// A small API without TLS: items with a title, errors as {"code", "message"}, and a whoami unless it has
// none.
struct small_api {
  scripted_server server{testing::plain_http()};
  pawl_workspace workspace;
  std::string profile;
  std::string csv = "id,title\n";
  std::filesystem::path input;
  child_result result;

  explicit small_api(const std::string& reply = "resource", bool has_whoami = true,
                     const std::string& more = "") {
    profile = "name = \"small\"\nbase_url = \"http://127.0.0.1:1\"\nreply = \"" + reply +
              "\"\nunknown_fields = \"refuse\"\n[resource]\npath = \"/items/{id}\"\n" + more +
              "[limits]\nwrite = [\"unlimited\"]\nread = [\"unlimited\"]\n"
              "[error]\ncode = \"code\"\nmessage = \"message\"\n";
    if (has_whoami) profile += "[whoami]\npath = \"/me\"\naccount = \"account\"\n";
    profile +=
        "[fields.title]\ntype = \"string\"\n"
        "[fields.mail]\ntype = \"string\"\ncompare = \"none\"\nreplay_safe = false\n";
  }
  route& me() { return server.when("/me"); }
  route& item(const std::string& id, const std::string& title = "new") {
    csv += id + "," + title + "\n";
    return server.when("/items/" + id);
  }
  static std::string good(const std::string& id, const std::string& title = "new") {
    return R"({"id":")" + id + R"(","title":")" + title + "\"}";
  }
  int run(std::vector<std::string> more = {}) {
    input = workspace.input("jobs.csv", csv);
    return ask("run", input, std::move(more));
  }
  int plan(std::vector<std::string> more = {}) {
    input = workspace.input("jobs.csv", csv);
    return ask("plan", input, std::move(more));
  }
  // Of what run() has written.
  int verify(std::vector<std::string> more = {}) {
    return ask("verify", pawl_workspace::ledger_of(input), std::move(more));
  }
  child_process start(std::vector<std::string> more = {}) {
    input = workspace.input("jobs.csv", csv);
    return child_process{words("run", input, std::move(more))};
  }
  int ask(const std::string& command, const std::filesystem::path& of, std::vector<std::string> more) {
    result = run_child(words(command, of, std::move(more)), std::chrono::seconds{60});
    return result.exit_code;
  }
  child_options words(const std::string& command, const std::filesystem::path& of,
                      std::vector<std::string> more) {
    std::vector<std::string> arguments{command,       of.string(),
                                       "--profile",   workspace.input("small.toml", profile).string(),
                                       "--base-url",  server.url(),
                                       "--state-dir", workspace.state_dir().string(),
                                       "--summary",   (workspace.files() / "s.json").string(),
                                       "-o",          "retry.base=1ms"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return workspace.command(std::move(arguments));
  }
  std::string sql(const std::string& query) const {
    return sqlite_value(pawl_workspace::ledger_of(input), query);
  }
  std::string outcome_of(const std::string& id) const {
    return sql("select outcome from job where id = '" + id + "'");
  }
  std::int64_t count(const char* name) const {
    return number(read_summary(workspace.files() / "s.json"), name);
  }
  std::string stop_reason() const {
    return std::string(read_summary(workspace.files() / "s.json").at("stop_reason").as_string());
  }
  std::size_t asked(const std::string& method, const std::string& target) const {
    const auto all = server.requests();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const auto& r) { return r.method == method && r.target == target; }));
  }
};

struct outage_look {
  const char* name;
  int status;
  std::string header, body;
};
void PrintTo(const outage_look& look, std::ostream* out) {
  *out << look.name;
}

const outage_look looks[] = {
    {"DefaultBackend", 404, "Content-Type: text/plain", "default backend - 404"},
    {"Firewall", 403, std::string(html), page},
    {"EmptyNotFound", 404, "", ""},
    {"StrangersJson", 404, "Content-Type: application/json",
     R"({"message":"no Route matched with those values"})"},
    {"StrangersError", 403, "Content-Type: application/json", R"({"error":"forbidden"})"},
    {"MethodNotAllowed", 405, std::string(html), page},
    {"TooLarge", 413, std::string(html), page},
    {"Maintenance", 200, std::string(html), page},
    {"BadRequest", 400, std::string(html), page},
    {"Conflict", 409, "", ""},
    {"Legal", 451, std::string(html), page},
};

class OutageThatLooksLike : public ::testing::TestWithParam<outage_look> {};

TEST_P(OutageThatLooksLike, CostsNoRow) {
  const auto& look = GetParam();
  small_api api;
  // The run begins, everything is answered by somebody else for a while, and then it is over.
  api.me()
      .reply(200, "", who)
      .then(look.status, look.header, look.body)
      .then(look.status, look.header, look.body)
      .then(200, "", who);
  for (int n = 0; n < 20; ++n) {
    const auto id = "i" + std::to_string(n);
    api.item(id).reply(look.status, look.header, look.body).then(200, "", small_api::good(id));
  }
  EXPECT_EQ(api.run(), 0) << api.result.errors;
  EXPECT_EQ(api.count("applied"), 20);
  EXPECT_EQ(api.count("refused"), 0);
}

INSTANTIATE_TEST_SUITE_P(foreign, OutageThatLooksLike, ::testing::ValuesIn(looks),
                         [](const auto& look) { return std::string(look.param.name); });

TEST(ForeignReplies, TheApisOwnRefusalIsBelievedAtOnce) {
  for (const int status : {400, 403, 404, 405, 409, 413, 422}) {
    small_api api;
    api.me().reply(200, "", who);
    api.item("a").reply(status, "", R"({"code":"no","message":"not this one"})");
    EXPECT_EQ(api.run(), 1) << api.result.errors;
    EXPECT_EQ(api.outcome_of("a"), "refused") << status;
    EXPECT_EQ(api.asked("PATCH", "/items/a"), 1u) << status;
  }
}

TEST(ForeignReplies, ARefusalWithoutAnEnvelopeCountsWhereTheApiIsThere) {
  small_api api;
  api.me().reply(200, "", who);
  for (const auto* id : {"a", "b"}) api.item(id).reply(200, "", small_api::good(id));
  api.item("gone").reply(404, "", "");
  EXPECT_EQ(api.run(), 1) << api.result.errors;
  EXPECT_EQ(api.outcome_of("gone"), "refused");
  EXPECT_EQ(api.asked("PATCH", "/items/gone"), 3u);
  EXPECT_EQ(api.count("applied"), 2);
}

// whoami is gone behind somebody else for good, and the other rows show that the API is there.
TEST(ForeignReplies, TheSuccessOfAnotherRowProvesTheApi) {
  small_api api;
  api.me().reply(200, "", who).then(404, html, page);
  api.item("gone").reply(404, "", "");
  for (int n = 0; n < 60; ++n) {
    const auto id = "i" + std::to_string(n);
    api.item(id).reply(200, "", small_api::good(id));
  }
  EXPECT_EQ(api.run({"--concurrency", "2", "--rate", "20/s", "-o", "limits.spread=true", "-o",
                     "breaker.patience=5s"}),
            1)
      << api.result.errors;
  EXPECT_EQ(api.outcome_of("gone"), "refused");
  EXPECT_EQ(api.count("applied"), 60);
}

TEST(ForeignReplies, SomebodyElsesRefusalOfTheFirstReadEndsNoRun) {
  small_api api;
  api.me().reply(404, html, page).then(403, "", "").then(200, "", who);
  api.item("a").reply(200, "", small_api::good("a"));
  EXPECT_EQ(api.run(), 0) << api.result.errors;
}

// Behind a load balancer it is the connection that leads to the wrong place.
TEST(ForeignReplies, TheConnectionOfAForeignReplyIsNotUsedAgain) {
  small_api api;
  api.me().reply(200, "", who);
  api.item("a").reply(404, html, page).then(200, "", small_api::good("a"));
  EXPECT_EQ(api.run({"--concurrency", "1"}), 0) << api.result.errors;
  const auto requests = api.server.requests();
  const auto foreign = std::ranges::find(requests, "/items/a", &testing::received_request::target);
  ASSERT_NE(foreign, requests.end());
  EXPECT_TRUE(std::none_of(foreign + 1, requests.end(),
                           [&](const auto& r) { return r.connection == foreign->connection; }));
}

TEST(ForeignReplies, WithoutWhoamiTheLastGoodResourceProvesTheApi) {
  small_api api("resource", false);
  api.item("a").reply(200, "", small_api::good("a"));
  api.item("gone").reply(404, "", "");
  EXPECT_EQ(api.run({"--concurrency", "1"}), 1) << api.result.errors;
  EXPECT_EQ(api.outcome_of("gone"), "refused");
  EXPECT_GE(api.asked("GET", "/items/a"), 1u);
}

TEST(ForeignReplies, AnAddressThatAnswersEverythingWithAPageAppliesNothing) {
  for (const auto* reply : {"none", "resource"}) {
    small_api api(reply, false);
    for (int n = 0; n < 6; ++n) api.item("i" + std::to_string(n)).reply(200, html, page);
    EXPECT_EQ(api.run({"-o", "breaker.patience=2s"}), 3) << api.result.errors;
    EXPECT_EQ(api.count("pending"), 6);
    EXPECT_EQ(api.stop_reason(), "outage");
    EXPECT_THAT(api.result.errors, HasSubstr("api.base_url"));
  }
}

TEST(ForeignReplies, AnErrorInA2xxIsNoSuccess) {
  small_api api("none", false);
  api.item("a").reply(200, "", R"({"ok":false,"code":"is_locked","message":"locked"})");
  api.item("b").reply(200, "", R"({"ok":true,"code":0})");
  api.item("c").reply(204, "", "");
  EXPECT_EQ(api.run(), 1) << api.result.errors;
  EXPECT_EQ(api.outcome_of("a"), "refused");
  EXPECT_EQ(api.sql("select error_code || ' ' || error_message from job where id = 'a'"), "is_locked locked");
  EXPECT_EQ(api.outcome_of("b"), "applied");
  EXPECT_EQ(api.outcome_of("c"), "applied");
}

TEST(ForeignReplies, Any4xxWithRetryAfterIsThrottling) {
  for (const int status : {400, 403, 404, 409, 429}) {
    small_api api;
    api.me().reply(200, "", who);
    api.item("a")
        .reply(status, "Retry-After: 1", R"({"code":"secondary_limit","message":"slow down"})")
        .then(200, "", small_api::good("a"));
    EXPECT_EQ(api.run(), 0) << api.result.errors;
    EXPECT_EQ(api.count("throttled"), 1) << status;
    EXPECT_EQ(api.outcome_of("a"), "applied");
  }
}

TEST(ForeignReplies, WhatWantsAPersonStopsTheRun) {
  for (const int status : {402, 407}) {
    small_api api;
    api.me().reply(200, "", who);
    api.item("a").reply(status, html, page);
    EXPECT_EQ(api.run(), 4) << api.result.errors;
    EXPECT_EQ(api.count("pending"), 1) << status;
    EXPECT_THAT(api.result.errors, HasSubstr("(" + std::to_string(status) + ")"));
  }
}

TEST(ForeignReplies, WhatIsNotReadyIsTriedAgainAndChargesNothing) {
  for (const int status : {421, 423, 425}) {
    small_api api;
    api.me().reply(200, "", who);
    api.item("a").reply(status, "", "").then(status, "", "").then(200, "", small_api::good("a"));
    api.item("b").reply(200, "", small_api::good("b"));
    EXPECT_EQ(api.run({"-o", "retry.max_attempts=1"}), 0) << status << api.result.errors;
    EXPECT_EQ(api.count("applied"), 2) << status;
    if (status == 421) {
      // Each time on a connection that has carried nothing before.
      const auto requests = api.server.requests();
      std::vector<std::size_t> used;
      for (const auto& r : requests)
        if (r.method == "PATCH" && r.target == "/items/a") used.push_back(r.connection);
      ASSERT_EQ(used.size(), 3u);
      for (std::size_t n = 1; n < used.size(); ++n) {
        const auto first = std::ranges::find(requests, used[n], &testing::received_request::connection);
        EXPECT_EQ(first->target, "/items/a") << "that of another row is idle, and leads to the same server";
        EXPECT_NE(used[n], used[n - 1]);
      }
    }
  }
}

TEST(ForeignReplies, ARedirectOrA410StopsOnlyWhileNoRowHasSucceeded) {
  for (const int status : {301, 308, 410}) {
    small_api first;
    first.me().reply(200, "", who);
    first.item("a").reply(status, "", "").then(200, "", small_api::good("a"));
    EXPECT_EQ(first.run(), 4) << first.result.errors;
    EXPECT_EQ(first.count("pending"), 1);

    small_api later;
    later.me().reply(200, "", who);
    later.item("a").reply(200, "", small_api::good("a"));
    later.item("moved").reply(status, "", R"({"code":"moved","message":"elsewhere"})");
    later.item("bare").reply(status, "", "");
    later.item("z").reply(200, "", small_api::good("z"));
    EXPECT_EQ(later.run({"--concurrency", "1"}), 1) << later.result.errors;
    EXPECT_EQ(later.outcome_of("moved"), "refused");
    EXPECT_EQ(later.outcome_of("bare"), "refused");
    EXPECT_EQ(later.count("applied"), 2);
    EXPECT_EQ(later.asked("PATCH", "/items/moved"), 1u);
  }
}

// ---- commands that only read ----

TEST(ForeignReplies, WithoutWhoamiVerifyAndPlanBelieveA404WhereTheLastGoodResourceIsThere) {
  for (const auto* gone : {"gone", "0gone"})  // read after the others, and before them
    for (const auto* at_once : {"1", "16"}) {
      small_api api("resource", false);
      for (const auto* id : {"a", "b"}) api.item(id).reply(200, "", small_api::good(id));
      api.item(gone).reply(200, "", small_api::good(gone)).then(404, "", "{}");
      ASSERT_EQ(api.run({"--concurrency", "1"}), 0) << api.result.errors;
      EXPECT_EQ(api.verify({"--concurrency", at_once}), 1) << gone << at_once << api.result.errors;
      EXPECT_EQ(api.count("missing"), 1);
      EXPECT_EQ(api.count("as_written"), 2);
      EXPECT_EQ(api.plan({"--concurrency", at_once, "--ledger", "other", "-o", "read_first=true"}), 1)
          << gone << at_once << api.result.errors;
      EXPECT_THAT(api.result.output, HasSubstr("missing"));
    }
}

TEST(ForeignReplies, WhereNobodyCanProveTheApiVerifyAndPlanWaitForIt) {
  small_api api("resource", false);
  for (const auto* id : {"a", "b", "c"})
    api.item(id).reply(200, "", small_api::good(id)).then(404, "", "default backend");
  ASSERT_EQ(api.run(), 0) << api.result.errors;
  EXPECT_EQ(api.verify({"-o", "breaker.patience=2s"}), 3) << api.result.errors;
  EXPECT_EQ(api.plan({"-o", "breaker.patience=2s", "--ledger", "other", "-o", "read_first=true"}), 3)
      << api.result.errors;
}

TEST(ForeignReplies, ARedirectOrA410OfOneResourceEndsNeitherVerifyNorPlan) {
  for (const int status : {301, 308, 410})
    for (const bool has_whoami : {true, false}) {
      small_api api("resource", has_whoami);
      api.me().reply(200, "", who);
      const std::string refusal = R"({"code":"moved","message":"elsewhere"})";
      api.item("a").reply(200, "", small_api::good("a"));
      api.item("b").reply(200, "", small_api::good("b")).then(status, "", refusal);
      api.item("c").reply(200, "", small_api::good("c"));
      api.item("d").reply(200, "", small_api::good("d")).then(status, "", "");
      ASSERT_EQ(api.run({"--concurrency", "1"}), 0) << api.result.errors;
      EXPECT_EQ(api.verify({"--concurrency", "1"}), 1) << status << api.result.errors;
      EXPECT_EQ(api.count("as_written"), 2);
      EXPECT_EQ(api.plan({"--concurrency", "1", "--ledger", "other", "-o", "read_first=true"}), 1)
          << status << api.result.errors;
      EXPECT_THAT(api.result.output, HasSubstr("moved"));
    }
}

TEST(ForeignReplies, AnAddressThatOnlyRedirectsEndsThem) {
  small_api api("resource", false);
  api.item("a").reply(308, "Location: /v2/items/a", "");
  EXPECT_EQ(api.plan({"-o", "read_first=true"}), 4) << api.result.errors;
  EXPECT_THAT(api.result.errors, HasSubstr("api.base_url"));
}

// ---- a 2xx is never sent again ----

TEST(AcceptedWithoutAResource, IsReadBackAndNeverSentAgain) {
  struct {
    int status;
    std::string body;
  } const replies[] = {
      {204, ""}, {200, "[]"}, {200, R"({"ok":true})"}, {202, "queued"}, {200, R"({"id":"x"})"}};
  for (const auto& reply : replies) {
    small_api api;
    api.me().reply(200, "", who);
    api.item("shown").reply(reply.status, "", reply.body).then(200, "", small_api::good("shown"));
    api.item("other").reply(reply.status, "", reply.body).then(200, "", small_api::good("other", "old"));
    EXPECT_EQ(api.run(), 1) << api.result.errors;
    EXPECT_EQ(api.outcome_of("shown"), "applied") << reply.body;
    EXPECT_EQ(api.outcome_of("other"), "mismatch") << reply.body;
    EXPECT_EQ(api.asked("PATCH", "/items/shown"), 1u);
    EXPECT_EQ(api.asked("PATCH", "/items/other"), 1u);
  }
}

TEST(AcceptedWithoutAResource, ThreeInARowStopTheRunAndNameTheReply) {
  small_api api;
  api.me().reply(200, "", who);
  for (int n = 0; n < 9; ++n) {
    const auto id = "i" + std::to_string(n);
    api.item(id).reply(204, "", "").then(200, "", small_api::good(id));
  }
  EXPECT_EQ(api.run({"--concurrency", "1"}), 4) << api.result.errors;
  EXPECT_EQ(api.stop_reason(), "unshown_replies");
  EXPECT_EQ(api.count("applied"), 3);
  EXPECT_EQ(api.count("pending"), 6);
  EXPECT_THAT(api.result.errors, HasSubstr("reply = \"none\""));
}

// ---- certain after one look ----

TEST(CertainAfterOneLook, AnIdInAnotherSpellingSaysBothAndTheKey) {
  small_api api;
  api.me().reply(200, "", who);
  api.item("A0EE").reply(200, "", small_api::good("a0ee"));
  EXPECT_EQ(api.run(), 1) << api.result.errors;
  EXPECT_EQ(api.outcome_of("A0EE"), "unknown");
  EXPECT_EQ(api.asked("PATCH", "/items/A0EE"), 1u);
  EXPECT_EQ(api.asked("GET", "/items/A0EE"), 1u);
  EXPECT_THAT(api.result.errors, HasSubstr("A0EE"));
  EXPECT_THAT(api.result.errors, HasSubstr("a0ee"));
  EXPECT_THAT(api.result.errors, HasSubstr("id_compare"));

  small_api told("resource", true, "id_compare = \"nocase\"\n");
  told.me().reply(200, "", who);
  told.item("A0EE").reply(200, "", small_api::good("a0ee"));
  EXPECT_EQ(told.run(), 0) << told.result.errors;
}

TEST(CertainAfterOneLook, APlanAsksOnceToo) {
  small_api api;
  api.me().reply(200, "", who);
  api.item("A0EE").reply(200, "", small_api::good("a0ee"));
  const auto plan =
      run_child(api.workspace.command({"plan", api.workspace.input("jobs.csv", api.csv).string(), "--profile",
                                       api.workspace.input("small.toml", api.profile).string(), "--base-url",
                                       api.server.url(), "--state-dir", api.workspace.state_dir().string(),
                                       "-o", "read_first=true", "-o", "retry.base=1ms"}),
                std::chrono::seconds{60});
  EXPECT_THAT(plan.output + plan.errors, HasSubstr("1 unreadable"));
  EXPECT_EQ(api.asked("GET", "/items/A0EE"), 1u);
}

TEST(CertainAfterOneLook, TheFirstRowsStopARunWhoseReadsCannotBeUnderstood) {
  struct {
    std::string header, body, says;
    std::size_t reads;
  } const replies[] = {
      {"Content-Encoding: br", "\x0b\x02\x80{}", "Content-Encoding: br", 3},
      {"Content-Type: application/json; charset=iso-8859-1", "{\"id\":\"i\xe9\",\"title\":\"old\"}", "0xE9",
       3},
      {"", R"([{"id":"i0"}])", "a list", 3},
  };
  for (const auto& reply : replies) {
    small_api api;
    api.me().reply(200, "", who);
    for (int n = 0; n < 9; ++n) api.item("i" + std::to_string(n)).reply(200, reply.header, reply.body);
    EXPECT_EQ(api.run({"-o", "read_first=true", "--concurrency", "1"}), 4) << api.result.errors;
    EXPECT_EQ(api.stop_reason(), "unreadable_replies");
    EXPECT_THAT(api.result.errors, HasSubstr(reply.says));
    EXPECT_EQ(api.count("writes"), 0);
    EXPECT_EQ(static_cast<std::size_t>(api.count("reads")), reply.reads + 1)
        << "one for each row, and whoami";
  }
}

// ---- one bad row, and rows that wait ----

// With fewer attempts than failures usually make an outage, the rows do not pay for it either.
TEST(AnOutage, IsOneAlsoWhereRowsHaveFewAttempts) {
  small_api api;
  api.me().reply(200, "", who).then(503, "", "").then(200, "", who);
  for (const auto* id : {"a", "b"})
    api.item(id).reply(503, "", "").then(503, "", "").then(200, "", small_api::good(id));
  EXPECT_EQ(api.run({"--concurrency", "2", "-o", "retry.max_attempts=2"}), 0) << api.result.errors;
  EXPECT_EQ(api.count("applied"), 2);
}

TEST(OneBadRow, IsNoOutageAndFailsAfterItsSixSends) {
  small_api api;
  api.me().reply(200, "", who);
  api.item("bad").reply(500, "", R"({"code":"broken","message":"boom"})");
  EXPECT_EQ(api.run({"--concurrency", "4", "-o", "retry.cap=20ms"}), 1) << api.result.errors;
  EXPECT_EQ(api.asked("PATCH", "/items/bad"), 6u);
  EXPECT_THAT(api.outcome_of("bad"), AnyOf("failed", "unknown"));
}

TEST(RowsThatWait, HoldNoSlot) {
  small_api api;
  api.me().reply(200, "", who);
  api.csv = "id,title,mail\n";
  const auto add = [&](const std::string& id, const std::string& mail) -> route& {
    api.csv += id + ",new," + mail + "\n";
    return api.server.when("/items/" + id);
  };
  // As many as there are slots: each may have been applied, and is looked at again a time-out later, which is
  // after the end of this test.
  for (int n = 0; n < 4; ++n) {
    const auto id = "m" + std::to_string(n);
    const auto old = R"({"id":")" + id + R"(","title":"old","updated_at":"2026-01-01T00:00:00Z"})";
    add(id, "yes")
        .reply(200, "", old)
        .raw("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{\"id\":")
        .and_cut()
        .then(200, "", old);
  }
  for (int n = 0; n < 30; ++n) {
    const auto id = "p" + std::to_string(n);
    add(id, "").reply(200, "", small_api::good(id, "old")).then(200, "", small_api::good(id));
  }
  api.profile.insert(api.profile.find("[limits]"), "updated_at = \"updated_at\"\n");
  auto run = api.start({"--concurrency", "4", "-o", "read_first=true", "-o", "timeouts.attempt=1h"});
  const auto others = [&] {
    const auto all = api.server.requests();
    return std::ranges::count_if(
        all, [](const auto& r) { return r.method == "PATCH" && r.target.starts_with("/items/p"); });
  };
  EXPECT_TRUE(wait_until([&] { return others() == 30; })) << others() << " passed those that settle\n"
                                                          << run.errors();
  run.signal(SIGINT);
  EXPECT_EQ(run.wait().code, 130) << run.errors();
  EXPECT_EQ(api.count("applied"), 30);
  EXPECT_EQ(api.count("pending"), 4);
}

TEST(RowsThatWait, HoldBackTheLaterRowsOfTheirId) {
  small_api api;
  api.me().reply(200, "", who);
  api.item("a", "first")
      .reply(423, "", "")
      .then(200, "", small_api::good("a", "first"))
      .then(200, "", small_api::good("a", "second"));
  api.csv += "a,second\n";
  api.item("b").reply(200, "", small_api::good("b"));
  EXPECT_EQ(api.run({"--concurrency", "4"}), 0) << api.result.errors;
  std::vector<std::string> sent;
  for (const auto& r : api.server.requests())
    if (r.target == "/items/a") sent.push_back(r.body);
  EXPECT_THAT(sent, ElementsAre(HasSubstr("first"), HasSubstr("first"), HasSubstr("second")));
}

TEST(RowsThatWait, ForEverEndTheRunWithoutProgress) {
  small_api api;
  api.me().reply(200, "", who);
  api.item("locked").reply(423, "", "");
  api.item("free").reply(200, "", small_api::good("free"));
  EXPECT_EQ(api.run({"-o", "breaker.patience=3s"}), 3) << api.result.errors;
  EXPECT_EQ(api.stop_reason(), "no_progress");
  EXPECT_EQ(api.count("applied"), 1);
  EXPECT_EQ(api.count("pending"), 1);
}

}  // namespace
}  // namespace pawl::test
