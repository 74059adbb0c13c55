#include "engine/ledger/scratch/pending_table.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace pawl::ledger {
namespace {

job_view job(std::uint64_t row, std::string_view id, const std::vector<field_value>& patch,
             const std::vector<field_value>& expect = {}) {
  job_view j;
  j.row = row;
  j.id = id;
  j.patch = patch;
  j.expect = expect;
  return j;
}

pending_table table() {
  auto made = pending_table::create();
  EXPECT_TRUE(made) << to_string(made.error());
  return *std::move(made);
}

std::string text_of(std::span<const field_value> values) {
  std::string text;
  for (const auto& v : values)
    text += std::to_string(to_index(v.field)) + ' ' + std::string{v.name} + '=' + std::string{v.json} + ';';
  return text;
}

TEST(PendingTable, FindsARowWithAllThatItNeeds) {
  auto t = table();
  const std::string huge(100'000, 'x');
  const std::vector<field_value> patch{{field_index{3}, "status", "\"done\""},
                                       {passed_field, "anything", huge}};
  const std::vector<field_value> expect{{field_index{0}, "title", "\"Grüße \\\"A\\\"\""}};
  ASSERT_TRUE(t.add(job(7, "thr_1", patch, expect)));
  ASSERT_TRUE(t.add(job(8, "thr_2", {})));
  ASSERT_TRUE(t.finish());
  EXPECT_EQ(t.rows(), 2u);
  EXPECT_GT(t.bytes(), huge.size());

  auto found = t.find("thr_1");
  ASSERT_TRUE(found);
  ASSERT_NE(*found, nullptr);
  EXPECT_EQ((*found)->row, 7u);
  EXPECT_EQ((*found)->id, "thr_1");
  EXPECT_EQ(text_of((*found)->patch), "3 status=\"done\";65535 anything=" + huge + ';');
  EXPECT_EQ(text_of((*found)->expect), "0 title=\"Grüße \\\"A\\\"\";");
  EXPECT_TRUE((*found)->replay_safe);

  found = t.find("thr_2");
  ASSERT_TRUE(found && *found != nullptr);
  EXPECT_TRUE((*found)->patch.empty());
  found = t.find("thr_3");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, nullptr);
}

TEST(PendingTable, TakesIdsInTwoCasesForOne) {
  auto t = table();
  ASSERT_TRUE(t.add(job(1, "0A-b", {})));
  ASSERT_TRUE(t.add(job(2, "1A-b", {})));
  ASSERT_TRUE(t.add(job(3, "1a-B", {})));
  ASSERT_TRUE(t.finish());
  auto found = t.find("0a-B");
  ASSERT_TRUE(found && *found != nullptr);
  EXPECT_EQ((*found)->row, 1u);
  found = t.find("1A-b");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, nullptr);
}

TEST(PendingTable, LeavesIdsAloneThatRepeatOrAreBlocked) {
  auto t = table();
  ASSERT_TRUE(t.add(job(1, "twice", {})));
  ASSERT_TRUE(t.add(job(2, "once", {})));
  ASSERT_TRUE(t.add(job(3, "twice", {})));
  ASSERT_TRUE(t.block("blocked"));
  ASSERT_TRUE(t.block("blocked_first"));
  ASSERT_TRUE(t.add(job(4, "blocked_first", {})));
  ASSERT_TRUE(t.add(job(5, "blocked_later", {})));
  ASSERT_TRUE(t.block("blocked_later"));
  ASSERT_TRUE(t.finish());
  for (const auto* id : {"twice", "blocked", "blocked_first", "blocked_later"}) {
    const auto found = t.find(id);
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, nullptr) << id;
  }
  const auto found = t.find("once");
  ASSERT_TRUE(found);
  ASSERT_NE(*found, nullptr) << "a look-up leaves nothing behind that the next one trips over";
  EXPECT_EQ((*found)->row, 2u);
}

TEST(PendingTable, HoldsMoreThanItsMemoryInAFileWithoutAName) {
  auto t = table();
  const std::string json(1000, '7');
  const std::vector<field_value> patch{{field_index{0}, "title", json}};
  for (std::uint64_t row = 1; row <= 20'000; ++row)  // 20 MB; 4 MiB of pages are kept
    ASSERT_TRUE(t.add(job(row, "id" + std::to_string(row * 7919), patch)));
  ASSERT_TRUE(t.finish());
  for (const std::uint64_t row : {1, 777, 20'000}) {
    const auto found = t.find("id" + std::to_string(row * 7919));
    ASSERT_TRUE(found && *found != nullptr);
    EXPECT_EQ((*found)->row, row);
  }
  // The bytes are in a file that only this process can reach.
  std::uintmax_t nameless = 0;
  for (const auto& fd : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(fd.path(), gone);
    if (!gone && target.string().ends_with("(deleted)"))
      nameless += std::filesystem::file_size(fd.path(), gone);
  }
  EXPECT_GT(nameless, 15u * 1024 * 1024);
}

}  // namespace
}  // namespace pawl::ledger
