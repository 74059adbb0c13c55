// Keys that end, made by a program: one call for each key, no row lost, and what the program prints to its
// standard output stands in no text.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_server.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

constexpr const char* maker = R"(auth.token_command=["sh", "make.sh"])";

std::string minted(int n) {
  const auto text = std::to_string(n);
  return "pl_v2_minted" + std::string(4 - text.size(), '0') + text + "_0123456789";
}

// For --key of a sandbox: the keys that the program mints one after the other.
std::vector<std::string> with_minted_keys(std::vector<std::string> arguments) {
  for (int n = 1; n <= 20; ++n) arguments.insert(arguments.end(), {"--key", minted(n)});
  return arguments;
}

// Writes the program: it counts its calls, and `print` sees the number as $n and the key as $key.
void write_maker(const pawl_workspace& workspace, const std::string& print) {
  workspace.input("make.sh",
                  "echo called >> calls\n"
                  "n=$(wc -l < calls)\n"
                  "key=$(printf 'pl_v2_minted%04d_0123456789' \"$n\")\n" +
                      print + "\n");
}
const std::string key_alone = "echo \"$key\"";
std::string key_for(const std::string& seconds) {
  return R"(printf '{"token":"%s","expires_in":)" + seconds + R"(}\n' "$key")";
}

std::ptrdiff_t calls(const pawl_workspace& workspace) {
  const auto text = read_file_if_there(workspace.files() / "calls");
  return std::ranges::count(text, '\n');
}

// How many of the keys have come to the sandbox, accepted or not.
std::size_t keys_seen(const sandbox_process& sandbox) {
  std::set<std::string> seen;
  for (const auto& line : sandbox.journal()) seen.emplace(line.at("key").as_string());
  return seen.size();
}

// Whether a part of a minted key stands in a text or in any file of the workspace.
void expect_no_key(const pawl_workspace& workspace, const std::string& text) {
  EXPECT_THAT(text, Not(HasSubstr("minted0")));
  EXPECT_FALSE(stands_in_files(workspace.files().path(), "minted0"));
}

TEST(TokenCommand, EachKeyIsReplacedAheadOfItsEnd) {
  const sandbox_process sandbox{
      with_minted_keys({"--threads", "60", "--limits", "off", "--key-life", "10s"})};
  const pawl_workspace workspace{sandbox};
  write_maker(workspace, key_for("2"));
  const auto jobs = make_jobs(60);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run = workspace.run({"run", input.string(), "--rate", "12/s", "-o", maker, "-v", "-v"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
  EXPECT_EQ(number(sandbox.totals(), "unauthenticated"), 0);
  EXPECT_GE(calls(workspace), 2) << "60 rows at 12 a second take longer than a key";
  EXPECT_EQ(static_cast<std::size_t>(calls(workspace)), keys_seen(sandbox));
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input), "select count(*) from event where kind = 'key'"),
            std::to_string(calls(workspace) - 1));
  EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(input),
                         "select json_extract(settings, '$.\"auth.token_command\"') from generation"),
            "sh ...");
  expect_no_key(workspace, run.output + run.errors);
}

TEST(TokenCommand, ARefusedKeyIsReplacedOnceForAllRows) {
  const sandbox_process sandbox{
      with_minted_keys({"--threads", "300", "--limits", "off", "--key-life", "1500ms", "--delay", "60ms"})};
  const pawl_workspace workspace{sandbox};
  write_maker(workspace, key_alone);
  const auto jobs = make_jobs(300);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run = workspace.run({"run", input.string(), "--rate", "80/s", "--read-rate", "unlimited",
                                  "--concurrency", "32", "-o", maker});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
  EXPECT_GE(calls(workspace), 2);
  EXPECT_EQ(static_cast<std::size_t>(calls(workspace)), keys_seen(sandbox));
  EXPECT_GE(number(sandbox.totals(), "unauthenticated"), calls(workspace) - 1);
  expect_no_key(workspace, run.output + run.errors);
}

