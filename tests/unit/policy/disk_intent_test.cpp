#include "engine/policy/disk_intent.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace pawl::policy {
namespace {

// The events of a job as letters: s a write leaves; p it is planned anew, P with a write in doubt; c an
// intent is committed, C with a write that may be applied; - a commit is under way and not done.
struct job {
  disk_intent intent;
  std::uint32_t sent = 0;
  bool replaced = false;  // by the last commit
  void see(std::string_view events) {
    for (const char c : events) {
      if (c == 's') ++sent;
      if (c == 'p' || c == 'P') intent.outdate(c == 'P');
      if (c == 'c' || c == 'C' || c == '-') replaced = intent.commit(sent, c == 'C');
      if (c == 'c' || c == 'C') intent.committed();
    }
  }
};

TEST(DiskIntent, CoversTheWriteThatItDescribes) {
  struct {
    std::string_view events;
    bool covers, covers_once_only;  // the next write, of a job that may and that must not be sent twice
    bool is_on_disk;
    bool replaced;
  } const rows[] = {
      {"", false, false, false, false},
      {"-", false, false, false, false},
      {"c", true, true, true, false},
      {"cs", true, false, true, false},
      // A job that must not be sent twice has one for each sending; one of which nothing was applied is
      // replaced.
      {"csc", true, true, true, true},
      {"csC", true, true, true, false},
      // A new plan wants a new one.
      {"cp", false, false, false, false},
      {"cpc", true, true, true, true},
      {"csPC", true, true, true, false},
      {"pc", true, true, true, false},
      // Once replaced, it is gone.
      {"cpcspC", true, true, true, true},
      {"cpcsPc", true, true, true, false},
      // Planned anew twice before the commit: it is still there.
      {"cppc", true, true, true, true},
      // In doubt by then: what stands there tells of the attempt in doubt.
      {"cpPc", true, true, true, false},
  };
  for (const auto& row : rows) {
    job j;
    j.intent.begin(0);
    j.see(row.events);
    EXPECT_EQ(j.intent.covers_next(j.sent, true), row.covers) << row.events;
    EXPECT_EQ(j.intent.covers_next(j.sent, false), row.covers_once_only) << row.events;
    EXPECT_EQ(j.intent.is_on_disk(), row.is_on_disk) << row.events;
    EXPECT_EQ(j.replaced, row.replaced) << row.events;
  }
}

TEST(DiskIntent, TheNextJobHasNone) {
  disk_intent intent;
  intent.begin(0);
  intent.commit(0, false);
  intent.committed();
  intent.outdate(false);
  intent.begin(1);
  EXPECT_FALSE(intent.is_on_disk());
  EXPECT_FALSE(intent.covers_next(1, true));
  EXPECT_FALSE(intent.commit(1, false));
}

}  // namespace
}  // namespace pawl::policy
