// Writes that hold more than the changes: what the intent keeps, what leaves, and what a later read proves.
#include "tests/unit/policy/job_step_walk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl::policy {
namespace {

using namespace by_hand;
using namespace std::chrono_literals;

std::string document(std::string_view status, std::string_view other, int stamp = 1) {
  return R"({"id":"t1","status":")" + std::string(status) + R"(","other":)" + std::string(other) +
         R"(,"updated_at":"2026-01-01T00:00:0)" + std::to_string(stamp) + R"(Z"})";
}

struct whole_walk : walk {
  explicit whole_walk(bool replay_safe = true, const std::optional<left_intent>& left = {})
      : walk(true, replay_safe, left) {
    profile.body_is = api::body_content::whole;
  }
  std::string_view sent() const { return std::get<action::send>(next).body; }
};

TEST(JobStepBody, WholeCommitsWhatItOverwritesAndSendsWhatItRead) {
  whole_walk w;
  w.feed(event::started{});
  w.feed(event::near_due{});
  ASSERT_EQ(w.read_shows(document("open", "1.50")), "queue");
  w.feed(event::near_due{});
  w.feed(event::leased{});
  ASSERT_EQ(w.feed(event::granted{}), "intent");
  const auto& intent = std::get<action::commit_intent>(w.next);
  EXPECT_EQ(intent.old_values,
            R"({"status":"open","id":"t1","other":1.50,"updated_at":"2026-01-01T00:00:01Z"})");
  EXPECT_EQ(intent.new_values, R"({"status":"done"})");
  ASSERT_EQ(w.feed(event::intent_committed{}), "send");
  EXPECT_EQ(w.sent(), document("done", "1.50"));
  // The reply is held against what the row wants. Whatever else it shows is no contradiction.
  ASSERT_EQ(w.write_answers(200, document("done", "99", 2)), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

TEST(JobStepBody, WholeIsReadAgainAfterEveryWait) {
  whole_walk w;
  w.read_and_send(document("open", "1"));
  ASSERT_EQ(w.write_answers(500), "sleep");
  EXPECT_LT(std::get<action::sleep>(w.next).until - w.now, 5s) << "sooner than a read gets old";
  // Meanwhile somebody has changed another member: it is not put back.
  ASSERT_EQ(w.wake(), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(document("open", "2", 2)), "queue");
  w.to_the_wire();
  EXPECT_EQ(w.sent(), document("done", "2", 2));
}

TEST(JobStepBody, WholeThatShowsAfterAMaybeIsNotSentAgain) {
  whole_walk w;
  w.read_and_send(document("open", "1"));
  ASSERT_EQ(w.write_answers(500), "sleep");
  ASSERT_EQ(w.wake(), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(document("done", "2", 3)), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

// What was left by a process that was killed: the row's values are what tells, and somebody's edit of another
// member is neither a contradiction nor a proof.
TEST(JobStepBody, AnEditOfAnotherMemberContradictsNothingThatWasLeft) {
  const left_intent left{true, R"({"status":"open","id":"t1","other":1,"half\u0020":{}})",
                         R"({"status":"done"})", R"("2026-01-01T00:00:01Z")", time_point{}};
  for (const bool replay_safe : {true, false}) {
    whole_walk w(replay_safe, left);
    ASSERT_EQ(w.feed(event::started{}), "read");
    ASSERT_EQ(w.read_shows(document("done", "77", 5)), "finish");
    EXPECT_EQ(w.result(), outcome::applied) << replay_safe;
  }
  whole_walk w(true, left);
  ASSERT_EQ(w.feed(event::started{}), "read");
  ASSERT_EQ(w.read_shows(document("open", "77", 5)), "queue")
      << "not applied, or overwritten: sent once more";
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(document("open", "77", 5)), "queue");
  w.to_the_wire();
  EXPECT_EQ(w.sent(), document("done", "77", 5));
}

TEST(JobStepBody, WholeInDoubtIsSentWholeThoughAllIsAsWanted) {
  const left_intent left{true, R"({"status":"done"})", R"({"status":"done"})", {}, time_point{}};
  whole_walk w(true, left);
  ASSERT_EQ(w.feed(event::started{}), "read");
  ASSERT_EQ(w.read_shows(document("done", "3")), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(document("done", "3")), "queue");
  w.to_the_wire();
  EXPECT_EQ(w.sent(), document("done", "3"));
}

TEST(JobStepBody, RowCommitsItsIntentAlsoWhereNothingIsReadAndTheJobMayBeRepeated) {
  walk w(false, true);
  w.profile.body_is = api::body_content::row;
  ASSERT_EQ(w.feed(event::started{}), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "lease");
  ASSERT_EQ(w.feed(event::leased{}), "grant");
  ASSERT_EQ(w.feed(event::granted{}), "intent");
  const auto& intent = std::get<action::commit_intent>(w.next);
  EXPECT_FALSE(intent.was_read);
  EXPECT_EQ(intent.new_values, R"({"status":"done"})");
  ASSERT_EQ(w.feed(event::intent_committed{}), "send");

  walk changes(false, true);
  changes.feed(event::started{});
  changes.feed(event::near_due{});
  changes.feed(event::leased{});
  EXPECT_EQ(changes.feed(event::granted{}), "send");
}

// A server that replaces the resource erases what a row does not name: the intent is the only copy of it.
TEST(JobStepBody, RowKeepsWhatItMayEraseThroughEveryWait) {
  const std::string kept = R"({"status":"open","id":"t1","other":1,"updated_at":"2026-01-01T00:00:01Z"})";
  for (const bool connects : {true, false}) {
    walk w(true, false);
    w.profile.body_is = api::body_content::row;
    w.feed(event::started{});
    w.feed(event::near_due{});
    ASSERT_EQ(w.read_shows(document("open", "1")), "queue");
    if (connects) {
      w.to_the_wire();
      ASSERT_EQ(w.write_answers(423), "sleep");
    } else {
      ASSERT_EQ(w.feed(event::near_due{}), "lease");
      ASSERT_EQ(w.broken(false, transport_fault::connect, phase::not_sent), "sleep");
    }
    ASSERT_EQ(w.wake(), "queue");
    ASSERT_EQ(w.feed(event::near_due{}), "read");
    ASSERT_EQ(w.read_shows(document("open", "1")), "queue");
    ASSERT_EQ(w.feed(event::near_due{}), "lease");
    ASSERT_EQ(w.feed(event::leased{}), "grant");
    ASSERT_EQ(w.feed(event::granted{}), "intent");
    EXPECT_EQ(std::get<action::commit_intent>(w.next).old_values, kept);
  }
}

TEST(JobStepBody, RowSendsWhatIsAsWantedToo) {
  walk w;
  w.profile.body_is = api::body_content::row;
  w.patch.push_back({field_index{1}, "title", "\"a\""});
  w.job.patch = w.patch;
  w.step->reset(w.job, {});
  w.read_and_send();
  const auto& send = std::get<action::send>(w.next);
  EXPECT_EQ(send.body, "");
  ASSERT_EQ(send.values.size(), 2u);
  EXPECT_EQ(send.values[1].name, "title");
}

}  // namespace
}  // namespace pawl::policy
