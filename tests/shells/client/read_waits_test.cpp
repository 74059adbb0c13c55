// What a read waits for, and for how long: pauses, backoffs, patience, its own quota, another key.
#include "tests/shells/client/reading.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::client {
namespace {

using namespace by_hand;

// ---- throttling and outage

TEST_F(reading, WaitsOutRetryAfterAndSaysSoOnce) {
  begin({with_header(reply(429), "Retry-After", "20"), good()});
  EXPECT_EQ(get(), "200");
  jitter_source same(seed);
  const auto second = 10ms + 20s + part_of(500ms, same());
  EXPECT_EQ(s->asked(), (texts{"0 /items/t1", reader_stage::ms(second) + " /items/t1"}));
  ASSERT_EQ(s->told.size(), 1u);
  EXPECT_EQ(s->told[0], "10 pause " + reader_stage::ms(second - 10ms) +
                            ": the pause that the API asked for (Retry-After)");
  EXPECT_TRUE(s->progress.waits_for.empty());
  EXPECT_FALSE(s->progress.waits_until);
}

TEST_F(reading, SaysWhatItWaitsForWhileItDoes) {
  begin({with_header(reply(429), "Retry-After", "20"), good()});
  std::string got;
  start("/items/t1", got);
  s->run_until([&] { return !s->told.empty(); });
  EXPECT_EQ(s->progress.waits_for, "the pause that the API asked for (Retry-After)");
  ASSERT_TRUE(s->progress.waits_until);
  EXPECT_GT(*s->progress.waits_until - s->begin, 20s);
  s->run_until([&] { return !got.empty(); });
}

// Without a header the pauses double, from a second on, and each is spread over its whole length.
TEST_F(reading, BacksOffWhereThrottlingNamesNoTime) {
  begin({reply(429), reply(429), reply(429), good()});
  EXPECT_EQ(get(), "200");
  jitter_source same(seed);
  duration at{};
  texts expected{"0 /items/t1"};
  for (const duration whole : {1s, 2s, 4s}) {
    at += 10ms + part_of(whole, same());
    expected.push_back(reader_stage::ms(at) + " /items/t1");
  }
  EXPECT_EQ(s->asked(), expected);
}

TEST_F(reading, BackoffDoublesAndIsCapped) {
  reader_terms t;
  t.retry.cap = 4s;
  begin({reply(500), reply(502), broken(transport_fault::reset, phase::maybe_applied), reply(503), reply(500),
         reply(500), good()},
        t);
  EXPECT_EQ(get(), "200");
  jitter_source same(seed);
  duration at{};
  texts expected{"0 /items/t1"};
  // After a transport failure the pauses begin at 250 ms.
  for (const duration whole : std::vector<duration>{1s, 2s, 1s, 4s, 4s, 4s}) {
    same();
    const auto jitter = same();
    at += 10ms + part_of(whole, jitter);
    expected.push_back(reader_stage::ms(at) + " /items/t1");
  }
  EXPECT_EQ(s->asked(), expected);
}

TEST_F(reading, TellsATroubleAtItsSecondFailureAndAgainOnlyAfterAnAnswer) {
  reader_terms t;
  t.retry.base = t.retry.base_after_5xx = {};
  begin({reply(500), reply(502), reply(503), good(), reply(500), good(), reply(504), reply(500), good()}, t);
  EXPECT_EQ(get(), "200");
  EXPECT_EQ(s->told, texts{"20 trouble: the API answered 502"});
  EXPECT_EQ(get(), "200");
  EXPECT_EQ(get(), "200");
  EXPECT_EQ(s->told, (texts{"20 trouble: the API answered 502", "80 trouble: the API answered 500"}));
}

TEST_F(reading, PatienceWithAnOutageEndsAtItsTime) {
  begin({});
  s->network.serve = [](const auto&) { return reply(503); };
  terms = of_a_resource();
  EXPECT_EQ(get(),
            "later: nothing but failures of the API for 30 s (breaker.patience); the last answer: the "
            "API answered 503");
  EXPECT_EQ(s->now_text(), "30010") << "30 s after the first reply";
  ASSERT_TRUE(s->progress.gave_up);
  EXPECT_EQ(s->progress.gave_up->reason, "outage");
  EXPECT_TRUE(s->progress.waits_for.empty());
}

TEST_F(reading, PatienceWithThrottlingEndsAtItsTimeAlsoWithinAPause) {
  begin({with_header(reply(429), "Retry-After", "20"), with_header(reply(429), "Retry-After", "80")});
  EXPECT_EQ(get(),
            "later: nothing but throttling for 30 s (breaker.patience); the last answer: the API answered "
            "429");
  EXPECT_EQ(s->now_text(), "30010");
  EXPECT_EQ(s->network.requests.size(), 2u);
  EXPECT_EQ(s->progress.gave_up->reason, "throttled");
}

// Who only ever hears of an outage may have mistyped the address; who has heard the API has not.
TEST_F(reading, NamesTheAddressOnlyWhereNobodyHasAnswered) {
  begin({});
  s->network.serve = [](const auto&) { return reply(503); };
  const auto silent = s->result_of(s->client.get("/items/t1?full=1", terms));
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().place, "https://api.test/items/t1");
  EXPECT_NE(silent.error().remedy.find("api.base_url"), std::string::npos);
  TearDown();
  begin({good()});
  EXPECT_EQ(get(), "200");
  s->network.serve = [](const auto&) { return reply(503); };
  const auto later = s->result_of(s->client.get("/items/t1", terms));
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().remedy, "run the same command again later");
}

