#include "tests/sandbox/service_fixture.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

TEST(Service, AppliesAPatchAndShowsTheThread) {
  fixture f;
  const answer a = f.patch("thr_1", R"({"status":"done"})");
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(json::parse(a.body).at("status"), "done");
  EXPECT_EQ(json::parse(f.send("GET", "/api/v2/threads/thr_1?expand=messages,x").body).at("status"), "done");
  EXPECT_EQ(f.truth().at("threads").at("thr_1").at("applied"), 1);
  EXPECT_EQ(f.truth().at("totals").at("applied"), 1);
}

TEST(Service, EveryReplyCarriesRequestIdAndDate) {
  fixture f;
  const answer good = f.send("GET", "/api/v2/me"), bad = f.patch("thr_1", "{");
  EXPECT_EQ(good.headers.at("X-Request-Id").size(), 20u);
  EXPECT_NE(good.headers.at("X-Request-Id"), bad.headers.at("X-Request-Id"));
  EXPECT_EQ(json::parse(bad.body).at("error").at("request_id").as_string(), bad.headers.at("X-Request-Id"));
  EXPECT_EQ(good.headers.at("Date"), http_date(start));
}

TEST(Service, EndsAKeySoLongAfterItsFirstUse) {
  fixture f;
  f.keys.put("pl_v2_other", {"threads:read"});
  f.keys.set_life(std::chrono::seconds{2});
  f.now += 5 * one_second;
  EXPECT_EQ(f.send("GET", "/api/v2/me").status, 200);
  f.now += 2 * one_second - 1;
  EXPECT_EQ(f.send("GET", "/api/v2/me").status, 200);
  f.now += 1;
  EXPECT_EQ(f.send("GET", "/api/v2/me").status, 401);
  EXPECT_EQ(f.send("GET", "/api/v2/me", "", "Bearer pl_v2_other").status, 200);
}

struct refusal {
  const char *method, *target, *body, *authorization, *type;
  int status;
  const char* code;
};

TEST(Service, RefusesAsDocumented) {
  fixture f;
  f.keys.put("pl_v2_reader", {"threads:read"});
  f.send("POST", "/_sandbox/threads/thr_7", R"({"deleted":404})");
  f.send("POST", "/_sandbox/threads/thr_8", R"({"deleted":403})");
  f.send("POST", "/_sandbox/threads/thr_9", R"({"origin":"live_chat","status":"done"})");
  const char *good = "Bearer pl_v2_test", *reader = "Bearer pl_v2_reader", *type = "application/json";
  for (const refusal& r : {
           refusal{"GET", "/api/v2/me", "", "", "", 401, "unauthenticated"},
           refusal{"GET", "/api/v2/me", "", "Bearer wrong", "", 401, "unauthenticated"},
           refusal{"GET", "/api/v2/me", "", "Basic pl_v2_test", "", 401, "unauthenticated"},
           refusal{"GET", "/api/v2/me", "", "Bearer pl_v1_old", "", 410, "unsupported_key_version"},
           refusal{"PATCH", "/api/v2/threads/thr_1", "{}", reader, type, 403, "scope_required"},
           refusal{"GET", "/api/v2/tags", "", reader, "", 403, "scope_required"},
           refusal{"PATCH", "/api/v2/threads/nobody", "{}", good, type, 404, "not_found"},
           refusal{"PATCH", "/api/v2/threads/thr_7", "{}", good, type, 404, "not_found"},
           refusal{"PATCH", "/api/v2/threads/thr_8", "{}", good, type, 403, "forbidden"},
           refusal{"PATCH", "/api/v2/threads/thr_9", R"({"status":"done"})", good, type, 409, "conflict"},
           refusal{"PATCH", "/api/v2/threads/thr_1", R"({"status":"x"})", good, type, 400,
                   "validation_failed"},
           refusal{"PATCH", "/api/v2/threads/thr_1", "{", good, type, 400, "validation_failed"},
           refusal{"PATCH", "/api/v2/threads/thr_1", "{}", good, "text/plain", 400, "validation_failed"},
           refusal{"GET", "/api/v2/threads?limit=0", "", good, "", 400, "validation_failed"},
           refusal{"GET", "/api/v2/threads?cursor=x", "", good, "", 422, "unprocessable"},
           refusal{"GET", "/api/v2/nothing", "", good, "", 404, "not_found"},
       }) {
    const answer a = f.send(r.method, r.target, r.body, r.authorization, r.type);
    EXPECT_EQ(a.status, r.status) << r.method << ' ' << r.target;
    EXPECT_EQ(a.code(), r.code) << r.method << ' ' << r.target;
  }
  EXPECT_EQ(f.truth().at("totals").at("applied"), 0);
  const answer scope = f.send("PATCH", "/api/v2/threads/thr_1", "{}", reader);
  EXPECT_EQ(json::serialize(json::parse(scope.body).at("error").at("details")),
            R"({"required":["threads:write"],"granted":["threads:read"]})");
}

