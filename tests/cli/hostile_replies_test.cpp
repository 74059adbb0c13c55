// A server at its worst, through the whole of pawl run: each row is answered with something hostile before it
// is answered well, and every row ends as it really is.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::route;
using testing::scripted_server;

constexpr const char* key = "pl_v2_hostile_0123456789abcdef";

struct hostile_case {
  const char* id;
  std::function<void(route&)> script;
};

std::string with_body(const std::string& body, const std::string& header = "") {
  return "HTTP/1.1 200 OK\r\n" + header + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

// Never three 2xx without a resource in a row: those would stop the run.
const hostile_case cases[] = {
    {"stall", [](route& r) { r.raw("").and_stall(); }},
    {"gzip", [](route& r) { r.raw(with_body("\x1f\x8b\x08", "Content-Encoding: gzip\r\n")); }},
    {"drip", [](route& r) { r.raw(with_body("{}")).in_pieces_of(1).paced(std::chrono::milliseconds{100}); }},
    {"utf8", [](route& r) { r.raw(with_body("{\"id\":\"utf8\",\"status\":\"\xe2\x82\"}")); }},
    {"reset", [](route& r) { r.raw("").and_reset(); }},
    {"deep", [](route& r) { r.raw(with_body(std::string(2'000'000, '['))); }},
    {"cut", [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{\"id\":").and_cut(); }},
    {"half", [](route& r) { r.raw(with_body("{\"id\":\"half\",\"sta")); }},
    {"garbage", [](route& r) { r.raw(std::string(3000, '\xa5')); }},
    {"empty", [](route& r) { r.raw("HTTP/1.1 204 No Content\r\n\r\n"); }},
    {"headers", [](route& r) { r.raw("HTTP/1.1 200 OK\r\n").and_repeat("A: b\r\n"); }},
    {"other", [](route& r) { r.raw(with_body("{\"id\":\"another\",\"status\":\"done\"}")); }},
    {"interim", [](route& r) { r.raw("").and_repeat("HTTP/1.1 100 Continue\r\n\r\n"); }},
    {"twice", [](route& r) { r.raw(with_body("{}") + with_body("{}")); }},
    {"large", [](route& r) { r.raw(with_body(std::string(10u << 20, ' '))); }},
    {"chunks", [](route& r) { r.raw(std::string(chunked)).and_repeat("1\r\nc\r\n"); }},
    {"length",
     [](route& r) { r.raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"); }},
    {"html", [](route& r) { r.raw(with_body("<html>please log in</html>")); }},
    {"gateway", [](route& r) { r.raw("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>"); }},
};

std::string good_reply(const std::string& id) {
  return "{\"id\":\"" + id + "\",\"status\":\"done\",\"updated_at\":\"2026-11-01T00:00:00Z\"}";
}

class hostile_api {
 public:
  hostile_api() {
    server_.when("/api/v2/me")
        .reply(200, {}, R"({"workspace_id":"ws_1","scopes":["threads:read","threads:write"]})");
  }
  scripted_server& server() { return server_; }
  route& thread(const std::string& id) { return server_.when("/api/v2/threads/" + id); }

  child_result run(const pawl_workspace& workspace, const std::filesystem::path& input,
                   std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"run",
                                       input.string(),
                                       "--base-url",
                                       server_.url() + "/api/v2",
                                       "--ca-file",
                                       server_.ca_file(),
                                       "--token-env",
                                       "HOSTILE_KEY",
                                       "--state-dir",
                                       workspace.state_dir().string(),
                                       "--rate",
                                       "unlimited",
                                       "--read-rate",
                                       "unlimited",
                                       "--no-read-first",
                                       "--summary",
                                       "s.json",
                                       "-o",
                                       "retry.base=1ms",
                                       "-o",
                                       "timeouts.attempt=500ms"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto command = workspace.command(std::move(arguments));
    command.environment["HOSTILE_KEY"] = key;
    return run_child(command, std::chrono::seconds{120});
  }

 private:
  scripted_server server_;
};

TEST(RunAgainstAHostileServer, EveryRowEndsAsItIs) {
  hostile_api api;
  const pawl_workspace workspace;
  std::string csv = "id,status\n";
  for (const auto& c : cases) {
    csv += std::string(c.id) + ",done\n";
    auto& thread = api.thread(c.id);
    c.script(thread);
    thread.reply(200, {}, good_reply(c.id));
  }
  const auto input = workspace.input("jobs.csv", csv);
  const auto run = api.run(workspace, input, {"--concurrency", "1"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_EQ(sqlite_value(ledger, "select group_concat(id) from job where outcome <> 'applied'"), "NULL");
  // What was accepted is looked at, and never sent again; everything else is sent once more.
  EXPECT_EQ(sqlite_value(ledger, "select group_concat(id) from job where attempts <> 2"),
            "gzip,utf8,deep,half,empty,other,twice");
  EXPECT_EQ(sqlite_value(ledger, "select max(attempts) from job"), "2");
  EXPECT_EQ(sqlite_value(ledger, "select count(*) from job"), std::to_string(std::size(cases)));
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "applied"),
            static_cast<std::int64_t>(std::size(cases)));
  EXPECT_THAT(run.errors, Not(HasSubstr(key)));
}

// All the time and from every slot: nothing of it counts as applied, and the run ends.
TEST(RunAgainstAHostileServer, ThatNeverAnswersWellReportsNoRowAsApplied) {
  hostile_api api;
  const pawl_workspace workspace;
  std::string csv = "id,status\n";
  for (const auto& c : cases) {
    csv += std::string(c.id) + ",done\n";
    c.script(api.thread(c.id));
  }
  const auto input = workspace.input("jobs.csv", csv);
  const auto run = api.run(workspace, input,
                           {"--concurrency", "8", "-o", "retry.max_attempts=2", "-o", "breaker.patience=5s",
                            "--max-failures", "none"});
  // 4: three of them in a row look like a profile that does not fit.
  EXPECT_THAT(run.exit_code, ::testing::AnyOf(1, 3, 4)) << run.errors;
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied"), 0);
  std::int64_t sum = 0;
  for (const auto* name : {"unchanged", "skipped", "superseded", "refused", "mismatch", "failed", "unknown",
                           "invalid", "pending"})
    sum += number(summary, name);
  EXPECT_EQ(sum, static_cast<std::int64_t>(std::size(cases)));
}

TEST(RunAgainstAHostileServer, AnUntrustedCertificateGetsNoKey) {
  using testing::certificate_wish;
  for (const int kind : {0, 1, 2, 3}) {
    testing::server_options o;
    certificate_wish wish;
    if (kind == 0) wish.alternative_names = "DNS:other.example";
    if (kind == 1) wish.days_until = -1, wish.days_from = -9;
    if (kind == 2) wish.extended_usage = "clientAuth";
    o.chain = testing::chain_of(testing::issue(wish, kind == 3 ? nullptr : &testing::test_ca()));
    scripted_server server(o);
    const pawl_workspace workspace;
    const auto input = workspace.input("jobs.csv", "id,status\nt1,done\n");
    auto command = workspace.command({"run", input.string(), "--base-url", server.url() + "/api/v2",
                                      "--ca-file", server.ca_file(), "--token-env", "HOSTILE_KEY",
                                      "--state-dir", workspace.state_dir().string()});
    command.environment["HOSTILE_KEY"] = key;
    const auto run = run_child(command, std::chrono::seconds{60});
    EXPECT_EQ(run.exit_code, 4) << kind << run.errors;
    EXPECT_THAT(run.errors, HasSubstr("ertificate"));
    EXPECT_THAT(server.wire(), Not(HasSubstr(key)));
    EXPECT_TRUE(server.requests().empty());
  }
}

}  // namespace
}  // namespace pawl::test