TEST(TokenCommand, EveryCommandThatSendsUsesItAndTheQuotaIsThatOfAllKeys) {
  const sandbox_process sandbox{with_minted_keys({"--threads", "4"})};
  const pawl_workspace workspace{sandbox};
  write_maker(workspace, key_for("3600"));
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(4))).string();
  const std::vector<std::vector<std::string>> commands = {{"plan", input},
                                                          {"run", input},
                                                          {"verify", input + ".ledger"},
                                                          {"pull", "--out", "all.ndjson"},
                                                          {"doctor"}};
  std::ptrdiff_t so_far = 0;
  for (auto command : commands) {
    command.insert(command.end(), {"-o", maker});
    const auto done = workspace.run(command);
    EXPECT_EQ(done.exit_code, 0) << command[0] << ": " << done.errors;
    EXPECT_EQ(calls(workspace), ++so_far) << command[0];
    if (command[0] == "doctor") {
      EXPECT_THAT(done.output, HasSubstr(" from sh\n")) << done.output;
    }
  }
  EXPECT_EQ(workspace.run({"check", input, "-o", maker}).exit_code, 0);
  EXPECT_EQ(calls(workspace), so_far) << "check sends nothing";
  std::size_t quota_files = 0;
  for (const auto& entry : fs::directory_iterator(workspace.state_dir()))
    quota_files += entry.is_regular_file();
  EXPECT_EQ(quota_files, 1u) << "a new key finds the windows of the one before it";
}

struct broken_maker {
  const char* name;
  const char* print;
  const char* words;
};

TEST(TokenCommand, ThatFailsAtTheStartStopsBeforeAnythingIsSent) {
  const sandbox_process sandbox{{"--threads", "2"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(2)));
  const broken_maker cases[] = {
      {"exit code", "echo 'vault is sealed' >&2; exit 2", "sh ... ended with exit code 2: vault is sealed; "},
      {"signal", "kill -TERM $$", "sh ... was ended by signal 15"},
      {"nothing", "true", "made no key: it printed nothing"},
      {"several lines", "echo \"$key\"; echo \"$key\"",
       "made no key: what it printed holds more than one line"},
      {"no JSON", "echo \"{$key\"", "made no key: what it printed begins like JSON, and is none"},
      {"too much", "yes \"$key\"", "printed more than 64 KiB, and was killed"},
      {"repeats the key", "echo \"$key\"; echo \"denied: $key\" >&2; exit 1",
       "ended with exit code 1: denied: ****"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    write_maker(workspace, c.print);
    for (const auto& command :
         {std::vector<std::string>{"run", input.string(), "--summary", "s.json"}, {"doctor"}}) {
      auto with_maker = command;
      with_maker.insert(with_maker.end(), {"-o", maker, "-v"});
      const auto done = workspace.run(with_maker);
      EXPECT_EQ(done.exit_code, 4) << done.errors;
      EXPECT_THAT(done.errors, HasSubstr(c.words));
      expect_no_key(workspace, done.output + done.errors);
    }
    EXPECT_FALSE(fs::exists(pawl_workspace::ledger_of(input)));
  }
  const auto missing = workspace.run({"run", input.string(), "-o", R"(auth.token_command=["./no-such"])"});
  EXPECT_EQ(missing.exit_code, 4);
  EXPECT_THAT(missing.errors, HasSubstr("./no-such cannot be started: No such file or directory"));
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
}

TEST(TokenCommand, ThatFailsAfterARefusalStopsTheRunWithItsWords) {
  const sandbox_process sandbox{with_minted_keys({"--threads", "200", "--limits", "off"})};
  const pawl_workspace workspace{sandbox};
  write_maker(workspace,
              "if test \"$n\" = 1; then echo \"$key\"; else echo 'vault is sealed' >&2; exit 2; fi");
  const auto jobs = make_jobs(200);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  auto run = workspace.start({"run", input.string(), "--rate", "30/s", "--summary", "s.json", "-o", maker});
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 5; })) << run.errors();
  sandbox.configure(R"({"revoke":")" + minted(1) + "\"}");
  EXPECT_EQ(run.wait().code, 4) << run.errors();
  EXPECT_THAT(run.errors(),
              HasSubstr("auth.token_command: sh ... ended with exit code 2: vault is sealed; "));
  EXPECT_EQ(calls(workspace), 2);
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(summary.at("stop_reason").as_string(), "key");
  EXPECT_GT(number(summary, "pending"), 0);
  EXPECT_EQ(number(summary, "failed"), 0);
  expect_no_key(workspace, run.output() + run.errors());

  write_maker(workspace, key_alone);
  const auto again = workspace.run({"run", input.string(), "--rate", "unlimited", "-o", maker});
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
}

