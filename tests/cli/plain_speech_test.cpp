// What pawl says: commands that can be pasted, a word at every failure, and texts from outside that do
// nothing to a terminal.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_server.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* strict_profile = R"(name = "tiny"
base_url = "http://127.0.0.1:1"
reply = "none"
read_first = false
unknown_fields = "refuse"
[resource]
path = "/v1/items/{id}"
[limits]
write = ["unlimited"]
read = ["unlimited"]
[error]
code = "code"
message = "message"
[fields.title]
type = "string"
nullable = true
)";

// A command line as sh takes it; `pawl` in it is the program under test.
child_result in_a_shell(const pawl_workspace& workspace, const std::string& line) {
  auto wanted = workspace.command({});
  const auto pawl = wanted.program.string();
  wanted.program = "/bin/sh";
  wanted.arguments = {"-c", "pawl() { \"" + pawl + "\" \"$@\"; }; " + line};
  return run_child(wanted);
}

// What stands behind `mark`, to the end of the text.
std::string behind(const std::string& text, std::string_view mark) {
  const auto at = text.find(mark);
  return at == std::string::npos ? std::string{} : text.substr(at + mark.size());
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

bool is_neutral(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= 0x20 && c != 0x7f) || c < 0; }) &&
         text.find("\xc2\x9b") == std::string_view::npos &&
         text.find("\xe2\x80\xae") == std::string_view::npos;
}

// --- commands

std::string csv_cell(std::string_view cell) {
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? std::string{"\"\""} : std::string{c};
  return text + '"';
}

TEST(PrintedCommands, DropAColumnOfAnyName) {
  for (const std::string name : {"",
                                 "two words",
                                 "it's",
                                 "a\"b",
                                 "\x1b[31mred",
                                 "-dash",
                                 "--ignore-column",
                                 "-",
                                 "--",
                                 "a,b",
                                 "line\nbreak",
                                 "zero\xe2\x80\x8bwidth",
                                 "\xc2\xa0",
                                 "$(touch oops)",
                                 "`id`",
                                 "*",
                                 "a=b",
                                 "[a,b]",
                                 "{}",
                                 "\xc3\xa9",
                                 "100%",
                                 "back\\slash",
                                 "#no",
                                 "~"}) {
    const pawl_workspace workspace;
    workspace.input("tiny.toml", strict_profile);
    workspace.input("jobs.csv", "id,title," + csv_cell(name) + "\na1,x,y\n");
    const auto refused = workspace.run({"check", "jobs.csv", "--profile", "./tiny.toml"});
    ASSERT_EQ(refused.exit_code, 2) << name << refused.output;
    EXPECT_TRUE(is_neutral(refused.errors)) << refused.errors;
    const auto flag = first_line(behind(refused.errors, "drop it with "));
    ASSERT_THAT(flag, HasSubstr("--ignore-column")) << refused.errors;
    const auto done = in_a_shell(workspace, "pawl check jobs.csv --profile ./tiny.toml " + flag);
    EXPECT_EQ(done.exit_code, 0) << flag << '\n' << done.errors;
    EXPECT_FALSE(std::filesystem::exists(workspace.files() / "oops"));
  }
}

TEST(PrintedCommands, RenameAColumnThatIsNearlyAField) {
  for (const std::string name : {"tit le", "titl'", "-title", "title\xe2\x80\x8b", "\xc2\xadtitle",
                                 "\xef\xbb\xbftitle", "ti\x01tle"}) {
    const pawl_workspace workspace;
    workspace.input("tiny.toml", strict_profile);
    workspace.input("jobs.csv", "id," + csv_cell(name) + "\na1,x\n");
    const auto refused = workspace.run({"check", "jobs.csv", "--profile", "./tiny.toml"});
    ASSERT_EQ(refused.exit_code, 2) << name;
    auto flag = behind(refused.errors, "Rename it with ");
    flag = flag.substr(0, flag.find(" or drop it"));
    const auto done = in_a_shell(workspace, "pawl check jobs.csv --profile ./tiny.toml " + flag);
    EXPECT_EQ(done.exit_code, 0) << flag << '\n' << refused.errors << done.errors;
    EXPECT_THAT(done.output, HasSubstr("fields: title 1"));
  }
}

