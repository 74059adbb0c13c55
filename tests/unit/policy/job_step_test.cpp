#include "engine/policy/job_step.hpp"

#include <gtest/gtest.h>

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
  p.error = {*api::parse_json_path("error.code"), *api::parse_json_path("error.message"),
             *api::parse_json_path("error.details"), *api::parse_json_path("error.request_id")};
  p.headers.request_id = "X-Request-Id";
  api::field_spec status;
  status.name = "status";
  status.echo = *api::parse_json_path("status");
  p.fields.push_back(status);
  api::field_spec notify;
  notify.name = "notify";
  notify.type = api::field_type::json;
  notify.compare = api::comparison::none;
  notify.replay_safe = false;
  p.fields.push_back(notify);
  return p;
}

// A job walked through the machine by hand, with time that moves only when the test says so.
struct walk {
  api::profile profile = test_profile();
  api::reply_reader reader{profile};
  step_options options;
  job_step step{profile, reader, nullptr, options};
  std::vector<field_value> patch{{field_index{0}, "status", "\"done\""}};
  job_view job;
  time_point now{1000s};
  std::uint64_t outages = 0;
  std::string body;
  std::vector<header_field> headers{{"X-Request-Id", "req_1"}};

  explicit walk(bool replay_safe = true) {
    job.row = 1;
    job.id = "t1";
    job.patch = patch;
    job.replay_safe = replay_safe;
    step.reset(job);
  }
  step_action feed(const step_event& e) { return step.resume(e, {now, {}, 0.5, outages}); }

  // Up to the request on the wire.
  step_action to_the_wire(bool first = true) {
    if (first) {
      EXPECT_TRUE(std::holds_alternative<action::queue_for_write>(feed(event::started{})));
    }
    auto next = feed(event::near_due{});
    const auto* lease = std::get_if<action::lease>(&next);
    EXPECT_NE(lease, nullptr);
    if (lease != nullptr) {
      EXPECT_EQ(lease->need, job.replay_safe ? connection_need::any : connection_need::fresh);
    }
    EXPECT_TRUE(std::holds_alternative<action::await_grant>(feed(event::leased{})));
    next = feed(event::granted{});
    if (!job.replay_safe) {
      EXPECT_TRUE(std::holds_alternative<action::commit_intent>(next));
      next = feed(event::intent_committed{});
    }
    EXPECT_TRUE(std::holds_alternative<action::send>(next));
    return next;
  }
  step_action answer(int status, std::string text) {
    body = std::move(text);
    body.reserve(body.size() + 64);
    attempt_fact fact;
    fact.reached = phase::answered;
    fact.status = status;
    fact.headers = headers;
    fact.body = body;
    return feed(event::replied{&fact});
  }
  step_action fault(phase reached, transport_fault what) {
    attempt_fact fact;
    fact.reached = reached;
    fact.fault = what;
    fact.detail = "words";
    return feed(event::replied{&fact});
  }
};

const std::string good = R"({"id":"t1","status":"done"})";

std::string envelope(std::string_view code) {
  return R"({"error":{"code":")" + std::string(code) + R"(","message":"why","request_id":"req_9"}})";
}

TEST(JobStep, AppliesOnAReplyThatShowsTheWantedValues) {
  walk w;
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
    walk w;
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
    walk w;
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
    walk w;
    w.to_the_wire();
    auto next = w.answer(row.status, envelope(row.code));
    const auto* stop = std::get_if<action::stop_run>(&next);
    ASSERT_NE(stop, nullptr) << row.status;
    EXPECT_FALSE(stop->remedy.empty()) << row.status;
    next = w.feed(event::cancelled{});
    ASSERT_TRUE(std::holds_alternative<action::leave_pending>(next));
  }
  walk w;
  EXPECT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::started{})));
  w.feed(event::near_due{});
  EXPECT_TRUE(std::holds_alternative<action::stop_run>(w.fault(phase::not_sent, transport_fault::untrusted)));
}

TEST(JobStep, GoesOnWithANewToken) {
  walk w;
  w.to_the_wire();
  ASSERT_TRUE(std::holds_alternative<action::stop_run>(w.answer(401, envelope("unauthenticated"))));
  EXPECT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::token_changed{})));
  w.to_the_wire(false);
  EXPECT_TRUE(std::holds_alternative<action::finish>(w.answer(200, good)));
}

TEST(JobStep, ThrottlingAndFailuresBeforeTheFirstByteChargeNothing) {
  walk w;
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
              {0, transport_fault::closed, ""},
              {200, transport_fault::none, R"({"id":"t1","sta)"},
              {200, transport_fault::none, R"({"id":"t2","status":"done"})"}};
  for (const auto& row : rows) {
    walk w;
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
    walk w;
    w.to_the_wire();
    ASSERT_TRUE(std::holds_alternative<action::sleep>(w.fault(phase::maybe_applied, transport_fault::reset)));
    w.feed(event::woke{});
    w.to_the_wire(false);
    auto end = w.answer(row.status, envelope(row.code));
    ASSERT_TRUE(std::holds_alternative<action::finish>(end));
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
    walk w(false);
    w.to_the_wire();
    auto next = row.status != 0 ? w.answer(row.status, row.body) : w.fault(phase::maybe_applied, row.fault);
    const auto* done = std::get_if<action::finish>(&next);
    ASSERT_NE(done, nullptr) << row.status;
    EXPECT_EQ(done->result, outcome::unknown);
  }
}