TEST(TokenCommand, ThatFailsAheadOfTheEndIsTriedAgainWhileTheKeyIsGood) {
  const sandbox_process sandbox{
      with_minted_keys({"--threads", "60", "--limits", "off", "--key-life", "20s"})};
  const pawl_workspace workspace{sandbox};
  write_maker(workspace, "if test \"$n\" = 2; then echo 'try later' >&2; exit 75; fi\n" + key_for("2"));
  const auto jobs = make_jobs(60);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run = workspace.run({"run", input.string(), "--rate", "12/s", "-o", maker});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
  EXPECT_GE(calls(workspace), 3);
  EXPECT_EQ(number(sandbox.totals(), "unauthenticated"), 0);
  const std::string words = "trying again: auth.token_command: sh ... ended with exit code 75: try later; ";
  const auto told = run.errors.find(words);
  ASSERT_NE(told, std::string::npos) << run.errors;
  EXPECT_EQ(run.errors.find(words, told + 1), std::string::npos) << "once is enough: " << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("(the key in use is good for "));
}

TEST(TokenCommand, ASignalEndsItAtOnce) {
  const sandbox_process sandbox{with_minted_keys({"--threads", "200", "--limits", "off"})};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(200)));
  const auto hangs = [&](std::ptrdiff_t call) {
    return wait_until([&] { return calls(workspace) >= call; });
  };
  write_maker(workspace, "if test \"$n\" != 2; then sleep 120; fi; echo \"$key\"");
  const std::vector<std::string> command{"run", input.string(), "--rate", "30/s", "-o", maker};

  auto at_the_start = workspace.start(command);
  ASSERT_TRUE(hangs(1));
  at_the_start.signal(SIGINT);
  EXPECT_EQ(at_the_start.wait(std::chrono::seconds{20}).code, 130) << at_the_start.errors();
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);

  auto in_the_middle = workspace.start(command);
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 5; })) << in_the_middle.errors();
  sandbox.configure(R"({"revoke":")" + minted(2) + "\"}");
  ASSERT_TRUE(hangs(3)) << in_the_middle.errors();
  in_the_middle.signal(SIGINT);
  EXPECT_EQ(in_the_middle.wait(std::chrono::seconds{20}).code, 130) << in_the_middle.errors();
}

TEST(TokenCommand, AKeyOfAnotherAccountStopsTheRun) {
  testing::scripted_server server{testing::plain_http()};
  const pawl_workspace workspace;
  const std::string item = R"({"id":"t1","title":"old","status":"open","updated_at":"2026-11-01T00:00:00Z"})";
  const std::string no = R"({"error":{"code":"unauthenticated","message":"no"}})";
  server.when("/me")
      .reply(200, {}, R"({"workspace_id":"ws_1","scopes":[]})")
      .then(200, {}, R"({"workspace_id":"ws_2","scopes":[]})");
  server.when("/threads/t1").reply(200, {}, item).then(401, {}, no).then(200, {}, item);
  write_maker(workspace, key_alone);
  const auto input = workspace.input("jobs.csv", "id,title\nt1,new\n");
  const auto run = workspace.run({"run", input.string(), "--base-url", server.url(), "-o", maker});
  EXPECT_EQ(run.exit_code, 4) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("the new key belongs to account ws_2, and the one before it to ws_1"));
  const auto requests = server.requests();
  const auto last_write = std::ranges::count_if(requests, [](const auto& r) {
    return r.method == "PATCH" && r.head.find(minted(2)) != std::string::npos;
  });
  EXPECT_EQ(last_write, 0) << "nothing is written with a key of another account";
  expect_no_key(workspace, run.output + run.errors);
}