TEST(PrintedCommands, NameTheIdColumn) {
  const pawl_workspace workspace;
  workspace.input("tiny.toml", strict_profile);
  workspace.input("jobs.csv", "\"\xef\xbb\xbfid\",title\na1,x\n");
  const auto refused = workspace.run({"check", "jobs.csv", "--profile", "./tiny.toml"});
  ASSERT_EQ(refused.exit_code, 2);
  const auto flag = first_line(behind(refused.errors, "Then say so: "));
  const auto done = in_a_shell(workspace, "pawl check jobs.csv --profile ./tiny.toml " + flag);
  EXPECT_EQ(done.exit_code, 0) << flag << '\n' << refused.errors << done.errors;
}

TEST(PrintedCommands, ExportTheFailuresOfALedgerOfAnyName) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  for (const std::string name : {"plain.ledger", "my jobs (1).ledger", "it's.ledger", "-dash.ledger",
                                 "$x.ledger", "tab\there.ledger", "line\nend.ledger"}) {
    const pawl_workspace workspace{sandbox};
    workspace.input("jobs.csv", "id,status\nthr_999999,done\n");
    const auto run = workspace.run({"run", "jobs.csv", "--ledger=" + name});
    ASSERT_EQ(run.exit_code, 1) << run.errors;
    const auto command = first_line(behind(run.errors, "the failures, to mend and run again: "));
    ASSERT_THAT(command, StartsWith("pawl export ")) << run.errors;
    const auto exported = in_a_shell(workspace, command);
    EXPECT_EQ(exported.exit_code, 0) << command << '\n' << exported.errors;
    EXPECT_THAT(exported.output, HasSubstr("thr_999999"));
  }
}

TEST(PrintedCommands, GoOnWithACopyOfStandardInput) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  auto wanted = workspace.command({"run", "-", "--format", "csv", "--ledger=my ledger's", "--limit", "1",
                                   "--set", "title=two words", "-o", "retry.cap=30s"});
  wanted.input = "id,status\nthr_000001,done\nthr_000002,done\n";
  const auto first = run_child(wanted);
  ASSERT_EQ(first.exit_code, 3) << first.errors;
  const auto command = "pawl run" + first_line(behind(first.errors, ": pawl run"));
  EXPECT_THAT(command, HasSubstr("retry.cap=30s"));
  const auto second = in_a_shell(workspace, command);
  EXPECT_EQ(second.exit_code, 0) << command << '\n' << second.errors;
  EXPECT_EQ(number(sandbox.totals(), "applied"), 2);
}

