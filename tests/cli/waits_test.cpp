// What a run waits for, how long, and what it says about it; and what clocks, removed files and other names
// of a host change about that: nothing.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_server.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using testing::scripted_server;
using testing::server_options;
using namespace std::chrono_literals;

namespace fs = std::filesystem;

// An API whose key belongs to nobody and whose limits are what the profile says.
class items_api {
 public:
  explicit items_api(const std::string& limits = "write = [\"unlimited\"]\nread = [\"unlimited\"]\n")
      : profile_(workspace_.input("items.toml",
                                  "name = \"items\"\nbase_url = \"https://items.example\"\n"
                                  "reply = \"resource\"\nread_first = true\n"
                                  "[resource]\npath = \"/items/{id}\"\n"
                                  "updated_at = \"updated_at\"\n"
                                  "[whoami]\npath = \"/me\"\naccount = \"account\"\n"
                                  "[reply_headers]\nlimit = \"X-RateLimit-Limit\"\n"
                                  "remaining = \"X-RateLimit-Remaining\"\n"
                                  "reset = \"X-RateLimit-Reset\"\n"
                                  "ietf_policy = \"RateLimit-Policy\"\n"
                                  "ietf_limit = \"RateLimit\"\n"
                                  "[error]\ncode = \"code\"\nmessage = \"message\"\n"
                                  "[fields.title]\ntype = \"string\"\n"
                                  "[fields.mail]\ntype = \"boolean\"\ncompare = \"none\"\n"
                                  "replay_safe = false\n[limits]\n" +
                                      limits)) {}

  scripted_server server{testing::plain_http()};

  testing::route& me() { return server.when("/me"); }
  testing::route& item(const std::string& id) { return server.when("/items/" + id); }
  static std::string shows(const std::string& id, const std::string& title, int stamp = 1) {
    return "{\"id\":\"" + id + "\",\"title\":\"" + title + "\",\"updated_at\":\"2026-01-01T00:00:0" +
           std::to_string(stamp) + "Z\"}";
  }
  void answer_me() { me().reply(200, {}, R"({"account":"a1"})"); }

  fs::path input(const std::string& text) const { return workspace_.input("jobs.csv", text); }
  std::vector<std::string> words(const fs::path& input, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"run",        input.string(), "--profile",   profile_.string(),
                                 "--base-url", server.url(),   "--state-dir", workspace_.state_dir().string(),
                                 "--summary",  "s.json",       "-o",          "retry.base=1ms"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  child_result run(const fs::path& input, const std::vector<std::string>& more = {}) const {
    return workspace_.run(words(input, more));
  }
  child_process start(const fs::path& input, const std::vector<std::string>& more = {}) const {
    return workspace_.start(words(input, more));
  }
  boost::json::object summary() const { return read_summary(workspace_.files() / "s.json"); }
  std::size_t asked(const std::string& method, const std::string& target = {}) const {
    const auto all = server.requests();
    return static_cast<std::size_t>(std::ranges::count_if(
        all, [&](const auto& r) { return r.method == method && (target.empty() || r.target == target); }));
  }

 private:
  pawl_workspace workspace_;
  fs::path profile_;
};

std::string text_of(const boost::json::object& summary, const char* name) {
  const auto& value = summary.at(name);
  return value.is_string() ? std::string{value.as_string()} : std::string{};
}

// ---- before the first row ----

TEST(Waits, ALongPauseBeforeTheFirstRowEndsTheRunWithItsHeaderAndItsTime) {
  struct row {
    const char *headers, *named;
  };
  const row rows[] = {{"Retry-After: 3600", "Retry-After"},
                      {"X-RateLimit-Reset: 3600", "X-RateLimit-Reset"},
                      {"RateLimit: \"a\";r=0;t=3600", "RateLimit"}};
  for (const auto& r : rows) {
    items_api api;
    api.me().reply(429, r.headers);
    const auto run = api.run(api.input("id,title\na,new\n"));
    EXPECT_EQ(run.exit_code, 3) << r.headers << run.errors;
    EXPECT_THAT(run.errors, HasSubstr("the API asks for a pause of 60 min (" + std::string(r.named) +
                                      "), longer than limits.max_wait (15 min)"));
    EXPECT_EQ(text_of(api.summary(), "stop_reason"), "throttled") << r.headers;
    EXPECT_NE(text_of(api.summary(), "resume_at"), "") << r.headers;
    EXPECT_EQ(api.asked("GET"), 1u) << r.headers;
  }
}

TEST(Waits, NothingLeftUntilAFarResetEndsTheRunBeforeTheNextRead) {
  items_api api("write = [\"unlimited\"]\nread = [\"10/min\"]\n");
  api.me().reply(200, "X-RateLimit-Limit: 10\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 7200",
                 R"({"account":"a1"})");
  api.item("a").reply(200, {}, items_api::shows("a", "new"));
  const auto run = api.run(api.input("id,title\na,new\n"));
  EXPECT_EQ(run.exit_code, 3) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("the API asks for a pause of 120 min (X-RateLimit-Reset)"));
  EXPECT_NE(text_of(api.summary(), "resume_at"), "");
  EXPECT_EQ(api.asked("GET"), 1u);
}