TEST(Service, LimitsHoldPerClassAndKeyAndAreTold) {
  fixture f{{}, "2/60s", "1000/60s"};
  EXPECT_EQ(f.patch("thr_1", "{}").headers.at("X-RateLimit-Remaining"), "1");
  f.now += 500'000;
  EXPECT_EQ(f.patch("thr_2", "{}").headers.at("X-RateLimit-Remaining"), "0");
  f.now += one_second;
  const answer refused = f.patch("thr_3", "{}");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.code(), "rate_limited");
  EXPECT_EQ(refused.headers.at("Retry-After"), "59") << "58.5 s, rounded up";
  EXPECT_EQ(refused.headers.at("X-RateLimit-Limit"), "2");
  EXPECT_EQ(refused.headers.at("X-RateLimit-Reset"), std::to_string(start / one_second + 60));
  EXPECT_EQ(json::serialize(json::parse(refused.body).at("error").at("details")),
            R"({"limit":2,"window":"1m"})");
  EXPECT_EQ(f.send("GET", "/api/v2/threads/thr_1").status, 200) << "reads have their own";
  f.keys.put("pl_v2_other", {"threads:write"});
  EXPECT_EQ(f.send("PATCH", "/api/v2/threads/thr_1", "{}", "Bearer pl_v2_other").status, 200);
  f.now = start + 60 * one_second;
  EXPECT_EQ(f.patch("thr_3", "{}").status, 200);

  const json::value truth = f.truth();
  EXPECT_EQ(truth.at("totals").at("throttled"), 1);
  EXPECT_EQ(truth.at("limits").at(0).at("most_counted"), 2);
  EXPECT_EQ(truth.at("threads").at("thr_3").at("applied"), 1);
}

