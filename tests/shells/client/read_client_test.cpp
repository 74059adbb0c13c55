#include "engine/client/read_client.hpp"

#include "tests/shells/support/reader_walk.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::client {
namespace {

namespace asio = boost::asio;
using namespace testing;
using texts = std::vector<std::string>;

constexpr std::string_view item = R"({"id":"t1","status":"open","title":"a"})";
answer good() {
  return reply(200, std::string{item});
}
read_terms of_a_resource() {
  read_terms terms;
  terms.refusals_are_answers = true;
  return terms;
}

struct reading : ::testing::Test {
  std::optional<reader_stage> s;
  read_terms terms;

  // Replies in their order; after the last one the API is silent.
  void begin(std::deque<answer> answers, reader_terms t = {}) {
    s.emplace(std::move(t));
    s->network.answers = std::move(answers);
  }
  std::string get(std::string path = "/items/t1") {
    return in_words(s->result_of(s->client.get(path, terms)));
  }
  // Starts a read that goes on while others are made.
  void start(std::string path, std::string& to) { s->start(keep(std::move(path), to)); }
  asio::awaitable<void> keep(std::string path, std::string& to) {
    const auto got = co_await s->client.get(path, terms);
    to = in_words(got) + " at " + s->now_text();
  }
  void TearDown() override {
    if (s && !HasFailure()) {
      EXPECT_TRUE(s->ends_clean());
    }
  }
};

// Where a wait is spread, the test draws the same numbers as the client does: one for the gate with each
// reply, one for each backoff.
duration part_of(duration whole, double jitter01) {
  return duration{static_cast<duration::rep>(static_cast<double>(whole.count()) * jitter01)};
}

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

// ---- what the server answers

TEST_F(reading, ARefusalIsAFailureOrAnAnswerAsTheCallerHasIt) {
  begin(
      {with_header(own_error(404, "no_such_item"), "X-Request-Id", "req_1"), own_error(404, "no_such_item")});
  const auto refused = s->result_of(s->client.get("/items/t1", terms));
  ASSERT_FALSE(refused);
  EXPECT_EQ(to_string(refused.error()),
            "https://api.test/items/t1: the API answered 404 no_such_item: No. (request req_1)");
  EXPECT_EQ(refused.error().kind, failure_kind::mend);
  const auto answered = s->result_of(s->client.get("/items/t1", of_a_resource()));
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->is, api::verdict::refused);
  EXPECT_EQ(answered->code, "no_such_item");
  EXPECT_EQ(s->network.requests.size(), 2u);
}

// Once anything was answered well, a redirect is of this one resource.
TEST_F(reading, ARedirectIsOfTheResourceOnceAnythingWasAnswered) {
  terms = of_a_resource();
  begin({own_error(302, "moved"), good(), own_error(302, "moved"), own_error(302, "moved")});
  EXPECT_EQ(get().substr(0, 28), "mend: the API answered 302 m");
  EXPECT_EQ(get("/items/t2"), "200");
  EXPECT_EQ(get(), "302");
  terms = {};
  EXPECT_EQ(get("/me").substr(0, 5), "mend:") << "of what must be there it is not";
  TearDown();
  terms = of_a_resource();
  begin({own_error(410, "gone")});
  s->client.has_succeeded();
  EXPECT_EQ(get(), "410");
}

TEST_F(reading, AReplyThatIsNotWhatWasPromisedIsAskedForAgainAndThenThatIsSaid) {
  begin({});
  s->network.serve = [](const auto&) { return with_header(good(), "X-Request-Id", "req_7"); };
  std::size_t looked = 0, readable_from = 3;
  terms.is_readable = [&](const read_reply& r) {
    EXPECT_EQ(r.body(), item);
    return ++looked >= readable_from;
  };
  terms.unreadable = "this is no item";
  terms.unreadable_remedy = "look at it";
  EXPECT_EQ(get(), "200");
  EXPECT_EQ(looked, 3u);
  EXPECT_EQ(s->network.requests.size(), 3u);
  readable_from = 100;
  const auto never = s->result_of(s->client.get("/items/t1", terms));
  ASSERT_FALSE(never);
  EXPECT_EQ(to_string(never.error()),
            "https://api.test/items/t1: this is no item (request req_7); look at it");
  EXPECT_EQ(never.error().kind, failure_kind::mend);
  EXPECT_EQ(s->network.requests.size(), 9u) << "six more";
  EXPECT_FALSE(s->progress.gave_up);
}

