// Keys that end or are refused, against the fake network: when another one is made, how often, and what
// becomes of the reads meanwhile. Keys are made on a real thread, so the clock waits for that.
#include "engine/client/whoami.hpp"
#include "tests/shells/client/reading.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace pawl::client {
namespace {

using namespace by_hand;

// What the program does at each call: "key 2s" (it lives so long), "key", "fails", "hangs".
class program {
 public:
  program(std::vector<std::string> script, const std::atomic<duration::rep>& now)
      : script_(std::move(script)), now_(now) {}

  expected<issued_key> operator()(const std::atomic<bool>& given_up) {
    const auto call = calls_.fetch_add(1);
    const auto what = script_[std::min<std::size_t>(call, script_.size() - 1)];
    if (what == "fails") return failure{failure_kind::mend, "the program", "is sealed", "open it"};
    if (what == "hangs") {
      while (!given_up) std::this_thread::sleep_for(std::chrono::milliseconds{1});
      return failure{failure_kind::later, "the program", "was given up", ""};
    }
    issued_key made;
    const auto space = what.find(' ');
    made.value = secret{what.substr(0, space)};
    made.life.begun = time_point{duration{now_}};
    if (space != std::string::npos)
      made.life.ends = made.life.begun + std::chrono::seconds{std::stoi(what.substr(space + 1))};
    return made;
  }
  std::size_t calls() const { return calls_; }

 private:
  std::vector<std::string> script_;
  const std::atomic<duration::rep>& now_;
  std::atomic<std::size_t> calls_{0};
};

struct renewing : reading {
  std::atomic<duration::rep> now{0};  // of the manual clock, for the other thread
  std::optional<program> maker;
  std::string account = "a1";
  std::string accepted = "first";  // the key that the API knows

  void begin_with(std::vector<std::string> script, reader_terms t = {}) {
    maker.emplace(std::move(script), now);
    t.make = [this](const std::atomic<bool>& given_up) { return (*maker)(given_up); };
    begin({}, std::move(t));
    s->network.serve = [this](const fake_network::request& r) {
      if (r.text.find("Bearer " + accepted + "\r\n") == std::string::npos) return reply(401);
      if (reader_stage::path_of(r) == "/me")
        return reply(200, R"({"account":")" + account + R"(","scopes":[]})");
      return good();
    };
    s->client.bind("a1");
  }

