// What has reached the disk when: seen from outside, in the order of the system calls.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream from{text};
  for (std::string line; std::getline(from, line);) lines.push_back(line);
  return lines;
}

bool has(const std::string& line, std::string_view part) {
  return line.find(part) != std::string::npos;
}

// A request of a row, by its size: more than any handshake message of a client or a request without a body.
bool sends_the_row(const std::string& line) {
  const auto flags = line.rfind(", MSG_NOSIGNAL");
  if (!has(line, "sendto(") || !has(line, R"("\27\3\3)") || flags == std::string::npos) return false;
  return std::stoi(line.substr(line.rfind(", ", flags - 1) + 2)) > 600;
}

TEST(Durability, AnIntentIsOnTheDiskBeforeItsRequestLeavesAndAnOutcomeBeforeItIsTold) {
  const sandbox_process sandbox{{"--threads", "1", "--limits", "off"}};
  sandbox.edit("thr_000001", R"({"title":"what stood here before"})");
  const pawl_workspace workspace{sandbox};
  const auto input =
      workspace.input("jobs.csv", "id,title,notify.slack\nthr_000001," + std::string(450, 'x') + ",true\n");
  auto traced = workspace.command({"run", input.string()});
  traced.arguments.insert(traced.arguments.begin(),
                          {"strace", "-f", "-y", "-s", "8192", "-o", (workspace.files() / "calls").string(),
                           "-e", "trace=fdatasync,sendto,write,pwrite64", traced.program.string()});
  traced.program = "/usr/bin/env";
  // The leak check traces its own process, which a traced process cannot do.
  traced.environment["ASAN_OPTIONS"] = "detect_leaks=0";
  const auto run = run_child(traced);
  ASSERT_EQ(run.exit_code, 0) << run.errors;

  const auto calls = lines_of(read_file(workspace.files() / "calls"));
  const auto intent = std::ranges::find_if(calls, [](const std::string& c) {
    return has(c, "pwrite64(") && has(c, ".ledger-wal>") && has(c, "what stood here before");
  });
  ASSERT_NE(intent, calls.end()) << "the old value was written to the ledger";
  const auto synced = [](const std::string& c) { return has(c, "fdatasync") && has(c, "= 0"); };
  const auto on_disk = std::find_if(intent, calls.end(), synced);
  const auto request = std::ranges::find_if(calls, sends_the_row);
  ASSERT_NE(request, calls.end()) << "the request was seen";
  EXPECT_LT(on_disk, request) << "the intent is on the disk before its request leaves";
  EXPECT_EQ(std::find_if(request + 1, calls.end(), sends_the_row), calls.end()) << "one request";

  const auto outcome_on_disk = std::find_if(request, calls.end(), synced);
  const auto told = std::ranges::find_if(
      calls, [](const std::string& c) { return has(c, "write(2<") && has(c, "1 applied"); });
  ASSERT_NE(told, calls.end());
  EXPECT_LT(outcome_on_disk, told) << "no row is called done before its commit";
}

}  // namespace
}  // namespace pawl::test
