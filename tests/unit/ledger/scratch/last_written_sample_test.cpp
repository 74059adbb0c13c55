#include "engine/ledger/scratch/last_written.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

namespace pawl::ledger {
namespace {

using namespace testing;

class LastWrittenSample : public ::testing::Test {
 protected:
  std::vector<std::string> sample(std::uint64_t resources, double share, std::uint32_t seed) {
    auto wanted = must(last_written::open(path, 1, id_compare::exact));
    for (std::uint64_t i = 1; i <= resources; ++i)
      for (const auto* field : {"title", "status"})
        must(wanted.put(fmt::format("t-{:04}", i), field, "\"x\"", i));
    const auto left = must(wanted.keep_sample(share, seed));
    EXPECT_EQ(must(wanted.resources()), left);
    std::vector<std::string> ids;
    for (const auto& one : must(wanted.take_next(resources))) {
      EXPECT_EQ(one.fields.size(), 2u) << one.id;
      ids.push_back(one.id);
    }
    EXPECT_EQ(ids.size(), left);
    return ids;
  }

  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
};

TEST_F(LastWrittenSample, IsTheShareRoundedUp) {
  begin(path, 10);
  struct {
    std::uint64_t resources;
    double share;
    std::size_t left;
  } const table[] = {{0, 0.5, 0}, {1, 0.01, 1}, {10, 0.01, 1}, {10, 0.25, 3}, {10, 1, 10}, {1000, 0.01, 10}};
  for (const auto& t : table) EXPECT_EQ(sample(t.resources, t.share, 7).size(), t.left) << t.resources;
}

TEST_F(LastWrittenSample, IsThatOfItsSeedAndPrefersNone) {
  begin(path, 10);
  EXPECT_EQ(sample(200, 0.05, 3), sample(200, 0.05, 3));
  EXPECT_NE(sample(200, 0.05, 3), sample(200, 0.05, 4));
  std::map<std::string, int> times;
  for (std::uint32_t seed = 0; seed < 300; ++seed)
    for (const auto& id : sample(10, 0.2, seed)) ++times[id];
  // 60 each on average; under 30 or over 90 would be more than four standard deviations away.
  ASSERT_EQ(times.size(), 10u);
  for (const auto& [id, n] : times) {
    EXPECT_GT(n, 30) << id;
    EXPECT_LT(n, 90) << id;
  }
}

}  // namespace
}  // namespace pawl::ledger
