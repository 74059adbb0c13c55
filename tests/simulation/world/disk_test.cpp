#include "tests/simulation/world/disk.hpp"

#include "tests/simulation/world/world.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>

namespace pawl::simulation {
namespace {

struct connection {
  connection() { EXPECT_EQ(sqlite3_open("/simulated/a.db", &db), SQLITE_OK); }
  ~connection() { sqlite3_close(db); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  int run(const std::string& sql) { return sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr); }
  std::optional<int> ask(const std::string& sql) {
    sqlite3_stmt* s = nullptr;
    std::optional<int> found;
    if (sqlite3_prepare_v2(db, sql.c_str(), -1, &s, nullptr) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
      found = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return found;
  }
  sqlite3* db = nullptr;
};

void begin(connection& c) {
  ASSERT_EQ(c.run("pragma journal_mode=wal; pragma synchronous=full; create table t(n)"), SQLITE_OK);
}

TEST(Disk, APowerLossTakesNothingThatWasCommitted) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    world w(seed);
    disk d;
    int committed = 0;
    const auto rows = 1 + static_cast<int>(seed % 40);
    {
      connection c;
      begin(c);
      const auto last = d.syncs + 1 + seed % 30;
      d.after_sync = [&] {
        if (d.syncs >= last) w.die();
      };
      for (int i = 0; i < rows; ++i)
        committed += c.run("insert into t values(" + std::to_string(i) + ")") == SQLITE_OK ? 1 : 0;
    }
    d.after_sync = {};
    w.revive();
    d.lose_power();
    connection c;
    const auto there = c.ask("select count(*) from t");
    ASSERT_TRUE(there) << sqlite3_errmsg(c.db);
    // The commit during which the power went may be there or not.
    EXPECT_GE(*there, committed);
    EXPECT_LE(*there, committed + 1);
    EXPECT_EQ(c.ask("select sum(n) from t").value_or(-1), *there * (*there - 1) / 2);
  }
}

TEST(Disk, ADiskThatDoesNotSyncLosesWhatWasCommitted) {
  std::size_t lost = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    world w(seed);
    disk d;
    {
      connection c;
      begin(c);
      ASSERT_EQ(c.run("pragma synchronous=off"), SQLITE_OK);
      for (int i = 0; i < 20; ++i) ASSERT_EQ(c.run("insert into t values(1)"), SQLITE_OK);
      w.die();
    }
    w.revive();
    d.lose_power();
    connection c;
    lost += c.ask("select count(*) from t").value_or(0) < 20 ? 1 : 0;
  }
  EXPECT_GT(lost, 20u) << "the disk keeps what was not synced, so it can find no missing sync";
}

TEST(Disk, AFullDiskFailsAWrite) {
  world w(1);
  disk d;
  connection c;
  begin(c);
  d.fails_at_write = d.writes + 1;
  EXPECT_EQ(c.run("insert into t values(1)"), SQLITE_FULL);
  d.fails_at_write.reset();
  EXPECT_EQ(c.run("insert into t values(1)"), SQLITE_OK);
}

}  // namespace
}  // namespace pawl::simulation
