// The first run of each profile's page, as a reader pastes it: its file is written, and its commands go to a
// sandbox of that API.
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

struct documented {
  const char* profile;
  const char* api;
  const char* base_path;  // of the base URL
};

std::ostream& operator<<(std::ostream& to, const documented& d) {
  return to << d.profile;
}

// The first block of this kind.
std::string block_of(const std::string& page, const std::string& kind) {
  const auto fence = "```" + kind + "\n";
  const auto at = page.find(fence);
  if (at == std::string::npos) return {};
  const auto begin = at + fence.size();
  return page.substr(begin, page.find("```", begin) - begin);
}

std::string first_line_with(const std::string& text, const std::string& begin) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(begin)) return line;
  return {};
}

// What a plan says of the rows: without the target, the price and the time.
std::string planned_rows(const std::string& plan) {
  const auto begin = plan.find("to write"), end = plan.find("price:");
  EXPECT_TRUE(begin != std::string::npos && begin < end) << plan;
  return begin < end && end != std::string::npos ? plan.substr(begin, end - begin) : plan;
}

class profile_pages : public ::testing::TestWithParam<documented> {
 protected:
  // A shell in which `pawl` is the program of this build, sent to the sandbox.
  child_result shell(const std::string& commands) const {
    auto wanted = workspace_.command({});
    const auto directory = workspace_.files() / "bin";
    std::filesystem::create_directories(directory);
    const auto address = "https://localhost:" + std::to_string(sandbox_.port()) + GetParam().base_path;
    write_file(directory / "pawl", R"(#!/bin/sh
command=$1
for word; do
  shift
  case $taken$word in
    --base-url | --token-env) taken=value-of- ;;
    value-of-*) taken= ;;
    *) set -- "$@" "$word" ;;
  esac
done
case $command in
  run | plan) set -- "$@" --token-file key --ca-file )" +
                                       sandbox_.ca_file() + " --base-url " + address + R"( ;;
esac
exec )" + wanted.program.string() + R"( "$@"
)");
    std::filesystem::permissions(directory / "pawl", std::filesystem::perms::owner_all);
    wanted.program = "/bin/sh";
    wanted.arguments = {"-ec", commands};
    wanted.environment["PATH"] = directory.string() + ":/usr/bin:/bin";
    return run_child(wanted, std::chrono::seconds{60});
  }

  std::string page_ =
      read_file(std::filesystem::path{PAWL_DOCS} / "profiles" / (std::string{GetParam().profile} + ".md"));
  pawl_workspace workspace_;
  std::filesystem::path key_ = workspace_.input("key", "pl_v2_sandbox_0123456789abcdefghij\n");
  std::filesystem::path input_ = workspace_.input("jobs.csv", block_of(page_, "csv"));
  sandbox_process sandbox_{{"--api", GetParam().api, "--key", "pl_v2_sandbox_0123456789abcdefghij",
                            "--seed-from", input_.string()}};
};

TEST_P(profile_pages, TheFirstRunCanBePasted) {
  const auto commands = block_of(page_, "sh"), plan = first_line_with(commands, "pawl plan");
  ASSERT_NE(plan, "");
  const auto before = shell(plan);
  EXPECT_EQ(before.exit_code, 0) << before.errors;
  EXPECT_EQ(planned_rows(before.output).find("unchanged"), std::string::npos) << before.output;

  const auto all = shell(commands);
  EXPECT_EQ(all.exit_code, 0) << all.output << all.errors;
  for (const char* input : {"jobs.csv", "undo.ndjson"})
    EXPECT_EQ(sqlite_value(pawl_workspace::ledger_of(workspace_.files() / input),
                           "select count(*) || ' ' || min(outcome) || ' ' || max(outcome) from job"),
              "3 applied applied")
        << input << all.errors;

  const auto after = shell(plan + " --ledger another.ledger");
  EXPECT_EQ(after.exit_code, 0) << after.errors;
  EXPECT_EQ(planned_rows(after.output), planned_rows(before.output)) << "undo brings everything back";
}

INSTANTIATE_TEST_SUITE_P(All, profile_pages,
                         ::testing::Values(documented{"productlane", "productlane", "/api/v2"},
                                           documented{"zendesk-tickets", "zendesk", "/api/v2"},
                                           documented{"hubspot-contacts", "hubspot", ""},
                                           documented{"hubspot-tickets", "hubspot", ""},
                                           documented{"github-issues", "github", ""},
                                           documented{"jira-issues", "jira", "/rest/api/3"},
                                           documented{"intercom-contacts", "intercom", ""},
                                           documented{"redmine-issues", "redmine", ""},
                                           documented{"rt-tickets", "rt", "/REST/2.0"}),
                         [](const auto& one) {
                           std::string name = one.param.profile;
                           for (auto& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

}  // namespace
}  // namespace pawl::test