TEST(Waits, AShortPauseBeforeTheFirstRowIsSatOutAndSaid) {
  items_api api;
  api.me().reply(429, "Retry-After: 3").then(200, {}, R"({"account":"a1"})");
  api.item("a").reply(200, {}, items_api::shows("a", "new"));
  const auto run = api.run(api.input("id,title\na,new\n"));
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("waiting for the pause that the API asked for (Retry-After), "));
}

TEST(Waits, PatienceEndsAPauseBeforeTheFirstRow) {
  items_api api;
  api.me().reply(429, "Retry-After: 600");
  // Without an end it would wait for ten minutes, and be killed by the test's watchdog.
  const auto run = api.run(api.input("id,title\na,new\n"), {"-o", "breaker.patience=1s"});
  EXPECT_EQ(api.asked("GET"), 1u);
  EXPECT_EQ(run.exit_code, 3) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("nothing but throttling for 1 s (breaker.patience)"));
}

// ---- in the run ----

// A dead first address, or a handshake through a crowded proxy: a read is too old when the connection for its
// write stands, and a server that hangs up leaves none over.
TEST(Waits, ConnectionsThatTakeLongerThanAReadIsGoodForComeBeforeIt) {
  server_options slow;
  slow.before_handshake = 5300ms;  // a read is good for 5 s
  scripted_server server{slow};
  const pawl_workspace workspace;
  const std::string old = R"({"id":"t1","title":"old"})", updated = R"({"id":"t1","title":"new"})";
  auto& item = server.when("/items/t1");
  for (int read = 1; read <= 3; ++read) item.then(200, "Connection: close", old).and_close();
  item.then(200, "Connection: close", updated).and_close();
  const auto profile = workspace.input("slow.toml",
                                       "name = \"slow\"\nbase_url = \"https://slow.example\"\n"
                                       "reply = \"resource\"\nread_first = true\n"
                                       "[resource]\npath = \"/items/{id}\"\n"
                                       "[limits]\nwrite = [\"unlimited\"]\nread = [\"unlimited\"]\n"
                                       "[fields.title]\ntype = \"string\"\n");
  const auto input = workspace.input("jobs.csv", "id,title\nt1,new\n");
  const auto run = run_child(
      workspace.command({"run", input.string(), "--profile", profile.string(), "--base-url", server.url(),
                         "--ca-file", server.ca_file(), "--state-dir", workspace.state_dir().string()}),
      60s);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  std::string methods;
  for (const auto& request : server.requests()) methods += request.method + ' ';
  EXPECT_EQ(methods, "GET GET GET PATCH ");
}

TEST(Waits, NothingLeftUntilAFarResetEndsTheRunOnlyWhereRowsAreLeft) {
  for (const bool rows_left : {false, true}) {
    items_api api("write = [\"10/min\"]\nread = [\"unlimited\"]\n");
    api.answer_me();
    for (const std::string id : {"a", "b"})
      api.item(id)
          .reply(200, {}, items_api::shows(id, "old"))
          .then(200, "X-RateLimit-Limit: 10\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 7200",
                items_api::shows(id, "new", 2));
    const auto run = api.run(api.input(rows_left ? "id,title\na,new\nb,new\n" : "id,title\na,new\n"),
                             {"--concurrency", "1"});
    EXPECT_EQ(run.exit_code, rows_left ? 3 : 0) << run.errors;
    EXPECT_EQ(number(api.summary(), "applied"), 1);
    if (!rows_left) continue;
    EXPECT_THAT(run.errors, HasSubstr("the API asks for a pause of 120 min (X-RateLimit-Reset)"));
    EXPECT_NE(text_of(api.summary(), "resume_at"), "");
    EXPECT_EQ(api.asked("PATCH"), 1u);
  }
}

// ---- failures ----

TEST(MaxFailures, StopsAtTheVeryFailureAndNamesTheCommandThatTakesThemAgain) {
  items_api api;
  api.answer_me();
  std::string csv = "id,title\n";
  for (int i = 0; i < 60; ++i) {
    csv += "m" + std::to_string(i) + ",new\n";
    api.item("m" + std::to_string(i)).reply(404, {}, R"({"code":"not_found","message":"gone"})");
  }
  const auto input = api.input(csv);
  const auto run = api.run(input, {"--concurrency", "1", "--max-failures", "3"});
  EXPECT_EQ(run.exit_code, 4) << run.errors;
  EXPECT_EQ(text_of(api.summary(), "stop_reason"), "max_failures");
  EXPECT_EQ(number(api.summary(), "refused"), 3);
  EXPECT_EQ(api.asked("GET"), 4u) << "whoami, and three rows";
  EXPECT_THAT(run.errors, HasSubstr("to take the failed rows again as well: pawl run " + input.string()));
  EXPECT_THAT(run.errors, HasSubstr("--max-failures 3 --retry refused\n"));
}