// ---- the key

answer by_key(const fake_network::request& r, std::string_view key) {
  return r.text.find("Bearer " + std::string{key} + "\r\n") == std::string::npos ? reply(401) : good();
}

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

// ---- whose words it is

// A proof is sent later than the reply in question came. Here computing takes no time, so a millisecond
// between two requests sees to that.
reader_terms with_proof_later() {
  reader_terms t;
  t.limits.windows = {{1, 1ms}};
  return t;
}

TEST_F(reading, ARefusalByWhoKnowsWhomCountsAtTheThirdProof) {
  terms = of_a_resource();
  begin({}, with_proof_later());
  s->network.serve = [](const fake_network::request& r) {
    return r.line == "GET /me" ? reply(200, R"({"account":"acme"})") : page_for_people(404);
  };
  EXPECT_EQ(get(), "404");
  EXPECT_EQ(s->paths(), (texts{"/items/t1", "/me", "/items/t1", "/me", "/items/t1", "/me"}));
}

// An answer of the API in between, or another refusal, and they are counted anew; without a proof it is an
// outage.
TEST_F(reading, ARefusalByWhoKnowsWhomDoesNotCountWhereTheApiDoesNotProveItself) {
  terms = of_a_resource();
  begin({}, with_proof_later());
  std::size_t proofs = 0;
  s->network.serve = [&proofs](const fake_network::request& r) {
    if (r.line != "GET /me") return page_for_people(404);
    ++proofs;
    // The second question is answered by the gateway as well.
    return proofs == 2 ? page_for_people(403) : reply(200, R"({"account":"acme"})");
  };
  EXPECT_EQ(get(), "404");
  EXPECT_EQ(proofs, 4u);
  TearDown();
  begin({}, with_proof_later());
  s->network.serve = [](const fake_network::request& r) {
    return r.line == "GET /me" ? page_for_people(200) : page_for_people(404);
  };
  EXPECT_EQ(get(),
            "later: nothing but failures of the API for 30 s (breaker.patience); the last answer: the API "
            "answered 404");
}

TEST_F(reading, WithoutWhoamiWhatWasAnsweredWellLastIsAsked) {
  auto t = with_proof_later();
  t.profile.whoami = {};
  t.retry.base = {};
  begin({}, t);
  terms = of_a_resource();
  std::string gone;
  s->network.serve = [&gone](const fake_network::request& r) {
    return r.line == "GET /items/bad" || r.line == gone ? page_for_people(404) : good();
  };
  EXPECT_FALSE(s->client.has_proof());
  EXPECT_EQ(get("/items/a"), "200");
  EXPECT_TRUE(s->client.has_proof());
  EXPECT_EQ(get("/items/b"), "200");
  EXPECT_EQ(get("/items/bad"), "404");
  // The newest one is gone meanwhile: the other one is asked from then on.
  gone = "GET /items/b";
  EXPECT_EQ(get("/items/bad"), "404");
  EXPECT_EQ(s->paths(), (texts{"/items/a", "/items/b", "/items/bad", "/items/b", "/items/bad", "/items/b",
                               "/items/bad", "/items/b", "/items/bad", "/items/b", "/items/bad", "/items/a",
                               "/items/bad", "/items/a", "/items/bad", "/items/a"}));
}

// What is in question proves nothing about itself.
TEST_F(reading, AsksForAnotherProofThanTheResourceInQuestion) {
  auto t = with_proof_later();
  t.profile.whoami = {};
  begin({}, t);
  terms = of_a_resource();
  std::string gone;
  s->network.serve = [&gone](const fake_network::request& r) {
    return r.line == gone ? page_for_people(404) : good();
  };
  EXPECT_EQ(get("/items/a"), "200");
  EXPECT_EQ(get("/items/b"), "200");
  gone = "GET /items/b";
  EXPECT_EQ(get("/items/b"), "404");
  const auto paths = s->paths();
  EXPECT_EQ(texts(paths.begin() + 2, paths.end()),
            (texts{"/items/b", "/items/a", "/items/b", "/items/a", "/items/b", "/items/a"}));
  // A page proves nothing either, and is no path to ask.
  TearDown();
  begin({reply(200, "")}, t);
  terms = {};
  EXPECT_EQ(get("/items/a"), "200");
  EXPECT_FALSE(s->client.has_proof());
}