TEST(Service, CountsWhereItIsTold) {
  for (const count_point point : {count_point::arrival, count_point::reply, count_point::random}) {
    behaviour how;
    how.delay = std::chrono::milliseconds{80};
    how.count_at = point;
    fixture f{how};
    std::int64_t earliest = 80'000, latest = 0;
    for (int i = 0; i < 100; ++i) {
      request r;
      r.method = "PATCH";
      r.target = "/api/v2/threads/thr_1";
      const course c = f.api.plan(r);
      EXPECT_EQ((c.before + c.after).count(), 80'000);
      earliest = std::min<std::int64_t>(earliest, c.before.count());
      latest = std::max<std::int64_t>(latest, c.before.count());
    }
    if (point == count_point::arrival) {
      EXPECT_EQ(latest, 0);
    }
    if (point == count_point::reply) {
      EXPECT_EQ(earliest, 80'000);
    }
    if (point == count_point::random) {
      EXPECT_TRUE(earliest < 10'000 && latest > 70'000);
    }
  }
}

struct fault_case {
  std::string fault;
  bool applied;
  int status;
  delivery how;
};

TEST(Service, FaultsDoWhatTheirTableSays) {
  for (const fault_case& c : {
           fault_case{"drop-before", false, 0, delivery::drop},
           fault_case{"drop-after", true, 0, delivery::drop},
           fault_case{"cut", true, 200, delivery::send_and_drop},
           fault_case{"e500", false, 500, delivery::send},
           fault_case{"e502", false, 502, delivery::send},
           fault_case{"e503", false, 503, delivery::send},
           fault_case{"e503-retry", false, 503, delivery::send},
           fault_case{"e504", false, 504, delivery::send},
           fault_case{"e408", false, 408, delivery::send_and_close},
           fault_case{"e500-after", true, 500, delivery::send},
           fault_case{"e502-after", true, 502, delivery::send},
           fault_case{"e503-after", true, 503, delivery::send},
           fault_case{"e503-retry-applied", true, 503, delivery::send},
           fault_case{"e504-after", true, 504, delivery::send},
           fault_case{"e408-after", true, 408, delivery::send_and_close},
           fault_case{"r429", false, 429, delivery::send},
           fault_case{"garbage", true, 200, delivery::send},
           fault_case{"garbage-http", true, 200, delivery::send_and_drop},
           fault_case{"wrong-id", true, 200, delivery::send},
           fault_case{"lying", false, 200, delivery::send},
           fault_case{"stale", true, 200, delivery::send},
           fault_case{"stall", false, 0, delivery::hold},
           fault_case{"stall-after", true, 0, delivery::hold},
           fault_case{"slow", true, 200, delivery::send},
           fault_case{"close", true, 200, delivery::send_and_drop},
           fault_case{"close-header", true, 200, delivery::send_and_close},
           fault_case{"dribble", true, 200, delivery::dribble},
           fault_case{"foreign/404/html", false, 404, delivery::send},
           fault_case{"foreign/204", false, 204, delivery::send},
           fault_case{"foreign-after/403/json", true, 403, delivery::send},
           fault_case{"foreign-retry/423/empty", false, 423, delivery::send},
           fault_case{"foreign-stop/407/text", false, 407, delivery::send},
       }) {
    fixture f;
    ASSERT_EQ(f.configure("{\"faults\":\"" + c.fault + "=1\"}").status, 200);
    const answer a = f.patch("thr_1", R"({"title":"new"})");
    EXPECT_EQ(a.status, c.status) << c.fault;
    EXPECT_EQ(a.how, c.how) << c.fault;
    const json::value truth = f.truth();
    EXPECT_EQ(truth.at("threads").at("thr_1").at("applied"), c.applied ? 1 : 0) << c.fault;
    EXPECT_EQ(truth.at("totals").at("injected").at(c.fault.substr(0, c.fault.find('/'))), 1) << c.fault;
    EXPECT_EQ(truth.at("totals").at("throttled"), 0) << c.fault;
  }
}

TEST(Service, LyingAndWrongRepliesShowWhatTheySay) {
  fixture f;
  f.configure(R"({"script":{"thr_1":["lying","stale","wrong-id","ok"]}})");
  EXPECT_NE(json::parse(f.patch("thr_1", R"({"title":"a"})").body).at("title"), "a");
  EXPECT_NE(json::parse(f.patch("thr_1", R"({"title":"b"})").body).at("title"), "b");
  EXPECT_NE(json::parse(f.patch("thr_1", R"({"title":"c"})").body).at("id"), "thr_1");
  const json::value last = json::parse(f.patch("thr_1", R"({"status":"open"})").body);
  EXPECT_EQ(last.at("id"), "thr_1");
  EXPECT_EQ(last.at("title"), "c");
}

TEST(Service, TwoFaultsHappenTogether) {
  behaviour how;
  how.slow = std::chrono::milliseconds{700};
  fixture f{how};
  f.configure(R"({"script":{"thr_1":["e500-after+close","cut+slow","drop-before+close-header"]}})");
  const answer first = f.patch("thr_1", R"({"title":"a"})");
  EXPECT_EQ(first.status, 500);
  EXPECT_EQ(first.how, delivery::send_and_drop);
  request r;
  r.method = "PATCH";
  r.target = "/api/v2/threads/thr_1";
  EXPECT_EQ(f.api.plan(r).after, std::chrono::milliseconds{700});
  EXPECT_EQ(f.patch("thr_1", R"({"title":"b"})").how, delivery::drop);
  const json::value injected = f.truth().at("totals").at("injected");
  EXPECT_EQ(injected.at("e500-after"), 1);
  EXPECT_EQ(injected.at("close"), 1);
}

TEST(Service, ReadsAndWritesHaveScriptsOfTheirOwn) {
  fixture f;
  f.configure(R"({"script":{"thr_1":["e500"]},"read_script":{"thr_1":["e502","ok","e503*"]}})");
  const auto read = [&] { return f.send("GET", "/api/v2/threads/thr_1").status; };
  EXPECT_EQ(read(), 502);
  EXPECT_EQ(f.patch("thr_1", "{}").status, 500);
  EXPECT_EQ(f.patch("thr_1", "{}").status, 200);
  EXPECT_EQ(read(), 200);
  EXPECT_EQ(read(), 503);
  EXPECT_EQ(read(), 503);
  f.configure(R"({"read_script":{}})");
  EXPECT_EQ(read(), 200);
  EXPECT_TRUE(f.api.script(request_class::read, "thr_1", "drop-before"));
  EXPECT_FALSE(f.api.script(request_class::read, "thr_1", "dropped"));
  EXPECT_EQ(f.send("GET", "/api/v2/threads/thr_1").how, delivery::drop);
}

TEST(Service, SameSeedFaultsTheSameRequestsInAnyOrder) {
  const auto statuses = [](bool backwards) {
    fixture f;
    f.configure(R"({"faults":"e500=0.3,r429=0.2"})");
    std::map<std::string, std::vector<int>> seen;
    for (int round = 0; round < 5; ++round) {
      for (int i = 0; i < 20; ++i) {
        const std::string id = "thr_" + std::to_string(backwards ? 20 - i : 1 + i);
        seen[id].push_back(f.patch(id, "{}").status);
      }
    }
    return seen;
  };
  EXPECT_EQ(statuses(false), statuses(true));
}

TEST(Service, AStrangersReplyIsNotTheApis) {
  fixture f{{}, "2/60s", "2/60s"};
  f.configure(
      R"({"script":{"thr_1":["foreign/404/html","foreign-retry/403/json","foreign/200/empty","ok"]}})");
  const answer page = f.patch("thr_1", R"({"title":"a"})");
  EXPECT_EQ(page.headers.at("Content-Type"), "text/html");
  EXPECT_NE(page.body.find("<html>"), std::string::npos);
  EXPECT_FALSE(page.headers.contains("X-Request-Id"));
  EXPECT_FALSE(page.headers.contains("X-RateLimit-Limit"));
  EXPECT_FALSE(page.headers.contains("Retry-After"));
  const answer again = f.send("PATCH", "/api/v2/threads/thr_1", "{}", "Bearer of nobody");
  EXPECT_EQ(again.status, 403) << "nobody looks at the key there";
  EXPECT_EQ(again.headers.at("Retry-After"), "1");
  EXPECT_EQ(again.headers.at("Content-Type"), "application/json");
  const answer empty = f.patch("thr_1", "{}");
  EXPECT_EQ(empty.headers.at("Content-Length"), "0");
  EXPECT_FALSE(empty.headers.contains("Content-Type"));
  EXPECT_EQ(f.patch("thr_1", "{}").headers.at("X-RateLimit-Remaining"), "1")
      << "the limits did not count them";
}

TEST(Service, StrangersDoNotSpeakAboutOneThreadAgainAndAgain) {
  fixture f;
  f.configure(R"({"faults":"foreign=0.5,foreign-after=0.5"})");
  for (int round = 0; round < 5; ++round) {
    EXPECT_FALSE(f.patch("thr_1", "{}").headers.contains("X-Request-Id")) << round;
    for (int i = 0; i < 3; ++i)
      EXPECT_TRUE(f.send("GET", "/api/v2/threads/thr_1").headers.contains("X-Request-Id")) << round;
  }
}

TEST(Service, APageInFrontAnswersEverything) {
  fixture f;
  f.configure(R"({"script":{"thr_1":["e500"]}})");
  f.configure(R"({"outage":"foreign/503/html"})");
  for (const char* path : {"/api/v2/me", "/api/v2/threads", "/api/v2/threads/thr_1", "/nowhere"})
    EXPECT_EQ(f.send("GET", path).status, 503) << path;
  EXPECT_EQ(f.patch("thr_1", R"({"title":"a"})").status, 503);
  f.configure(R"({"outage":"none"})");
  EXPECT_EQ(f.patch("thr_1", "{}").status, 500) << "a script waits for it to end";
  EXPECT_EQ(f.patch("thr_1", "{}").status, 200);
  EXPECT_EQ(f.truth().at("totals").at("applied"), 1);
}

TEST(Service, IdentityIsNeverFaulty) {
  fixture f;
  f.configure(R"({"faults":"drop-before=1"})");
  EXPECT_EQ(f.send("GET", "/api/v2/me").status, 200);
  EXPECT_EQ(f.send("GET", "/api/v2/threads/thr_1").how, delivery::drop);
}

TEST(Service, ItemsOfTheGenericApiTakeAnyObjectAndShowNothing) {
  fixture f;
  EXPECT_EQ(f.send("PATCH", "/v1/items/a%2Fb", R"({"x":1})").status, 401)
      << "its key comes in a header of its own";
  f.api_key = key;
  const answer a = f.send("PATCH", "/v1/items/a%2Fb", R"({"x":1})");
  EXPECT_EQ(a.status, 204);
  EXPECT_EQ(a.body, "");
  EXPECT_FALSE(a.headers.contains("Content-Length"));
  EXPECT_EQ(f.send("PATCH", "/v1/items/a%2Fb", "[]").status, 400);
  f.configure(R"({"faults":"drop-after=1"})");
  EXPECT_EQ(f.send("PUT", "/v1/items/a%2Fb", R"({"y":2})").how, delivery::drop);
  const json::value truth = f.truth();
  EXPECT_EQ(json::serialize(truth.at("items").at("a/b")),
            R"({"writes_seen":4,"applied":2,"bodies":[{"x":1},{"y":2}]})");
}

// Only the server knows when a reply has been sent, so here the first request is still under way.
TEST(Service, RefusesWhatIsTooMuchAtTheSameTime) {
  for (const int status : {503, 429}) {
    behaviour how;
    how.most_in_flight = 1;
    how.over_status = status;
    fixture f{how};
    EXPECT_EQ(f.patch("thr_1", R"({"status":"done"})").status, 200);
    const auto refused = f.patch("thr_2", R"({"status":"done"})");
    EXPECT_EQ(refused.status, status);
    EXPECT_EQ(refused.headers.count("Retry-After"), 0u);
    EXPECT_EQ(f.api.counts().applied, 1u);
    EXPECT_EQ(f.api.counts().refused_as_too_many, 1u);
    f.api.finished();
    f.api.finished();
    EXPECT_EQ(f.patch("thr_2", R"({"status":"done"})").status, 200);
  }
}

}  // namespace
}  // namespace sandbox