TEST(MaxFailures, OfSixteenOnTheWireNoneIsFollowed) {
  items_api api;
  api.answer_me();
  std::string csv = "id,title\n";
  for (int i = 0; i < 200; ++i) {
    const auto id = "m" + std::to_string(i);
    csv += id + ",new\n";
    api.item(id).reply(404, {}, R"({"code":"not_found","message":"gone"})").after(20ms);
  }
  const auto run = api.run(api.input(csv), {"--concurrency", "16", "--max-failures", "3"});
  EXPECT_EQ(run.exit_code, 4) << run.errors;
  // Two may have made room for another before the third.
  EXPECT_LE(api.asked("GET"), 1u + 16u + 2u);
  EXPECT_GE(number(api.summary(), "refused"), 3);
}

TEST(MaxFailures, ATenthOfTheLastFiveHundredStopsOnceFiftyAreMissing) {
  items_api api;
  api.answer_me();
  std::string csv = "id,title\n";
  for (int i = 0; i < 80; ++i) {
    const auto id = "m" + std::to_string(i);
    csv += id + ",new\n";
    api.item(id).reply(404, {}, R"({"code":"not_found","message":"gone"})");
  }
  const auto run = api.run(api.input(csv), {"--concurrency", "1"});
  EXPECT_EQ(run.exit_code, 4) << run.errors;
  EXPECT_EQ(number(api.summary(), "refused"), 50);
}

// ---- rates that the API contradicts ----

TEST(RateHint, IsGivenOnceWhereTheApiNamesAnotherLimit) {
  items_api api("write = [\"100/s\"]\nread = [\"unlimited\"]\n");
  api.answer_me();
  std::string csv = "id,title\n";
  for (int i = 0; i < 5; ++i) {
    const auto id = "r" + std::to_string(i);
    csv += id + ",new\n";
    api.item(id)
        .reply(200, {}, items_api::shows(id, "old"))
        .then(200, "RateLimit-Policy: \"a\";q=50;w=1\nRateLimit: \"a\";r=49;t=1",
              items_api::shows(id, "new", 2))
        .after(60ms);
  }
  const auto run = api.run(api.input(csv), {"--concurrency", "1"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const std::string hint = "hint: the API says 50/s, and limits.write is 100/s: --rate 50/s keeps to it";
  EXPECT_THAT(run.errors, HasSubstr(hint));
  EXPECT_EQ(run.errors.find(hint), run.errors.rfind(hint)) << run.errors;
}

// ---- a clock that jumps ----

// A request that was on the wire at the kill may arrive until its time-out is over: by a clock that nobody
// sets.
TEST(Interrupted, SettlingCountsFromTheRestartUnlessTheBootClockProvesMore) {
  struct row {
    const char* name;
    const char* sql;  // on the ledger between kill and restart: what the clock did
    bool waits;
  };
  const row rows[] = {
      {"the time of day jumped by two hours", "update intent set sent_at = sent_at - 7200000000", true},
      {"and the machine was started anew", "update run set boot_id = 'another'", true},
      {"nothing is known of then", "update intent set sent_boot_us = null", true},
      {"the boot clock proves that it is over",
       "update intent set sent_boot_us = sent_boot_us - 3600000000, sent_at = sent_at + 7200000000", false}};
  for (const auto& r : rows) {
    items_api api;
    api.answer_me();
    const auto old = items_api::shows("a", "old");
    api.item("a").reply(200, {}, old).raw("").and_stall();
    const auto input = api.input("id,title,mail\na,new,true\nb,new,\n");
    const std::vector<std::string> more{"--concurrency", "1", "-o", "timeouts.attempt=1h"};
    {
      auto killed = api.start(input, more);
      ASSERT_TRUE(wait_until([&] { return api.asked("PATCH") == 1; })) << killed.errors();
      killed.kill();
    }
    sqlite_change(pawl_workspace::ledger_of(input), r.sql);
    api.item("a").reply(200, {}, old).then(200, {}, old).then(200, {}, items_api::shows("a", "new", 2));
    api.item("b").reply(200, {}, items_api::shows("b", "old")).then(200, {}, items_api::shows("b", "new", 2));
    auto run = api.start(input, more);
    // One row at a time, in their order: whatever is to be done for the first now comes before the second.
    ASSERT_TRUE(wait_until([&] { return api.asked("PATCH", "/items/b") == 1; })) << r.name << run.errors();
    EXPECT_EQ(api.asked("PATCH", "/items/a"), r.waits ? 1u : 2u) << r.name;
    if (r.waits) run.signal(SIGINT);  // else it would go on for the rest of the hour
    EXPECT_EQ(run.wait().code, r.waits ? 130 : 0) << r.name << run.errors();
    EXPECT_EQ(api.asked("PATCH", "/items/a"), r.waits ? 1u : 2u) << r.name;
  }
}

// ---- the quota file ----

std::vector<fs::path> quota_files(const fs::path& directory) {
  std::vector<fs::path> found;
  for (const auto& one : fs::directory_iterator(directory))
    if (one.path().filename().string().starts_with("quota-")) found.push_back(one.path());
  return found;
}

TEST(QuotaFile, ThatIsRemovedInTheMiddleIsMadeAgain) {
  const sandbox_process sandbox{{"--threads", "100", "--write-limit", "20/4s"}};
  const pawl_workspace workspace{sandbox};
  const auto first = workspace.input("first.csv", to_csv(make_jobs(30)));
  const auto second = workspace.input("second.csv", to_csv(make_jobs(30)));
  const auto command = [](const fs::path& input) {
    return std::vector<std::string>{"run", input.string(), "--rate", "20/4s", "--no-read-first"};
  };
  auto run = workspace.start(command(first));
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 20; })) << run.errors();
  fs::remove_all(workspace.state_dir());
  EXPECT_EQ(run.wait().code, 0) << run.errors();
  EXPECT_EQ(quota_files(workspace.state_dir()).size(), 1u);
  const auto again = workspace.run(command(second));
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_EQ(number(sandbox.totals(), "throttled_writes"), 0) << run.errors() << again.errors;
}

