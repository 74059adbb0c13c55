#include "tests/unit/policy/job_step_blind_walk.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using namespace blind;

TEST(JobStep, AppliesOnAReplyThatShowsTheWantedValues) {
  blind_walk w;
  w.to_the_wire();
  auto end = w.answer(200, good);
  const auto* done = std::get_if<action::finish>(&end);
  ASSERT_NE(done, nullptr);
  EXPECT_EQ(done->result, outcome::applied);
  EXPECT_EQ(done->how, verified::full);
  EXPECT_EQ(done->note.request_id, "req_1");
  EXPECT_EQ(w.step.attempts(), 1u);
}

TEST(JobStep, EndsByTheStatusOfTheReply) {
  struct {
    int status;
    std::string_view code;
    outcome result;
  } const rows[] = {{400, "validation_failed", outcome::refused}, {403, "forbidden", outcome::refused},
                    {404, "not_found", outcome::refused},         {409, "conflict", outcome::refused},
                    {422, "unprocessable", outcome::refused},     {418, "teapot", outcome::refused}};
  for (const auto& row : rows) {
    blind_walk w;
    w.to_the_wire();
    auto end = w.answer(row.status, envelope(row.code));
    const auto* done = std::get_if<action::finish>(&end);
    ASSERT_NE(done, nullptr) << row.status;
    EXPECT_EQ(done->result, row.result) << row.status;
    EXPECT_EQ(done->note.code, row.code);
    EXPECT_EQ(done->note.message, "why");
    EXPECT_EQ(done->note.http_status, row.status);
  }
}

// The ledger may have no room for an outcome at once; meanwhile others have their errors read.
TEST(JobStep, KeepsTheWordsOfItsErrorWhileOthersAreRead) {
  for (const bool has_header : {true, false}) {
    blind_walk w;
    if (!has_header) w.headers.clear();
    w.to_the_wire();
    const auto end = w.answer(422, envelope("unprocessable"));
    std::string other = envelope(std::string(200, 'x'));
    other.replace(other.find("req_9"), 5, "another request, of which more is said");
    other.reserve(other.size() + 64);
    w.reader.read_error(other);
    const auto* done = std::get_if<action::finish>(&end);
    ASSERT_NE(done, nullptr);
    EXPECT_EQ(done->note.code, "unprocessable");
    EXPECT_EQ(done->note.message, "why");
    EXPECT_EQ(done->note.request_id, has_header ? "req_1" : "req_9");
  }
}

TEST(JobStep, StopsTheRunOnWhatOnlyAPersonCanMend) {
  struct {
    int status;
    std::string_view code;
  } const rows[] = {
      {401, "unauthenticated"}, {403, "scope_required"}, {410, "unsupported_key_version"}, {302, ""}};
  for (const auto& row : rows) {
    blind_walk w;
    w.to_the_wire();
    auto next = w.answer(row.status, envelope(row.code));
    const auto* stop = std::get_if<action::stop_run>(&next);
    ASSERT_NE(stop, nullptr) << row.status;
    EXPECT_FALSE(stop->remedy.empty()) << row.status;
    next = w.feed(event::cancelled{});
    ASSERT_TRUE(std::holds_alternative<action::leave_pending>(next));
  }
  blind_walk w;
  EXPECT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::started{})));
  w.feed(event::near_due{});
  EXPECT_TRUE(std::holds_alternative<action::stop_run>(w.fault(phase::not_sent, transport_fault::untrusted)));
}

TEST(JobStep, GoesOnWithANewToken) {
  blind_walk w;
  w.to_the_wire();
  ASSERT_TRUE(std::holds_alternative<action::stop_run>(w.answer(401, envelope("unauthenticated"))));
  EXPECT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::token_changed{})));
  w.to_the_wire(false);
  EXPECT_TRUE(std::holds_alternative<action::finish>(w.answer(200, good)));
}