TEST(PrintedCommands, CarryAPreconditionFromPlanToRun) {
  const sandbox_process sandbox{{"--threads", "2", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  workspace.input("jobs.csv", "id,title\nthr_000001,A new one\n");
  const auto plan =
      workspace.run({"plan", "jobs.csv", "--out", "jobs.ndjson", "--only-if", "title != it's $HOME"});
  ASSERT_EQ(plan.exit_code, 0) << plan.errors;
  const auto flag = first_line(behind(plan.errors, "give run also "));
  ASSERT_THAT(flag, StartsWith("--only-if ")) << plan.errors;
  const auto base = workspace.command({"run"}).arguments;
  std::string target;
  for (std::size_t i = 1; i < base.size(); ++i) target += " '" + base[i] + "'";
  const auto run = in_a_shell(workspace, "pawl run jobs.ndjson " + flag + target);
  EXPECT_EQ(run.exit_code, 0) << flag << '\n' << run.errors;
}

// The run is a minute of nothing: its input is changed while it goes on.
TEST(PrintedCommands, VerifyWhatARunOfAChangedInputWrote) {
  const sandbox_process sandbox{{"--threads", "4", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("my jobs.csv", to_csv(make_jobs(4)));
  auto run = workspace.start({"run", "my jobs.csv", "--rate", "1/s", "--no-read-first"});
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 1; })) << run.errors();
  auto changed = read_file(input);
  changed.back() = ' ';
  write_file(input, changed);
  EXPECT_EQ(run.wait().code, 4) << run.errors();
  const auto command = "pawl verify" + first_line(behind(run.errors(), "pawl verify"));
  EXPECT_THAT(command, HasSubstr("'my jobs.csv.ledger'")) << run.errors();
  workspace.input("my jobs.csv", to_csv(make_jobs(4)));
  const auto verified = in_a_shell(workspace, command);
  EXPECT_EQ(verified.exit_code, 0) << command << '\n' << verified.errors;
}

TEST(PrintedCommands, ShowTheStatusOfARunWithoutProgress) {
  testing::server_options plain;
  plain.tls = false;
  testing::scripted_server server{plain};
  server.when("/v1/items/locked").reply(423, "", "");
  const pawl_workspace workspace;
  workspace.input("tiny.toml", strict_profile);
  workspace.input("my jobs.csv", "id,title\nlocked,x\n");
  const auto run = workspace.run({"run", "my jobs.csv", "--profile", "./tiny.toml", "--base-url",
                                  server.url(), "-o", "breaker.patience=2s", "-o", "retry.base=1ms"});
  ASSERT_EQ(run.exit_code, 3) << run.errors;
  const auto command = "pawl status" + first_line(behind(run.errors, "pawl status"));
  const auto status = in_a_shell(workspace, command);
  EXPECT_EQ(status.exit_code, 0) << command << '\n' << run.errors << status.errors;
  EXPECT_THAT(status.output, HasSubstr("1 pending"));
}

// --- secrets in URLs

TEST(SecretsOfUrls, StandInNothingThatIsSaid) {
  const std::string secret = "s3cr3t-of-a-url";
  const auto base = "https://example.com/v2?token=" + secret;
  const auto proxy = "http://me:" + secret + "@proxy.invalid";
  const std::vector<std::vector<std::string>> lines = {
      {"run", "jobs.csv", "--base-url", base},
      {"run", "jobs.csv", "--base-url=https://example.com/#" + secret},
      {"run", "jobs.csv", "--base-url", "https://me:" + secret + "@exam ple.com"},
      {"run", "jobs.csv", "--base-url", "me:" + secret + "@example.com"},
      {"plan", "jobs.csv", "-o", "api.base_url=" + base},
      {"check", "jobs.csv", "-oapi.base_url=" + base},
      {"check", "jobs.csv", "--profile", "secret.toml"},
      {"check", "jobs.csv", "--config", "settings.toml"},
      {"pull", "--base-url", base},
      {"doctor", "--base-url", base},
      {"doctor", "--proxy", proxy},  // without a port
      {"doctor", "-o", "proxy=" + proxy},
      {"doctor", "--proxy", proxy + "/x"},
      {"doctor", "--proxy", "socks5://me:" + secret + "@proxy.invalid:1"},
      {"doctor", "--proxy", proxy + ":1", "-vv"},
      {"run", "jobs.csv", "--proxy", proxy + ":1", "--base-url", "http://127.0.0.1:1"},
      {"run", "jobs.csv", "--proxy", proxy + ":1", "-vv", "--log-file", "log", "-o", "breaker.patience=1s"},
      {"run", "https://example.com/jobs.csv?sig=" + secret},
      {"run", "jobs.csv", base},
      {"--proxy", proxy, "run", "jobs.csv"},
      {"status", "https://me:" + secret + "@example.com/l"},
      {"run", "jobs.csv", "--url", base},
  };
  for (const bool found : {false, true}) {
    const pawl_workspace workspace;
    workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
    workspace.input("secret.toml", "name = \"secret\"\nbase_url = \"" + base + "\"\n");
    workspace.input("settings.toml", "api.base_url = \"" + base + "\"\nproxy = \"" + proxy + "\"\n");
    // Then the way out is a command to paste.
    if (found) workspace.input("pawl.toml", "api.account = \"ws\"\n");
    for (const auto& line : lines) {
      auto wanted = workspace.command(line);
      wanted.environment["PRODUCTLANE_API_KEY"] = "pl_v2_0123456789abcdef0123456789";
      wanted.environment["HTTPS_PROXY"] = "me:" + secret + "@proxy.invalid";
      const auto said = run_child(wanted);
      EXPECT_NE(said.exit_code, 0) << ::testing::PrintToString(line);
      EXPECT_THAT(said.output + said.errors, Not(HasSubstr(secret))) << ::testing::PrintToString(line);
      EXPECT_FALSE(said.errors.empty() && said.output.empty());
    }
    EXPECT_THAT(read_file_if_there(workspace.files() / "log"), Not(HasSubstr(secret)));
  }
}

TEST(SecretsOfUrls, StandInNoCommandToPaste) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const std::string secret = "s3cr3t'of a url";  // that a shell needs quotes for
  workspace.input("pawl.toml", "api.account = \"another\"\n");
  workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  const auto run = workspace.run({"run", "jobs.csv", "--proxy", "http://me:" + secret + "@127.0.0.1:1"});
  EXPECT_EQ(run.exit_code, 2) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("--proxy 'http://***@127.0.0.1:1'"));
  EXPECT_THAT(run.errors, Not(HasSubstr("s3cr3t")));
}

