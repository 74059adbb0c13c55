#include "engine/run/snapshot_rows.hpp"

#include "config/profile_loader.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/row_walk.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

namespace pawl::run {
namespace {

using namespace std::chrono_literals;

const config::profile_result& productlane_result() {
  static const auto compiled =
      config::compile_profile(config::embedded_profile("productlane").value(), "productlane.toml");
  return compiled;
}

struct gathering {
  std::string header = "id,status,closed_loop";
  std::function<std::string(int)> row = [](int n) { return "t" + std::to_string(n) + ",done,true"; };
  int rows = 1200;
  duration max_age = 5min;
  bool has_conditions = false;
  std::optional<std::uint64_t> limit;
  ledger::row_set done, alone;
  bool is_counted = true;
  bool has_list = true;
};

gathered_rows gather(const gathering& g) {
  const auto& profile = *productlane_result().value;
  std::string text = g.header + "\n";
  for (int n = 1; n <= g.rows; ++n) text += g.row(n) + "\n";
  input::source_options options;
  options.format = input::file_format::csv;
  auto source = input::job_source::from_bytes("jobs.csv", text, profile, options);
  if (!source) throw std::runtime_error(to_string(source.error()));
  static const api::list_spec none;
  std::uint64_t pending = 0;
  for (int n = 1; n <= g.rows; ++n) pending += g.done.contains(static_cast<std::uint64_t>(n)) ? 0 : 1;
  const auto& list = g.has_list ? productlane_result().reading.list : none;
  snapshot_rows rows({profile, list, g.max_age, g.has_conditions, g.limit,
                      g.is_counted ? std::optional{pending} : std::nullopt},
                     g.alone);
  const auto see = [&](const job_view& job) { return g.done.contains(job.row) || rows.see(job); };
  if (auto walked = input::walk_rows(*source, see, {}, nullptr); !walked)
    throw std::runtime_error(to_string(walked.error()));
  auto found = rows.finish(pending);
  EXPECT_EQ(found.why_not, "");
  return found;
}

bool finds(gathered_rows& g, const std::string& id) {
  auto found = g.input->rows.find(id);
  EXPECT_TRUE(found);
  return found && *found != nullptr;
}

TEST(SnapshotRows, GathersThePendingRowsOfALargeInput) {
  gathering g;
  g.done.insert_range(1, 100);
  auto found = gather(g);
  ASSERT_TRUE(found.input);
  EXPECT_EQ(found.input->rows.rows(), 1100u);
  EXPECT_FALSE(finds(found, "t100"));
  EXPECT_TRUE(finds(found, "t101"));
  EXPECT_TRUE(finds(found, "t1200"));
  EXPECT_EQ(found.input->max_age, 5min);
}

TEST(SnapshotRows, GathersNothingWherePagesCannotPay) {
  gathering g;
  g.rows = 999;
  EXPECT_FALSE(gather(g).input) << "too few rows";
  g.rows = 1200;
  g.done.insert_range(1, 201);
  EXPECT_FALSE(gather(g).input) << "too few are pending";
  g.done = ledger::row_set{};
  g.limit = 500;
  EXPECT_FALSE(gather(g).input) << "too few may be taken";
  g.limit.reset();
  g.max_age = duration::zero();
  EXPECT_FALSE(gather(g).input) << "turned off";
  g.max_age = 5min;
  g.has_list = false;
  EXPECT_FALSE(gather(g).input) << "an API without a list";
  g.has_list = true;
  EXPECT_TRUE(gather(g).input);
}

TEST(SnapshotRows, TakesNoMoreRowsThanTheLimitHandsOut) {
  gathering g;
  g.limit = 1100;
  auto found = gather(g);
  ASSERT_TRUE(found.input);
  EXPECT_TRUE(finds(found, "t1100"));
  EXPECT_FALSE(finds(found, "t1101"));
}

TEST(SnapshotRows, LeavesRepeatedIdsAndNotificationsToTheirOwnReads) {
  gathering g;
  g.header = "id,status,notify.slack";
  g.row = [](int n) {
    if (n == 700 || n == 900) return std::string{"twice,done,"};
    if (n == 800) return std::string{"loud,done,true"};
    return "t" + std::to_string(n) + ",done,";
  };
  auto found = gather(g);
  ASSERT_TRUE(found.input);
  EXPECT_FALSE(finds(found, "twice"));
  EXPECT_FALSE(finds(found, "loud"));
  EXPECT_TRUE(finds(found, "t701"));
}

TEST(SnapshotRows, LeavesWhatTheLedgerDoubtsToItsOwnRead) {
  gathering g;
  g.alone.insert_range(5, 6);
  g.row = [](int n) { return "t" + std::to_string(n == 900 ? 6 : n) + ",done,true"; };
  auto found = gather(g);
  ASSERT_TRUE(found.input);
  EXPECT_EQ(found.input->rows.rows(), 1198u);
  EXPECT_FALSE(finds(found, "t5"));
  EXPECT_FALSE(finds(found, "t6")) << "its id has another row";
  EXPECT_TRUE(finds(found, "t7"));
}

// While an input is validated nobody knows how many rows it has.
TEST(SnapshotRows, AreCountedAtTheEndWhereNobodyKnowsBefore) {
  gathering g;
  g.is_counted = false;
  EXPECT_TRUE(gather(g).input);
  g.rows = 999;
  EXPECT_FALSE(gather(g).input);
  g.rows = 1200;
  g.limit = 500;
  EXPECT_FALSE(gather(g).input);
}

TEST(SnapshotRows, FilterTheListByWhatAllRowsWant) {
  const auto filters = [](const char* header, const std::function<std::string(int)>& row,
                          bool has_conditions = false) {
    gathering g;
    g.header = header;
    g.row = row;
    g.has_conditions = has_conditions;
    auto found = gather(g);
    return found.input ? found.input->filters : "nothing gathered";
  };
  const auto same = [](int n) { return "t" + std::to_string(n) + ",done"; };
  EXPECT_EQ(filters("id,status", same), "status=done");
  EXPECT_EQ(filters("id,status", same, true), "") << "what is not done may have to be skipped";
  EXPECT_EQ(
      filters("id,status", [](int n) { return "t" + std::to_string(n) + (n == 1200 ? ",open" : ",done"); }),
      "");
  EXPECT_EQ(filters("id,status,title",
                    [](int n) { return "t" + std::to_string(n) + (n == 1200 ? ",,x" : ",done,x"); }),
            "")
      << "one row does not care";
  EXPECT_EQ(filters("id,assignee_id,status", [](int n) { return "t" + std::to_string(n) + ",null,done"; }),
            "status=done")
      << "a null is no value for a query";
  EXPECT_EQ(filters("id,status,expect.title", [](int n) { return "t" + std::to_string(n) + ",done,x"; }), "");
  EXPECT_EQ(filters("id,status,assignee_id", [](int n) { return "t" + std::to_string(n) + ",done,usr/1"; }),
            "status=done&assignee_id=usr%2F1");
}

}  // namespace
}  // namespace pawl::run
