#include "engine/run/prober.hpp"

#include "tests/shells/run/run_stage.hpp"
#include "tests/shells/support/reader_items.hpp"
#include "tests/shells/support/reader_walk.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::run {
namespace {

namespace asio = boost::asio;
using namespace pawl::testing;
using texts = std::vector<std::string>;
using circuit = policy::breaker::circuit;

input::job_source no_rows(const api::profile& profile) {
  input::source_options how;
  how.format = input::file_format::csv;
  return *input::job_source::from_bytes("jobs.csv", "id,status\n", profile, how);
}

// What a run shares, with nothing to do but to ask.
struct probing : reader_stage {
  fake_ledger book;
  run_options options;
  const ledger::row_set none;
  input::job_source source = no_rows(terms.profile);
  policy::pacer writes{{}, {}, begin, {}};
  client::send_line write_line{io, writes};
  ledger::ledger_writer writer{io, run::testing::any_ledger(), 1, 1, {}};
  run_events events{writer};
  job_feed feed{io, source, none, 2, {}};
  job_places places{2, job_places::kind::fixed};
  parked_jobs parked;
  policy::stop_rules rules{options.stop};
  policy::breaker breaker;
  const left_intents left;
  const boot_moment started{};
  const policy::step_options steps_of_a_job;
  policy::each_limits each{{}};
  run_context shared;
  run::prober prober{shared, client};
  bool done = false;
  std::size_t woken = 0;  // how often somebody whom the breaker holds was

  explicit probing(reader_terms t = {})
      : reader_stage(std::move(t)),
        breaker(policy::breaker_options::of(6, !terms.profile.whoami.path.empty())),
        shared{
            io,      options, terms.profile,  *pool, writes, pacer,   write_line, line,     keys,   reader,
            nullptr, writer,  events,         feed,  places, parked,  rules,      progress, jitter, breaker,
            left,    started, steps_of_a_job, each,  {},     nullptr, false,      false,    {},     {},
            {},      {},      false,          {},    {}} {
    // The reader's thread has said that there is nothing to read.
    io.run_one();
    io.run_one();
    start(prober.run(done));
    start(ticks());
    start(hold());
  }

