// The step where the API shows its resources: reading before a write, and reading back after one.
#include "engine/policy/job_step.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

api::profile test_profile() {
  api::profile p;
  p.name = "test";
  p.resource_path = "/items/{id}";
  p.reply.id = *api::parse_json_path("id");
  p.reply.updated_at = *api::parse_json_path("updated_at");
  p.error = {*api::parse_json_path("error.code"), *api::parse_json_path("error.message"), {}, {}};
  api::field_spec status, title, notify;
  status.name = "status";
  status.echo = *api::parse_json_path("status");
  title.name = "title";
  title.echo = *api::parse_json_path("title");
  notify.name = "notify";
  notify.type = api::field_type::json;
  notify.compare = api::comparison::none;
  notify.replay_safe = false;
  p.fields = {status, title, notify};
  return p;
}

std::string item(std::string_view status, std::string_view title, int stamp = 1) {
  return R"({"id":"t1","status":")" + std::string(status) + R"(","title":")" + std::string(title) +
         R"(","updated_at":"2026-01-01T00:00:0)" + std::to_string(stamp) + R"(Z"})";
}
const std::string wanted = item("done", "a", 2);
const std::string untouched = item("open", "a", 1);

// A job {status: done} walked through the machine by hand; what each action is called is what came.
struct walk {
  api::profile profile = test_profile();
  api::reply_reader reader{profile};
  api::resource_reader resources{profile, {}, nullptr, false};
  step_options options;
  std::optional<job_step> step;
  std::vector<field_value> patch{{field_index{0}, "status", "\"done\""}};
  std::vector<field_value> expect;
  job_view job;
  time_point now{1000s};
  wall_time wall{1h};
  std::uint64_t outages = 0;
  std::string body;
  step_action next;

  explicit walk(bool read_first = true, bool replay_safe = true,
                const std::optional<left_intent>& left = {}) {
    options.read_first = read_first;
    options.settle_time = 60s;
    step.emplace(profile, reader, &resources, options);
    job.row = 1;
    job.id = "t1";
    if (!replay_safe) patch.push_back({field_index{2}, "notify", "{}"});
    job.patch = patch;
    job.replay_safe = replay_safe;
    step->reset(job, left);
  }
  void expect_status(std::string_view json) {
    expect = {{field_index{0}, "status", json}};
    job.expect = expect;
    step->reset(job, {});
  }
  std::string feed(const step_event& e) {
    next = step->resume(e, {now, wall, 0.5, outages});
    static constexpr const char* names[] = {"queue", "read",  "lease", "grant",  "intent",
                                            "send",  "sleep", "stop",  "finish", "pending"};
    return names[next.index()];
  }
  std::string replied(bool to_a_read, attempt_fact fact) {
    if (to_a_read) return feed(event::read_replied{&fact});
    return feed(event::replied{&fact});
  }
  std::string answer(bool to_a_read, int status, std::string text) {
    body = std::move(text);
    body.reserve(body.size() + 64);
    attempt_fact fact;
    fact.reached = phase::answered;
    fact.status = status;
    fact.body = body;
    return replied(to_a_read, fact);
  }
  std::string read_shows(std::string text) { return answer(true, 200, std::move(text)); }
  std::string write_answers(int status, std::string text = {}) {
    return answer(false, status, std::move(text));
  }
  std::string broken(bool on_a_read, transport_fault fault, phase reached = phase::maybe_applied) {
    attempt_fact fact;
    fact.reached = reached;
    fact.fault = fault;
    return replied(on_a_read, fact);
  }
  std::string wake() {
    now = std::get<action::sleep>(next).until;
    return feed(event::woke{});
  }
  // From a place in the line to the wire.
  void to_the_wire() {
    ASSERT_EQ(feed(event::near_due{}), "lease");
    ASSERT_EQ(feed(event::leased{}), "grant");
    auto said = feed(event::granted{});
    if (said == "intent") said = feed(event::intent_committed{});
    ASSERT_EQ(said, "send");
  }
  // Reads `shown` first and goes to the wire.
  void read_and_send(const std::string& shown = untouched) {
    ASSERT_EQ(feed(event::started{}), "queue");
    EXPECT_EQ(std::get<action::queue_for_write>(next).lead, 2s);
    ASSERT_EQ(feed(event::near_due{}), "read");
    ASSERT_EQ(read_shows(shown), "queue");
    to_the_wire();
  }
  outcome result() const { return std::get<action::finish>(next).result; }
  verified how() const { return std::get<action::finish>(next).how; }
};