// --- quiet

TEST(Quiet, AFailureIsAlwaysSaid) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  workspace.input("jobs.csv", "id,status\nthr_000001,done\nthr_999999,done\n");
  workspace.input("good.csv", "id,status\nthr_000001,done\nthr_000002,done\n");
  const struct {
    std::vector<std::string> command;
    int exit_code;
    const char* said;
  } table[] = {
      {{"plan", "jobs.csv", "-q"}, 1, "1 row missing"},
      {{"run", "jobs.csv", "-q"}, 1, "pawl export jobs.csv.ledger"},
      {{"run", "jobs.csv", "-q"}, 1, "1 refused"},
      {{"run", "good.csv", "-q", "--limit", "1"}, 3, "1 row pending"},
      {{"run", "good.csv", "-q"}, 0, ""},
      {{"doctor", "-q", "-o", "api.account=another"}, 4, "account"},
      {{"doctor", "-q", "-o", "api.account=another", "--summary", "-"}, 4, "account"},
      {{"doctor", "-o", "api.account=another"}, 4, "account"},
      {{"check", "nowhere.csv", "-q"}, 2, "nowhere.csv"},
      {{"status", "nowhere.ledger"}, 2, "nowhere.ledger"},
  };
  for (const auto& row : table) {
    const auto ended = workspace.run(row.command);
    EXPECT_EQ(ended.exit_code, row.exit_code) << row.command[0] << ended.errors;
    EXPECT_THAT(ended.errors, HasSubstr(row.said)) << row.command[0];
    EXPECT_EQ(ended.errors.empty(), row.exit_code == 0) << row.command[0] << ended.errors;
  }
}

