// docs/rehearsal.md, as a reader follows it: its description is served by the command that it names, and its
// other commands go to that server.
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> rehearsed_blocks(const std::string& page, std::string_view kind) {
  std::vector<std::string> all;
  const auto fence = "```" + std::string{kind} + "\n";
  for (auto at = page.find(fence); at != std::string::npos; at = page.find(fence, at)) {
    at += fence.size();
    all.push_back(page.substr(at, page.find("```", at) - at));
  }
  return all;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

TEST(Rehearsal, ThePageCanBePasted) {
  const auto page = read_file(std::string{PAWL_DOCS} + "/rehearsal.md");
  auto commands = rehearsed_blocks(page, "sh");
  ASSERT_EQ(commands.size(), 5u);
  const auto in_virtual_time = commands.front();
  commands.erase(commands.begin());
  const pawl_workspace workspace;
  const auto description = workspace.input("api.json", rehearsed_blocks(page, "json").at(0));
  const auto input = workspace.input("jobs.csv", "id,title\n7,a\n8,b\n");
  workspace.input(
      "mine.toml",
      "name = \"mine\"\nbase_url = \"https://mine.example\"\nread_first = true\n[resource]\npath = "
      "\"/items/{id}\"\n[auth]\ntoken_env = \"MINE\"\n[limits]\nwrite = \"50/10s\"\nread = "
      "\"50/10s\"\n[fields.title]\ntype = \"string\"\n");

  // The program itself tells where the certificate goes.
  std::istringstream words(commands[0]);
  std::vector<std::string> arguments;
  for (std::string word; words >> word;) {
    if (word == "pawl-sandbox") continue;
    if (word == "--ca-out") {
      words >> word;
      continue;
    }
    if (word == "api.json") word = description.string();
    if (word == "jobs.csv") word = input.string();
    arguments.push_back(word);
  }
  const sandbox_process sandbox{arguments};

  const auto shell = [&](std::string text) {
    auto wanted = workspace.command({});
    replace_all(text, "PORT", std::to_string(sandbox.port()));
    replace_all(text, "ca.pem", sandbox.ca_file());
    for (const std::string command : {" plan", " rehearse"})
      replace_all(text, "pawl" + command, wanted.program.string() + command);
    wanted.program = "/bin/sh";
    wanted.arguments = {"-ec", text};
    wanted.environment["PATH"] = "/usr/bin:/bin";
    return run_child(wanted, std::chrono::seconds{60});
  };
  const auto rehearsed = shell(in_virtual_time);
  EXPECT_EQ(rehearsed.exit_code, 0) << rehearsed.errors;
  EXPECT_THAT(rehearsed.output, HasSubstr("3 rehearsals against the model of generic"));
  EXPECT_THAT(rehearsed.output, HasSubstr("starts      3"));
  const auto plan = shell(commands[1]);
  EXPECT_EQ(plan.exit_code, 0) << plan.errors;
  EXPECT_THAT(plan.output, HasSubstr("Item 7 -> a"));
  const auto edit = shell(commands[2]);
  EXPECT_EQ(edit.exit_code, 0) << edit.output << edit.errors;
  const auto truth = shell(commands[3]);
  EXPECT_THAT(truth.output, HasSubstr(R"("title":"by hand")")) << truth.errors;
}

}  // namespace
}  // namespace pawl::test
