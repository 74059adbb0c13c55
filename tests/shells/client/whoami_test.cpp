#include "engine/client/whoami.hpp"

#include "tests/shells/support/reader_walk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::client {
namespace {

namespace asio = boost::asio;
using namespace testing;
using texts = std::vector<std::string>;

std::string in_text(const expected<account_info>& who) {
  if (!who) return in_words(who.error());
  auto text = "account " + who->account;
  for (const auto& scope : who->scopes) text += " " + scope;
  return text;
}

asio::awaitable<std::string> ask(reader_stage& s) {
  const auto who = co_await ask_whoami(s.client, s.terms.profile, s.reader);
  co_return in_text(who);
}

reader_walk whose_key_it_is() {
  reader_walk w;
  w.serve = [](const fake_network::request&) {
    return reply(200, R"({"account":"acme","scopes":["read","write"]})");
  };
  w.work = ask;
  return w;
}

TEST(AskWhoami, SaysWhoseKeyItIsAndWhatItMay) {
  const auto end = whose_key_it_is().run();
  EXPECT_EQ(end.result, "account acme read write");
  EXPECT_EQ(end.paths, texts{"/me"});
  EXPECT_TRUE(end.is_clean);
}

TEST(AskWhoami, AsksAsTheProfileSays) {
  auto w = whose_key_it_is();
  w.terms.profile.whoami.request.query = {{"with", {{api::hole::none, "all scopes", {}}}}};
  const auto end = w.run();
  EXPECT_EQ(end.result, "account acme read write");
  EXPECT_EQ(end.paths, texts{"/me?with=all%20scopes"});
}

TEST(AskWhoami, SendsNothingWhereTheApiHasNone) {
  auto w = whose_key_it_is();
  w.terms.profile.whoami.path.clear();
  const auto end = w.run();
  EXPECT_EQ(end.result, "account ");
  EXPECT_TRUE(end.paths.empty());
}

TEST(AskWhoami, GoesThroughEveryErrorAndCancellation) {
  whose_key_it_is().all();
}

// A reply that names no account is asked for again, and then the profile is in doubt.
TEST(AskWhoami, AsksAgainForAReplyThatCannotBeRead) {
  auto w = whose_key_it_is();
  for (const auto* body : {"[1]", "{}", R"({"account":)"}) {
    SCOPED_TRACE(body);
    const trouble unreadable{"", reply(200, body), {}};
    const auto once = w.run(w.with(unreadable, 0, false));
    EXPECT_EQ(once.result, "account acme read write");
    EXPECT_EQ(once.paths.size(), 2u);
    const auto always = w.run(w.with(unreadable, 0, true));
    EXPECT_EQ(always.result, "mend: the reply does not say whose key this is");
    EXPECT_EQ(always.paths.size(), w.terms.retry.max_attempts);
    EXPECT_TRUE(once.is_clean && always.is_clean);
  }
}

TEST(AskWhoami, SaysWhatToMendWhereTheApiRefuses) {
  for (const auto& [refusal, remedy] : std::vector<std::pair<answer, std::string>>{
           {own_error(404, "no_such_route"), "check api.base_url and the profile's whoami"},
           {reply(401), "the API did not accept the key (401): renew it and run the same command again"}}) {
    reader_stage s;
    s.network.answers = {refusal};
    const auto who = s.result_of(ask_whoami(s.client, s.terms.profile, s.reader));
    ASSERT_FALSE(who);
    EXPECT_EQ(who.error().kind, failure_kind::mend);
    EXPECT_EQ(who.error().remedy, remedy);
    EXPECT_EQ(who.error().place, "https://api.test/me");
    EXPECT_TRUE(s.ends_clean());
  }
}

}  // namespace
}  // namespace pawl::client