TEST_F(reading, APauseLongerThanMaxWaitEndsAtOnceAndSoDoesTheNextRead) {
  begin({with_header(reply(429), "Retry-After", "3600")});
  EXPECT_EQ(get(),
            "later: the API asks for a pause of 60 min (Retry-After), longer than limits.max_wait (90 s); "
            "the last answer: the API answered 429");
  EXPECT_EQ(s->now_text(), "10");
  ASSERT_TRUE(s->progress.gave_up);
  EXPECT_EQ(s->progress.gave_up->reason, "throttled");
  ASSERT_TRUE(s->progress.gave_up->resume_at);
  EXPECT_GE(*s->progress.gave_up->resume_at - s->begin, 3600s);
  EXPECT_EQ(get("/items/t2").substr(0, 37), "later: the API asks for a pause of 60");
  EXPECT_EQ(s->network.requests.size(), 1u);
}

TEST_F(reading, WaitsForItsOwnQuotaUnlessThatIsLongerThanMaxWait) {
  reader_terms t;
  t.limits.windows = {{1, 60s}};
  begin({good(), good()}, t);
  EXPECT_EQ(get(), "200");
  EXPECT_EQ(get(), "200");
  EXPECT_EQ(s->asked(), (texts{"0 /items/t1", "60010 /items/t1"}));
  EXPECT_TRUE(s->told.empty()) << "the API has not asked for that";
  TearDown();
  t.limits.windows = {{1, 3600s}};
  begin({good()}, t);
  EXPECT_EQ(get(), "200");
  EXPECT_EQ(get(), "later: the next read may be sent in 60 min only, which is longer than limits.max_wait");
  EXPECT_EQ(s->progress.gave_up->reason, "quota");
  EXPECT_EQ(s->network.requests.size(), 1u);
}

// ---- the key

struct key_case {
  const char* name;
  duration rotated_at;
  bool may_change;
  std::string result;
  texts asked;
};

