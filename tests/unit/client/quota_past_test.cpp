// What the quota file keeps beside the slots: minutes for long windows, and ids where a resource has limits
// of its own; and files of the layout that had neither.
#include "engine/client/quota_file.hpp"
#include "engine/client/quota_file_layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace pawl::client {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using policy::kept_quota;
using policy::minute_entry;
using policy::request_kind;
using policy::slot_entry;

std::int64_t past_test_now = 0;
std::chrono::nanoseconds past_clock_by_hand() noexcept {
  return std::chrono::nanoseconds{past_test_now};
}
wall_time test_wall;
wall_time wall_by_hand() noexcept {
  return test_wall;
}
constexpr std::int64_t minute = minute_entry::length.count();

class QuotaPast : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "pawl-quota-past-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    boot("0b5a5a5e-0000-4000-8000-000000000001");
    past_test_now = 5'000 * minute;
    test_wall = wall_time{std::chrono::hours{480'000}};
    short_ones.windows = {{60, 60s}};
    with_day = short_ones;
    with_day.shared = {{{250'000, 24h}}};
    with_ids = short_ones;
    with_ids.each = {{{30, 10min}, 0, 1}};
  }
  void TearDown() override { fs::remove_all(root_); }

  void boot(const std::string& id) const { std::ofstream(root_ / "boot_id") << id << "\n"; }
  fs::path file() const { return root_ / "state" / quota_file_name("host", key_); }
  quota_file open(const policy::pacer_options& o) const {
    const quota_file_system system{(root_ / "boot_id").string(), (root_ / "none").string(),
                                   past_clock_by_hand, wall_by_hand};
    auto made = quota_file_access::open((root_ / "state").string(), "host", key_, o, o, system);
    if (!made) ADD_FAILURE() << to_string(made.error());
    return *std::move(made);
  }
  // As the second layout has it: no minutes, no ids, and a longer command.
  void make_second_layout() const {
    std::ifstream in(file(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    quota_file_header h{};
    std::memcpy(&h, text.data(), sizeof h);
    ASSERT_EQ(h.write_minutes + h.write_ids, 0u);
    std::memcpy(h.magic, quota_file_header::second_magic, sizeof h.magic);
    // What was the end of a command must not be taken for numbers.
    h.write_minutes = h.read_minutes = h.write_ids = h.read_ids = 0x2f2f2f2f;
    h.checksum = checksum_of(h);
    std::memcpy(text.data(), &h, sizeof h);
    std::ofstream(file(), std::ios::binary) << text;
  }

  fs::path root_;
  secret key_{"a-key"};
  policy::pacer_options short_ones, with_day, with_ids;
};

std::uint64_t in_all(const kept_quota& kept) {
  std::uint64_t sum = 0;
  for (const auto& m : kept.minutes) sum += m.count();
  return sum;
}
// `which`: of the clock of the entries.
std::uint64_t in_minute(const kept_quota& kept, std::int64_t which) {
  for (const auto& m : kept.minutes)
    if (!m.is_unused() && m.minute() == minute_entry::minute_of(which * minute)) return m.count();
  return 0;
}

TEST_F(QuotaPast, ADayOfAQuarterMillionTakesATenthOfAMegabyte) {
  const auto s = open(with_day);
  EXPECT_LT(fs::file_size(file()), 100'000u);
}

TEST_F(QuotaPast, MinutesAndIdsAreThereInTheNextProcess) {
  {
    auto s = open(with_day);
    minute_entry::count(s.kept(request_kind::write).minutes, 4'000 * minute, 7);
    minute_entry::count(s.kept(request_kind::read).minutes, 4'999 * minute, 9);
  }
  auto next = open(with_day);
  EXPECT_EQ(in_minute(next.kept(request_kind::write), 4'000), 7u);
  EXPECT_EQ(in_minute(next.kept(request_kind::read), 4'999), 9u);
  EXPECT_EQ(in_all(next.kept(request_kind::write)) + in_all(next.kept(request_kind::read)), 16u);
}

TEST_F(QuotaPast, IdsStayWithTheirEntries) {
  const auto old = past_test_now - 3'000, older = past_test_now - 9'000;
  {
    auto s = open(with_ids);
    const auto kept = s.kept(request_kind::write);
    kept.ids[5] = 77;
    kept.entries[5] = {older, older};
    kept.ids[9] = 88;
    kept.entries[9] = {old, 0};  // in flight
  }
  auto more = with_ids;
  more.windows = {{600, 60s}};
  auto next = open(more);
  const auto kept = next.kept(request_kind::write);
  ASSERT_EQ(kept.ids.size(), kept.entries.size());
  EXPECT_EQ(kept.entries[0].closed, slot_entry::on_its_way(past_test_now).closed);
  EXPECT_EQ(kept.ids[0], 88u);
  EXPECT_EQ(kept.entries[1].closed, older);
  EXPECT_EQ(kept.ids[1], 77u);
  EXPECT_EQ(kept.ids[2], kept_quota::no_id);
}

TEST_F(QuotaPast, WithoutIdsAnyMayHaveBeenMeant) {
  {
    auto s = open(short_ones);
    s.writes()[3] = {past_test_now - 5, past_test_now - 4};
  }
  auto next = open(with_ids);
  EXPECT_EQ(next.kept(request_kind::write).ids[0], kept_quota::any_id);
}

TEST_F(QuotaPast, AFileOfTheSecondLayoutIsRead) {
  {
    auto s = open(short_ones);
    s.writes()[3] = {past_test_now - 2 * minute, past_test_now - 2 * minute};
    s.writes()[4] = {past_test_now - 5, 0};
    s.reads()[0] = {1, 2};
  }
  make_second_layout();
  auto next = open(with_day);
  const auto is_used = [](const slot_entry& e) { return !e.is_unused(); };
  EXPECT_EQ(std::ranges::count_if(next.writes(), is_used), 2);
  EXPECT_EQ(std::ranges::count_if(next.reads(), is_used), 1);
  const auto kept = next.kept(request_kind::write);
  EXPECT_EQ(in_minute(kept, 4'998), 1u);
  EXPECT_EQ(in_minute(kept, 5'000), 1u) << "what was in flight counts as closed now";
  EXPECT_EQ(in_all(kept), 2u) << "not every entry is used, so nothing was overwritten";
}

TEST_F(QuotaPast, WhatEntriesHaveForgottenCountsAsAllOfTheDay) {
  {
    auto s = open(short_ones);
    for (auto& e : s.writes()) e = {past_test_now - 3 * minute, past_test_now - 3 * minute};
  }
  auto next = open(with_day);
  EXPECT_EQ(in_minute(next.kept(request_kind::write), 4'997), minute_entry::most);
  EXPECT_EQ(in_all(next.kept(request_kind::read)), 0u);
}

TEST_F(QuotaPast, AfterABootTheDayHoldsWhatWasUsedAtItsTime) {
  {
    auto s = open(with_day);
    const auto minutes = s.kept(request_kind::write).minutes;
    minute_entry::count(minutes, 3'300 * minute, 40);  // more than a day ago
    minute_entry::count(minutes, 4'000 * minute, 700);
    minute_entry::count(minutes, 5'000 * minute, 9);
  }
  test_wall += 10min;
  boot("0b5a5a5e-0000-4000-8000-000000000002");
  past_test_now = 3 * minute;
  auto next = open(with_day);
  const auto kept = next.kept(request_kind::write);
  EXPECT_EQ(in_minute(kept, 3 - 10 - (5'000 - 4'001)), 700u);
  EXPECT_EQ(in_minute(kept, 3 - 10), 9u);
  EXPECT_EQ(in_all(kept), 709u);
  EXPECT_EQ(in_all(next.kept(request_kind::read)), 0u);
  EXPECT_TRUE(std::ranges::all_of(
      next.writes(), [](auto& e) { return e.closed == slot_entry::on_its_way(past_test_now).closed; }));
}

TEST_F(QuotaPast, AMachineThatBootsEveryDayHasTheWholeDayAgain) {
  {
    auto s = open(with_day);
  }
  for (int day = 1; day <= 5; ++day) {
    boot("0b5a5a5e-0000-4000-8000-00000000001" + std::to_string(day));
    test_wall += 24h + 1min;
    past_test_now = 2 * minute;
    auto s = open(with_day);
    EXPECT_EQ(in_all(s.kept(request_kind::write)), 0u) << day;
    minute_entry::count(s.kept(request_kind::write).minutes, past_test_now, 200'000);
  }
}

TEST_F(QuotaPast, SeveralBootsOfADayAddWhatEachHasSent) {
  {
    auto s = open(with_day);
  }
  for (unsigned times = 0; times < 4; ++times) {
    boot("0b5a5a5e-0000-4000-8000-00000000001" + std::to_string(times));
    test_wall += 2h;
    past_test_now = 2 * minute;
    auto s = open(with_day);
    EXPECT_EQ(in_all(s.kept(request_kind::write)), 1'000u * times);
    minute_entry::count(s.kept(request_kind::write).minutes, past_test_now, 1'000);
  }
}

TEST_F(QuotaPast, AWallClockThatWentBackMakesThePastYounger) {
  {
    auto s = open(with_day);
    minute_entry::count(s.kept(request_kind::write).minutes, 4'990 * minute, 700);
  }
  test_wall -= 48h;
  boot("0b5a5a5e-0000-4000-8000-000000000002");
  past_test_now = 3 * minute;
  auto next = open(with_day);
  EXPECT_EQ(in_minute(next.kept(request_kind::write), 3 - 9), 700u);
}

TEST_F(QuotaPast, WhatAPowerLossMayHaveTakenCountsAsSentNow) {
  std::size_t entries = 0;
  {
    auto s = open(with_day);
    entries = s.writes().size();
    minute_entry::count(s.kept(request_kind::write).minutes, 4'999 * minute, 700);
    fs::copy_file(file(), root_ / "copy");
  }
  fs::copy_file(root_ / "copy", file(), fs::copy_options::overwrite_existing);
  boot("0b5a5a5e-0000-4000-8000-000000000002");
  past_test_now = 3 * minute;
  auto next = open(with_day);
  EXPECT_EQ(in_all(next.kept(request_kind::write)), 700 + entries);
}

TEST_F(QuotaPast, WhatIsInFlightAtTheEndOfABootCountsAsSentNow) {
  {
    auto s = open(with_day);
    s.writes()[2] = {past_test_now, 0};
  }
  boot("0b5a5a5e-0000-4000-8000-000000000002");
  past_test_now = 3 * minute;
  auto next = open(with_day);
  EXPECT_EQ(in_minute(next.kept(request_kind::write), 3), 1u);
}

TEST_F(QuotaPast, ATornFileIsAFullDay) {
  {
    auto s = open(with_day);
  }
  fs::resize_file(file(), fs::file_size(file()) - 8);
  auto next = open(with_day);
  EXPECT_EQ(in_all(next.kept(request_kind::write)), minute_entry::most);
}

}  // namespace
}  // namespace pawl::client
