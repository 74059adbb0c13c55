#include "engine/model/job.hpp"

#include <gtest/gtest.h>

namespace pawl {
namespace {

TEST(JobBuffer, KeepsItsOwnCopyOfAJob) {
  job_buffer buffer;
  for (int round = 0; round < 3; ++round) {
    std::string id = "t" + std::to_string(round),
                json = "\"x" + std::string(static_cast<std::size_t>(round) * 100, 'y') + '"';
    std::vector<field_value> patch{{field_index{1}, "title", json}},
        expect{{field_index{2}, "status", "\"open\""}};
    buffer.assign({7, 9, id, patch, expect, "raw", false});
    const auto wanted = json;
    id.assign(id.size(), '!');
    json.assign(json.size(), '!');
    const auto job = buffer.view();
    EXPECT_EQ(job.row, 7u);
    EXPECT_EQ(job.line, 9u);
    EXPECT_EQ(job.id, "t" + std::to_string(round));
    ASSERT_EQ(job.patch.size(), 1u);
    EXPECT_EQ(job.patch[0].json, wanted);
    ASSERT_EQ(job.expect.size(), 1u);
    EXPECT_EQ(job.expect[0].name, "status");
    EXPECT_EQ(job.raw, "raw");
    EXPECT_FALSE(job.replay_safe);
  }
}

// Pieces of the row, the whole of it, and what lies elsewhere or just outside.
TEST(JobBuffer, MovesThePiecesOfTheRowAlong) {
  std::string line = R"(x{"id":"t1","patch":{"title":"a"}}y)", elsewhere = "1,5";
  const auto piece = [&](std::size_t at, std::size_t size) {
    return std::string_view{line}.substr(at, size);
  };
  const auto raw = piece(1, line.size() - 2);
  std::vector<field_value> patch{{passed_field, piece(22, 5), piece(29, 3)},
                                 {passed_field, piece(0, 2), raw},
                                 {field_index{1}, "status", elsewhere},
                                 {field_index{2}, piece(33, 3), {}}};
  const std::vector<field_value> wanted_texts{{passed_field, "title", R"("a")"},
                                              {passed_field, "x{", R"({"id":"t1","patch":{"title":"a"}})"},
                                              {field_index{1}, "status", "1,5"},
                                              {field_index{2}, "}y", ""}};
  job_buffer buffer;
  buffer.assign({1, 1, piece(8, 2), patch, {}, raw, true});
  line.assign(line.size(), '!');
  elsewhere.assign(elsewhere.size(), '!');
  const auto job = buffer.view();
  EXPECT_EQ(job.id, "t1");
  EXPECT_EQ(job.raw, R"({"id":"t1","patch":{"title":"a"}})");
  ASSERT_EQ(job.patch.size(), wanted_texts.size());
  for (std::size_t i = 0; i < wanted_texts.size(); ++i) {
    EXPECT_EQ(job.patch[i].name, wanted_texts[i].name) << i;
    EXPECT_EQ(job.patch[i].json, wanted_texts[i].json) << i;
  }
}

TEST(JobBatch, HoldsGoodAndBadRowsInOrder) {
  job_batch batch;
  for (std::uint64_t row = 1; row <= 1000; ++row) {
    if (row % 10 == 0) {
      batch.add(row_error{row, row + 1, "id", "raw", {{row + 1, "status", "bad"}}});
      continue;
    }
    const std::vector<field_value> patch{{field_index{0}, "status", batch.bytes().copy(std::to_string(row))}};
    batch.add(job_view{row, row + 1, batch.bytes().copy("id" + std::to_string(row)), patch, {}, {}, true});
  }
  ASSERT_EQ(batch.size(), 1000u);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto row = i + 1;
    if (row % 10 == 0) {
      ASSERT_NE(batch.error(i), nullptr);
      EXPECT_EQ(batch.error(i)->row, row);
    } else {
      ASSERT_EQ(batch.error(i), nullptr);
      EXPECT_EQ(batch.job(i).id, "id" + std::to_string(row));
      EXPECT_EQ(batch.job(i).patch[0].json, std::to_string(row));
    }
  }
  batch.clear();
  EXPECT_TRUE(batch.empty());
}

TEST(ByteArena, GivesBackTheUnusedEndAndForgetsHugeBlocks) {
  byte_arena arena;
  char* start = arena.allocate(100);
  arena.shrink_last(start, 10);
  EXPECT_EQ(arena.bytes_used(), 10u);
  EXPECT_EQ(arena.allocate(1), start + 10);
  arena.allocate(1 << 20);
  arena.clear();
  EXPECT_EQ(arena.bytes_used(), 0u);
  EXPECT_EQ(arena.allocate(1), start);
}

}  // namespace
}  // namespace pawl
