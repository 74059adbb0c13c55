#include "tests/sandbox/foreign.hpp"

#include "tests/sandbox/faults.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace sandbox {
namespace {

std::map<int, std::set<foreign_body>> drawn(foreign_set set) {
  std::map<int, std::set<foreign_body>> seen;
  for (std::uint64_t dice = 0; dice < 20'000; ++dice) {
    const auto r = draw_foreign(set, dice);
    seen[r.status].insert(r.body);
    EXPECT_EQ(r.retry_after, set == foreign_set::throttling);
  }
  return seen;
}

TEST(Foreign, HasEveryBodyForEveryStatus) {
  const auto seen = drawn(foreign_set::before);
  for (const int status : {200, 202, 301, 302, 400, 403, 404, 405, 408, 409, 410,
                           413, 421, 423, 425, 429, 500, 502, 503, 504, 521}) {
    ASSERT_TRUE(seen.contains(status)) << status;
    EXPECT_EQ(seen.at(status).size(), 4u) << status;
  }
  EXPECT_EQ(seen.at(204), std::set{foreign_body::empty});
}

TEST(Foreign, KeepsApartWhatStopsARunAndWhatSaysThatTheApiWasNotAsked) {
  const auto before = drawn(foreign_set::before), behind = drawn(foreign_set::behind);
  for (const int status : {401, 402, 407}) {
    EXPECT_FALSE(before.contains(status) || behind.contains(status)) << status;
    EXPECT_TRUE(drawn(foreign_set::stopping).contains(status)) << status;
  }
  for (const int status : {421, 423, 425, 429}) EXPECT_FALSE(behind.contains(status)) << status;
  EXPECT_TRUE(behind.contains(404));
  EXPECT_TRUE(behind.contains(200));
}

TEST(Foreign, JsonOfAGatewayIsJsonAndNotTheApisEnvelope) {
  std::set<std::string> bodies;
  for (std::uint64_t dice = 0; dice < 200; ++dice) {
    std::string text;
    append_foreign_body(text, {404, foreign_body::json, false}, dice);
    bodies.insert(text);
  }
  EXPECT_EQ(bodies.size(), 8u);
  for (const auto& text : bodies) {
    const auto body = boost::json::parse(text);
    const auto* object = body.if_object();
    const auto* error = object == nullptr ? nullptr : object->if_contains("error");
    EXPECT_FALSE(error != nullptr && error->is_object() && error->as_object().contains("code")) << text;
  }
}

TEST(Foreign, NoGatewaySpeaksAsTheApiDoes) {
  const std::vector<std::vector<std::string_view>> apis{
      {R"("error":)"}, {R"("message":)"}, {R"("errors":)"}, {R"("message":)", R"("status":)"}};
  for (const auto& own : apis) {
    std::set<std::string> bodies;
    for (std::uint64_t dice = 0; dice < 200; ++dice) {
      std::string text;
      append_foreign_body(text, {404, foreign_body::json, false}, dice, own);
      for (const auto words : own) EXPECT_EQ(text.find(words), std::string::npos) << text;
      bodies.insert(text);
    }
    EXPECT_GE(bodies.size(), 4u) << own.front();
  }
}

TEST(Foreign, IsReadAsItIsNamed) {
  for (const char* name : {"foreign", "foreign/404/html", "foreign-after/200/json", "foreign/503/empty+close",
                           "foreign-retry/403/text"}) {
    const auto read = fault::parse(name);
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(read->name(), name);
    EXPECT_TRUE(read->is_foreign());
  }
  EXPECT_EQ(fault::parse("foreign/404")->name(), "foreign/404/html");
  EXPECT_EQ(fault::parse("foreign/204/html")->name(), "foreign/204/empty");
  EXPECT_TRUE(fault::parse("foreign-retry/403")->stranger->retry_after);
  for (const char* wrong : {"foreign/", "foreign/99", "foreign/600", "foreign/404x", "foreign/404/",
                            "cut/404", "foreign/404/html/", "foreign/404/HTML"})
    EXPECT_FALSE(fault::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace sandbox
