// Tests the helpers themselves, because all other tests rely on them.
#include "tests/support/child_process.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/sandbox_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace pawl::test {
namespace {

child_options shell(const std::string& script) {
  child_options wanted;
  wanted.program = "/bin/sh";
  wanted.arguments = {"-c", script};
  return wanted;
}

TEST(ChildProcess, GivesExitCodeOutputAndErrors) {
  child_options wanted = shell("cat; echo \"$A-${HOME-none}\" >&2; pwd; exit 7");
  const temp_dir dir;
  wanted.environment = {{"A", "x y"}, {"HOME", std::nullopt}};
  wanted.input = "in\n";
  wanted.working_directory = dir.path();
  const child_result r = run_child(wanted);
  EXPECT_EQ(r.exit_code, 7);
  EXPECT_EQ(r.output, "in\n" + std::filesystem::canonical(dir.path()).string() + "\n");
  EXPECT_EQ(r.errors, "x y-none\n");
}

TEST(ChildProcess, WaitsSignalsAndKills) {
  child_process child{shell("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done")};
  ASSERT_TRUE(wait_until([&] { return child.output() == "ready\n"; }));
  EXPECT_FALSE(child.wait_for(std::chrono::milliseconds{20}));
  EXPECT_TRUE(child.running());
  child.signal(SIGTERM);
  EXPECT_EQ(child.wait().code, 3);
  EXPECT_FALSE(child.running());

  child_process stubborn{shell("trap '' TERM; sleep 100")};
  EXPECT_THROW(stubborn.wait(std::chrono::milliseconds{50}), std::runtime_error);
  EXPECT_EQ(stubborn.wait().signal, SIGKILL);
}

TEST(ChildProcess, SaysWhatCannotBeStarted) {
  child_options wanted;
  wanted.program = "/does/not/exist";
  EXPECT_THROW(child_process{wanted}, std::system_error);
}

TEST(ChildProcess, DiesWithItsOwner) {
  pid_t pid = 0;
  {
    child_process child{shell("sleep 100")};
    pid = child.pid();
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Files, TemporaryDirectoriesGoAway) {
  std::filesystem::path path;
  {
    const temp_dir dir;
    path = dir.path();
    write_file(dir / "a", std::string_view{"x\0y", 3});
    EXPECT_EQ(read_file(dir / "a").size(), 3u);
  }
  EXPECT_EQ(std::filesystem::exists(path), std::getenv("PAWL_KEEP_TEMP") != nullptr);
  EXPECT_EQ(read_file_if_there(path / "b"), "");
  EXPECT_THROW(read_file(path / "b"), std::runtime_error);
}

TEST(Files, SqliteRowsComeAsText) {
  const temp_dir dir;
  const auto file = dir / "a.db";
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &db), SQLITE_OK);
  sqlite3_exec(db, "create table t(a,b); insert into t values(1,'x'),(null,2.5)", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  EXPECT_EQ(sqlite_query(file, "select a,b from t"), (sql_rows{{"1", "x"}, {"NULL", "2.5"}}));
  EXPECT_EQ(sqlite_value(file, "select count(*) from t"), "2");
  EXPECT_THROW(sqlite_query(file, "select nothing"), std::runtime_error);
  EXPECT_THROW(sqlite_query(dir / "none.db", "select 1"), std::runtime_error);
}

// Sends a request on a connection of its own; empty if no whole reply came.
std::string ask_raw(const sandbox_process& sandbox, const std::string& method, const std::string& path,
                    const std::string& body = {}) {
  boost::asio::ip::tcp::iostream stream{"127.0.0.1", std::to_string(sandbox.port())};
  stream << method << ' ' << path
         << " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
         << sandbox_process::default_key
         << "\r\nContent-Type: application/json\r\nContent-Length: " << body.size() << "\r\n\r\n"
         << body << std::flush;
  return {std::istreambuf_iterator<char>{stream}, {}};
}

TEST(SandboxProcess, TellsTheTruthAndTakesOrders) {
  sandbox_process sandbox{{"--plain", "--threads", "5"}};
  EXPECT_TRUE(ask_raw(sandbox, "PATCH", "/api/v2/threads/thr_000002", R"({"title":"é"})")
                  .starts_with("HTTP/1.1 200"));
  EXPECT_EQ(sandbox.truth().at("threads").as_object().size(), 5u);
  EXPECT_EQ(sandbox.truth(sandbox_process::threads::only_changed).at("threads").as_object().size(), 1u);
  EXPECT_EQ(sandbox.thread("thr_000002").at("title"), "é");
  EXPECT_EQ(sandbox.totals().at("applied"), 1);
  sandbox.edit("thr_000003", R"({"status":"done"})");
  EXPECT_EQ(sandbox.thread("thr_000003").at("status"), "done");
  EXPECT_THROW(sandbox.configure(R"({"nonsense":1})"), std::runtime_error);
  EXPECT_EQ(sandbox.journal().size(), 1u);
  sandbox.stop();
  EXPECT_FALSE(sandbox.process().running());
}

TEST(SandboxProcess, DropsAndOutagesReachTheWire) {
  sandbox_process sandbox{{"--plain", "--threads", "5"}};
  sandbox.configure(R"({"script":{"thr_000001":["drop-after","cut"]}})");
  EXPECT_EQ(ask_raw(sandbox, "PATCH", "/api/v2/threads/thr_000001", "{}"), "");
  const std::string cut = ask_raw(sandbox, "PATCH", "/api/v2/threads/thr_000001", "{}");
  EXPECT_TRUE(cut.starts_with("HTTP/1.1 200") && !cut.ends_with('}'));
  EXPECT_EQ(sandbox.thread("thr_000001").at("applied"), 2);
  for (const char* kind : {"refuse", "reset"}) {
    sandbox.configure(std::string{R"({"outage":")"} + kind + "\"}");
    EXPECT_EQ(ask_raw(sandbox, "GET", "/api/v2/me"), "") << kind;
    sandbox.configure(R"({"outage":false})");
    EXPECT_TRUE(ask_raw(sandbox, "GET", "/api/v2/me").starts_with("HTTP/1.1 200")) << kind;
  }
  sandbox.configure(R"({"outage":"refuse","outage_for":"50ms"})");
  EXPECT_TRUE(wait_until([&] { return ask_raw(sandbox, "GET", "/api/v2/me").starts_with("HTTP/1.1 200"); }));
}

TEST(SandboxProcess, WritesTheTruthAtTheEnd) {
  const temp_dir dir;
  sandbox_process sandbox{{"--threads", "3", "--truth", (dir / "truth.json").string()}};
  EXPECT_TRUE(read_file(sandbox.ca_file()).starts_with("-----BEGIN CERTIFICATE-----"));
  sandbox.stop();
  EXPECT_EQ(boost::json::parse(read_file(dir / "truth.json")).at("threads").as_object().size(), 3u);
}

TEST(SandboxProcess, ReportsWhyItDoesNotStart) {
  try {
    const sandbox_process sandbox{{"--faults", "e500=7"}};
    FAIL() << "it started";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string{e.what()}.find("--faults"), std::string::npos) << e.what();
  }
}

TEST(PawlWorkspace, WiresCommandsThatSend) {
  const sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox};
  const child_options run = workspace.command({"run", "jobs.csv", "--base-url=http://x"});
  const auto has = [&](const char* text) {
    return std::find(run.arguments.begin(), run.arguments.end(), text) != run.arguments.end();
  };
  EXPECT_TRUE(has("--ca-file") && has("--token-env") && has("--state-dir"));
  EXPECT_FALSE(has("--base-url")) << "given already";
  EXPECT_EQ(workspace.command({"check", "jobs.csv"}).arguments.size(), 2u);
}

}  // namespace
}  // namespace pawl::test