TEST(JobStep, ThrottlingAndFailuresBeforeTheFirstByteChargeNothing) {
  blind_walk w;
  w.to_the_wire();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.answer(429, envelope("rate_limited"))));
    auto next = w.feed(event::near_due{});
    ASSERT_TRUE(std::holds_alternative<action::lease>(next));
    next = w.fault(phase::not_sent, transport_fault::connect);
    const auto* sleep = std::get_if<action::sleep>(&next);
    ASSERT_NE(sleep, nullptr);
    EXPECT_GT(sleep->until, w.now);
    EXPECT_LE(sleep->until, w.now + 60s);
    w.now = sleep->until;
    ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{})));
    w.to_the_wire(false);
  }
  auto end = w.answer(200, good);
  const auto* done = std::get_if<action::finish>(&end);
  ASSERT_NE(done, nullptr);
  EXPECT_EQ(done->result, outcome::applied);
  EXPECT_EQ(w.step.attempts(), 51u);
}

TEST(JobStep, SendsAMaybeAppliedJobAgainAndThenCallsItUnknown) {
  const struct {
    int status;  // 0: a fault
    transport_fault fault;
    std::string body;
  } rows[] = {{500, transport_fault::none, envelope("internal_error")},
              {502, transport_fault::none, "<html>bad gateway</html>"},
              {408, transport_fault::none, ""},
              {0, transport_fault::timeout, ""},
              {0, transport_fault::reset, ""},
              {0, transport_fault::closed, ""}};
  for (const auto& row : rows) {
    blind_walk w;
    w.to_the_wire();
    for (std::uint32_t attempt = 1;; ++attempt) {
      auto next = row.status != 0 ? w.answer(row.status, row.body) : w.fault(phase::maybe_applied, row.fault);
      EXPECT_EQ(w.step.attempts(), attempt);
      if (attempt == w.options.retry.max_attempts) {
        // What may be an outage counts only after the breaker has had its say.
        if (const auto* sleep = std::get_if<action::sleep>(&next)) {
          w.now = sleep->until;
          next = w.feed(event::woke{});
        }
        const auto* done = std::get_if<action::finish>(&next);
        ASSERT_NE(done, nullptr);
        EXPECT_EQ(done->result, outcome::unknown);
        EXPECT_TRUE(!done->note.code.empty() || !done->note.message.empty());
        break;
      }
      const auto* sleep = std::get_if<action::sleep>(&next);
      ASSERT_NE(sleep, nullptr) << row.status;
      w.now = sleep->until;
      ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{})));
      w.to_the_wire(false);
    }
  }
}

TEST(JobStep, ARefusalProvesNothingAboutAnEarlierAttemptUnlessItIsAboutTheBody) {
  const struct {
    int status;
    std::string_view code;
    outcome result;
  } rows[] = {{400, "validation_failed", outcome::refused},
              {422, "unprocessable", outcome::refused},
              {403, "forbidden", outcome::unknown},
              {404, "not_found", outcome::unknown},
              {409, "conflict", outcome::unknown}};
  for (const auto& row : rows) {
    blind_walk w;
    w.to_the_wire();
    ASSERT_TRUE(std::holds_alternative<action::sleep>(w.fault(phase::maybe_applied, transport_fault::reset)));
    w.feed(event::woke{});
    w.to_the_wire(false);
    auto end = w.answer(row.status, envelope(row.code));
    ASSERT_TRUE(std::holds_alternative<action::finish>(end));
    EXPECT_EQ(std::get<action::finish>(end).result, row.result) << row.status;
  }
}

TEST(JobStep, ARefusalAfterAThrottledWriteIsBelievedIfNothingWasDone) {
  struct {
    int status;
    outcome result;
  } const rows[] = {{429, outcome::refused}, {503, outcome::unknown}};
  for (const auto& row : rows) {
    blind_walk w;
    w.headers.push_back({"Retry-After", "1"});
    w.to_the_wire();
    ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.answer(row.status, ""))) << row.status;
    w.to_the_wire(false);
    w.headers.pop_back();
    const auto end = w.answer(404, envelope("not_found"));
    ASSERT_TRUE(std::holds_alternative<action::finish>(end)) << row.status;
    EXPECT_EQ(std::get<action::finish>(end).result, row.result) << row.status;
  }
}