TEST(JobStepReading, CommitsTheOldValuesBeforeTheWriteLeaves) {
  walk w;
  ASSERT_EQ(w.feed(event::started{}), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(untouched), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "lease");
  ASSERT_EQ(w.feed(event::leased{}), "grant");
  ASSERT_EQ(w.feed(event::granted{}), "intent");
  const auto& intent = std::get<action::commit_intent>(w.next);
  EXPECT_TRUE(intent.was_read);
  EXPECT_EQ(intent.old_values, R"({"status":"open"})");
  EXPECT_EQ(intent.new_values, R"({"status":"done"})");
  EXPECT_EQ(intent.updated_at, R"("2026-01-01T00:00:01Z")");
  ASSERT_EQ(w.feed(event::intent_committed{}), "send");
  ASSERT_EQ(w.write_answers(200, wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
  EXPECT_EQ(w.how(), verified::full);
}

TEST(JobStepReading, SendsNothingWhereNothingDiffersOrAPreconditionFails) {
  walk same;
  same.feed(event::started{});
  same.feed(event::near_due{});
  ASSERT_EQ(same.read_shows(wanted), "finish");
  EXPECT_EQ(same.result(), outcome::unchanged);
  EXPECT_EQ(same.step->attempts(), 0u);

  walk unmet;
  unmet.expect_status("\"snoozed\"");
  unmet.feed(event::started{});
  unmet.feed(event::near_due{});
  ASSERT_EQ(unmet.read_shows(untouched), "finish");
  EXPECT_EQ(unmet.result(), outcome::skipped);
  EXPECT_NE(std::get<action::finish>(unmet.next).note.message.find("status"), std::string_view::npos);
}

TEST(JobStepReading, EndsByTheStatusOfTheRead) {
  struct {
    int status;
    std::string said;
  } const rows[] = {{404, "finish"}, {403, "finish"}, {401, "stop"},
                    {302, "stop"},   {429, "read"},   {500, "sleep"}};
  for (const auto& row : rows) {
    walk w;
    w.feed(event::started{});
    w.feed(event::near_due{});
    EXPECT_EQ(w.answer(true, row.status, ""), row.said) << row.status;
    if (row.said == "finish") {
      EXPECT_EQ(w.result(), outcome::refused);
    }
    if (row.said == "stop" && row.status == 401) {
      EXPECT_EQ(w.feed(event::token_changed{}), "read");
    }
  }
}

TEST(JobStepReading, AReadThatNeverSucceedsFailsTheRowWithoutAWrite) {
  walk w;
  w.feed(event::started{});
  std::string said = w.feed(event::near_due{});
  for (std::uint32_t i = 1; i <= w.options.retry.max_attempts; ++i) {
    ASSERT_EQ(said, "read") << i;
    ASSERT_EQ(i % 2 == 0 ? w.read_shows("<html>") : w.answer(true, 500, ""), "sleep");
    said = w.wake();
    if (said == "queue") said = w.feed(event::near_due{});
  }
  ASSERT_EQ(said, "finish");
  EXPECT_EQ(w.result(), outcome::failed);
  EXPECT_EQ(w.step->attempts(), 0u);
}

TEST(JobStepReading, ReadsAgainWhereTheReadGotTooOldAtAnyStep) {
  struct {
    const char* where;
    duration passed;
    bool again;
  } const rows[] = {{"near_due", 3s, false},  {"near_due", 4s, true},     {"leased", 3s, false},
                    {"leased", 4500ms, true}, {"granted", 4900ms, false}, {"granted", 5100ms, true}};
  for (const auto& row : rows) {
    walk w;
    w.feed(event::started{});
    w.feed(event::near_due{});
    w.read_shows(untouched);
    const std::string where = row.where;
    if (where != "near_due") w.feed(event::near_due{});
    if (where == "granted") w.feed(event::leased{});
    w.now += row.passed;
    if (where == "near_due") {
      EXPECT_EQ(w.feed(event::near_due{}), row.again ? "read" : "lease") << row.passed.count();
    } else if (where == "leased") {
      EXPECT_EQ(w.feed(event::leased{}), row.again ? "read" : "grant");
    } else {
      EXPECT_EQ(w.feed(event::granted{}), row.again ? "queue" : "intent");
      if (row.again) {
        EXPECT_EQ(w.feed(event::near_due{}), "read");
      }
    }
  }
}

TEST(JobStepReading, ARetryThatReadsAgainSeesItsOwnWrite) {
  struct {
    std::string shown;
    std::string said;
    outcome result;
  } const rows[] = {{wanted, "finish", outcome::applied},
                    {untouched, "queue", outcome::applied},
                    {item("snoozed", "a", 3), "queue", outcome::applied}};
  for (const auto& row : rows) {
    walk w;
    w.read_and_send();
    ASSERT_EQ(w.broken(false, transport_fault::reset), "sleep");
    w.now += 10s;
    ASSERT_EQ(w.feed(event::woke{}), "queue");
    ASSERT_EQ(w.feed(event::near_due{}), "read");
    ASSERT_EQ(w.read_shows(row.shown), row.said);
    if (row.said == "queue") {
      w.to_the_wire();
      ASSERT_EQ(w.write_answers(200, wanted), "finish");
    }
    EXPECT_EQ(w.result(), row.result);
  }
}

// What is read after an attempt that may have been applied, and what it proves.
TEST(JobStepReading, JudgesANotReplaySafeJobByAReadAndNeverSendsItTwice) {
  struct {
    std::string shown;
    std::string said;
    outcome result;
  } const rows[] = {{wanted, "finish", outcome::applied},
                    {untouched, "sleep", outcome::applied},              // perhaps it is still on its way
                    {item("open", "a", 2), "finish", outcome::unknown},  // touched by somebody
                    {item("snoozed", "a", 2), "finish", outcome::unknown}};
  for (const auto& row : rows) {
    for (const auto fault : {transport_fault::reset, transport_fault::closed, transport_fault::malformed}) {
      walk w(true, false);
      w.read_and_send();
      ASSERT_EQ(w.broken(false, fault), "sleep");
      ASSERT_EQ(w.wake(), "read");
      ASSERT_EQ(w.read_shows(row.shown), row.said) << row.shown;
      if (row.said == "sleep") {
        // Proven not applied a time-out later: once more.
        ASSERT_EQ(w.wake(), "read");
        ASSERT_EQ(w.read_shows(row.shown), "queue");
        w.to_the_wire();
        ASSERT_EQ(w.write_answers(200, wanted), "finish");
      }
      EXPECT_EQ(w.result(), row.result);
    }
  }
}

TEST(JobStepReading, ARequestThatTimedOutIsReadOnceMoreBeforeItCountsAsNotApplied) {
  struct {
    std::string later;
    std::string said;
    outcome result;
  } const rows[] = {{wanted, "finish", outcome::applied}, {untouched, "queue", outcome::applied}};
  for (const auto& row : rows) {
    walk w(true, false);
    w.read_and_send();
    ASSERT_EQ(w.broken(false, transport_fault::timeout), "sleep");
    ASSERT_EQ(w.wake(), "read");
    const auto read_at = w.now;
    ASSERT_EQ(w.read_shows(untouched), "sleep");
    EXPECT_EQ(std::get<action::sleep>(w.next).until, read_at + 60s);
    ASSERT_EQ(w.wake(), "read");
    ASSERT_EQ(w.read_shows(row.later), row.said);
    if (row.said == "finish") {
      EXPECT_EQ(w.result(), row.result);
    }
  }
}

TEST(JobStepReading, DecidesByAReadWhenTheAttemptsAreUsedUp) {
  struct {
    std::string shown;
    outcome result;
  } const rows[] = {
      {wanted, outcome::applied}, {untouched, outcome::failed}, {item("snoozed", "a", 2), outcome::unknown}};
  for (const auto& row : rows) {
    walk w;
    w.options.retry.max_attempts = 2;
    w.read_and_send();
    ASSERT_EQ(w.write_answers(500), "sleep");
    ASSERT_EQ(w.wake(), "queue");
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(500), "sleep");
    ASSERT_EQ(w.wake(), "read");
    ASSERT_EQ(w.read_shows(row.shown), "finish");
    EXPECT_EQ(w.result(), row.result);
  }
}

TEST(JobStepReading, WithoutAReadBeforeNoReadCanProveAnything) {
  for (const bool replay_safe : {true, false}) {
    walk w(false, replay_safe);
    w.options.retry.max_attempts = 1;
    ASSERT_EQ(w.feed(event::started{}), "queue");
    w.to_the_wire();
    ASSERT_EQ(w.write_answers(500), "sleep");
    ASSERT_EQ(w.wake(), "read");
    ASSERT_EQ(w.read_shows(wanted), "finish");
    EXPECT_EQ(w.result(), outcome::unknown);
  }
}

TEST(JobStepReading, ReadsBackOnceAfterAContradiction) {
  struct {
    int status;
    std::string shown;
    outcome result;
  } const rows[] = {{200, wanted, outcome::applied},
                    {200, item("open", "a", 2), outcome::mismatch},
                    {404, "", outcome::mismatch}};
  for (const auto& row : rows) {
    walk w;
    w.read_and_send();
    ASSERT_EQ(w.write_answers(200, untouched), "read");
    ASSERT_EQ(w.answer(true, row.status, row.shown), "finish");
    EXPECT_EQ(w.result(), row.result);
    EXPECT_EQ(std::get<action::finish>(w.next).differing.has_value(), row.result == outcome::mismatch);
  }
}

TEST(JobStepReading, ReadsBackAfterAConflictAndAfterARefusalThatMayBeNews) {
  struct {
    int status;
    bool earlier_maybe;
    std::string shown;
    outcome result;
  } const rows[] = {
      {409, false, wanted, outcome::unchanged}, {409, false, untouched, outcome::refused},
      {409, true, wanted, outcome::applied},    {409, true, untouched, outcome::refused},
      {404, true, wanted, outcome::applied},    {403, true, item("snoozed", "a", 4), outcome::unknown}};
  for (const auto& row : rows) {
    walk w;
    w.read_and_send();
    if (row.earlier_maybe) {
      ASSERT_EQ(w.broken(false, transport_fault::reset), "sleep");
      ASSERT_EQ(w.feed(event::woke{}), "queue");
      w.to_the_wire();
    }
    ASSERT_EQ(w.write_answers(row.status), "read") << row.status;
    ASSERT_EQ(w.read_shows(row.shown), "finish");
    EXPECT_EQ(w.result(), row.result) << row.status << row.shown;
  }
}

TEST(JobStepReading, JudgesWhatAnEarlierRunLeft) {
  const left_intent left{
      true, R"({"status":"open"})", R"({"status":"done"})", R"("2026-01-01T00:00:01Z")", {}};
  struct {
    bool replay_safe;
    std::string shown;
    std::string said;  // finish: `result`; queue: the job goes its ordinary way
    outcome result;
  } const rows[] = {{true, wanted, "finish", outcome::applied},
                    {false, wanted, "finish", outcome::applied},
                    {true, untouched, "queue", {}},
                    {false, untouched, "queue", {}},
                    {true, item("snoozed", "a", 5), "queue", {}},
                    {false, item("snoozed", "a", 5), "finish", outcome::unknown}};
  for (const auto& row : rows) {
    walk w(true, row.replay_safe, left);
    ASSERT_EQ(w.feed(event::started{}), "read");
    ASSERT_EQ(w.read_shows(row.shown), row.said) << row.replay_safe << row.shown;
    if (row.said == "finish") {
      EXPECT_EQ(w.result(), row.result);
    }
  }
}

TEST(JobStepReading, WhatACutOffRunSentMayStillBeOnItsWay) {
  left_intent left{true, R"({"status":"open"})", R"({"status":"done"})", R"("2026-01-01T00:00:01Z")", {}};
  left.sent_at = wall_time{1h - 20s};
  walk w(true, false, left);
  ASSERT_EQ(w.feed(event::started{}), "read");
  ASSERT_EQ(w.read_shows(untouched), "sleep");
  EXPECT_EQ(std::get<action::sleep>(w.next).until, w.now + 40s);
  ASSERT_EQ(w.wake(), "read");
  ASSERT_EQ(w.read_shows(wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

TEST(JobStepReading, ARefusalOfTheBodyMayBeNewsToo) {
  walk w;
  w.read_and_send();
  ASSERT_EQ(w.broken(false, transport_fault::reset), "sleep");
  ASSERT_EQ(w.feed(event::woke{}), "queue");
  w.to_the_wire();
  ASSERT_EQ(w.write_answers(422), "read");
  ASSERT_EQ(w.read_shows(wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

TEST(JobStepReading, ANewPlanTakesTheIntentOfTheOldOneBack) {
  walk w;
  w.read_and_send();
  ASSERT_EQ(w.write_answers(429), "queue");
  w.now += 10s;
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(item("snoozed", "a", 2)), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "lease");
  ASSERT_EQ(w.feed(event::leased{}), "grant");
  ASSERT_EQ(w.feed(event::granted{}), "intent");
  EXPECT_TRUE(std::get<action::commit_intent>(w.next).replaces);

  walk doubtful;
  doubtful.read_and_send();
  ASSERT_EQ(doubtful.broken(false, transport_fault::reset), "sleep");
  doubtful.now += 10s;
  ASSERT_EQ(doubtful.feed(event::woke{}), "queue");
  ASSERT_EQ(doubtful.feed(event::near_due{}), "read");
  ASSERT_EQ(doubtful.read_shows(item("snoozed", "a", 2)), "queue");
  ASSERT_EQ(doubtful.feed(event::near_due{}), "lease");
  ASSERT_EQ(doubtful.feed(event::leased{}), "grant");
  ASSERT_EQ(doubtful.feed(event::granted{}), "intent");
  EXPECT_FALSE(std::get<action::commit_intent>(doubtful.next).replaces) << "undo needs what it overwrote";
}

TEST(JobStepReading, IsLeftPendingWhenCancelledAtAnyStep) {
  const std::vector<step_event> way{event::started{}, event::near_due{}};
  for (std::size_t steps = 0; steps <= way.size() + 4; ++steps) {
    walk w;
    for (std::size_t i = 0; i < std::min(steps, way.size()); ++i) w.feed(way[i]);
    if (steps > 2) w.read_shows(untouched);
    if (steps > 3) w.feed(event::near_due{});
    if (steps > 4) w.feed(event::leased{});
    if (steps > 5) w.feed(event::granted{});
    ASSERT_EQ(w.feed(event::cancelled{}), "pending") << steps;
    EXPECT_EQ(std::get<action::leave_pending>(w.next).withdraw_intent, steps > 5) << steps;
  }
  // While an earlier attempt waits to be judged its intent stays: the next run judges it.
  walk w(true, false);
  w.read_and_send();
  ASSERT_EQ(w.broken(false, transport_fault::reset), "sleep");
  ASSERT_EQ(w.wake(), "read");
  ASSERT_EQ(w.feed(event::cancelled{}), "pending");
  EXPECT_FALSE(std::get<action::leave_pending>(w.next).withdraw_intent);

  walk cut(true, false);
  cut.read_and_send();
  ASSERT_EQ(cut.broken(false, transport_fault::cancelled), "pending");
  EXPECT_FALSE(std::get<action::leave_pending>(cut.next).withdraw_intent);
}

TEST(JobStepReading, AnOutageDuringReadsChargesNothing) {
  walk w;
  w.feed(event::started{});
  std::string said = w.feed(event::near_due{});
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(said, "read");
    ASSERT_EQ(w.answer(true, 503, ""), "sleep");
    ++w.outages;
    said = w.wake();
    ASSERT_EQ(said, "queue");
    said = w.feed(event::near_due{});
  }
  ASSERT_EQ(w.read_shows(untouched), "queue");
}

}  // namespace
}  // namespace pawl::policy
