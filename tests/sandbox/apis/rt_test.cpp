#include "tests/sandbox/vendor_fixture.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace json = boost::json;
namespace {

struct rt_fixture : vendor_fixture {
  explicit rt_fixture(std::uint64_t resources = 5) : vendor_fixture("rt", "token k", resources) {
    edit("1",
         R"({"set":{"Subject":"old","Priority":0,"Owner":"Nobody","Status":"new","custom":{"Plan":[]}}})");
  }
  answer put(const std::string& id, std::string_view body, header_list further = {}) {
    return send("PUT", "/REST/2.0/ticket/" + id, body, std::move(further));
  }
  answer read(const std::string& id) { return get("/REST/2.0/ticket/" + id); }
};

TEST(Rt, AWriteAnswersWithAListOfSentences) {
  rt_fixture f;
  const auto a =
      f.put("1", R"({"Subject":"new","Priority":42,"Owner":"root","CustomFields":{"Plan":"pro"}})");
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(
      a.body,
      R"(["Ticket 1: Owner changed from Nobody to root","Ticket 1: Priority changed from (no value) to '42'",)"
      R"("Ticket 1: Subject changed from 'old' to 'new'","Plan pro added"])");
  const json::value now = f.read("1").json();
  EXPECT_EQ(now.at("id"), 1);
  EXPECT_EQ(now.at("Subject"), "new");
  EXPECT_EQ(now.at("Owner").at("id"), "root");
  EXPECT_EQ(now.at("CustomFields").at(0).at("values").at(0), "pro");
  EXPECT_EQ(f.put("1", R"({"Subject":"new","Priority":"42"})").body, "[]") << "nothing to change";
  EXPECT_EQ(f.put("1", R"({"CustomFields":{"1":null}})").body,
            R"(["pro is no longer a value for custom field Plan"])");
}

TEST(Rt, WithoutTheRightAWriteIs200AndChangesNothing) {
  rt_fixture f;
  f.configure(R"({"keys":{"k":["ShowTicket"]}})");
  const json::value before = f.of("1").at("fields");
  const auto a = f.put("1", R"({"Subject":"x","Priority":7,"CustomFields":{"Plan":"pro"}})");
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.body, R"(["Ticket 1: Permission Denied","Ticket 1: Permission Denied",)"
                    R"("Could not add new custom field value: Permission Denied"])");
  EXPECT_EQ(f.of("1").at("fields"), before);
  f.configure(R"({"keys":{"k":[]}})");
  EXPECT_EQ(f.read("1").status, 403);
}

TEST(Rt, ARefusedFieldIsASentenceAndTheOthersAreApplied) {
  rt_fixture f;
  const auto a = f.put("1", R"({"Status":"nope","Subject":"new","Nonsense":1})");
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.body, R"(["Ticket 1: Status 'nope' isn't a valid status for this ticket.",)"
                    R"("Ticket 1: Subject changed from 'old' to 'new'"])");
  EXPECT_EQ(f.of("1").at("fields").at("Status"), "new");
}

TEST(Rt, ShowsNumbersAsTextAndKeepsOfASubjectWhatFits) {
  rt_fixture f;
  f.put("1", R"({"Priority":42,"Queue":"3","Subject":null})");
  json::value now = f.read("1").json();
  EXPECT_EQ(now.at("Priority"), "42");
  EXPECT_EQ(now.at("Queue").at("id"), "3");
  EXPECT_EQ(now.at("Subject"), "old") << "null is no value";
  EXPECT_EQ(now.at("Due"), "1970-01-01T00:00:00Z");
  EXPECT_EQ(f.put("1", R"({"Queue":"77"})").body, R"(["Ticket 1: Queue 77 does not exist"])");
  std::string umlauts;
  for (int i = 0; i < 101; ++i) umlauts += "\u00fc";
  f.put("1", R"({"Subject":"a\n)" + umlauts + R"("})");
  now = f.read("1").json();
  EXPECT_EQ(now.at("Subject").as_string().size(), 200u);
  EXPECT_TRUE(now.at("Subject").as_string().starts_with("a "));
}

TEST(Rt, TheGuardIsTheTagOfTheRead) {
  rt_fixture f;
  const auto first = f.read("1");
  const std::string tag = first.headers.at("ETag");
  EXPECT_EQ(f.put("1", R"({"Subject":"v2"})", {{"If-Match", tag}}).status, 200);
  const auto refused = f.put("1", R"({"Subject":"v3"})", {{"If-Match", tag}});
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(refused.json().at("message"), "Precondition Failed");
  const std::string second = f.read("1").headers.at("ETag");
  EXPECT_NE(second, tag);
  EXPECT_EQ(f.send("GET", "/REST/2.0/ticket/1", "", {{"If-None-Match", second}}).status, 304);
  f.edit("1", R"({"set":{"Subject":"by hand"}})");
  EXPECT_EQ(f.put("1", R"({"Subject":"v3"})", {{"If-Match", second}}).status, 412)
      << "a person's edit counts";
}

TEST(Rt, AMergedTicketAnswersAsTheSurvivor) {
  rt_fixture f;
  f.edit("1", R"({"merged_into":"2"})");
  EXPECT_EQ(f.read("1").json().at("id"), 2);
  f.put("1", R"({"Subject":"x"})");
  EXPECT_EQ(f.of("2").at("fields").at("Subject"), "x");
}

TEST(Rt, ListsByNextPage) {
  rt_fixture f{45};
  std::string next = "/REST/2.0/tickets?query=id%3E0&fields=Subject,LastUpdated";
  std::size_t seen = 0;
  int pages = 0;
  for (; !next.empty() && pages < 9; ++pages) {
    const json::value page = f.get(next).json();
    seen += page.at("items").as_array().size();
    EXPECT_EQ(page.at("total"), 45);
    EXPECT_EQ(page.at("items").at(0).as_object().size(), 5u);
    const json::value* link = page.as_object().if_contains("next_page");
    next = link == nullptr ? ""
                           : std::string{link->as_string()}.substr(std::string{"https://api.example"}.size());
  }
  EXPECT_EQ(seen, 45u);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(f.get("/REST/2.0/tickets?per_page=500").json().at("per_page"), 100);
}

TEST(Rt, RefusesStrangers) {
  rt_fixture f;
  f.sent["Authorization"] = "token no";
  EXPECT_EQ(f.read("1").json().at("message"), "Unauthorized");
  f.sent["Authorization"] = "Basic cm9vdDpr";  // root:k
  EXPECT_EQ(f.read("1").status, 200);
  EXPECT_EQ(f.read("99").status, 404);
  EXPECT_EQ(f.put("1", "[]").status, 400);
}

}  // namespace
}  // namespace sandbox