TEST_F(reading, ComesBackUnprovenWhereTheCallerAsksForItAndNothingCanProve) {
  auto t = with_proof_later();
  t.profile.whoami = {};
  begin({page_for_people(404), good(), page_for_people(404), good(), page_for_people(404), good(),
         page_for_people(404), good()},
        t);
  terms = of_a_resource();
  terms.comes_back_unproven = true;
  EXPECT_EQ(get("/items/bad"), "404 foreign");
  EXPECT_EQ(s->now_text(), "10");
  EXPECT_EQ(get("/items/a"), "200");
  EXPECT_EQ(get("/items/bad"), "404") << "there is something to ask now";
  TearDown();
  begin({}, with_proof_later());
  s->network.serve = [](const fake_network::request& r) {
    return r.line == "GET /me" ? reply(200, R"({"account":"acme"})") : page_for_people(404);
  };
  EXPECT_EQ(get("/items/bad"), "404") << "whoami can always be asked";
}

// ---- one resource that cannot be read

struct alone_case {
  const char* name;
  answer item, whoami;
  std::string result;
  std::size_t of_the_item, of_whoami;
};

TEST_F(reading, GivesUpAloneWhereTheApiIsUp) {
  const auto up = reply(200, R"({"account":"acme"})");
  const alone_case cases[] = {
      {"an outage of this one", reply(500), up, "500", 6, 1},
      {"refused is up, too", reply(500), own_error(403, "no"), "500", 6, 1},
      {"a failure of a server that is up", reply(408), reply(500), "408", 6, 0},
      {"no connection holds", broken(transport_fault::closed, phase::maybe_applied), up,
       std::string{to_string(transport_fault::closed)}, 6, 1},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    terms = of_a_resource();
    terms.gives_up_alone = true;
    begin({});
    std::size_t of_the_item = 0, of_whoami = 0;
    s->network.serve = [&](const fake_network::request& r) {
      ++(r.line == "GET /me" ? of_whoami : of_the_item);
      return r.line == "GET /me" ? c.whoami : c.item;
    };
    EXPECT_EQ(get(), c.result);
    EXPECT_EQ(of_the_item, c.of_the_item);
    EXPECT_EQ(of_whoami, c.of_whoami);
    TearDown();
  }
}

TEST_F(reading, DoesNotGiveUpAloneWhereTheApiIsDown) {
  terms = of_a_resource();
  terms.gives_up_alone = true;
  begin({});
  s->network.serve = [](const auto&) { return reply(500); };
  EXPECT_EQ(get().substr(0, 40), "later: nothing but failures of the API f");
  EXPECT_EQ(s->now_text(), "30010");
  // Without anything to ask it stays with the read until patience ends.
  TearDown();
  reader_terms t;
  t.profile.whoami = {};
  begin({}, t);
  s->network.serve = [](const auto&) { return reply(500); };
  EXPECT_EQ(get().substr(0, 40), "later: nothing but failures of the API f");
  EXPECT_EQ(s->now_text(), "30010");
}

TEST_F(reading, AnotherReadThatIsAnsweredMeanwhileIsProofEnoughToGiveUpAlone) {
  terms = of_a_resource();
  terms.gives_up_alone = true;
  begin({});
  s->network.serve = [](const fake_network::request& r) {
    auto a = r.line == "GET /items/good" ? good() : reply(500);
    if (r.line == "GET /items/good") a.takes = 1s;
    return a;
  };
  std::string bad, other;
  start("/items/bad", bad);
  start("/items/good", other);
  s->run_until([&] { return !bad.empty() && !other.empty(); });
  EXPECT_EQ(other, "200 at 1000");
  EXPECT_EQ(bad.substr(0, 4), "500 ");
  EXPECT_EQ(s->network.requests.size(), 7u) << "whoami is not asked";
}

// ---- one attempt