TEST(TokenCommand, AKeyFileOfAnotherAccountStopsTheRunToo) {
  testing::scripted_server server{testing::plain_http()};
  const pawl_workspace workspace;
  const std::string item = R"({"id":"t1","title":"old","status":"open","updated_at":"2026-11-01T00:00:00Z"})";
  server.when("/me")
      .reply(200, {}, R"({"workspace_id":"ws_1","scopes":[]})")
      .then(200, {}, R"({"workspace_id":"ws_2","scopes":[]})");
  server.when("/threads/t1").reply(200, {}, item).then(401, {}, R"({"error":{"code":"unauthenticated"}})");
  const auto input = workspace.input("jobs.csv", "id,title\nt1,new\n");
  workspace.input("key", "pl_v2_first_0123456789");
  auto run = workspace.start({"run", input.string(), "--base-url", server.url(), "--token-file", "key"});
  ASSERT_TRUE(wait_until([&] { return server.requests().size() >= 3; })) << run.errors();
  workspace.input("key", "pl_v2_second_0123456789");
  EXPECT_EQ(run.wait().code, 4) << run.errors();
  EXPECT_THAT(run.errors(), HasSubstr("the new key belongs to account ws_2, and the one before it to ws_1"));
}

TEST(TokenCommand, OfAFoundFileIsNotRun) {
  const sandbox_process sandbox{with_minted_keys({"--threads", "2"})};
  const pawl_workspace workspace{sandbox};
  write_maker(workspace, key_alone);
  workspace.input("pawl.toml", "auth.token_command = [\"sh\", \"make.sh\"]\n");
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(2)));
  auto options = workspace.command({"run", input.string()});
  // Without --token-env, which would outrank the file.
  const auto flag = std::ranges::find(options.arguments, "--token-env");
  options.arguments.erase(flag, flag + 2);
  const auto refused = run_child(options);
  EXPECT_EQ(refused.exit_code, 2) << refused.errors;
  EXPECT_THAT(refused.errors, HasSubstr("it sets auth.token_command (line 1)"));
  EXPECT_EQ(calls(workspace), 0);
  const auto trusted = workspace.run({"trust", "pawl.toml"});
  EXPECT_EQ(trusted.exit_code, 0) << trusted.errors;
  EXPECT_THAT(trusted.output, HasSubstr("* line 1: auth.token_command = sh make.sh"));
  options.arguments.insert(options.arguments.end(), {"--config", "pawl.toml"});
  const auto run = run_child(options);
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(calls(workspace), 1);
}

TEST(TokenCommand, ItsArgumentsStandInNoText) {
  const sandbox_process sandbox{with_minted_keys({"--threads", "2"})};
  const pawl_workspace workspace{sandbox};
  write_maker(workspace, key_alone);
  const auto jobs = to_csv(make_jobs(2));
  auto options =
      workspace.command({"run", "-", "--format", "csv", "--ledger", "jobs.ledger", "--limit", "1", "-v", "-v",
                         "-o", R"(auth.token_command=["sh", "make.sh", "arg-s3cret"])"});
  options.input = jobs;
  const auto run = run_child(options);
  EXPECT_EQ(run.exit_code, 3) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("setting auth.token_command = sh ... (-o auth.token_command)"));
  EXPECT_THAT(run.errors, HasSubstr("auth.token_command=[\"***\"]"));
  EXPECT_THAT(run.errors + run.output, Not(HasSubstr("s3cret")));
  EXPECT_FALSE(stands_in_files(workspace.files().path(), "s3cret"));
}

}  // namespace
}  // namespace pawl::test
