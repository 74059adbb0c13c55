#include "engine/run/parked_jobs.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::run {
namespace {

using namespace std::chrono_literals;

struct bench {
  api::profile profile;
  api::reply_reader reader{profile};
  policy::step_options options;
  parked_jobs parked;
  time_point now{1000s};

  std::unique_ptr<job_in_hand> job(std::uint64_t row, std::size_t bytes = 10) {
    auto made = std::make_unique<job_in_hand>(profile, reader, nullptr, options);
    const std::string raw(bytes, 'x');
    job_view view;
    view.row = row;
    view.id = "t";
    view.raw = raw;
    made->buffer.assign(view);
    made->job = made->buffer.view();
    return made;
  }
  bool put(std::uint64_t row, policy::action::sleep wait, std::size_t bytes = 10) {
    auto made = job(row, bytes);
    const bool taken = parked.put(made, wait);
    EXPECT_EQ(made == nullptr, taken);
    return taken;
  }
  // The row that is due, 0: none.
  std::uint64_t take(bool any = false) {
    const auto due = parked.take(now, any);
    return due ? due->job.row : 0;
  }
};

TEST(ParkedJobs, WakeInTheOrderInWhichTheyAreDue) {
  bench b;
  EXPECT_TRUE(b.parked.empty());
  EXPECT_EQ(b.parked.next_due(), time_point::max());
  ASSERT_TRUE(b.put(1, {b.now + 3s}));
  ASSERT_TRUE(b.put(2, {b.now + 1s}));
  ASSERT_TRUE(b.put(3, {b.now + 2s}));
  EXPECT_EQ(b.parked.next_due(), b.now + 1s);
  EXPECT_EQ(b.take(), 0u);
  b.now += 2s;
  EXPECT_EQ(b.take(), 2u);
  EXPECT_EQ(b.take(), 3u);
  EXPECT_EQ(b.take(), 0u);
  EXPECT_EQ(b.parked.next_due(), b.now + 1s);
  EXPECT_EQ(b.take(true), 1u) << "a run that stops takes them all back";
  EXPECT_TRUE(b.parked.empty());
}

TEST(ParkedJobs, NobodyWakesWhileAnOutageIsSuspected) {
  bench b;
  b.put(1, {b.now});
  b.parked.set_outage(true);
  EXPECT_EQ(b.parked.next_due(), time_point::max());
  EXPECT_EQ(b.take(), 0u);
  b.put(2, {b.now});
  EXPECT_EQ(b.take(), 0u);
  b.parked.set_outage(false);
  EXPECT_EQ(b.take() + b.take(), 3u);
}

TEST(ParkedJobs, AProofCountsIfItsRequestWasSentAfterwards) {
  bench b;
  const auto asked = b.now;
  b.put(1, {b.now + 1s, asked, time_point::max()});
  EXPECT_EQ(b.parked.proof_wanted_at(), b.now + 1s);
  b.parked.proven(asked);
  b.now += 5s;
  EXPECT_EQ(b.take(), 0u);
  EXPECT_TRUE(b.parked.proven(asked + 1ns));
  EXPECT_EQ(b.parked.proof_wanted_at(), time_point::max());
  EXPECT_EQ(b.take(), 1u);
  EXPECT_FALSE(b.parked.proven(asked + 2s)) << "nobody waits for it any more";
  EXPECT_FALSE(b.parked.proven(asked)) << "an older one is no news";
  EXPECT_EQ(b.parked.proven_at(), asked + 2s);
}

TEST(ParkedJobs, WithoutAnybodyToAskTheJobItselfGoesAnyway) {
  bench b;
  b.put(1, {b.now + 1s, b.now, b.now + 4s});
  b.now += 3s;
  EXPECT_EQ(b.take(), 0u);
  b.now += 1s;
  EXPECT_EQ(b.take(), 1u);
}

TEST(ParkedJobs, AreBoundedInNumberAndInMemory) {
  bench many;
  for (std::uint64_t n = 1; n <= parked_jobs::most; ++n) ASSERT_TRUE(many.put(n, {many.now}));
  EXPECT_FALSE(many.put(9999, {many.now}));
  EXPECT_NE(many.take(), 0u);
  EXPECT_TRUE(many.put(9999, {many.now}));

  bench large;
  constexpr std::size_t row = 1u << 20;
  std::uint64_t taken = 0;
  while (taken < 200 && large.put(taken + 1, {large.now}, row)) ++taken;
  EXPECT_GE(taken, 32u);
  EXPECT_LE(taken * row, parked_jobs::most_bytes);
  EXPECT_NE(large.take(), 0u);
  EXPECT_TRUE(large.put(9999, {large.now}, row)) << "memory that was given back is there again";
}

}  // namespace
}  // namespace pawl::run
