// pawl-sandbox as people start it by hand.
#include "tests/support/child_process.hpp"
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
