#include "tests/sandbox/service_fixture.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

TEST(Control, ForcesStatusRedirectsAndTakesThemBack) {
  fixture f;
  f.configure(R"({"force_status":{"status":401,"code":"unauthenticated"}})");
  EXPECT_EQ(f.patch("thr_1", "{}").code(), "unauthenticated");
  f.configure(R"({"force_status":{"status":500,"times":1,"class":"write"}})");
  EXPECT_EQ(f.send("GET", "/api/v2/me").status, 200);
  EXPECT_EQ(f.patch("thr_1", "{}").status, 500);
  EXPECT_EQ(f.patch("thr_1", "{}").status, 200);
  f.configure(R"({"redirect":true})");
  EXPECT_EQ(f.patch("thr_1", "{}").status, 302);
  f.configure(R"({"redirect":false})");
  EXPECT_EQ(f.patch("thr_1", "{}").status, 200);
}

TEST(Control, ChangesKeysAndOutage) {
  fixture f;
  outage_kind outage = outage_kind::none;
  f.api.on_outage = [&](outage_kind kind, std::chrono::microseconds) { outage = kind; };
  f.configure(R"({"outage":true,"outage_for":"60s"})");
  EXPECT_EQ(outage, outage_kind::refuse);
  f.configure(R"({"outage":"foreign/404/html"})");
  EXPECT_EQ(outage, outage_kind::page);
  f.configure(R"({"outage":"none"})");
  f.configure(R"({"keys":{"pl_v2_test":["threads:read"]}})");
  EXPECT_EQ(f.patch("thr_1", "{}").status, 403);
  f.configure(R"({"revoke":"pl_v2_test"})");
  EXPECT_EQ(f.patch("thr_1", "{}").status, 401);
  f.configure(R"({"keys":{"pl_v2_test":["threads:write"]}})");
  EXPECT_EQ(f.patch("thr_1", "{}").status, 200);
}

TEST(Control, RefusesWhatItDoesNotKnowAndChangesNothing) {
  fixture f;
  for (const char* wrong :
       {R"({"fault":"e500=1"})", R"({"delay":"1s","faults":"e599=1"})", "[]", "{",
        R"({"limits":{"kind":"x"}})", R"({"force_status":{"status":99}})", R"({"outage":"foreign"})",
        R"({"outage":"foreign-after/200/html"})", R"({"outage":"foreign/99"})", R"({"faults":"e500/404=1"})",
        R"({"faults":"foreign/404/pdf=1"})"}) {
    EXPECT_EQ(f.configure(wrong).status, 400) << wrong;
  }
  request r;
  r.method = "PATCH";
  r.target = "/api/v2/threads/thr_1";
  EXPECT_EQ(f.api.plan(r).after.count(), 0);
}

TEST(Control, JournalAndTruthCountNotices) {
  fixture f;
  f.configure(R"({"script":{"thr_1":["drop-after","e500","ok"]}})");
  for (int i = 0; i < 3; ++i) f.patch("thr_1", R"({"notify":{"slack":true,"email":true}})");
  f.patch("thr_1", R"({"title":"without"})");
  std::istringstream lines{f.send("GET", "/_sandbox/journal?last=4").body};
  std::vector<std::int64_t> notices;
  for (std::string line; std::getline(lines, line);) {
    const json::value entry = json::parse(line);
    const json::value* counted = entry.as_object().if_contains("notices");
    notices.push_back(counted == nullptr ? 0 : counted->to_number<std::int64_t>());
  }
  EXPECT_EQ(notices, (std::vector<std::int64_t>{2, 0, 2, 0}));
  EXPECT_EQ(f.truth().at("threads").at("thr_1").at("notified").at("slack"), 2);
  EXPECT_EQ(f.truth().at("totals").at("notices"), 4);
}

TEST(Control, JournalTellsRequestsWithoutKeys) {
  fixture f;
  f.configure(R"({"script":{"thr_1":["drop-after"]}})");
  f.patch("thr_1", R"({"title":"é"})");
  const std::string line = f.send("GET", "/_sandbox/journal?last=1").body;
  const json::value e = json::parse(line.substr(0, line.size() - 1));
  EXPECT_EQ(e.at("method"), "PATCH");
  EXPECT_EQ(e.at("id"), "thr_1");
  EXPECT_EQ(e.at("body"), R"({"title":"é"})");
  EXPECT_EQ(e.at("fault"), "drop-after");
  EXPECT_EQ(e.at("applied"), true);
  EXPECT_EQ(e.at("status"), 0);
  EXPECT_EQ(e.at("key"), "key_1");
  EXPECT_EQ(line.find("pl_v2_test"), std::string::npos);
}

}  // namespace
}  // namespace sandbox
