// What the step does where a write's reply shows nothing (`reply = "read"`): a read of the resource tells.
#include "tests/unit/policy/job_step_walk.hpp"

#include <array>
#include <string>
#include <utility>

namespace pawl::policy {
namespace {

using namespace by_hand;

api::profile mute() {
  auto p = shown_profile();
  p.reply.is = api::reply_kind::read;
  return p;
}

TEST(ResultByRead, TheValuesDecide) {
  struct row {
    const char* name;
    int status;
    const char* reply;
    std::string shows;
    bool replay_safe;
    verified how;
  };
  const row rows[] = {
      {"204", 204, "", wanted, true, verified::full},
      {"a stamp", 200, R"({"updatedAt":"2026-01-01T00:00:02Z"})", wanted, true, verified::full},
      {"texts", 200, R"(["Ticket 1: Status changed"])", wanted, true, verified::full},
      {"a field that no read shows", 204, "", wanted, false, verified::partial},
      {"somebody has edited another field", 204, "", item("done", "z", 3), true, verified::full},
      {"created", 201, "", wanted, true, verified::full},
  };
  for (const auto& r : rows)
    for (const bool read_first : {true, false}) {
      walk w(mute(), read_first, r.replay_safe);
      if (read_first) {
        w.read_and_send();
      } else {
        ASSERT_EQ(w.feed(event::started{}), "queue");
        w.to_the_wire();
      }
      ASSERT_EQ(w.write_answers(r.status, r.reply), "read") << r.name;
      EXPECT_TRUE(w.step->last().proves_the_api) << r.name;
      ASSERT_EQ(w.read_shows(r.shows), "finish") << r.name;
      EXPECT_EQ(w.result(), outcome::applied) << r.name;
      EXPECT_EQ(w.how(), r.how) << r.name;
      EXPECT_EQ(w.note().http_status, r.status) << r.name;
      EXPECT_TRUE(w.note().message.empty()) << r.name;
      EXPECT_EQ(w.step->attempts(), 1u) << r.name;
    }
}

// A key without the right: 204, and nothing has changed. Never `applied`, and never sent again.
TEST(ResultByRead, OtherValuesAreAMismatchAtTheSecondLook) {
  struct row {
    const char* name;
    int status;
    const char* reply;
    std::string shows;
    const char* says;
  };
  const row rows[] = {
      {"nothing has changed", 204, "", untouched, R"(a read shows status = "open")"},
      {"something else has", 204, "", item("open", "b", 2), R"(a read shows status = "open")"},
      {"another value stands there", 204, "", item("closed", "a", 2), R"(a read shows status = "closed")"},
      {"and the reply says why", 200, R"(["Ticket 1: Permission Denied"])", untouched,
       R"(a read shows status = "open"; the write was answered ["Ticket 1: Permission Denied"])"},
  };
  for (const auto& r : rows) {
    walk w(mute());
    w.read_and_send();
    ASSERT_EQ(w.write_answers(r.status, r.reply), "read") << r.name;
    ASSERT_EQ(w.read_shows(r.shows), "sleep") << r.name;
    const duration pause = std::get<action::sleep>(w.next).until - w.now;
    EXPECT_GT(pause, 990ms) << r.name;
    EXPECT_LE(pause, 1s) << r.name;
    ASSERT_EQ(w.wake(), "read") << r.name;
    ASSERT_EQ(w.read_shows(r.shows), "finish") << r.name;
    EXPECT_EQ(w.result(), outcome::mismatch) << r.name;
    EXPECT_EQ(w.note().code, "mismatch") << r.name;
    EXPECT_EQ(w.note().message, r.says) << r.name;
    // Twenty alike name the field to whoever runs it.
    const auto& end = std::get<action::finish>(w.next);
    EXPECT_EQ(end.differing, field_index{0}) << r.name;
    EXPECT_EQ(end.trouble, reply_trouble::none) << r.name;
    EXPECT_EQ(w.step->attempts(), 1u) << r.name;
  }
  // A cache that lags is no mismatch.
  walk w(mute());
  w.read_and_send();
  ASSERT_EQ(w.write_answers(204), "read");
  ASSERT_EQ(w.read_shows(untouched), "sleep");
  ASSERT_EQ(w.wake(), "read");
  ASSERT_EQ(w.read_shows(wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

// An API may normalise a text, so another one than the wanted is no contradiction; the old one on a resource
// that has not moved is.
TEST(ResultByRead, AnUntouchedTextIsAMismatchToo) {
  struct row {
    const char* name;
    std::string shows;
    outcome result;
    verified how;
  };
  const row rows[] = {
      {"as wanted", item("done", "a", 2), outcome::applied, verified::full},
      {"normalised", item("<p>done</p>", "a", 2), outcome::applied, verified::none},
      {"normalised to what it was", item("open", "a", 2), outcome::applied, verified::none},
      {"untouched", item("open", "a", 1), outcome::mismatch, verified::none},
  };
  for (const auto& r : rows) {
    auto p = mute();
    p.fields[0].compare = api::comparison::text;
    walk w(p);
    w.read_and_send();
    ASSERT_EQ(w.write_answers(204), "read") << r.name;
    auto said = w.read_shows(r.shows);
    if (r.result == outcome::mismatch) {
      ASSERT_EQ(said, "sleep") << r.name;
      ASSERT_EQ(w.wake(), "read") << r.name;
      said = w.read_shows(r.shows);
    }
    ASSERT_EQ(said, "finish") << r.name;
    EXPECT_EQ(w.result(), r.result) << r.name;
    EXPECT_EQ(w.how(), r.how) << r.name;
    if (r.result == outcome::mismatch) {
      EXPECT_EQ(w.note().message, R"(a read shows status = "open")") << r.name;
    }
  }
}

TEST(ResultByRead, AnErrorOrAPageInA2xxIsNoAcceptance) {
  walk page(mute());
  page.read_and_send();
  ASSERT_EQ(page.write_answers(200, "<html><body>maintenance</body></html>"), "sleep");
  EXPECT_TRUE(page.step->last().foreign);
  walk error(mute());
  error.read_and_send();
  ASSERT_EQ(error.write_answers(200, R"({"error":{"code":"denied","message":"no"}})"), "read");
  ASSERT_EQ(error.read_shows(untouched), "finish");
  EXPECT_EQ(error.result(), outcome::refused);
  EXPECT_EQ(error.note().code, "denied");
}

TEST(ResultByRead, AnAttemptWithoutAnAnswerIsWhatItAlwaysWas) {
  walk w(mute());
  w.read_and_send();
  ASSERT_EQ(w.broken(false, transport_fault::reset), "sleep");
  ASSERT_EQ(w.wake(), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(204), "read");
  ASSERT_EQ(w.read_shows(wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
  walk once(mute(), true, false);
  once.read_and_send();
  ASSERT_EQ(once.broken(false, transport_fault::reset), "sleep");
  EXPECT_EQ(once.wake(), "read");
}

// The read that tells fails: it is repeated, and the write is not.
TEST(ResultByRead, WhereNoReadTellsTheRowIsUnknown) {
  walk w(mute());
  w.read_and_send();
  ASSERT_EQ(w.write_answers(204), "read");
  ASSERT_EQ(w.answer(true, 429, ""), "read");
  ASSERT_EQ(w.broken(true, transport_fault::connect, phase::not_sent), "sleep");
  ASSERT_EQ(w.wake(), "read");
  for (std::uint32_t n = 1; n < w.options.retry.max_attempts; ++n) {
    ASSERT_EQ(w.answer(true, 500, ""), "sleep") << n;
    ASSERT_EQ(w.wake(), "read") << n;
  }
  ASSERT_EQ(w.answer(true, 500, ""), "sleep");
  ASSERT_EQ(w.wake(), "finish");
  EXPECT_EQ(w.result(), outcome::unknown);
  EXPECT_EQ(w.step->attempts(), 1u);

  walk gone(mute());
  gone.read_and_send();
  ASSERT_EQ(gone.write_answers(204), "read");
  ASSERT_EQ(gone.answer(true, 404, ""), "finish");
  EXPECT_EQ(gone.result(), outcome::unknown);
  EXPECT_EQ(gone.note().http_status, 404);

  // A profile that does not fit its API: three such rows end the run.
  walk odd(mute());
  odd.read_and_send();
  ASSERT_EQ(odd.write_answers(204), "read");
  ASSERT_EQ(odd.read_shows(R"({"id":"T1","status":"done"})"), "finish");
  EXPECT_EQ(odd.result(), outcome::unknown);
  EXPECT_EQ(std::get<action::finish>(odd.next).trouble, reply_trouble::misread);
}

// The run stops between the write and the read. Whoever has an intent with the old values on the disk leaves
// the question to the next run, at whatever step; who has none would be sent again by it.
TEST(ResultByRead, WhatWasAcceptedIsNotSentAgainByTheRunAfterAStop) {
  for (const bool read_first : {true, false})
    for (int step = 0; step < 3; ++step) {
      walk w(mute(), read_first);
      if (read_first) {
        w.read_and_send();
      } else {
        ASSERT_EQ(w.feed(event::started{}), "queue");
        w.to_the_wire();
      }
      ASSERT_EQ(w.write_answers(204), "read");
      if (step > 0) {
        ASSERT_EQ(w.read_shows(untouched), "sleep");
      }
      if (step > 1) {
        ASSERT_EQ(w.wake(), "read");
      }
      const auto end = step == 1 ? w.feed(event::cancelled{}) : w.broken(true, transport_fault::cancelled);
      ASSERT_EQ(end, "finish") << step;
      EXPECT_EQ(w.result(), outcome::unknown) << step;
      EXPECT_FALSE(w.note().message.empty()) << step;
    }
}

// What a killed run left: a read judges it, and here as everywhere nothing is sent before.
TEST(ResultByRead, TheNextRunReadsBeforeItSends) {
  left_intent left;
  left.was_read = true;
  left.old_values = R"({"status":"open"})";
  left.new_values = R"({"status":"done"})";
  left.updated_at = R"("2026-01-01T00:00:01Z")";
  left.sent_by = time_point{900s};
  walk w(mute(), true, true, left);
  ASSERT_EQ(w.feed(event::started{}), "read");
  ASSERT_EQ(w.read_shows(wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
  walk untold(mute(), true, true, left);
  ASSERT_EQ(untold.feed(event::started{}), "read");
  ASSERT_EQ(untold.read_shows(untouched), "queue");
}

}  // namespace
}  // namespace pawl::policy