TEST_F(reading, A401IsBelievedUnlessTheKeyIsRotated) {
  const std::string refused = "mend: the API answered 401";
  const key_case cases[] = {
      {"there already", 5ms, false, "200", {"0 /me", "10 /me"}},
      {"a moment later", 1s, true, "200", {"0 /me", "1010 /me"}},
      {"one question is enough", 1s, false, refused, {"0 /me"}},
      {"at the last look", 5s, true, "200", {"0 /me", "5010 /me"}},
      {"too late", 6s, true, refused, {"0 /me"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    reader_terms t;
    t.keys.emplace_back(c.rotated_at, "second");
    t.key_may_change = c.may_change;
    begin({}, t);
    s->network.serve = [](const auto& r) { return by_key(r, "second"); };
    EXPECT_EQ(get("/me"), c.result);
    EXPECT_EQ(s->asked(), c.asked);
    if (c.result != "200") {
      EXPECT_EQ(s->now_text(), c.may_change ? "5010" : "10");
    }
    TearDown();
  }
}

// The other read has renewed the key meanwhile: nobody asks the source again.
TEST_F(reading, TwoReadsThatAreRefusedTogetherRenewTheKeyOnce) {
  reader_terms t;
  t.keys.emplace_back(5ms, "second");
  begin({}, t);
  s->network.serve = [](const auto& r) { return by_key(r, "second"); };
  std::string one, two;
  start("/items/t1", one);
  start("/items/t2", two);
  s->run_until([&] { return !one.empty() && !two.empty(); });
  EXPECT_EQ(one, "200 at 20");
  EXPECT_EQ(two, "200 at 20");
  EXPECT_EQ(s->network.requests.size(), 4u);
  EXPECT_EQ(s->key_questions, 2u) << "the first one, and one more";
}

// ---- one resource alone

TEST_F(reading, CountsWhatTheLimitsOfAResourceSayAndLetsOthersGo) {
  reader_terms t;
  t.each = {{{1, 20s}, 1, 0}};
  begin({good(), good(), good(), good(), good()}, t);
  std::string first, second, other, last;
  start("/items/t1", first);
  start("/items/t1", second);
  start("/items/t2", other);
  s->run_until([&] { return !first.empty() && !other.empty(); });
  start("/items/t1", last);
  s->run_until([&] { return s->progress.waits_for == "the limits of one resource (limits.each)"; });
  EXPECT_EQ(s->progress.waits_until, s->begin + 20010ms);
  s->run_until([&] { return !second.empty() && !last.empty(); });
  EXPECT_EQ(s->asked(), (texts{"0 /items/t1", "0 /items/t2", "20010 /items/t1", "40020 /items/t1"}));
  EXPECT_EQ(get("/me"), "200") << "is about no resource";
}

TEST_F(reading, ALongWaitForTheLimitsOfAResourceIsNotSatOut) {
  reader_terms t;
  t.each = {{{1, 120s}, 1, 0}};
  begin({good()}, t);
  EXPECT_EQ(get(), "200");
  EXPECT_EQ(get(),
            "later: the next read of this resource may be sent in 2 min only (limits.each), which is longer "
            "than limits.max_wait");
}

// A rule of the profile lets one resource wait, as in a run.
reader_terms with_locked_rows() {
  reader_terms t;
  api::status_rule locked;
  locked.statuses = {{423, 423}};
  locked.then = api::verdict::throttled;
  locked.scope = api::wait_scope::of_id;
  t.profile.rules = {locked};
  return t;
}

TEST_F(reading, AResourceThatWaitsAloneIsAskedForWhenItSaidSoAndNobodyPays) {
  auto t = with_locked_rows();
  t.stop.patience = 10min;
  begin({}, t);
  std::size_t asked = 0;
  s->network.serve = [&](const fake_network::request& r) {
    if (r.line.ends_with("/t2") || ++asked > 9) return good();
    return with_header(own_error(423, "locked"), "Retry-After", "3");
  };
  std::string got, other;
  start("/items/t1", got);
  s->run_until([&] { return asked == 1; });
  start("/items/t2", other);
  s->run_until([&] { return !got.empty() && !other.empty(); });
  EXPECT_EQ(other, "200 at 10") << "nobody else waits";
  EXPECT_EQ(got.substr(0, 3), "200") << "nobody pays: there are six attempts";
  const auto at = s->asked();
  ASSERT_EQ(at.size(), 11u);
  EXPECT_EQ(at[2], "3010 /items/t1");
  EXPECT_GE(clock::now() - s->begin, 27s);
}

TEST_F(reading, AResourceThatIsNotReadyForTooLongIsGivenUpAlone) {
  for (const bool alone : {false, true})
    for (const auto* wait : {"3600", "4"}) {
      begin({}, with_locked_rows());
      s->network.serve = [&](const fake_network::request&) {
        return with_header(own_error(423, "locked"), "Retry-After", wait);
      };
      terms.gives_up_alone = alone;
      const auto got = get();
      if (alone)
        EXPECT_EQ(got, "423");
      else
        EXPECT_EQ(got.substr(0, 6), "later:") << got;
      EXPECT_LT(clock::now() - s->begin, 30s);
    }
}

}  // namespace
}  // namespace pawl::client