  asio::awaitable<void> ticks() {
    async::wakeup alarm(io);
    while (!done) {
      prober.tick(clock::now());
      co_await alarm.sleep(clock::now() + 50ms);
    }
  }
  asio::awaitable<void> hold() {
    async::wakeup alarm(io);
    shared.held.push_back(&alarm);
    while (!done) {
      co_await alarm.sleep();
      ++woken;
    }
    shared.held.clear();
  }
  void run_for(duration time) {
    const auto until = clock::now() + time;
    run_until([&] { return clock::now() >= until; });
  }
  // Five failures of two rows: the breaker opens.
  void fail() {
    for (std::uint64_t id = 1; id <= 5; ++id)
      breaker.on_attempt(policy::request_kind::write, policy::breaker::sign::outage, id, clock::now());
  }
  // A job that waits for the API to prove itself, from then on.
  void park(time_point from) {
    auto job = std::make_unique<job_in_hand>(terms.profile, reader, nullptr, steps_of_a_job);
    policy::action::sleep wait{};
    wait.until = from;
    wait.proof_after = from - 1ms;
    wait.anyway = time_point::max();
    EXPECT_TRUE(parked.put(job, wait));
  }
  // As the runner ends it.
  bool ends() {
    done = true;
    prober.end();
    for (auto* alarm : shared.held) alarm->wake();
    client.stop(client::read_client::stopping::now);
    line.cancel_all();
    run_to_the_end();
    return ends_clean();
  }
};

TEST(Prober, AsksNothingWhileNothingIsDue) {
  probing s;
  s.run_for(10s);
  EXPECT_TRUE(s.network.requests.empty());
  EXPECT_EQ(s.woken, 0u);
  EXPECT_TRUE(s.ends());
}

TEST(Prober, AsksWhileTheBreakerIsOpenUntilTheApiIsBack) {
  probing s;
  s.network.serve = [&s](const auto&) {
    return s.network.requests.size() < 3 ? reply(503) : reply(200, R"({"account":"acme"})");
  };
  s.fail();
  s.run_for(10s);
  // A second after the opening, and a second after each answer.
  EXPECT_EQ(s.asked(), (texts{"1000 /me", "2050 /me", "3100 /me"}));
  EXPECT_EQ(s.breaker.state(), circuit::half_open);
  EXPECT_EQ(s.breaker.outages(), 1u);
  EXPECT_EQ(s.shared.last_trouble, "the API answered 503");
  EXPECT_EQ(s.woken, 3u) << "after each, to look at the breaker";
  EXPECT_TRUE(s.ends());
}

// The breaker has nothing to ask with: a job may try.
TEST(Prober, LetsAJobTryWhereThereIsNoWhoami) {
  reader_terms t;
  t.profile.whoami = {};
  probing s(t);
  s.fail();
  s.run_for(999ms);
  EXPECT_EQ(s.breaker.state(), circuit::open);
  s.run_for(60ms);
  EXPECT_EQ(s.breaker.state(), circuit::half_open);
  EXPECT_EQ(s.woken, 1u);
  s.run_for(10s);
  EXPECT_TRUE(s.network.requests.empty());
  EXPECT_TRUE(s.ends());
}

TEST(Prober, AsksForAProofWhenAJobWaitsForOneAndLessOftenEachTime) {
  probing s;
  s.network.serve = [&s](const auto&) {
    return s.network.requests.size() < 5 ? page_for_people(404) : reply(200, R"({"account":"acme"})");
  };
  s.park(clock::now() + 500ms);
  s.run_for(30s);
  // 1 s, 2 s, 4 s, 8 s after each answer, at the tick that follows.
  EXPECT_EQ(s.asked(), (texts{"500 /me", "1550 /me", "3600 /me", "7650 /me", "15700 /me"}));
  EXPECT_EQ(s.parked.proven_at(), s.begin + 15700ms) << "when it was sent";
  EXPECT_TRUE(s.ends());
}

TEST(Prober, AProofThatCameLetsTheNextOneBeAskedForAtOnce) {
  probing s;
  s.network.serve = [](const auto&) { return reply(200, R"({"account":"acme"})"); };
  s.park(clock::now() + 500ms);
  s.run_for(1s);
  ASSERT_TRUE(s.shared.unpark(clock::now())) << "it is proven, and due";
  s.park(clock::now() + 100ms);
  s.run_for(1s);
  EXPECT_EQ(s.asked(), (texts{"500 /me", "1100 /me"}));
  EXPECT_TRUE(s.ends());
}

TEST(Prober, AsksForWhatWasAnsweredWellLastWhereThereIsNoWhoami) {
  reader_terms t;
  t.profile.whoami = {};
  probing s(t);
  s.network.serve = [](const auto&) { return reply(200, item_text("t 9")); };
  s.park(clock::now());
  s.run_for(900ms);
  EXPECT_TRUE(s.network.requests.empty()) << "nothing is known yet";
  s.shared.succeeded("t 9");
  s.run_for(5s);
  EXPECT_EQ(s.asked(), texts{"1000 /items/t%209"});
  EXPECT_EQ(s.parked.proven_at(), s.begin + 1000ms);
  EXPECT_TRUE(s.ends());
}

TEST(Prober, OneRequestServesTheBreakerAndTheProof) {
  probing s;
  s.network.serve = [](const auto&) { return reply(200, R"({"account":"acme"})"); };
  s.fail();
  s.park(clock::now() + 1s);
  s.run_for(5s);
  EXPECT_EQ(s.asked(), texts{"1000 /me"});
  EXPECT_EQ(s.breaker.state(), circuit::half_open);
  EXPECT_EQ(s.parked.proven_at(), s.begin + 1s);
  EXPECT_TRUE(s.ends());
}

TEST(Prober, AsksNothingInARunThatStops) {
  probing s;
  s.fail();
  s.shared.stopping = true;
  s.run_for(5s);
  EXPECT_TRUE(s.network.requests.empty());
  EXPECT_TRUE(s.ends());
}

// Whoever answers a probe, the next one comes, or a job is let through; each sign of life is one.
TEST(Prober, TakesEachTroubleForWhatItIs) {
  using is = trouble::is;
  for (const auto& t : every_trouble()) {
    SCOPED_TRACE(t.name);
    probing s;
    s.network.serve = [&t](const auto&) { return t.what; };
    s.fail();
    s.run_for(1040ms);
    const bool came_back = t.what.fault == transport_fault::none;
    const bool is_alive = came_back && t.kind != is::outage && t.kind != is::foreign && t.kind != is::page;
    EXPECT_EQ(s.breaker.state(), is_alive ? circuit::half_open : circuit::open);
    EXPECT_EQ(s.parked.proven_at(), time_point::min()) << "none of them proves the API";
    EXPECT_EQ(s.shared.last_trouble.empty(), is_alive);
    EXPECT_EQ(s.woken, 1u);
    s.run_for(2s);
    EXPECT_EQ(s.network.requests.size(), is_alive ? 1u : 2u);
    EXPECT_TRUE(s.ends());
  }
}

TEST(Prober, EndsWhereverItIsToldTo) {
  const auto run = [](std::size_t steps) {
    probing s;
    s.network.opening_takes = 100ms;
    s.network.serve = [](const auto&) { return with_header(reply(429), "Retry-After", "1"); };
    s.fail();
    s.park(clock::now() + 1s);
    s.run_until([&] { return s.steps() >= steps || s.network.requests.size() == 3; });
    const auto told = clock::now();
    EXPECT_TRUE(s.ends());
    EXPECT_LE(clock::now() - told, 50ms) << "a tick that was under way";
    return s.steps();
  };
  const auto whole = run(100'000);
  ASSERT_GT(whole, 50u);
  for (std::size_t n = 0; n < whole; ++n) {
    SCOPED_TRACE(n);
    run(n);
  }
}

}  // namespace
}  // namespace pawl::run