TEST(QuotaFile, ThatIsReplacedInTheMiddleEndsTheRun) {
  const sandbox_process sandbox{{"--threads", "300", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(300)));
  auto run = workspace.start({"run", input.string(), "--rate", "10/s", "--no-read-first"});
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 5; })) << run.errors();
  const auto files = quota_files(workspace.state_dir());
  ASSERT_EQ(files.size(), 1u);
  fs::copy_file(files[0], files[0].string() + ".new");
  fs::rename(files[0].string() + ".new", files[0]);
  EXPECT_EQ(run.wait().code, 4) << run.errors();
  EXPECT_THAT(run.errors(), HasSubstr("was replaced while it was in use"));
}

TEST(QuotaFile, ThatIsNewIsFilledFromTheLedger) {
  for (const bool killed : {false, true}) {
    const sandbox_process sandbox{{"--threads", "100", "--write-limit", "20/4s"}};
    const pawl_workspace workspace{sandbox};
    const auto input = workspace.input("jobs.csv", to_csv(make_jobs(38)));
    const std::vector<std::string> command{"run", input.string(), "--rate", "20/4s", "--no-read-first"};
    if (killed) {
      auto run = workspace.start(command);
      ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 18; })) << run.errors();
      run.kill();
      // What it had sent last has been counted once the count stands still.
      std::int64_t before = -1;
      const auto writes = [&] { return number(sandbox.totals(), "writes"); };
      ASSERT_TRUE(wait_until([&] { return std::exchange(before, writes()) == before; }));
    } else {
      auto limited = command;
      limited.insert(limited.end(), {"--limit", "18"});
      const auto part = workspace.run(limited);
      EXPECT_EQ(part.exit_code, 3) << part.errors;
    }
    fs::remove_all(workspace.state_dir());
    const auto rest = workspace.run(command);
    EXPECT_EQ(rest.exit_code, 0) << rest.errors;
    EXPECT_EQ(number(sandbox.totals(), "throttled_writes"), 0) << killed << rest.errors;
  }
}

// One key, whatever name its API is reached by.
TEST(QuotaFile, IsSharedByTheNamesOfAHost) {
  const sandbox_process sandbox{{"--threads", "100", "--write-limit", "20/4s"}};
  const pawl_workspace workspace{sandbox};
  auto by_name = sandbox.base_url();
  const auto at = by_name.find("localhost");
  ASSERT_NE(at, std::string::npos) << by_name;
  by_name.replace(at, 9, "127.0.0.1");
  for (const auto& url : {sandbox.base_url(), by_name}) {
    const auto input = workspace.input(url == by_name ? "b.csv" : "a.csv", to_csv(make_jobs(18)));
    const auto run =
        workspace.run({"run", input.string(), "--rate", "20/4s", "--no-read-first", "--base-url", url});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
  }
  EXPECT_EQ(quota_files(workspace.state_dir()).size(), 1u);
  EXPECT_EQ(number(sandbox.totals(), "throttled_writes"), 0);
}

}  // namespace
}  // namespace pawl::test
