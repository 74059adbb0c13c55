// Which idempotency key a write carries: the one before it, or a new one.
#include "tests/unit/policy/job_step_walk.hpp"

#include <string>
#include <string_view>

namespace pawl::policy {
namespace {

using namespace by_hand;

api::profile keyed() {
  auto p = shown_profile();
  p.write.headers = {{"Idempotency-Key", {{api::hole::key, "", {}}}}};
  return p;
}

api::profile keyed_and_guarded() {
  auto p = keyed();
  p.write.headers.push_back({"X-If-Stamp", {{api::hole::was, "", *parse_json_path("updated_at")}}});
  return p;
}

// From a place in the line to the wire: what the intent says of the key, or that none was needed.
std::string key_at_the_wire(walk& w) {
  std::string key = "no intent";
  auto then = w.feed(event::near_due{});
  if (then == "read") {  // the pauses were long
    EXPECT_EQ(w.read_shows(untouched), "queue");
    then = w.feed(event::near_due{});
  }
  EXPECT_EQ(then, "lease");
  EXPECT_EQ(w.feed(event::leased{}), "grant");
  auto said = w.feed(event::granted{});
  if (said == "intent") {
    const auto what = std::get<action::commit_intent>(w.next);
    key = !what.has_key ? "no key" : what.new_key ? "new" : "same";
    said = w.feed(event::intent_committed{});
  }
  EXPECT_EQ(said, "send");
  return key;
}

std::string first_key(walk& w) {
  EXPECT_EQ(w.feed(event::started{}), "queue");
  if (w.options.read_first) {
    EXPECT_EQ(w.feed(event::near_due{}), "read");
    EXPECT_EQ(w.read_shows(untouched), "queue");
  }
  return key_at_the_wire(w);
}

// So late that what was read before serves no more.
std::string wake_late(walk& w) {
  w.now = std::get<action::sleep>(w.next).until + w.options.max_read_age;
  return w.feed(event::woke{});
}

TEST(IdempotencyKey, IsNewForEachJobAndOnlyWhereTheProfileHasOne) {
  for (const bool read_first : {true, false}) {
    walk w(keyed(), read_first);
    EXPECT_EQ(first_key(w), "new");
    w.step->reset(w.job, {});
    EXPECT_EQ(first_key(w), "new") << "of another job";
  }
  walk read;
  EXPECT_EQ(first_key(read), "no key");
  walk blind(shown_profile(), false);
  EXPECT_EQ(first_key(blind), "no intent");
}

TEST(IdempotencyKey, IsTheSameUntilTheApiHasAnswered) {
  for (const bool read_first : {true, false}) {
    walk w(keyed(), read_first);
    first_key(w);
    ASSERT_EQ(w.broken(false, transport_fault::timeout), "sleep");
    ASSERT_EQ(w.wake(), "queue");
    EXPECT_NE(key_at_the_wire(w), "new") << "the reply was lost: the intent and its key hold on";
    const std::string sorry = R"({"error":{"code":"own","message":"sorry"}})";
    ASSERT_EQ(w.write_answers(500, sorry), "sleep");
    ASSERT_EQ(w.wake(), "queue");
    EXPECT_NE(key_at_the_wire(w), "new") << "it may have failed after the work was done";
    ASSERT_EQ(w.write_answers(500, sorry), "sleep");
    ASSERT_EQ(w.wake(), "queue");
    EXPECT_EQ(key_at_the_wire(w), "new") << "that answer seems to be kept under the key";
    ASSERT_EQ(w.broken(false, transport_fault::reset, phase::not_sent), "sleep");
    ASSERT_EQ(w.wake(), "queue");
    EXPECT_NE(key_at_the_wire(w), "new");
  }
}

TEST(IdempotencyKey, IsNewWhereSomethingElseIsSent) {
  walk w(keyed_and_guarded());
  first_key(w);
  ASSERT_EQ(w.write_answers(409), "sleep");
  ASSERT_EQ(w.wake(), "queue");
  ASSERT_EQ(w.feed(event::near_due{}), "read");
  ASSERT_EQ(w.read_shows(item("open", "b", 2)), "queue");
  EXPECT_EQ(key_at_the_wire(w), "new");

  walk stale(keyed());
  first_key(stale);
  ASSERT_EQ(stale.broken(false, transport_fault::timeout), "sleep");
  ASSERT_EQ(wake_late(stale), "queue");
  ASSERT_EQ(stale.feed(event::near_due{}), "read") << "the plan has become old";
  ASSERT_EQ(stale.read_shows(untouched), "queue");
  EXPECT_EQ(key_at_the_wire(stale), "same") << "it says the same";
  ASSERT_EQ(stale.broken(false, transport_fault::timeout), "sleep");
  ASSERT_EQ(wake_late(stale), "queue");
  ASSERT_EQ(stale.feed(event::near_due{}), "read");
  ASSERT_EQ(stale.read_shows(item("hold", "a", 3)), "queue");
  EXPECT_EQ(key_at_the_wire(stale), "new") << "other values stood there before";
}

TEST(IdempotencyKey, OfALeftIntentServesWhatSaysTheSame) {
  const left_intent left{true, R"({"status":"open"})", R"({"status":"done"})", {}, time_point{900s}, "k-1"};
  const auto after = [](api::profile p, const left_intent& of, const std::string& shows) {
    walk w(std::move(p), true, true, of);
    EXPECT_EQ(w.feed(event::started{}), "read");
    EXPECT_EQ(w.read_shows(shows), "queue");
    EXPECT_EQ(w.feed(event::near_due{}), "read");
    EXPECT_EQ(w.read_shows(shows), "queue");
    return key_at_the_wire(w);
  };
  EXPECT_EQ(after(keyed(), left, untouched), "same");
  auto other = left;
  other.new_values = R"({"status":"closed"})";
  EXPECT_EQ(after(keyed(), other, untouched), "new");
  auto without = left;
  without.key = {};
  EXPECT_EQ(after(keyed(), without, untouched), "new");
  EXPECT_EQ(after(keyed_and_guarded(), left, untouched), "new") << "nobody knows what guarded it";
}

}  // namespace
}  // namespace pawl::policy
