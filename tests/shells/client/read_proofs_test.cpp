// What a read makes of a reply: refusals, replies of strangers, proofs that the API is there, giving up
// alone.
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

}  // namespace
}  // namespace pawl::client
