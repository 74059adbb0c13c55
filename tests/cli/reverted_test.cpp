// `pawl verify` where a rule of the server puts back what was written.
#include "tests/cli/job_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* profile = R"(
name = "things"
base_url = "https://things.example"
read_first = true
[resource]
path = "/items/{id}"
[auth]
token_env = "THINGS_KEY"
scheme = "Bearer"
[limits]
write = "unlimited"
read = "unlimited"
[fields.title]
type = "string"
[fields.state]
type = "string"
)";
constexpr int thing_count = 40;

std::string id(int n) {
  return "item-" + std::to_string(n);
}

class reverted : public ::testing::Test {
 protected:
  child_result pawl(std::vector<std::string> arguments) const {
    return workspace_.run(words(std::move(arguments)));
  }
  std::vector<std::string> words(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--base-url", "https://localhost:" + std::to_string(sandbox_.port()),
                                       "--profile", profile_.string()});
    return arguments;
  }
  std::size_t requests() const { return sandbox_.journal().size(); }
  std::string title(int n) const {
    return sandbox_.resource(id(n)).at("fields").at("title").as_string().c_str();
  }
  void run_all() const { ASSERT_EQ(pawl({"run", input_.string()}).exit_code, 0); }
  std::chrono::microseconds last_end() const {
    return std::chrono::microseconds{std::stoll(sqlite_value(ledger_, "select max(finished_at) from job"))};
  }
  static std::string csv() {
    std::string text = "id,title,state\n";
    for (int n = 1; n <= thing_count; ++n) text += id(n) + ",new,on\n";
    return text;
  }

  pawl_workspace without_;
  std::filesystem::path api_ =
      without_.input("api.json", R"({"example":{"title":"Item {n}","state":"off"}})");
  sandbox_process sandbox_{{"--api", "generic", "--api-file", api_.string(), "--threads",
                            std::to_string(thing_count), "--limits", "off", "--revert", "1s=0.25"}};
  pawl_workspace workspace_{sandbox_};
  std::filesystem::path profile_ = workspace_.input("things.toml", profile);
  std::filesystem::path input_ = workspace_.input("jobs.csv", csv());
  std::filesystem::path ledger_ = pawl_workspace::ledger_of(input_);
};

TEST_F(reverted, WhatWasPutBackAfterTheRunIsToldApartFromOtherDrift) {
  run_all();
  const auto after = pawl({"verify", ledger_.string(), "--after", "3s", "--summary", "s.json"});
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_GE(now - last_end(), seconds{3});
  EXPECT_EQ(after.exit_code, 1) << after.errors;
  EXPECT_THAT(after.errors, HasSubstr("waiting until "));
  EXPECT_THAT(after.errors, HasSubstr("40 resources are less than 3s old; rows are looked at then"));
  std::int64_t back = 0;
  for (int n = 1; n <= thing_count; ++n) {
    const bool is_back = title(n) != "new";
    back += is_back;
    const auto line = id(n) + ": title is \"Item " + std::to_string(n) +
                      "\" again, as before, was written as \"new\" (row " + std::to_string(n) + ")";
    EXPECT_THAT(after.output,
                is_back ? ::testing::Matcher<std::string>(HasSubstr(line)) : Not(HasSubstr(id(n) + ":")));
  }
  ASSERT_GT(back, 2);
  ASSERT_LT(back, thing_count - 2);
  const auto summary = read_summary(workspace_.files() / "s.json");
  EXPECT_EQ(number(summary, "reverted"), back);
  EXPECT_EQ(number(summary, "as_written"), thing_count - back);
  EXPECT_EQ(number(summary, "drifted"), 0);
  EXPECT_THAT(after.errors,
              HasSubstr(std::to_string(back) + " reverted (" + std::to_string(2 * back) + " fields)"));

  // One resource of which a field was put back and another one was changed has drifted.
  int first = 1;
  while (title(first) == "new") ++first;
  sandbox_.edit_resource(id(first), R"({"set":{"state":"broken"}})");
  const auto now_at_once = pawl({"verify", ledger_.string(), "--format", "ndjson"});
  EXPECT_EQ(now_at_once.exit_code, 1);
  EXPECT_THAT(now_at_once.errors,
              HasSubstr("1 drifted (1 field), " + std::to_string(back - 1) + " reverted"));
  EXPECT_THAT(now_at_once.output, HasSubstr("\"id\":\"" + id(first) + "\",\"row\":" + std::to_string(first) +
                                            R"(,"state":"reverted","field":"title")"));
  EXPECT_THAT(now_at_once.output,
              HasSubstr(R"("state":"drift","field":"state","written":"on","shown":"broken")"));
}

TEST_F(reverted, RowsThatAreOldEnoughAreLookedAtAtOnceAndNobodyIsKeptFromTheKey) {
  ASSERT_EQ(pawl({"run", input_.string(), "--limit", "10"}).exit_code, 3);
  std::this_thread::sleep_for(seconds{4});
  ASSERT_EQ(pawl({"run", input_.string(), "--limit", "10"}).exit_code, 3);
  const auto before = requests();
  auto verify = workspace_.start(words({"verify", ledger_.string(), "--after", "4s"}));
  ASSERT_TRUE(wait_until([&] { return requests() > before; }));
  EXPECT_EQ(pawl({"run", input_.string(), "--wait"}).exit_code, 0) << "the key is free while rows grow old";
  const auto end = verify.wait(seconds{30});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(verify.errors(), HasSubstr("20 resources looked at"));
  EXPECT_THAT(verify.errors(), HasSubstr("10 resources are less than 4s old"));
}

TEST_F(reverted, AWaitEndsWithASignal) {
  run_all();
  const auto before = requests();
  auto verify = workspace_.start(words({"verify", ledger_.string(), "--after", "1h", "--sample", "10%"}));
  ASSERT_TRUE(wait_until(
      [&] { return verify.errors().find("4 resources are less than 1h old") != std::string::npos; }));
  verify.signal(SIGTERM);
  EXPECT_EQ(verify.wait(seconds{10}).code, 143);
  EXPECT_EQ(requests(), before);
  for (const auto* wrong : {"soon", "15", "-1s"}) {
    const auto refused = pawl({"verify", ledger_.string(), "--after", wrong});
    EXPECT_EQ(refused.exit_code, 2) << wrong;
    EXPECT_THAT(refused.errors, HasSubstr("--after: ")) << wrong;
  }
}

}  // namespace
}  // namespace pawl::test
