// What the API said of the values by which rows name their resources, in the ledger and beside it.
#include "engine/ledger/scratch/matched_values.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::ledger {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using values = std::vector<matched_value>;

const matched_value one{"ann@x", {"7"}}, none{"nobody", {}}, several{"ü \"q\"", {"1", "a\\b"}};

values all_of(ledger_file& file, std::int64_t generation) {
  values all;
  must(file.for_each_matched(generation, [&all](const matched_value& v) {
    all.push_back(v);
    return status{};
  }));
  return all;
}

class LedgerMatches : public ::testing::Test {
 protected:
  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
};

TEST_F(LedgerMatches, AreThoseOfTheirGenerationAndTheNewestCounts) {
  begin(path, 10);
  auto file = must(ledger_file::open(path, access::read_write));
  must(file.put_matched(1, values{several, one, none}));
  EXPECT_EQ(all_of(file, 1), (values{one, none, several}));
  const matched_value later{"nobody", {"8"}};
  must(file.put_matched(1, values{later}));
  EXPECT_EQ(all_of(file, 1), (values{one, later, several}));
  EXPECT_TRUE(all_of(file, 2).empty());
}

TEST_F(LedgerMatches, AFailureEndsTheReading) {
  begin(path, 10);
  auto file = must(ledger_file::open(path, access::read_write));
  must(file.put_matched(1, values{one, none}));
  int told = 0;
  const auto read = file.for_each_matched(1, [&told](const matched_value&) {
    ++told;
    return status{failure{failure_kind::mend, "there", "no", "none"}};
  });
  EXPECT_FALSE(read);
  EXPECT_EQ(told, 1);
}

TEST_F(LedgerMatches, AGenerationHasBegunWhenARowHasAnOutcomeOrAnIntent) {
  begin(path, 10);
  auto file = must(ledger_file::open(path, access::read_write));
  EXPECT_FALSE(must(file.was_begun(1)));
  must(file.put_matched(1, values{one}));
  EXPECT_FALSE(must(file.was_begun(1)));
  const auto change = [&](const char* sql) {
    must(must(database::open(path, SQLITE_OPEN_READWRITE))->execute(sql));
  };
  change("INSERT INTO intent (generation, row, sent_at, run, id, new_values) VALUES (1, 3, 1, 1, 't', '{}')");
  EXPECT_TRUE(must(file.was_begun(1)));
  EXPECT_FALSE(must(file.was_begun(2)));
}

TEST(MatchedValues, KnowWhatWasPut) {
  auto known = must(matched_values::create());
  EXPECT_EQ(must(known->of("ann@x")), std::nullopt);
  for (const auto& v : {one, none, several}) must(known->put(v));
  for (const auto& v : {one, none, several}) EXPECT_EQ(must(known->of(v.value)), v);
  EXPECT_EQ(must(known->of("Ann@x")), std::nullopt) << "values are what they are";
  must(known->put({"ann@x", {"9"}}));
  EXPECT_THAT(must(known->of("ann@x"))->ids, ElementsAre("9"));
}

}  // namespace
}  // namespace pawl::ledger