TEST(JobStep, NeverSendsAJobAgainThatIsNotReplaySafe) {
  const struct {
    int status;
    transport_fault fault;
    std::string body;
  } rows[] = {{500, transport_fault::none, envelope("internal_error")},
              {0, transport_fault::timeout, ""},
              {0, transport_fault::reset, ""},
              {0, transport_fault::cancelled, ""},
              {200, transport_fault::none, ""}};
  for (const auto& row : rows) {
    blind_walk w(false);
    w.to_the_wire();
    auto next = row.status != 0 ? w.answer(row.status, row.body) : w.fault(phase::maybe_applied, row.fault);
    const auto* done = std::get_if<action::finish>(&next);
    ASSERT_NE(done, nullptr) << row.status;
    EXPECT_EQ(done->result, outcome::unknown);
  }
}

TEST(JobStep, ShowsAnotherValueAsMismatch) {
  blind_walk w;
  w.to_the_wire();
  auto end = w.answer(200, R"({"id":"t1","status":"open"})");
  const auto* done = std::get_if<action::finish>(&end);
  ASSERT_NE(done, nullptr);
  EXPECT_EQ(done->result, outcome::mismatch);
  EXPECT_EQ(done->differing, field_index{0});
  EXPECT_EQ(done->note.message, "the reply shows status = \"open\"");
}

TEST(JobStep, IsLeftPendingWhenCancelledAtAnyStepBeforeTheWire) {
  const std::vector<step_event> way{event::started{}, event::near_due{}, event::leased{}, event::granted{}};
  for (const bool safe : {true, false}) {
    for (std::size_t steps = 0; steps <= way.size(); ++steps) {
      if (safe && steps == way.size()) continue;  // on the wire by then
      blind_walk w(safe);
      for (std::size_t i = 0; i < steps; ++i) w.feed(way[i]);
      auto end = w.feed(event::cancelled{});
      const auto* left = std::get_if<action::leave_pending>(&end);
      ASSERT_NE(left, nullptr) << steps;
      EXPECT_EQ(left->withdraw_intent, !safe && steps == way.size()) << steps;
    }
  }
}

TEST(JobStep, WithdrawsTheIntentOfAThrottledJobThatIsCancelled) {
  blind_walk w(false);
  w.to_the_wire();
  ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.answer(429, envelope("rate_limited"))));
  auto end = w.feed(event::cancelled{});
  ASSERT_TRUE(std::holds_alternative<action::leave_pending>(end));
  EXPECT_TRUE(std::get<action::leave_pending>(end).withdraw_intent);
}

TEST(JobStep, StaysPendingWhenItsReplaySafeRequestIsCutOffByAStop) {
  blind_walk w;
  w.to_the_wire();
  auto end = w.fault(phase::maybe_applied, transport_fault::cancelled);
  ASSERT_TRUE(std::holds_alternative<action::leave_pending>(end));
  EXPECT_FALSE(std::get<action::leave_pending>(end).withdraw_intent);
}

TEST(JobStep, GoesBackToTheLineWhenItsPlaceMovesAway) {
  blind_walk w;
  w.feed(event::started{});
  w.feed(event::near_due{});
  w.feed(event::leased{});
  EXPECT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::delayed{})));
  w.to_the_wire(false);
  EXPECT_TRUE(std::holds_alternative<action::finish>(w.answer(200, good)));
}

// What nobody signed may have been said after the work was done.
TEST(JobStep, AProfileRuleCanCallAStatusKnownNotApplied) {
  for (const bool is_signed : {true, false}) {
    const std::string said = is_signed ? R"({"error":{"code":"busy","message":"come back"}})" : "";
    blind_walk w;
    api::status_rule rule;
    rule.statuses = {{503, 503}};
    rule.then = api::verdict::retry;
    w.profile.rules.push_back(rule);
    w.to_the_wire();
    for (std::uint32_t attempt = 1; attempt < w.options.retry.max_attempts; ++attempt) {
      auto next = w.answer(503, said);
      ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
      w.now = std::get<action::sleep>(next).until;
      w.feed(event::woke{});
      w.to_the_wire(false);
    }
    auto end = w.answer(503, said);
    if (std::holds_alternative<action::sleep>(end)) end = w.feed(event::woke{});
    ASSERT_TRUE(std::holds_alternative<action::finish>(end));
    EXPECT_EQ(std::get<action::finish>(end).result, is_signed ? outcome::failed : outcome::unknown);
  }
}

}  // namespace
}  // namespace pawl::policy
