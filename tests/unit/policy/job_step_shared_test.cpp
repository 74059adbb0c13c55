// What the step does with a write that was sent together with other rows.
#include "tests/unit/policy/job_step_walk.hpp"

#include <string>
#include <string_view>

namespace pawl::policy {
namespace {

using namespace by_hand;

// What the reply to a request for several rows says of this one.
std::string part_of_reply(walk& w, reply_part part, std::string text, int status = 207) {
  w.body = std::move(text);
  w.body.reserve(w.body.size() + 64);
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = status;
  fact.part = part;
  fact.body = w.body;
  return w.feed(event::replied{&fact, false, true});
}

std::string item_of_read(walk& w, std::string text) {
  w.body = std::move(text);
  w.body.reserve(w.body.size() + 64);
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = 200;
  fact.part = reply_part::item;
  fact.body = w.body;
  return w.feed(event::read_replied{&fact});
}

std::string all_lost(walk& w, transport_fault fault) {
  attempt_fact fact;
  fact.reached = phase::maybe_applied;
  fact.fault = fault;
  return w.feed(event::replied{&fact, false, true});
}

std::string all_refused(walk& w) {
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = 400;
  return w.feed(event::shared_refused{&fact});
}

// The resource stands at a root in single replies, and items have none.
api::profile with_roots() {
  auto p = shown_profile();
  p.reply.read_root = *parse_json_path("data");
  p.reply.write_root = *parse_json_path("data");
  return p;
}

TEST(SharedWrite, AnItemIsTheResourceItself) {
  for (const bool roots : {false, true}) {
    walk w(roots ? with_roots() : shown_profile());
    ASSERT_EQ(w.feed(event::started{}), "queue");
    ASSERT_EQ(w.feed(event::near_due{}), "read");
    ASSERT_EQ(item_of_read(w, untouched), "queue");
    w.to_the_wire();
    ASSERT_EQ(part_of_reply(w, reply_part::item, wanted), "finish");
    EXPECT_EQ(w.result(), outcome::applied);
    EXPECT_EQ(w.how(), verified::full);
    EXPECT_EQ(w.note().http_status, 207);
  }
}

// Its id was compared where the reply was taken apart: it may stand elsewhere in an item.
TEST(SharedWrite, TheIdOfAnItemIsNotLookedAt) {
  walk w;
  const std::string without_id = R"({"key":"t1","status":"open","title":"a"})";
  ASSERT_EQ(w.feed(event::started{}), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(item_of_read(w, without_id), "queue");
  w.to_the_wire();
  ASSERT_EQ(part_of_reply(w, reply_part::item, R"({"key":"t1","status":"done"})"), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

TEST(SharedWrite, AnErrorOfOneIsItsRefusalInTheApisWords) {
  walk w;
  w.read_and_send();
  ASSERT_EQ(part_of_reply(w, reply_part::error, R"({"error":{"code":"gone","message":"No such item."}})"),
            "finish");
  EXPECT_EQ(w.result(), outcome::refused);
  EXPECT_EQ(w.note().code, "gone");
  EXPECT_EQ(w.note().message, "No such item.");
  EXPECT_EQ(w.note().http_status, 207);
  EXPECT_FALSE(w.step->last().foreign);
}

// The API names the row and says no; it need not say why.
TEST(SharedWrite, AnErrorNeedsNoEnvelope) {
  walk w;
  w.read_and_send();
  ASSERT_EQ(part_of_reply(w, reply_part::error, R"({"ids":["t1"]})"), "finish");
  EXPECT_EQ(w.result(), outcome::refused);
  EXPECT_EQ(w.note().message, "HTTP 207");
}

TEST(SharedWrite, RulesSpeakOfOneByItsCodeWhateverTheirStatus) {
  auto p = shown_profile();
  p.rules = {{.statuses = {{423, 423}}, .code = "locked", .then = api::verdict::throttled},
             {.statuses = {{207, 207}}, .then = api::verdict::stop},
             {.code = "moved", .then = api::verdict::conflict}};
  const auto with = [](std::string_view code) {
    return R"({"error":{"code":")" + std::string(code) + R"(","message":"m"}})";
  };
  walk locked(p);
  locked.read_and_send();
  // The row waits alone; the others were not throttled.
  ASSERT_EQ(part_of_reply(locked, reply_part::error, with("locked")), "sleep");
  EXPECT_EQ(locked.step->last().is, api::verdict::retry);
  EXPECT_FALSE(locked.step->last().charges_attempt);
  walk moved(p);
  moved.read_and_send();
  ASSERT_EQ(part_of_reply(moved, reply_part::error, with("moved")), "sleep");
  ASSERT_EQ(moved.wake(), "queue");
  ASSERT_EQ(moved.feed(event::near_due{}), "read");  // and is planned afresh
  // A rule without code and message is about replies, not about a row.
  walk other(p);
  other.read_and_send();
  ASSERT_EQ(part_of_reply(other, reply_part::error, with("other")), "finish");
  EXPECT_EQ(other.result(), outcome::refused);
}

// From an attempt in doubt to the read that comes before anything is sent again.
void look_before_sending(walk& w) {
  ASSERT_EQ(w.wake(), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
}

TEST(SharedWrite, ARowThatTheReplyDoesNotNameIsReadBeforeItIsSentAgain) {
  walk applied;
  applied.read_and_send();
  ASSERT_EQ(part_of_reply(applied, reply_part::missing, ""), "sleep");
  look_before_sending(applied);
  ASSERT_EQ(item_of_read(applied, wanted), "finish");
  EXPECT_EQ(applied.result(), outcome::applied);
  EXPECT_EQ(applied.step->attempts(), 1u);

  walk not_applied;
  not_applied.read_and_send();
  ASSERT_EQ(part_of_reply(not_applied, reply_part::missing, ""), "sleep");
  look_before_sending(not_applied);
  ASSERT_EQ(item_of_read(not_applied, untouched), "queue");
  not_applied.to_the_wire();
  ASSERT_EQ(part_of_reply(not_applied, reply_part::item, wanted), "finish");
  EXPECT_EQ(not_applied.result(), outcome::applied);
  EXPECT_EQ(not_applied.step->attempts(), 2u);
}

TEST(SharedWrite, ARowThatIsNeverNamedEndsWithWhatAReadTells) {
  walk w;
  w.options.retry.max_attempts = 2;
  w.read_and_send();
  ASSERT_EQ(part_of_reply(w, reply_part::missing, ""), "sleep");
  look_before_sending(w);
  ASSERT_EQ(item_of_read(w, untouched), "queue");
  w.to_the_wire();
  ASSERT_EQ(part_of_reply(w, reply_part::missing, ""), "read");
  ASSERT_EQ(item_of_read(w, untouched), "finish");
  EXPECT_EQ(w.result(), outcome::failed);
  EXPECT_EQ(w.note().code, "not_in_reply");
}

TEST(SharedWrite, WhatMayHaveBeenAppliedIsReadBeforeItIsSentAgain) {
  for (const auto fault : {transport_fault::reset, transport_fault::closed, transport_fault::timeout}) {
    walk w;
    w.read_and_send();
    ASSERT_EQ(all_lost(w, fault), "sleep");
    look_before_sending(w);
    ASSERT_EQ(item_of_read(w, wanted), "finish");
    EXPECT_EQ(w.result(), outcome::applied);
  }
  // The same after a 503 that asks for a pause: it may be said after the work was done.
  walk paused;
  paused.read_and_send();
  const std::vector<header_field> headers{{"Retry-After", "1"}};
  attempt_fact fact;
  fact.reached = phase::answered;
  fact.status = 503;
  fact.headers = headers;
  ASSERT_EQ(paused.feed(event::replied{&fact, false, true}), "queue");
  ASSERT_EQ(paused.feed(event::near_due{}), "read");
  ASSERT_EQ(item_of_read(paused, wanted), "finish");
  EXPECT_EQ(paused.result(), outcome::applied);
  // A write of one row is sent again without a look, as ever.
  walk alone;
  alone.read_and_send();
  ASSERT_EQ(alone.broken(false, transport_fault::reset), "sleep");
  ASSERT_EQ(alone.wake(), "queue");
  ASSERT_EQ(alone.feed(event::near_due{}), "lease");
}

// Without a read before the write no read can prove anything, but one that shows the wanted values... shows
// no more than that. The row is sent again, which leaves what sending it once leaves.
TEST(SharedWrite, ARowThatDoesNotReadFirstLooksAndIsSentAgain) {
  walk w(false);
  ASSERT_EQ(w.feed(event::started{}), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "lease");
  ASSERT_EQ(w.feed(event::leased{}), "grant");
  ASSERT_EQ(w.feed(event::granted{}), "send");
  ASSERT_EQ(all_lost(w, transport_fault::reset), "sleep");
  ASSERT_EQ(w.wake(), "read");
  ASSERT_EQ(item_of_read(w, untouched), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "lease");
  ASSERT_EQ(w.feed(event::leased{}), "grant");
  ASSERT_EQ(w.feed(event::granted{}), "send");
  ASSERT_EQ(part_of_reply(w, reply_part::item, wanted), "finish");
  EXPECT_EQ(w.result(), outcome::applied);
}

// Whose fault it was is not known: nobody is charged, and each goes on with fewer others.
TEST(SharedWrite, ARequestThatIsRefusedAsAWholeChargesNoRow) {
  walk w;
  w.options.retry.max_attempts = 2;
  w.read_and_send();
  for (int halves = 0; halves < 7; ++halves) {
    ASSERT_EQ(all_refused(w), "queue");
    EXPECT_FALSE(w.step->last().charges_attempt);
    w.to_the_wire();
  }
  ASSERT_EQ(w.write_answers(400), "finish");
  EXPECT_EQ(w.result(), outcome::refused);
  EXPECT_EQ(w.step->attempts(), 8u);
}

TEST(SharedWrite, AfterARefusalOfAllAnOldPlanIsMadeAgain) {
  walk w;
  w.read_and_send();
  w.now += 4s;
  ASSERT_EQ(all_refused(w), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(item_of_read(w, wanted), "finish");
  EXPECT_EQ(w.result(), outcome::unchanged);
}

// A refusal of all is no word on what an attempt before it has done.
TEST(SharedWrite, ADoubtOutlivesARefusalOfAll) {
  walk w;
  w.read_and_send();
  ASSERT_EQ(all_lost(w, transport_fault::reset), "sleep");
  look_before_sending(w);
  const auto edited = item("open", "b", 2);
  ASSERT_EQ(item_of_read(w, edited), "queue");
  w.to_the_wire();
  ASSERT_EQ(all_refused(w), "queue");
  w.to_the_wire();
  // Refused alone: but the first may have been applied, and changed by somebody since.
  ASSERT_EQ(w.write_answers(422), "read");
  ASSERT_EQ(w.read_shows(edited), "finish");
  EXPECT_EQ(w.result(), outcome::unknown);
}

TEST(SharedWrite, AStoppedRunLeavesItsRowsPending) {
  walk w;
  w.read_and_send();
  ASSERT_EQ(all_lost(w, transport_fault::cancelled), "pending");
  EXPECT_FALSE(std::get<action::leave_pending>(w.next).withdraw_intent);
}

}  // namespace
}  // namespace pawl::policy
