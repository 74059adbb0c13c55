#include "engine/run/dispatcher.hpp"

#include "engine/run/hash_counts.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace pawl::run {
namespace {

job_view job(std::uint64_t row, std::string_view id) {
  job_view j;
  j.row = row;
  j.id = id;
  return j;
}

TEST(HashCounts, AgreesWithAMapUnderRandomUse) {
  std::mt19937 random(7);
  hash_counts counts(40);
  std::map<std::uint64_t, std::uint32_t> model;
  for (int step = 0; step < 20'000; ++step) {
    // Few distinct low bits, so that chains collide and wrap around.
    const std::uint64_t hash = (random() % 60) * 128 + random() % 3 + 125;
    if (random() % 2 == 0 && (model.size() < 40 || model.contains(hash))) {
      counts.add(hash);
      ++model[hash];
    } else if (!model.empty()) {
      auto it = std::next(model.begin(), static_cast<std::ptrdiff_t>(random() % model.size()));
      counts.remove(it->first);
      if (--it->second == 0) model.erase(it);
    }
    ASSERT_EQ(counts.count(hash), model.contains(hash) ? model[hash] : 0u);
  }
  for (const auto& [hash, n] : model) EXPECT_EQ(counts.count(hash), n);
}

TEST(Dispatcher, AnIdInAnotherCaseWaitsForItsTwin) {
  dispatcher d(4, {8, 1U << 20U});
  EXPECT_EQ(d.offer(job(1, "a0EE")), dispatcher::answer::start);
  EXPECT_EQ(d.offer(job(2, "A0ee")), dispatcher::answer::parked);
  EXPECT_EQ(d.offer(job(3, "a0E")), dispatcher::answer::start);
}

TEST(Dispatcher, HoldsIdsApartWhateverTheirLengthAndWhereverTheyDiffer) {
  for (std::size_t length = 1; length < 40; ++length) {
    const std::string id(length, 'a');
    dispatcher d(length + 2, {});
    EXPECT_EQ(d.offer(job(1, id)), dispatcher::answer::start);
    EXPECT_EQ(d.offer(job(2, id)), dispatcher::answer::hold);
    EXPECT_EQ(d.offer(job(3, id + 'a')), dispatcher::answer::start);
    for (std::size_t at = 0; at < length; ++at) {
      auto other = id;
      other[at] = 'b';
      EXPECT_EQ(d.offer(job(4 + at, other)), dispatcher::answer::start) << other;
      other[at] = 'B';
      EXPECT_EQ(d.offer(job(4 + at, other)), dispatcher::answer::hold) << other;
    }
  }
}

TEST(Dispatcher, StartsJobsOfOneIdOneAtATimeInInputOrder) {
  dispatcher d(4, {8, 1U << 20U});
  job_buffer buffer;
  EXPECT_EQ(d.offer(job(1, "a")), dispatcher::answer::start);
  EXPECT_EQ(d.offer(job(2, "a")), dispatcher::answer::parked);
  EXPECT_EQ(d.offer(job(3, "b")), dispatcher::answer::start);
  EXPECT_EQ(d.offer(job(4, "a")), dispatcher::answer::parked);
  EXPECT_FALSE(d.take_parked(buffer));
  d.finished("b");
  EXPECT_FALSE(d.take_parked(buffer));
  d.finished("a");
  ASSERT_TRUE(d.take_parked(buffer));
  EXPECT_EQ(buffer.view().row, 2u);
  EXPECT_FALSE(d.take_parked(buffer));
  d.finished("a");
  ASSERT_TRUE(d.take_parked(buffer));
  EXPECT_EQ(buffer.view().row, 4u);
}

TEST(Dispatcher, LetsNoLaterRowOvertakeAParkedOneOfItsId) {
  dispatcher d(4, {8, 1U << 20U});
  job_buffer buffer;
  ASSERT_EQ(d.offer(job(1, "a")), dispatcher::answer::start);
  ASSERT_EQ(d.offer(job(2, "a")), dispatcher::answer::parked);
  d.finished("a");
  // Row 2 has not been taken yet, so row 3 has to stand behind it.
  EXPECT_EQ(d.offer(job(3, "a")), dispatcher::answer::parked);
  ASSERT_TRUE(d.take_parked(buffer));
  EXPECT_EQ(buffer.view().row, 2u);
}

TEST(Dispatcher, HoldsWhenItsParkingIsFull) {
  dispatcher d(2, {2, 1U << 20U});
  job_buffer buffer;
  ASSERT_EQ(d.offer(job(1, "a")), dispatcher::answer::start);
  ASSERT_EQ(d.offer(job(2, "a")), dispatcher::answer::parked);
  ASSERT_EQ(d.offer(job(3, "a")), dispatcher::answer::parked);
  EXPECT_EQ(d.offer(job(4, "a")), dispatcher::answer::hold);
  EXPECT_EQ(d.parked(), 2u);
  d.finished("a");
  ASSERT_TRUE(d.take_parked(buffer));
  EXPECT_EQ(d.offer(job(4, "a")), dispatcher::answer::parked);
  d.drop_parked();
  EXPECT_EQ(d.parked(), 0u);
}

TEST(Dispatcher, HoldsWhenItsMemoryIsFullAndParksOneJobAtLeast) {
  dispatcher d(2, {100, 1});
  job_buffer buffer;
  ASSERT_EQ(d.offer(job(1, "a")), dispatcher::answer::start);
  ASSERT_EQ(d.offer(job(2, "a")), dispatcher::answer::parked);
  EXPECT_EQ(d.offer(job(3, "a")), dispatcher::answer::hold);
  EXPECT_EQ(d.offer(job(4, "b")), dispatcher::answer::start);
  d.finished("a");
  ASSERT_TRUE(d.take_parked(buffer));
  EXPECT_EQ(d.offer(job(3, "a")), dispatcher::answer::parked);
}

TEST(Dispatcher, ManyRowsOfOneIdHoldUpNoOther) {
  dispatcher d(2, {65'536, 64U << 20U});
  job_buffer buffer;
  ASSERT_EQ(d.offer(job(1, "a")), dispatcher::answer::start);
  for (std::uint64_t row = 2; row < 50'000; ++row)
    ASSERT_EQ(d.offer(job(row, "a")), dispatcher::answer::parked);
  ASSERT_EQ(d.offer(job(50'000, "b")), dispatcher::answer::start);
  for (std::uint64_t row = 2; row < 50'000; ++row) {
    d.finished("a");
    ASSERT_TRUE(d.take_parked(buffer));
    ASSERT_EQ(buffer.view().row, row);
  }
}

TEST(Dispatcher, KeepsTheOrderOfEveryIdUnderRandomUse) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    const std::size_t slots = 1 + random() % 8;
    dispatcher d(slots, {6, 1U << 20U});
    std::map<std::string, std::uint64_t> last;
    std::vector<std::string> running;
    std::uint64_t next_row = 1, done = 0;
    const std::uint64_t rows = 300;
    std::vector<std::string> ids(rows + 1);
    for (auto& id : ids) id = std::string(1, static_cast<char>('a' + random() % 5));
    const auto start = [&](const job_view& j) {
      EXPECT_LT(last[std::string(j.id)], j.row) << "seed " << seed;
      EXPECT_EQ(std::count(running.begin(), running.end(), j.id), 0) << "seed " << seed;
      last[std::string(j.id)] = j.row;
      running.emplace_back(j.id);
    };
    while (done < rows) {
      job_buffer buffer;
      bool moved = false;
      if (running.size() < slots) {
        if (d.take_parked(buffer)) {
          start(buffer.view());
          moved = true;
        } else if (next_row <= rows) {
          const auto answer = d.offer(job(next_row, ids[next_row]));
          if (answer == dispatcher::answer::start) start(job(next_row, ids[next_row]));
          if (answer != dispatcher::answer::hold) {
            ++next_row;
            moved = true;
          }
        }
      }
      if (!running.empty() && (!moved || random() % 3 == 0)) {
        const auto at = static_cast<std::ptrdiff_t>(random() % running.size());
        d.finished(running[static_cast<std::size_t>(at)]);
        running.erase(running.begin() + at);
        ++done;
        moved = true;
      }
      ASSERT_TRUE(moved) << "stuck, seed " << seed;
    }
  }
}

}  // namespace
}  // namespace pawl::run
