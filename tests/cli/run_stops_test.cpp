// What stops a run as a whole: the first misconfigured answer ends it with exit 4, the rows stay pending, and
// after mending the same command finishes.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

struct misconfiguration {
  const char* name;
  const char* break_it;  // POST config
  const char* mend_it;
  const char* said;
};

class misconfigured : public ::testing::TestWithParam<misconfiguration> {};

TEST_P(misconfigured, StopsAtTheFirstWriteAndFinishesAfterMending) {
  const auto& how = GetParam();
  const sandbox_process sandbox{{"--threads", "20", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(20);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const std::vector<std::string> command{"run", input.string(), "--rate", "unlimited", "--concurrency",
                                         "1",   "--summary",    "s.json"};
  // Writes only: who the key belongs to is answered.
  sandbox.configure(how.break_it);
  const auto run = workspace.run(command);
  EXPECT_EQ(run.exit_code, 4) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr(how.said));
  const auto summary = read_summary(workspace.files() / "s.json");
  EXPECT_EQ(number(summary, "pending"), 20);
  EXPECT_EQ(number(summary, "exit_code"), 4);
  EXPECT_EQ(number(sandbox.totals(), "writes"), 1);

  sandbox.configure(how.mend_it);
  const auto mended = workspace.run(command);
  EXPECT_EQ(mended.exit_code, 0) << mended.errors;
  EXPECT_TRUE(applied(sandbox, jobs));
}

INSTANTIATE_TEST_SUITE_P(
    RunStops, misconfigured,
    ::testing::Values(
        misconfiguration{
            "Unauthenticated",
            R"({"force_status":{"status":401,"code":"unauthenticated","message":"no","class":"write"}})",
            R"({"force_status":null})", "PRODUCTLANE_API_KEY"},
        misconfiguration{
            "ScopeRequired",
            R"({"force_status":{"status":403,"code":"scope_required","message":"no","class":"write"}})",
            R"({"force_status":null})", "threads:write"},
        misconfiguration{
            "UnsupportedKeyVersion",
            R"({"force_status":{"status":410,"code":"unsupported_key_version","class":"write"}})",
            R"({"force_status":null})", "v2 key"},
        misconfiguration{"Redirect",
                         R"({"force_status":{"status":302,"location":"https://x.example/","class":"write"}})",
                         R"({"force_status":null})", "302"}),
    [](const auto& each) { return each.param.name; });

TEST(RunStops, ARevokedKeyStopsBeforeAnyWrite) {
  const sandbox_process sandbox{{"--threads", "5", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(5)));
  const std::string key{sandbox_process::default_key};
  sandbox.configure(R"({"revoke":")" + key + R"("})");
  const auto run = workspace.run({"run", input.string(), "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 4) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("PRODUCTLANE_API_KEY"));
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "pending"), 5);
  EXPECT_EQ(number(sandbox.totals(), "writes"), 0);
  sandbox.configure(R"({"keys":{")" + key + R"(":["threads:read","threads:write"]}})");
  EXPECT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
}

TEST(RunStops, ARotatedTokenFileIsPickedUpInTheMiddle) {
  const sandbox_process sandbox{
      {"--threads", "60", "--limits", "off", "--key", "pl_v2_old_0123456789abcdef"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(60);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  const auto token = workspace.input("token", "pl_v2_old_0123456789abcdef\n");
  auto run = workspace.start({"run", input.string(), "--rate", "20/s", "--token-file", token.string()});
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 5; })) << run.errors();
  workspace.input("token", "pl_v2_new_0123456789abcdef\n");
  sandbox.configure(
      R"({"keys":{"pl_v2_new_0123456789abcdef":["threads:read","threads:write"]},"revoke":"pl_v2_old_0123456789abcdef"})");
  EXPECT_EQ(run.wait().code, 0) << run.errors();
  EXPECT_TRUE(applied(sandbox, jobs));
}

TEST(RunStops, AnUntrustedCertificateIsNamed) {
  for (const auto* kind : {"wrong-ca", "wrong-host", "expired", "self-signed"}) {
    const sandbox_process sandbox{{"--threads", "5", "--cert-kind", kind}};
    const pawl_workspace workspace{sandbox};
    const auto input = workspace.input("jobs.csv", to_csv(make_jobs(5)));
    const auto run = workspace.run({"run", input.string(), "--summary", "s.json"});
    EXPECT_EQ(run.exit_code, 4) << kind << run.errors;
    EXPECT_THAT(run.errors, HasSubstr("ertificate")) << kind;
    EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "pending"), 5);
    EXPECT_EQ(number(sandbox.totals(), "requests"), 0) << kind;
  }
}

TEST(RunStops, NothingButOutageEndsWithThree) {
  const sandbox_process sandbox{{"--threads", "5", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto jobs = make_jobs(5);
  const auto input = workspace.input("jobs.csv", to_csv(jobs));
  sandbox.configure(R"({"outage":"refuse"})");
  const auto run = workspace.run(
      {"run", input.string(), "-o", "breaker.patience=2s", "-o", "retry.base=50ms", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 3) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("check api.base_url"));
  const auto told = run.errors.find("trying again: connection failed");
  EXPECT_NE(told, std::string::npos) << run.errors;
  EXPECT_EQ(run.errors.find("trying again", told + 1), std::string::npos) << "once is enough: " << run.errors;
  EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "pending"), 5);
  sandbox.configure(R"({"outage":false})");
  EXPECT_EQ(workspace.run({"run", input.string()}).exit_code, 0);
  EXPECT_TRUE(applied(sandbox, jobs));
}

TEST(RunStops, AnOutageInTheMiddleNamesTheLastFault) {
  const sandbox_process sandbox{{"--threads", "600", "--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", to_csv(make_jobs(600)));
  auto run = workspace.start({"run", input.string(), "--rate", "20/s", "-o", "breaker.patience=3s"});
  ASSERT_TRUE(wait_until([&] { return number(sandbox.totals(), "applied") >= 5; })) << run.errors();
  // The connections that are open break; then none is accepted, which the probes find after a second.
  sandbox.configure(R"({"outage":"refuse"})");
  EXPECT_EQ(run.wait().code, 3) << run.errors();
  EXPECT_THAT(run.errors(), HasSubstr("(breaker.patience); the last answer: connection failed"));
}

TEST(RunStops, AMissingKeyIsAUsageError) {
  const sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox, ""};
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  const auto run = workspace.run({"run", input.string()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.errors, HasSubstr("PRODUCTLANE_API_KEY"));
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
}

TEST(RunStops, ASummaryThatCannotBeWrittenIsSaidBeforeAnythingIsSent) {
  const sandbox_process sandbox{{"--threads", "1"}};
  const pawl_workspace workspace{sandbox};
  const auto input = workspace.input("jobs.csv", "id,status\nthr_000001,done\n");
  const auto run = workspace.run({"run", input.string(), "--summary", "no/such/dir/s.json"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.errors, HasSubstr("--summary"));
  EXPECT_EQ(run.errors.find("--summary"), run.errors.rfind("--summary")) << "said once: " << run.errors;
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
}

}  // namespace
}  // namespace pawl::test
