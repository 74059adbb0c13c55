// Writes that carry {key}, at an API that answers a repeated key as it answered the first and refuses one
// with other content: whatever is lost on the way, each row is applied once.
#include "tests/cli/job_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

constexpr std::size_t rows = 40;

std::string input_text() {
  std::string text = "id,title\n";
  for (std::size_t n = 1; n <= rows; ++n) {
    const auto number = std::to_string(n);
    text.append("item-").append(number).append(",new ").append(number).append("\n");
  }
  return text;
}

std::string keyed_profile(bool reads) {
  return std::string{
             "name = \"items\"\nbase_url = \"https://items.example\"\nunknown_fields = \"refuse\"\n"} +
         (reads ? "read_first = true\n" : "reply = \"none\"\n") +
         "[resource]\npath = \"/items/{id}\"\n[write]\nheaders.Idempotency-Key = \"\\\"{key}\\\"\"\n"
         "[auth]\ntoken_env = \"KEY\"\nscheme = \"Bearer\"\n"
         "[limits]\nwrite = \"unlimited\"\nread = \"unlimited\"\n[fields.title]\ntype = \"string\"\n";
}

struct keyed_api {
  explicit keyed_api(std::vector<std::string> more)
      : sandbox(arguments(std::move(more))), workspace(sandbox) {}
  std::vector<std::string> arguments(std::vector<std::string> more) const {
    write_file(files / "api.json", R"({ "idempotency": { "header": "Idempotency-Key" } })");
    more.insert(more.end(), {"--api", "generic", "--api-file", (files / "api.json").string(), "--threads",
                             std::to_string(rows), "--limits", "off"});
    return more;
  }
  std::vector<std::string> command(const std::string& input) const {
    return {"run",        input,
            "--profile",  "items.toml",
            "--base-url", sandbox.root_url(),
            "-o",         "retry.base=1ms",
            "-o",         "retry.max_attempts=9"};
  }
  void expect_each_applied_once() const {
    for (std::size_t n = 1; n <= rows; ++n) {
      const auto one = sandbox.resource("item-" + std::to_string(n));
      EXPECT_EQ(number(one.as_object(), "applied"), 1) << n;
      EXPECT_EQ(one.at("fields").at("title").as_string(), "new " + std::to_string(n));
    }
  }

  temp_dir files;
  sandbox_process sandbox;
  pawl_workspace workspace;
};

TEST(IdempotencyKeys, LetLostRepliesBeRepeatedWithoutASecondEffect) {
  for (const bool reads : {true, false}) {
    // A failure may come after the work was done: it is repeated under the same key.
    const keyed_api api{{"--faults", "write:drop-after=0.2,write:cut=0.1,write:e503-after=0.15"}};
    api.workspace.input("items.toml", keyed_profile(reads));
    const auto input = api.workspace.input("jobs.csv", input_text());
    const auto run = api.workspace.run(api.command(input.string()));
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const auto ledger = pawl_workspace::ledger_of(input);
    EXPECT_EQ(sqlite_value(ledger, "select count(*) from job where outcome = 'applied'"),
              std::to_string(rows));
    EXPECT_EQ(
        sqlite_value(ledger, "select count(distinct row) from intent where length(idempotency_key) = 36"),
        std::to_string(rows));
    EXPECT_GT(number(api.sandbox.totals(), "writes"), static_cast<std::int64_t>(rows) + 5);
    api.expect_each_applied_once();
  }
}

TEST(IdempotencyKeys, AreTheSameAfterAKill) {
  const keyed_api api{{"--script", "item-1=stall-after"}};
  api.workspace.input("items.toml", keyed_profile(false));
  const auto input = api.workspace.input("jobs.csv", input_text());
  auto killed = api.workspace.start(api.command(input.string()));
  ASSERT_TRUE(wait_until([&] { return number(api.sandbox.totals(), "applied") == rows; })) << killed.errors();
  killed.kill();
  const auto run = api.workspace.run(api.command(input.string()));
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  api.expect_each_applied_once();
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_EQ(sqlite_value(ledger,
                         "select count(*) || ' ' || count(distinct idempotency_key) from intent"
                         " where id = 'item-1'"),
            "2 1");
}

}  // namespace
}  // namespace pawl::test
