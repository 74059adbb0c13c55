#include "engine/policy/free_reads.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

TEST(FreeReads, CostTheWritesNeitherQuotaNorTime) {
  struct {
    const char* name;
    std::vector<rate_window> writes, reads;
    std::vector<rate_limit> shared, each;
    bool reads_after, free;
  } const table[] = {
      {"each class has limits of its own", {{60, 60s}}, {{1000, 60s}}, {}, {}, false, true},
      {"just as wide", {{60, 60s}}, {{1, 1s}}, {}, {}, false, true},
      {"reads are the narrower ones", {{60, 60s}}, {{59, 60s}}, {}, {}, false, false},
      {"one of the windows of reads is", {{60, 60s}}, {{1000, 60s}, {1000, 24h}}, {}, {}, false, false},
      {"a read after each write needs them too", {{60, 60s}}, {{100, 60s}}, {}, {}, true, false},
      {"and has them", {{60, 60s}}, {{120, 60s}}, {}, {}, true, true},
      {"unlimited reads", {{60, 60s}}, {}, {}, {}, false, true},
      {"limited reads of unlimited writes", {}, {{60, 60s}}, {}, {}, false, false},
      {"nothing is limited", {}, {}, {}, {}, false, true},
      {"one budget for both", {{60, 60s}}, {}, {{{5000, 1h}, 1, 1}}, {}, false, false},
      {"a budget in which reads cost nothing", {{60, 60s}}, {}, {{{5000, 1h}, 0, 1}}, {}, false, true},
      {"one that only reads take", {{60, 60s}}, {}, {{{5000, 1h}, 1, 0}}, {}, false, true},
      {"a narrow one that only reads take", {{60, 60s}}, {}, {{{50, 60s}, 1, 0}}, {}, false, false},
      {"writes by a budget of theirs are slow", {}, {{60, 60s}}, {{{60, 60s}, 0, 5}}, {}, false, true},
      {"one resource counts both", {}, {}, {}, {{{20, 2s}, 1, 1}}, false, false},
      {"one resource counts writes", {}, {}, {}, {{{20, 2s}, 0, 1}}, false, true},
  };
  for (const auto& row : table) {
    pacer_options writes, reads;
    writes.windows = row.writes;
    reads.windows = row.reads;
    writes.shared = reads.shared = row.shared;
    writes.each = reads.each = row.each;
    EXPECT_EQ(reads_are_free(writes, reads, row.reads_after), row.free) << row.name;
  }
}

}  // namespace
}  // namespace pawl::policy
