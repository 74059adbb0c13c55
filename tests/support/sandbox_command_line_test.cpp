// pawl-sandbox as people start it by hand.
#include "tests/support/child_process.hpp"
#include "tests/support/files.hpp"
#include "tests/support/sandbox_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

child_result run_sandbox(std::vector<std::string> arguments) {
  child_options wanted;
  wanted.program = PAWL_SANDBOX_BINARY;
  wanted.arguments = std::move(arguments);
  return run_child(wanted);
}

TEST(SandboxCommandLine, HelpIsPlainText) {
  const auto help = run_sandbox({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n'; };
  EXPECT_TRUE(std::ranges::none_of(help.output, is_control));
  EXPECT_THAT(help.output, HasSubstr("{sliding,fixed}"));
  EXPECT_THAT(help.output, HasSubstr("{arrival,reply,random}"));
  EXPECT_THAT(help.output, HasSubstr("{1.3,1.2,1.1}"));
}

TEST(SandboxCommandLine, AChoiceThatIsNoneIsRefused) {
  const auto wrong = run_sandbox({"--limit-kind", "round"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.errors, HasSubstr("--limit-kind"));
  EXPECT_THAT(wrong.errors, HasSubstr("{sliding,fixed}"));
}

TEST(SandboxCommandLine, LimitsAreReadByName) {
  const auto wrong =
      run_sandbox({"--api", "github", "--limit", "points=900/min;price=5", "--limit", "60/min"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.errors, HasSubstr("--limit: `price=5`: behind the windows stand read=COST"));
  EXPECT_THAT(wrong.errors, HasSubstr("--limit: `60/min` must be NAME=N/WINDOW"));
  // A write costs five points there, which is only known when the API's own limits are.
  const auto dear = run_sandbox({"--api", "github", "--limit", "points=4/min"});
  EXPECT_EQ(dear.exit_code, 1);
  EXPECT_THAT(dear.errors,
              HasSubstr("the limit `points`: `4/min`: one request costs more than the whole limit"));
}

TEST(SandboxCommandLine, AnIdThatTheApiCannotHaveIsRefused) {
  const temp_dir files;
  write_file(files / "jobs.csv", "id,subject\nthr_1,x\n");
  const auto wrong = run_sandbox({"--api", "redmine", "--seed-from", (files / "jobs.csv").string()});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_EQ(wrong.errors, "pawl-sandbox: `thr_1` is no id of this API: ids are whole numbers\n");
  EXPECT_EQ(run_sandbox({"--api", "generic"}).errors, "pawl-sandbox: --api generic needs --api-file FILE\n");
}

TEST(SandboxCommandLine, APortThatIsTakenIsToldPlainly) {
  const sandbox_process first{{"--threads", "1"}};
  const auto port = std::to_string(first.port());
  const auto second = run_sandbox({"--threads", "1", "--port", port});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_EQ(second.errors,
            "pawl-sandbox: cannot listen on 127.0.0.1 port " + port + ": Address already in use\n");
}

}  // namespace
}  // namespace pawl::test
