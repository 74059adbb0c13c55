// In the order in which rows ended, and none that is too young.
#include "engine/ledger/scratch/last_written.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::ledger {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using order = last_written::order;

wall_time at(int seconds) {
  return start + std::chrono::seconds{seconds};
}

class LastWrittenEnds : public ::testing::Test {
 protected:
  std::vector<std::string> take(std::size_t most) {
    std::vector<std::string> ids;
    for (const auto& one : must(wanted.take_next(most))) ids.push_back(one.id);
    return ids;
  }
  void add(const std::string& id, int ended, std::uint64_t row) {
    must(wanted.note_end(id, at(ended)));
    must(wanted.put(id, "status", "\"done\"", row));
  }
  std::string made() {
    begin(path, 10);
    return path;
  }

  temporary_directory directory;
  std::string path = directory / "jobs.csv.ledger";
  last_written wanted = must(last_written::open(made(), 1, id_compare::exact, order::by_end));
};

TEST_F(LastWrittenEnds, AResourceIsAsYoungAsItsLastRow) {
  add("c", 1, 1);
  add("a", 2, 2);
  add("b", 3, 3);
  add("c", 9, 4);
  must(wanted.note_end("nothing is known of it", at(50)));
  const auto some = must(wanted.hide_after(at(2)));
  EXPECT_EQ(some.resources, 1u);
  EXPECT_EQ(some.hidden, 2u);
  EXPECT_EQ(some.last, at(9));
  EXPECT_TRUE(must(wanted.find("c")).fields.empty());
  EXPECT_FALSE(must(wanted.find("a")).fields.empty());
  EXPECT_THAT(take(10), ElementsAre("a"));
  EXPECT_THAT(take(10), ElementsAre());
  EXPECT_EQ(must(wanted.hide_after(at(8))).resources, 1u);
  const auto all = must(wanted.hide_after(at(9)));
  EXPECT_EQ(all.resources, 2u);
  EXPECT_EQ(all.hidden, 0u);
  EXPECT_THAT(take(1), ElementsAre("b"));
  EXPECT_THAT(take(1), ElementsAre("c"));
  EXPECT_EQ(must(wanted.resources()), 0u);
}

TEST_F(LastWrittenEnds, TakesThemAsTheyEnded) {
  for (int i = 0; i < 6; ++i)
    add(std::string(1, static_cast<char>('f' - i)), i / 2, static_cast<std::uint64_t>(i) + 1);
  must(wanted.hide_after(at(100)));
  EXPECT_THAT(take(4), ElementsAre("e", "f", "c", "d"));
  EXPECT_THAT(take(4), ElementsAre("a", "b"));
}

TEST_F(LastWrittenEnds, KnowWhatARowHasOverwritten) {
  must(must(database::open(path, SQLITE_OPEN_READWRITE))
           ->execute("INSERT INTO intent (generation, row, sent_at, run, id, old_values, new_values) VALUES"
                     " (1, 1, 1, 1, 'a', '{\"status\":\"open\",\"n\":null}', '{}'),"
                     " (1, 1, 2, 1, 'a', '{\"status\":\"new\"}', '{}'), (1, 1, 3, 1, 'a', NULL, '{}')"));
  EXPECT_EQ(must(wanted.overwritten_by(1, "status")), "\"new\"");
  EXPECT_EQ(must(wanted.overwritten_by(1, "n")), std::nullopt);
  EXPECT_EQ(must(wanted.overwritten_by(2, "status")), std::nullopt);
}

}  // namespace
}  // namespace pawl::ledger
