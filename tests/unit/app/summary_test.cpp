#include "engine/app/summary.hpp"

#include "engine/text/redaction.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

namespace pawl::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class summary_files : public ::testing::Test {
 protected:
  summary_files() : directory_(fs::temp_directory_path() / ("pawl-summary-" + std::to_string(::getpid()))) {
    fs::remove_all(directory_);
    fs::create_directory(directory_);
  }
  ~summary_files() override { fs::remove_all(directory_); }
  std::string path(const char* name) const { return (directory_ / name).string(); }
  static std::string read(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path directory_;
};

summary example() {
  summary s;
  s.rows = 10;
  s.counts[outcome::applied] = 6;
  s.counts[outcome::refused] = 1;
  s.pending = 3;
  s.figures.reads = 1;
  s.figures.writes = 8;
  s.figures.retries = 1;
  s.figures.throttled = 2;
  s.elapsed = 1500ms;
  s.generation = 2;
  s.ledger = "a \"b\".ledger";
  s.target = "productlane https://h/api/v2 (account ws_1)";
  s.exit_code = 3;
  s.stop_reason = "throttled";
  s.resume_at = wall_time{std::chrono::microseconds{1'767'323'045'000'000}};
  return s;
}

// The names are a promise to scripts: this text changes only when a name is added.
TEST(Summary, HasThePromisedNames) {
  EXPECT_EQ(
      to_json(example()),
      "{\"rows\": 10, \"applied\": 6, \"unchanged\": 0, \"skipped\": 0, \"superseded\": 0, \"refused\": 1, "
      "\"mismatch\": 0, \"failed\": 0, \"unknown\": 0, \"invalid\": 0, \"pending\": 3, \"reads\": 1, "
      "\"writes\": 8, \"retries\": 1, \"throttled\": 2, \"elapsed_s\": 1.500, \"generation\": 2, "
      "\"ledger\": \"a \\\"b\\\".ledger\", \"target\": \"productlane https://h/api/v2 (account ws_1)\", "
      "\"exit_code\": 3, \"stop_reason\": \"throttled\", \"resume_at\": \"2026-01-02T03:04:05.000Z\"}\n");
}

TEST(Summary, SaysNullForWhatIsNotKnown) {
  const auto json = to_json(summary{});
  EXPECT_NE(json.find("\"generation\": null, \"ledger\": null, \"target\": null"), std::string::npos);
  EXPECT_NE(json.find("\"resume_at\": null"), std::string::npos);
}

TEST_F(summary_files, ReplaceARegularFileAndLeaveNothingBeside) {
  std::ofstream(path("s.json")) << "old";
  ASSERT_TRUE(write_summary(path("s.json"), example()));
  EXPECT_EQ(read(path("s.json")), to_json(example()));
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), fs::directory_iterator()), 1);
}

TEST_F(summary_files, HaveNoKeyInUse) {
  keep_secret("sk-of-the-summary-1");
  auto s = example();
  s.ledger = "sk-of-the-summary-1.ledger";
  ASSERT_TRUE(write_summary(path("s.json"), s));
  EXPECT_EQ(read(path("s.json")).find("sk-of"), std::string::npos);
  EXPECT_NE(read(path("s.json")).find(".ledger"), std::string::npos);
}

TEST_F(summary_files, FollowNoLink) {
  std::ofstream(path("precious")) << "kept";
  fs::create_symlink("precious", path("link.json"));
  EXPECT_FALSE(check_summary_path(path("link.json")));
  EXPECT_FALSE(write_summary(path("link.json"), example()));
  EXPECT_TRUE(fs::is_symlink(path("link.json")));
  EXPECT_EQ(read(path("precious")), "kept");
}

TEST_F(summary_files, AreNotWrittenOverSomethingElseWhereNobodyHasCheckedTheOptions) {
  std::ofstream(path("jobs.csv")) << "id\n";
  EXPECT_FALSE(write_summary_unchecked(path("jobs.csv"), example()));
  EXPECT_EQ(read(path("jobs.csv")), "id\n");
  std::ofstream{path("empty.json")}.flush();
  for (const auto* name : {"new.json", "new.json", "empty.json"}) {
    EXPECT_TRUE(write_summary_unchecked(path(name), example())) << name;
    EXPECT_EQ(read(path(name)), to_json(example())) << name;
  }
}

TEST_F(summary_files, WaitForNobodyWhoNeverReadsThePipe) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const auto written = write_summary(path("pipe"), example());
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().what.find("nobody reads this pipe"), std::string::npos);
}

TEST_F(summary_files, GoIntoAPipeInPlace) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = read(path("pipe")); });
  EXPECT_TRUE(write_summary(path("pipe"), example()));
  reader.join();
  EXPECT_EQ(got, to_json(example()));
}

TEST_F(summary_files, AreRefusedBeforeARunWhereTheyCannotGo) {
  EXPECT_TRUE(check_summary_path(""));
  EXPECT_TRUE(check_summary_path("-"));
  EXPECT_TRUE(check_summary_path("/dev/null"));
  EXPECT_TRUE(check_summary_path(path("new.json")));
  EXPECT_FALSE(check_summary_path(directory_.string()));
  const auto missing = check_summary_path(path("no/such/s.json"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, failure_kind::usage);
  EXPECT_FALSE(write_summary(path("no/such/s.json"), example()));
}

}  // namespace
}  // namespace pawl::app
