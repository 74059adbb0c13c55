// A read_client asked once, probed, stopped, and walked through every trouble.
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