  // As stage::run_until(), but the clock stands while a thread may be about to bring something.
  void run_until_quiet(const std::function<bool()>& holds) {
    for (int idle = 0; !holds(); ++idle) {
      ASSERT_LT(idle, 10'000) << "nothing is left to run";
      now = clock::now().time_since_epoch().count();
      s->io.restart();
      if (s->io.poll_one() > 0) {
        idle = 0;
      } else {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
        if (idle % 20 == 19) manual_clock::advance_to_next_timer();
      }
    }
  }
  std::string read(const std::string& path = "/items/t1") {
    std::string got;
    start(path, got);
    run_until_quiet([&] { return !got.empty(); });
    return got.substr(0, got.find(" at "));
  }
};

TEST_F(renewing, ARefusalMakesOneKeyForAllAndAsksWhoseItIs) {
  begin_with({"second"});
  accepted = "second";
  std::string one, two, three;
  start("/items/t1", one);
  start("/items/t2", two);
  start("/items/t3", three);
  run_until_quiet([&] { return !one.empty() && !two.empty() && !three.empty(); });
  EXPECT_TRUE(one.starts_with("200") && two.starts_with("200") && three.starts_with("200"));
  EXPECT_EQ(maker->calls(), 1u);
  EXPECT_EQ(std::ranges::count(s->paths(), "/me"), 1);
  EXPECT_EQ(s->network.requests.size(), 7u) << "three refused, one question, three answered";
}

TEST_F(renewing, WithoutWhoamiTheNewKeyIsUsedAtOnce) {
  reader_terms t;
  t.profile.whoami.path.clear();
  begin_with({"second"}, std::move(t));
  accepted = "second";
  EXPECT_EQ(read(), "200");
  EXPECT_EQ(s->paths(), (texts{"/items/t1", "/items/t1"}));
}

TEST_F(renewing, AProgramThatFailsAfterARefusalEndsEveryRead) {
  begin_with({"fails"});
  accepted = "another";
  EXPECT_EQ(read(), "mend: is sealed");
  EXPECT_EQ(read(), "mend: is sealed");
  EXPECT_EQ(maker->calls(), 1u);
  EXPECT_EQ(s->network.requests.size(), 1u) << "no further request leaves";
}

TEST_F(renewing, AKeyOfAnotherAccountEndsEveryRead) {
  begin_with({"second"});
  accepted = "second";
  account = "a2";
  const std::string other = "mend: the new key belongs to account a2, and the one before it to a1";
  EXPECT_EQ(read(), other);
  EXPECT_EQ(read(), other);
  EXPECT_EQ(s->paths(), (texts{"/items/t1", "/me"}));
}

TEST_F(renewing, ARefusedKeyThatIsMadeAgainIsBelievedToBeRefusedAfterAWhile) {
  begin_with({"first"});
  accepted = "another";
  EXPECT_EQ(read(), "mend: the API answered 401");
  EXPECT_GE(maker->calls(), 5u) << "a second apart, for five seconds";
  EXPECT_LE(maker->calls(), 6u);
  const auto so_far = maker->calls();
  EXPECT_EQ(read(), "mend: the API answered 401");
  EXPECT_EQ(maker->calls(), so_far) << "the same answer for the same key";
}

TEST_F(renewing, WhoeverKeepsAKeyUntilItsEndMayMakeTheNewOneAMomentLater) {
  begin_with({"first", "first", "second"});
  accepted = "second";
  EXPECT_EQ(read(), "200");
  EXPECT_EQ(maker->calls(), 3u);
}

TEST_F(renewing, AnEndingKeyIsReplacedWhileNobodyAsksForAnything) {
  begin_with({"second 100", "third 100"});
  s->start(s->client.keep_key());
  EXPECT_EQ(read(), "200");
  EXPECT_EQ(maker->calls(), 0u) << "a key without an end is kept";
  accepted = "second";
  EXPECT_EQ(read(), "200");
  const auto calls = maker->calls();
  accepted = "third";
  const auto before = s->network.requests.size();
  run_until_quiet(
      [&] { return maker->calls() > calls && s->network.requests.size() > before && s->keys.version() > 2; });
  EXPECT_EQ(s->paths().back(), "/me");
  EXPECT_EQ(std::chrono::duration_cast<std::chrono::seconds>(clock::now() - s->begin).count() / 10, 9)
      << "a tenth of its life ahead of the end";
  EXPECT_EQ(read(), "200");
  EXPECT_TRUE(s->told.empty());
}

TEST_F(renewing, TroubleAheadOfTheEndIsToldOnceAndTheKeyGoesOn) {
  begin_with({"second 100", "fails", "fails", "fails", "third 100"});
  accepted = "second";
  EXPECT_EQ(read(), "200");
  s->start(s->client.keep_key());
  run_until_quiet([&] { return maker->calls() == 4; });
  EXPECT_EQ(read(), "200") << "with the key that is still good";
  accepted = "third";
  run_until_quiet([&] { return s->keys.version() > 2; });
  EXPECT_EQ(read(), "200");
  ASSERT_EQ(s->told.size(), 1u);
  EXPECT_NE(s->told[0].find("the program: is sealed; open it (the key in use is good for 10 s more)"),
            std::string::npos)
      << s->told[0];
}

TEST_F(renewing, StoppingGivesTheProgramUp) {
  begin_with({"hangs"});
  accepted = "another";
  std::string got;
  start("/items/t1", got);
  run_until_quiet([&] { return maker->calls() == 1; });
  s->client.stop(read_client::stopping::waits);
  run_until_quiet([&] { return !got.empty(); });
  EXPECT_TRUE(got.starts_with(interrupted)) << got;
  s->keys.stop();
  // The thread still tells that it has ended.
  s->io.restart();
  EXPECT_GT(s->io.run_one_for(std::chrono::seconds{10}), 0u);
}

}  // namespace
}  // namespace pawl::client