TEST(Quiet, DriftIsSaid) {
  const sandbox_process sandbox{{"--threads", "3", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  workspace.input("one.csv", "id,status\nthr_000001,done\n");
  workspace.input("two.csv", "id,status\nthr_000001,open\n");
  ASSERT_EQ(workspace.run({"run", "one.csv", "-q"}).exit_code, 0);
  ASSERT_EQ(workspace.run({"run", "two.csv", "-q"}).exit_code, 0);
  const auto verified = workspace.run({"verify", "one.csv.ledger", "-q"});
  EXPECT_EQ(verified.exit_code, 1);
  EXPECT_THAT(verified.errors, HasSubstr("1 drifted"));
}

TEST(Quiet, ASignalIsSaid) {
  const sandbox_process sandbox{{"--threads", "30"}};
  const pawl_workspace workspace{sandbox};
  workspace.input("jobs.csv", to_csv(make_jobs(30)));
  auto run = workspace.start({"run", "jobs.csv", "-q", "--rate", "1/h"});
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 1; })) << run.errors();
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait().code, 143);
  EXPECT_THAT(run.errors(), HasSubstr("stopped by SIGTERM"));
}

// --- texts from outside

TEST(ForeignText, DoesNothingToATerminal) {
  testing::scripted_server server;
  server.when("/api/v2/me").reply(200, {}, R"({"workspace_id":"ws\u001b[2J","scopes":["a\u202eb"]})");
  const auto* const refusal =
      R"({"error":{"code":"bad\u001b]0;owned\u0007","message":"\u009b31m \u0000 \u202e gnp \r\n error: fake"}})";
  server.when("/api/v2/threads/t1").reply(404, {}, refusal);
  const pawl_workspace workspace;
  workspace.input("odd\x1b[31m.csv", "id,status\nt1,done\n");
  auto wanted =
      workspace.command({"run", "odd\x1b[31m.csv", "--base-url", server.url() + "/api/v2", "--ca-file",
                         server.ca_file(), "--token-env", "KEY", "--no-read-first", "-vv"});
  wanted.environment["KEY"] = "pl_v2_0123456789abcdef0123456789";
  const auto run = run_child(wanted);
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  EXPECT_TRUE(is_neutral(run.errors)) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("\\x1b]0;owned\\x07"));
  EXPECT_THAT(run.errors, Not(HasSubstr("\nerror: fake")));
  const auto checked = workspace.run({"check", "odd\x1b[31m.csv"});
  EXPECT_TRUE(is_neutral(checked.output)) << checked.output;
  for (const auto* format : {"text", "json"}) {
    const auto status = workspace.run({"status", "odd\x1b[31m.csv.ledger", "--format", format});
    EXPECT_EQ(status.exit_code, 0) << status.errors;
    EXPECT_TRUE(is_neutral(status.output)) << status.output;
  }
  wanted.arguments[0] = "doctor";
  wanted.arguments.erase(wanted.arguments.begin() + 1);
  std::erase(wanted.arguments, "--no-read-first");
  const auto doctor = run_child(wanted);
  EXPECT_TRUE(is_neutral(doctor.output)) << doctor.output;
  EXPECT_TRUE(is_neutral(doctor.errors)) << doctor.errors;
}

TEST(InvisibleCharacters, InIdsAreNamed) {
  const sandbox_process sandbox{{"--plain", "--threads", "2"}};
  const pawl_workspace workspace{sandbox};
  workspace.input("jobs.csv",
                  "id,status\nthr_1\xc2\xa0,done\nthr_2\xe2\x80\x8b,done\n\xef\xbb\xbfthr_3,done\n"
                  "thr\xc2\xad_4,done\nthr_5 ,done\n");
  workspace.input("jobs.ndjson", "{\"id\":\"thr\\u200d_6\",\"status\":\"done\"}\n");
  for (const auto* command : {"check", "run"}) {
    const auto csv = workspace.run({command, "jobs.csv"});
    EXPECT_EQ(csv.exit_code, 2);
    for (const auto* text :
         {"jobs.csv:2: id: contains the invisible character U+00A0 (no-break space)",
          "jobs.csv:3: id: contains the invisible character U+200B (zero-width space)",
          "jobs.csv:4: id: contains the invisible character U+FEFF (byte order mark)",
          "jobs.csv:5: id: contains the invisible character U+00AD (soft hyphen)", "4 of 5 rows are wrong"})
      EXPECT_THAT(csv.errors, HasSubstr(text));
    const auto ndjson = workspace.run({command, "jobs.ndjson"});
    EXPECT_EQ(ndjson.exit_code, 2);
    EXPECT_THAT(ndjson.errors, HasSubstr("U+200D (zero-width joiner)"));
  }
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
}