TEST_F(reading, OnceAsksOnceWhateverComesOfIt) {
  for (const auto& t : every_trouble()) {
    SCOPED_TRACE(t.name);
    begin({t.what});
    const auto got = s->result_of(s->client.once("/me"));
    ASSERT_TRUE(got) << to_string(got.error());
    EXPECT_EQ(got->http_status, t.what.fault == transport_fault::none ? t.what.status : 0);
    EXPECT_EQ(got->fault, t.what.fault);
    EXPECT_EQ(s->network.requests.size(), 1u);
    EXPECT_EQ(s->progress.figures.reads, 1u);
    EXPECT_EQ(got->latency, 10ms);
    EXPECT_EQ(got->sent, s->begin);
    TearDown();
  }
  s.reset();
}

TEST_F(reading, OnceGoesOnWithARotatedKeyAndWaitsNoLongerThanMaxWait) {
  reader_terms t;
  t.keys.emplace_back(5ms, "second");
  t.limits.windows = {{2, 3600s}};
  begin({}, t);
  s->network.serve = [](const auto& r) { return by_key(r, "second"); };
  EXPECT_EQ(in_words(s->result_of(s->client.once("/me"))), "200");
  EXPECT_EQ(s->network.requests.size(), 2u);
  EXPECT_EQ(in_words(s->result_of(s->client.once("/me"))).substr(0, 6), "later:");
  EXPECT_EQ(s->network.requests.size(), 2u);
}

struct sign_case {
  answer what;
  bool is_alive, is_proven;
  std::string trouble;
};

TEST_F(reading, AProbeTellsLifeAndProofApart) {
  const sign_case cases[] = {
      {good(), true, true, ""},
      {reply(200, "[]"), true, true, ""},
      {reply(204), true, false, ""},
      {page_for_people(200), false, false, "200 with a page that is not the API's own; check api.base_url"},
      {own_error(404, "gone"), true, false, ""},
      {page_for_people(404), false, false, "the API answered 404"},
      {reply(429), true, false, ""},
      {reply(401), true, false, ""},
      {reply(500), false, false, "the API answered 500"},
      {broken(transport_fault::reset, phase::maybe_applied), false, false,
       std::string{to_string(transport_fault::reset)}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what.status);
    begin({c.what});
    std::string trouble;
    const auto sign = s->result_of(s->client.probe("/me", trouble));
    EXPECT_EQ(sign.is_alive, c.is_alive);
    EXPECT_EQ(sign.proven.has_value(), c.is_proven);
    if (sign.proven) {
      EXPECT_EQ(*sign.proven, s->begin) << "when it was sent";
    }
    EXPECT_EQ(trouble, c.trouble);
    EXPECT_EQ(s->network.requests.size(), 1u);
    TearDown();
  }
  s.reset();
}

// ---- being stopped, and what keeps it alive

TEST_F(reading, AfterAStopNothingIsSentAndEveryReadIsInterrupted) {
  begin({good()});
  s->client.stop(read_client::stopping::waits);
  EXPECT_TRUE(s->client.stopped());
  EXPECT_EQ(get(), interrupted);
  EXPECT_EQ(in_words(s->result_of(s->client.once("/me"))), interrupted);
  std::string trouble;
  EXPECT_FALSE(s->result_of(s->client.probe("/me", trouble)).is_alive);
  EXPECT_TRUE(s->network.requests.empty());
}

// A run that stops cancels its lines; the reads end although nobody has told the client.
TEST_F(reading, ALineThatIsCancelledInterruptsTheReadsInIt) {
  reader_terms t;
  t.limits.windows = {{1, 60s}};
  begin({good()}, t);
  EXPECT_EQ(get(), "200");
  std::string waiting;
  start("/items/t2", waiting);
  s->run_until([&] { return s->pacer.waiting() == 1; });
  s->line.cancel_all();
  s->run_until([&] { return !waiting.empty(); });
  EXPECT_EQ(waiting, interrupted + " at 10");
  EXPECT_EQ(get("/items/t3"), interrupted);
  EXPECT_EQ(s->network.requests.size(), 1u);
}