TEST(JobStep, ShowsAnotherValueAsMismatch) {
  walk w;
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
      walk w(safe);
      for (std::size_t i = 0; i < steps; ++i) w.feed(way[i]);
      auto end = w.feed(event::cancelled{});
      const auto* left = std::get_if<action::leave_pending>(&end);
      ASSERT_NE(left, nullptr) << steps;
      EXPECT_EQ(left->withdraw_intent, !safe && steps == way.size()) << steps;
    }
  }
}

TEST(JobStep, WithdrawsTheIntentOfAThrottledJobThatIsCancelled) {
  walk w(false);
  w.to_the_wire();
  ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.answer(429, envelope("rate_limited"))));
  auto end = w.feed(event::cancelled{});
  ASSERT_TRUE(std::holds_alternative<action::leave_pending>(end));
  EXPECT_TRUE(std::get<action::leave_pending>(end).withdraw_intent);
}

TEST(JobStep, StaysPendingWhenItsReplaySafeRequestIsCutOffByAStop) {
  walk w;
  w.to_the_wire();
  auto end = w.fault(phase::maybe_applied, transport_fault::cancelled);
  ASSERT_TRUE(std::holds_alternative<action::leave_pending>(end));
  EXPECT_FALSE(std::get<action::leave_pending>(end).withdraw_intent);
}

TEST(JobStep, GoesBackToTheLineWhenItsPlaceMovesAway) {
  walk w;
  w.feed(event::started{});
  w.feed(event::near_due{});
  w.feed(event::leased{});
  EXPECT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::delayed{})));
  w.to_the_wire(false);
  EXPECT_TRUE(std::holds_alternative<action::finish>(w.answer(200, good)));
}

TEST(JobStep, AProfileRuleCanCallAStatusKnownNotApplied) {
  walk w;
  api::status_rule rule;
  rule.status_from = rule.status_to = 503;
  rule.then = api::verdict::retry;
  w.profile.rules.push_back(rule);
  w.to_the_wire();
  for (std::uint32_t attempt = 1; attempt < w.options.retry.max_attempts; ++attempt) {
    auto next = w.answer(503, "");
    ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
    w.now = std::get<action::sleep>(next).until;
    w.feed(event::woke{});
    w.to_the_wire(false);
  }
  auto end = w.answer(503, "");
  if (std::holds_alternative<action::sleep>(end)) end = w.feed(event::woke{});
  ASSERT_TRUE(std::holds_alternative<action::finish>(end));
  EXPECT_EQ(std::get<action::finish>(end).result, outcome::failed);
}

TEST(JobStep, AnOutageWipesItsFailuresAway) {
  walk w;
  w.to_the_wire();
  for (int i = 0; i < 100; ++i) {
    auto next = w.answer(500, "");
    ASSERT_TRUE(std::holds_alternative<action::sleep>(next)) << i;
    if (i % 4 == 3) ++w.outages;
    ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{}))) << i;
    w.to_the_wire(false);
  }
  // One that was confirmed while the request was under way explains its failure too.
  ++w.outages;
  auto next = w.answer(500, "");
  ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
  w.feed(event::woke{});
  w.to_the_wire(false);
  for (std::uint32_t left = w.options.retry.max_attempts; left > 0; --left) {
    next = w.answer(500, "");
    ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
    next = w.feed(event::woke{});
    if (left > 1) w.to_the_wire(false);
  }
  EXPECT_TRUE(std::holds_alternative<action::finish>(next));
}

TEST(JobStep, ATrialIsFreeTwiceAndCountsThen) {
  struct {
    bool has_probe;
    int status;    // 0: no reply
    int failures;  // until the end; 0: it never ends by this
  } const rows[] = {{true, 500, 8}, {true, 0, 8}, {false, 500, 8}, {false, 0, 0}};
  for (const auto& row : rows) {
    walk w;
    w.options.breaker_has_probe = row.has_probe;
    w.to_the_wire();
    int failures = 0;
    for (;;) {
      attempt_fact fact;
      fact.reached = row.status == 0 ? phase::maybe_applied : phase::answered;
      fact.fault = row.status == 0 ? transport_fault::reset : transport_fault::none;
      fact.status = row.status;
      auto next = w.feed(event::replied{&fact, true});
      ++failures;
      if (std::holds_alternative<action::finish>(next) || failures == 100) break;
      ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
      next = w.feed(event::woke{});
      ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(next));
      w.to_the_wire(false);
    }
    EXPECT_EQ(failures, row.failures == 0 ? 100 : row.failures) << row.has_probe << row.status;
  }
}

}  // namespace
}  // namespace pawl::policy