TEST(PassedFields, AreCounted) {
  const sandbox_process sandbox{{"--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  workspace.input("items.ndjson",
                  "{\"id\":\"a\",\"patch\":{\"colour\":1,\"label\":\"x\"}}\n{\"id\":\"b\",\"label\":2}\n");
  for (const auto* command : {"check", "run"}) {
    const auto said = workspace.run(
        {command, "items.ndjson", "--profile", "internal-example", "--base-url", sandbox.root_url()});
    EXPECT_EQ(said.exit_code, 0) << said.errors;
    EXPECT_THAT(said.output + said.errors, HasSubstr("fields that the profile passes on 2")) << command;
    EXPECT_THAT(said.output + said.errors, Not(HasSubstr("fields: none"))) << command;
  }
}

// --- one at a time

class two_at_once : public ::testing::Test {
 protected:
  child_process first(const char* input) {
    // Then it waits for an hour: however slow the others are, they find it there.
    auto run = workspace_.start({"run", input, "--rate", "1/h", "--no-read-first"});
    EXPECT_TRUE(wait_until([&] { return number(sandbox_.totals(), "applied") >= 1; })) << run.errors();
    return run;
  }
  void use(const char* second_input) {
    auto holder = first("one.csv");
    const auto who = "pid " + std::to_string(holder.pid()) + " (pawl run";
    const auto refused = workspace_.run({"run", second_input, "--rate", "1/s", "--no-read-first"});
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(refused.errors, HasSubstr("error: " + who));
    EXPECT_THAT(refused.errors, HasSubstr(", started 20"));
    EXPECT_THAT(refused.errors, HasSubstr("--wait"));

    auto interrupted = workspace_.start({"run", second_input, "--rate", "1/s", "--no-read-first", "--wait"});
    ASSERT_TRUE(wait_until([&] { return interrupted.errors().find("waiting: " + who) != std::string::npos; }))
        << interrupted.errors();
    interrupted.signal(SIGINT);
    EXPECT_EQ(interrupted.wait().code, 130) << interrupted.errors();
    EXPECT_TRUE(holder.running()) << "a signal ends the wait, not its holder's end";

    auto waiting = workspace_.start({"run", second_input, "--rate", "1/s", "--no-read-first", "--wait"});
    ASSERT_TRUE(wait_until([&] { return waiting.errors().find("waiting: " + who) != std::string::npos; }))
        << waiting.errors();
    holder.signal(SIGINT);
    EXPECT_EQ(holder.wait().code, 130);
    EXPECT_EQ(waiting.wait().code, 0) << waiting.errors();
  }

  sandbox_process sandbox_{{"--threads", "10", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
};

TEST_F(two_at_once, OnOneLedger) {
  workspace_.input("one.csv", to_csv(make_jobs(5)));
  use("one.csv");
}

TEST_F(two_at_once, WithOneKey) {
  workspace_.input("one.csv", to_csv(make_jobs(10)));
  workspace_.input("two.csv", to_csv(make_jobs(2)));
  use("two.csv");
}

TEST(Status, ShowsTheRateAsTheLiveLineDoes) {
  const sandbox_process sandbox{{"--threads", "150", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  workspace.input("jobs.csv", to_csv(make_jobs(150)));
  auto run = workspace.start({"run", "jobs.csv", "--rate", "60/min", "--rate", "2/s", "--no-read-first"});
  std::string said;
  EXPECT_TRUE(wait_until([&] {
    said = workspace.run({"status", "jobs.csv.ledger"}).output;
    return said.find("/min of 60/min, ETA ") != std::string::npos;
  })) << said;
  run.kill();
}

}  // namespace
}  // namespace pawl::test