// The sweep ends what is not answered in time; the next attempt opens another connection.
TEST_F(reading, AnAttemptThatIsNotAnsweredInTimeIsMadeAgain) {
  reader_terms t;
  t.attempt_timeout = 5s;
  t.is_swept = true;
  t.retry.base = {};
  begin({good(), good()}, t);
  s->network.answers[0].takes = 1000s;
  EXPECT_EQ(get(), "200");
  EXPECT_EQ(s->asked(), (texts{"0 /items/t1", "5000 /items/t1"}));
  EXPECT_EQ(s->network.opened, 2u);
}

TEST(ReadUpkeep, SweepsEach50MillisecondsUntilItIsToldToFinish) {
  reader_terms t;
  t.is_swept = true;
  reader_stage s(t);
  s.run_until([&] { return s.network.sweeps == 21; });
  EXPECT_EQ(s.now_text(), "1000");
  EXPECT_TRUE(s.ends_clean());
  EXPECT_EQ(s.network.sweeps, 21u);
}

// Every way of a read from the table of troubles, with a pause that the API asked for and a window of its own
// on the way.
reader_walk one_read() {
  reader_walk w;
  w.serve = [](const fake_network::request&) { return good(); };
  w.work = [](reader_stage& s) -> asio::awaitable<std::string> {
    const read_terms terms;
    const auto got = co_await s.client.get("/items/t1", terms);
    co_return in_words(got);
  };
  return w;
}

TEST(ReadClient, BearsEachTroubleOnceAndEndsWithEach) {
  const auto w = one_read();
  w.bears_each_trouble_once();
  w.ends_with_each_trouble();
  w.bears_that_no_connection_opens();
}

struct long_way {
  const char* name;
  std::vector<answer> answers;  // then the API is well
  bool alone = false;
};

// Stopped at each handler of the longer ways: a pause, a backoff, the question for a new key, a proof.
TEST(ReadClient, IsStoppedOnEveryWay) {
  const long_way ways[] = {
      {"an answer", {}},
      {"a pause of the API", {with_header(reply(429), "Retry-After", "20")}},
      {"a pause longer than patience", {with_header(reply(429), "Retry-After", "70")}},
      {"a backoff", {reply(500), broken(transport_fault::reset, phase::maybe_applied)}},
      {"a refused key", {reply(401)}},
      {"a proof", {page_for_people(404), good(), page_for_people(404)}},
      {"giving up alone", {reply(500), reply(500), reply(500), reply(500), reply(500), reply(500)}, true},
  };
  for (const auto& way : ways) {
    SCOPED_TRACE(way.name);
    reader_walk w;
    w.terms.key_may_change = true;
    w.terms.keys.emplace_back(1s, "second");
    w.terms.limits.windows = {{1, 2s}};
    w.serve = [](const fake_network::request&) { return good(); };
    w.work = [&way](reader_stage& s) -> asio::awaitable<std::string> {
      s.network.answers.assign(way.answers.begin(), way.answers.end());
      read_terms terms;
      terms.refusals_are_answers = true;
      terms.gives_up_alone = way.alone;
      const auto got = co_await s.client.get("/items/t1", terms);
      co_return in_words(got);
    };
    w.is_stopped_everywhere();
  }
}

// Three at the same time, behind one window: none is left behind by the others.
TEST(ReadClient, SeveralReadsAreStoppedTogether) {
  reader_walk w;
  w.terms.limits.windows = {{2, 5s}};
  w.serve = [](const fake_network::request& r) { return r.line == "GET /items/t2" ? reply(500) : good(); };
  w.work = [](reader_stage& s) -> asio::awaitable<std::string> {
    async::task_group reads(s.io);
    std::vector<std::string> got(3);
    const auto one = [&s, &got](std::size_t n) -> asio::awaitable<void> {
      read_terms terms;
      terms.gives_up_alone = true;
      const auto path = "/items/t" + std::to_string(n);
      const auto reply = co_await s.client.get(path, terms);
      got[n] = in_words(reply);
    };
    for (std::size_t n = 0; n < 3; ++n) reads.start(one(n));
    co_await reads.join();
    // Those that had ended before a stop are as they were.
    if (got[2] == interrupted) co_return interrupted;
    co_return got[0] + " " + got[1] + " " + got[2];
  };
  EXPECT_EQ(w.run().result, "200 200 500");
  w.is_stopped_everywhere();
}

}  // namespace
}  // namespace pawl::client
