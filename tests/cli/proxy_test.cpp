// pawl run through a proxy: what is asked for is used, what it says is told, and its password stands nowhere.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_proxy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::proxy_options;
using testing::scripted_proxy;

const std::vector<std::string> sandbox_arguments{"--threads", "20", "--limits", "off"};

proxy_options leading_to(const sandbox_process& sandbox) {
  proxy_options o;
  o.lead_to = sandbox.port();
  return o;
}

// "hunter2", and "ada:hunter2" as the Basic scheme writes it.
void expect_no_password(const child_result& run, const pawl_workspace& workspace) {
  for (const auto* secret : {"hunter2", "YWRhOmh1bnRlcjI"}) {
    EXPECT_THAT(run.errors, Not(HasSubstr(secret)));
    EXPECT_THAT(run.output, Not(HasSubstr(secret)));
    EXPECT_FALSE(stands_in_files(workspace.files().path(), secret));
  }
}

TEST(RunThroughAProxy, AppliesEveryRowAndKeepsThePasswordToItself) {
  const sandbox_process sandbox{sandbox_arguments};
  const pawl_workspace workspace{sandbox};
  auto o = leading_to(sandbox);
  o.user_password = "ada:hunter2";
  const scripted_proxy proxy{o};
  const auto jobs = make_jobs(20);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run =
      workspace.run({"run", input.string(), "--rate", "unlimited", "--proxy", proxy.url("ada:hunter2"), "-v",
                     "-v", "--log-file", "log.txt", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
  EXPECT_GE(proxy.heads().size(), 1u);
  EXPECT_THAT(proxy.tunnelled(), Not(HasSubstr(std::string{sandbox_process::default_key})));
  expect_no_password(run, workspace);
  const auto settings =
      sqlite_value(pawl_workspace::ledger_of(input), "select group_concat(settings) from generation");
  EXPECT_THAT(settings, HasSubstr("\"proxy\":\"" + proxy.url() + "\""));
}

TEST(RunThroughAProxy, WrongCredentialsStopItUntilTheyAreMended) {
  const sandbox_process sandbox{sandbox_arguments};
  const pawl_workspace workspace{sandbox};
  auto o = leading_to(sandbox);
  o.user_password = "ada:hunter2";
  const scripted_proxy proxy{o};
  const auto jobs = make_jobs(20);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto with = [&](const std::string& url) {
    return workspace.run(
        {"run", input.string(), "--proxy", url, "--rate", "unlimited", "--summary", "s.json"});
  };
  for (const auto& url : {proxy.url("ada:wrong-hunter2"), proxy.url()}) {
    const auto run = with(url);
    EXPECT_EQ(run.exit_code, 4) << run.errors;
    EXPECT_THAT(run.errors, HasSubstr("407"));
    EXPECT_THAT(run.errors, HasSubstr("HTTPS_PROXY"));
    EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "pending"), 20);
    expect_no_password(run, workspace);
  }
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
  EXPECT_EQ(with(proxy.url("ada:hunter2")).exit_code, 0);
  EXPECT_TRUE(applied(sandbox, jobs));
}

TEST(RunThroughAProxy, ARefusalIsTriedAgainUntilPatienceEnds) {
  const sandbox_process sandbox{sandbox_arguments};
  const pawl_workspace workspace{sandbox};
  proxy_options o;
  o.reply = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
  const scripted_proxy proxy{o};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(5)));
  const auto run = workspace.run(
      {"run", input.string(), "--proxy", proxy.url(), "-o", "breaker.patience=1s", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 3) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("answered 403: it does not allow connections to localhost:"));
  EXPECT_GT(proxy.connections(), 1u);
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "pending"), 5);
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
}

TEST(RunThroughAProxy, TunnelsThatDieCostNoRow) {
  const sandbox_process sandbox{{"--threads", "60", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  auto o = leading_to(sandbox);
  o.dies_after = 5000;
  const scripted_proxy proxy{o};
  const auto jobs = make_jobs(60);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto run = workspace.run({"run", input.string(), "--rate", "unlimited", "--concurrency", "2",
                                  "--proxy", proxy.url(), "-o", "retry.base=10ms", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_GT(proxy.connections(), 5u);
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "applied") + number(summary, "unchanged"), 60);
  const auto truth = sandbox.truth();
  for (const auto& job : jobs)
    EXPECT_EQ(truth.at("threads").at(job.id).at("status").as_string(), job.status) << job.id;
}

TEST(ProxyOfTheEnvironment, IsForHostsThatAreNotThisMachineAndNotExcepted) {
  const sandbox_process sandbox{sandbox_arguments};
  const pawl_workspace workspace{sandbox};
  const scripted_proxy proxy{leading_to(sandbox)};
  const auto jobs = make_jobs(20);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));

  auto elsewhere = workspace.command(
      {"run", input.string(), "--base-url", "https://api.pawl.invalid/api/v2", "-o", "breaker.patience=1s"});
  elsewhere.environment["HTTPS_PROXY"] = proxy.url("ada:hunter2");
  const auto taken = run_child(elsewhere, std::chrono::seconds{60});
  // The tunnel leads to the sandbox, whose certificate is for another name.
  EXPECT_EQ(taken.exit_code, 4) << taken.errors;
  EXPECT_THAT(taken.errors, HasSubstr("hostname mismatch"));
  EXPECT_THAT(proxy.heads().at(0), HasSubstr("CONNECT api.pawl.invalid:443 "));
  expect_no_password(taken, workspace);

  elsewhere.environment["no_proxy"] = "pawl.invalid";
  const auto excepted = run_child(elsewhere, std::chrono::seconds{60});
  EXPECT_EQ(excepted.exit_code, 3) << excepted.errors;
  EXPECT_EQ(proxy.connections(), 1u);

  // Another target has another ledger.
  auto here = workspace.command({"run", input.string(), "--rate", "unlimited", "--ledger", "here.ledger"});
  here.environment["HTTPS_PROXY"] = proxy.url("ada:hunter2");
  const auto direct = run_child(here, std::chrono::seconds{60});
  EXPECT_EQ(direct.exit_code, 0) << direct.errors;
  EXPECT_EQ(proxy.connections(), 1u);
  EXPECT_TRUE(applied(sandbox, jobs));
}

TEST(ProxyOfTheEnvironment, ThatCannotBeUsedIsToldBeforeAnythingIsSent) {
  const sandbox_process sandbox{sandbox_arguments};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(5)));
  auto command = workspace.command({"run", input.string(), "--base-url", "https://api.pawl.invalid/api/v2"});
  for (const auto* url : {"https://ada:hunter2@proxy.invalid:1", "socks5://ada:hunter2@proxy.invalid:1",
                          "http://ada:hunter2@proxy.invalid", "http://ada:hunter2%@proxy.invalid:1"}) {
    command.environment["https_proxy"] = url;
    const auto run = run_child(command, std::chrono::seconds{60});
    EXPECT_EQ(run.exit_code, 2) << url << run.errors;
    EXPECT_THAT(run.errors, HasSubstr("https_proxy: "));
    expect_no_password(run, workspace);
  }
}

}  // namespace
}  // namespace pawl::test
