#include "engine/app/doctor_examination.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pawl::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// What is said of the limits of an API that answers with these facts.
finding about_limits(const std::vector<rate_window>& reads, const policy::rate_facts& rates,
                     const std::vector<rate_limit>& shared = {}) {
  options settings;
  settings.run.reads.windows = reads;
  settings.run.reads.shared = shared;
  client::read_reply reply;
  reply.reached = phase::answered;
  reply.is = api::verdict::ok;
  doctor_facts facts;
  facts.settings = &settings;
  facts.reply = &reply;
  facts.rates = rates;
  for (auto& f : examine(facts))
    if (f.about == "limits") return f;
  return {};
}

policy::rate_facts saying(std::uint64_t limit, std::optional<duration> window,
                          std::optional<duration> reset_in = {}) {
  policy::rate_facts rates;
  rates.limit = limit;
  rates.window = window;
  rates.reset_in = reset_in;
  return rates;
}

TEST(DoctorLimits, OfReadsAndWritesTogetherAreWhatTheApiShows) {
  const std::vector<rate_limit> all{{{5'000, 1h}}, {{900, 60s}, 1, 5}};
  const auto same = about_limits({}, saying(5'000, {}), all);
  EXPECT_EQ(same.state, finding_state::ok);
  EXPECT_THAT(same.text, HasSubstr("reads unlimited, together 5000/h and 900/min write=5"));
  const auto less = about_limits({}, saying(1'000, 1h), all);
  EXPECT_EQ(less.state, finding_state::mend);
  EXPECT_THAT(less.remedy, HasSubstr("set limits.all"));
  EXPECT_EQ(about_limits({}, saying(15'000, 1h), all).state, finding_state::note);
}

TEST(DoctorLimits, AreComparedInTheSameTime) {
  const std::vector<rate_window> ours{{1000, 60s}, {333, 10s}};
  struct row {
    policy::rate_facts said;
    finding_state is;
    const char* text;
  };
  const row table[] = {
      {saying(1000, 60s), finding_state::ok, "the API says 1,000 reads in 1 min 00 s"},
      {saying(333, 10s), finding_state::ok, "333 reads in 10 s"},
      {saying(1000, 10s), finding_state::note, "can be raised"},
      {saying(333, 60s), finding_state::mend, "less than is set for reads"},
      {saying(50'000, 3600s), finding_state::mend, "less than is set for reads"},
      {saying(60'000, 3600s), finding_state::ok, ""},
      // Without a window: a number of ours, or one that a burst or the time until the reset is known to pass.
      {saying(333, {}), finding_state::ok, ""},
      {saying(100, {}, 60s), finding_state::mend, "less than is set for reads"},
      {saying(100, {}), finding_state::mend, "less than is set for reads"},
      // 500 in a second are more than ours, 500 in a minute are less: who knows.
      {saying(500, {}), finding_state::note, "not in what time"},
      {saying(500, {}, 1s), finding_state::note, "not in what time"},
      {saying(5000, {}, 60s), finding_state::note, "not in what time"},
  };
  for (const auto& r : table) {
    const auto found = about_limits(ours, r.said);
    EXPECT_EQ(found.state, r.is) << found.text;
    EXPECT_THAT(found.text, HasSubstr(r.text));
  }
  EXPECT_EQ(about_limits({}, saying(100, {})).state, finding_state::mend);
  EXPECT_EQ(about_limits({}, policy::rate_facts{}).state, finding_state::ok);
}

}  // namespace
}  // namespace pawl::app
