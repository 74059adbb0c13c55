#include "engine/app/retried_rows.hpp"

#include "config/profile_loader.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/row_walk.hpp"
#include "engine/ledger/database.hpp"
#include "engine/ledger/group_commit.hpp"
#include "tests/unit/config/productlane.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl::app {
namespace {

using config::by_name::productlane;

using ledger::testing::must;

struct ended_row {
  const char* id;
  const char* title;
  outcome as;
};

// What --retry refused makes of rows that ended_row so, in a few words: "from 1; kept 1; 1 title (all)".
std::string retry(const std::vector<ended_row>& rows) {
  const ledger::testing::temporary_directory files;
  auto opened = ledger::testing::begin(files / "jobs.ledger", rows.size());
  std::string text = "id,title,pain_level\n";
  std::vector<ledger::record_batch> batches(1);
  std::uint64_t number = 0;
  for (const auto& row : rows) {
    text += std::string{row.id} + "," + row.title + ",LOW\n";
    auto record = ledger::testing::applied(++number, row.id);
    record.outcome = row.as;
    batches[0].add(record);
  }
  {
    auto db = ledger::testing::writable(files / "jobs.ledger");
    must(must(ledger::group_commit::prepare(*db, opened.generation, opened.run))->commit(batches));
  }
  input::source_options options;
  options.format = input::file_format::csv;
  auto source = must(input::job_source::from_bytes("jobs.csv", text, productlane(), options));
  auto generation = must(opened.file.generation(opened.generation)).value();
  auto retried = must(retried_rows::find(opened.file, generation, productlane(), {outcome::refused}));
  std::string said = "from " + std::to_string(retried.first_row());
  if (retried.first_row() == 0) return said;
  std::string kept;
  const auto see = [&](const job_view& job) {
    retried.see(job);
    if (retried.is_kept(job)) kept += " " + std::to_string(job.row);
    return retried.wants_after(job.row);
  };
  must(input::walk_rows(source, see, {}, nullptr));
  said += "; kept" + kept;
  for (const auto& one : retried.left_out()) {
    said += "; " + std::to_string(one.row);
    for (const auto& name : one.fields) said += " " + name;
    if (one.superseded) said += " (all)";
  }
  retried.for_each_rest([&said](const job_view& job) {
    said += "; rest of " + std::to_string(job.row);
    for (const auto& value : job.patch) said += " " + std::string{value.name};
  });
  return said;
}

TEST(RetriedRows, AreReadOnlyWhereALaterRowOfTheIdHasTheLastWord) {
  using enum outcome;
  struct row {
    std::vector<ended_row> rows;
    const char* want;
  };
  const std::vector<row> table{
      {{}, "from 0"},
      {{{"a", "x", applied}}, "from 0"},
      {{{"a", "x", refused}, {"b", "x", applied}}, "from 0"},
      {{{"a", "x", applied}, {"a", "y", refused}}, "from 0"},
      {{{"a", "x", refused}, {"a", "y", refused}}, "from 0"},
      {{{"a", "x", refused}, {"a", "y", skipped}}, "from 0"},
      {{{"b", "x", refused}, {"a", "x", refused}, {"a", "y", applied}},
       "from 2; kept 2; 2 title pain_level (all)"},
      {{{"a", "x", refused}, {"a", "y", unknown}, {"a", "z", refused}, {"b", "z", applied}},
       "from 1; kept 1; 1 title pain_level (all)"},
  };
  for (const auto& row : table) EXPECT_EQ(retry(row.rows), row.want);
  // An empty cell wants nothing: the later row leaves the title alone.
  EXPECT_EQ(retry({{"a", "x", refused}, {"a", "", applied}}),
            "from 1; kept 1; 1 pain_level; rest of 1 title");
}

}  // namespace
}  // namespace pawl::app
