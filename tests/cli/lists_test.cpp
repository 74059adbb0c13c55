// Lists that are not what they seem: full pages without a way on, fields that items leave out, cursors that
// lead nowhere. `pull` is complete or nothing; for `verify` and a run pages are a short cut, never a verdict.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::scripted_server;

std::string profile_text(const std::string& list, const std::string& fields = "") {
  return "name = \"items\"\nbase_url = \"https://items.example\"\nread_first = true\n"
         "unknown_fields = \"pass\"\n[resource]\npath = \"/items/{id}\"\n"
         "[limits]\nwrite = \"unlimited\"\nread = \"unlimited\"\n"
         "[list]\npath = \"/items\"\nitems = \"data\"\n" +
         list +
         "\n[fields.state]\ntype = \"string\"\n[fields.note]\ntype = \"string\"\ncompare = \"none\"\n"
         "[fields.title]\ntype = \"string\"\nnullable = true\n" +
         fields;
}

const std::string by_cursor = "cursor = \"next\"\nquery = { limit = \"2\", after = \"{cursor}\" }\nlimit = 2";

class lists : public ::testing::Test {
 protected:
  void use(const std::string& list, const std::string& fields = "") {
    workspace_.input("items.toml", profile_text(list, fields));
  }
  void page(const std::string& query, const std::string& body, const std::string& header = "") {
    server_.when("/items" + query).reply(200, header, body);
  }
  void item(const std::string& id, const std::string& body) {
    server_.when("/items/" + id).reply(200, {}, body);
  }
  child_result pawl(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--profile", "items.toml", "--base-url", server_.url(), "-o", "retry.base=1ms"});
    return workspace_.run(std::move(arguments), std::chrono::seconds{60});
  }
  std::size_t requests(const std::string& target) const {
    const auto all = server_.requests();
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [&target](const auto& r) { return r.target == target; }));
  }
  // Nothing of the list is kept, and what is said has these words.
  void expect_no_list(std::vector<std::string> arguments, const std::string& words) {
    write_file(workspace_.files() / "out.csv", "old\n");
    arguments.insert(arguments.begin(), {"pull", "--out", "out.csv"});
    const auto run = pawl(std::move(arguments));
    EXPECT_EQ(run.exit_code, 4) << run.errors;
    EXPECT_THAT(run.errors, HasSubstr(words));
    EXPECT_EQ(read_file(workspace_.files() / "out.csv"), "old\n");
  }

  scripted_server server_{testing::plain_http()};
  pawl_workspace workspace_;
};

TEST_F(lists, AFullPageWithoutAWayOnIsNoList) {
  use("limit = 2\nquery = { limit = \"2\" }");
  page("?limit=2", R"({"data":[{"id":1,"state":"a"},{"id":2,"state":"a"}],"total":295})");
  expect_no_list({}, "a page is full");
}

TEST_F(lists, AnApiThatNamesANextPageIsBelieved) {
  use("");
  page("", R"({"data":[{"id":1,"state":"a"}]})", "Link: </items?page=2>; rel=\"next\"");
  expect_no_list({}, "names a next page (Link)");
}

std::string items_up_to(int last) {
  std::string items;
  for (int n = 1; n <= last; ++n) (items += n == 1 ? "" : ",") += R"({"id":)" + std::to_string(n) + "}";
  return items;
}

TEST_F(lists, AnUnpagedListThatSaysThatThereIsMoreIsNoList) {
  struct {
    std::string members, header;
  } const pages[] = {{R"("has_more":true)", ""},
                     {R"("meta":{"total":295})", ""},
                     {R"("pagination":{"next_page":2})", ""},
                     {R"("limit":100,"offset":0)", ""},
                     {R"("ok":true)", "X-Total-Count: 295"},
                     {R"("ok":true)", ""}};
  for (const auto& p : pages) {
    scripted_server server{testing::plain_http()};
    server.when("/items").reply(200, p.header, R"({"data":[)" + items_up_to(100) + "]," + p.members + "}");
    use("");
    write_file(workspace_.files() / "out.csv", "old\n");
    const auto run = workspace_.run({"pull", "--note", "none", "--out", "out.csv", "--profile", "items.toml",
                                     "--base-url", server.url()});
    EXPECT_EQ(run.exit_code, 4) << p.members << run.errors;
    EXPECT_THAT(run.errors, HasSubstr("100 items"));
    EXPECT_THAT(run.errors, HasSubstr("{offset}"));
    EXPECT_EQ(read_file(workspace_.files() / "out.csv"), "old\n");
  }
}

TEST_F(lists, AnUnpagedListIsTakenWhereItIsWhole) {
  page("", R"({"data":[)" + items_up_to(100) + R"(],"total":100})");
  use("");
  const auto counted = pawl({"pull", "--note", "none"});
  EXPECT_EQ(counted.exit_code, 0) << counted.errors;
  EXPECT_THAT(counted.errors, Not(HasSubstr("whole")));
  scripted_server server{testing::plain_http()};
  server.when("/items").reply(200, "", R"({"data":[)" + items_up_to(100) + "]}");
  use("whole = true");
  const auto told =
      workspace_.run({"pull", "--note", "none", "--profile", "items.toml", "--base-url", server.url()});
  EXPECT_EQ(told.exit_code, 0) << told.errors;
  EXPECT_THAT(told.errors, Not(HasSubstr("whole")));
}

TEST_F(lists, AnUnpagedListOfWhichNothingIsKnownIsTakenAndSaidSo) {
  page("", R"({"data":[)" + items_up_to(7) + "]}");
  use("");
  const auto run = pawl({"pull", "--note", "none"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("say whole = true"));
}

TEST_F(lists, MoreWithoutACursorIsNoListAndAskedForOnce) {
  use(by_cursor + "\nmore = \"more\"");
  page("?limit=2", R"({"data":[{"id":1,"state":"a"}],"more":true})");
  expect_no_list({}, "says that there is more");
  EXPECT_EQ(requests("/items?limit=2"), 1u);
}

TEST_F(lists, CursorsThatLeadNowhereEnd) {
  use(by_cursor);
  page("?limit=2", R"({"data":[{"id":1,"state":"a"}],"next":"a"})");
  page("?limit=2&after=a", R"({"data":[{"id":2,"state":"a"}],"next":"b"})");
  page("?limit=2&after=b", R"({"data":[{"id":3,"state":"a"}],"next":"a"})");
  expect_no_list({}, "3 pages in a row brought no item");
  EXPECT_LE(server_.requests().size(), 7u);
}

TEST_F(lists, GoOnByTheLinkHeaderAtTheApiAlone) {
  use("cursor = \"link\"\nlimit = 2\nquery = { limit = \"2\" }");
  page("?limit=2", R"({"data":[{"id":1},{"id":2}]})",
       "Link: <" + server_.url() + "/items?page=2>; rel=\"next\", </items>; rel=\"first\"");
  page("?page=2", R"({"data":[{"id":3}]})", "Link: </items>; rel=\"first\"");
  const auto all = pawl({"pull", "--note", "none"});
  EXPECT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_EQ(all.output, "id\n1\n2\n3\n");

  scripted_server elsewhere{testing::plain_http()};
  page("?limit=2", R"({"data":[{"id":1},{"id":2}]})",
       "Link: <" + elsewhere.url() + "/items?page=2>; rel=\"next\"");
  expect_no_list({}, "another address than the API");
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST_F(lists, GoOnByOffsetToTheTotal) {
  use("total = \"total\"\nlimit = 100\nquery = { offset = \"{offset}\", limit = \"100\" }");
  page("?offset=0&limit=100", R"({"data":[{"id":1},{"id":2}],"total":3})");  // it grants two
  page("?offset=2&limit=100", R"({"data":[{"id":3}],"total":3})");
  const auto all = pawl({"pull", "--note", "none"});
  EXPECT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_EQ(all.output, "id\n1\n2\n3\n");
  page("?offset=2&limit=100", R"({"data":[{"id":1},{"id":2}],"total":3})");
  expect_no_list({}, "brought no item that was not there before");
}

TEST_F(lists, AConditionOnWhatNoItemShowsIsAnError) {
  use(by_cursor);
  page("?limit=2", R"({"data":[{"id":1},{"id":2}],"next":"a"})");
  page("?limit=2&after=a", R"({"data":[{"id":3}]})");
  expect_no_list({"--where", "state = open"}, "no item of the list shows state");
  expect_no_list({"--expect", "state"}, "no item of the list shows state");
  const auto all = pawl({"pull", "--note", "none"});
  EXPECT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_EQ(all.output, "id\n1\n2\n3\n");
}

// Three rows: one that the list shows as a read does, and two of which it shows something else.
TEST_F(lists, ItemsThatAreShapedUnlikeReadsAreReadByThemselves) {
  use("limit = 100\nquery = { limit = \"100\" }");
  page("?limit=100", R"({"data":[{"id":"a","state":"done"},{"id":"b","state":{"name":"done"}},{"id":"c"},)"
                     R"({"id":"d","state":"Done!"}]})");
  std::string csv = "id,state\n";
  for (const std::string id : {"a", "b", "c", "d"}) {
    csv += id + ",done\n";
    item(id, R"({"id":")" + id + R"(","state":"done"})");
  }
  workspace_.input("jobs.csv", csv);
  ASSERT_EQ(pawl({"run", "jobs.csv"}).exit_code, 0);
  const auto before = server_.requests().size();
  const auto run = pawl({"verify", "jobs.csv.ledger", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  EXPECT_EQ(run.output, "");
  EXPECT_THAT(run.errors, HasSubstr("4 resources looked at: 4 as written"));
  EXPECT_EQ(server_.requests().size() - before, 4u) << "the page, and b, c and d";
  const auto summary = read_summary(workspace_.files() / "s.json");
  EXPECT_EQ(number(summary, "as_written"), 4);
  EXPECT_EQ(number(summary, "not_compared"), 0);
}

TEST_F(lists, AListThatCannotBeWalkedIsNoHindranceForVerify) {
  use("limit = 2\nquery = { limit = \"2\" }");
  page("?limit=2", R"({"data":[{"id":"a","state":"done"},{"id":"b","state":"done"}]})");
  workspace_.input("jobs.csv", "id,state\na,done\nb,done\n");
  for (const std::string id : {"a", "b"}) item(id, R"({"id":")" + id + R"(","state":"done"})");
  ASSERT_EQ(pawl({"run", "jobs.csv"}).exit_code, 0);
  const auto run = pawl({"verify", "jobs.csv.ledger"});
  EXPECT_EQ(run.exit_code, 0) << run.output << run.errors;
  EXPECT_THAT(run.errors, HasSubstr("each resource is read by itself"));
  EXPECT_THAT(run.errors, HasSubstr("2 as written"));
}

TEST_F(lists, WhatWasNotComparedIsNotAsWritten) {
  use("");
  page("", R"({"data":[{"id":"a"},{"id":"b","state":"done"},{"id":"c"}]})");
  workspace_.input("jobs.ndjson",
                   "{\"id\":\"a\",\"note\":\"hidden\"}\n{\"id\":\"b\",\"state\":\"done\"}\n"
                   "{\"id\":\"b\",\"note\":\"hidden\"}\n{\"id\":\"c\",\"other\":1}\n");
  for (const std::string id : {"a", "b", "c"}) item(id, R"({"id":")" + id + R"(","state":"done"})");
  const auto applied = pawl({"run", "jobs.ndjson"});
  ASSERT_EQ(applied.exit_code, 0) << applied.errors;
  const auto run = pawl({"verify", "jobs.ndjson.ledger", "--summary", "s.json", "--format", "ndjson"});
  EXPECT_EQ(run.exit_code, 1) << run.output << run.errors;
  EXPECT_THAT(run.errors, HasSubstr(": 0 as written, could not compare 2"));
  EXPECT_THAT(run.errors, HasSubstr("could not compare 1 row"));
  for (const auto* line :
       {R"({"id":"a","row":1,"state":"not_compared","message":)",
        R"({"id":"b","row":3,"state":"not_compared")", R"({"id":"c","row":4,"state":"not_compared")"})
    EXPECT_THAT(run.output, HasSubstr(line));
  const auto summary = read_summary(workspace_.files() / "s.json");
  EXPECT_EQ(number(summary, "as_written"), 0);
  EXPECT_EQ(number(summary, "not_compared"), 3);
  EXPECT_EQ(number(summary, "exit_code"), 1);
}

// A thousand rows, of which the list could settle some: it is cut off, so each has its own read, said once.
TEST_F(lists, ARunReadsRowByRowWhereTheListIsCutOff) {
  use("limit = 100\nquery = { limit = \"100\" }");
  std::string csv = "id,state\n", body = "{\"data\":[";
  for (int n = 0; n < 1000; ++n) {
    const auto id = std::to_string(n);
    const auto one = R"({"id":")" + id + R"(","state":"done"})";
    csv += id + ",done\n";
    item(id, one);
    if (n < 100) body += (n == 0 ? "" : ",") + one;
  }
  page("?limit=100", body + "]}");
  workspace_.input("jobs.csv", csv);
  const auto run = pawl({"run", "jobs.csv", "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(number(read_summary(workspace_.files() / "s.json"), "unchanged"), 1000);
  const std::string said = "the rest is read row by row: /items: a page is full";
  EXPECT_THAT(run.errors, HasSubstr(said));
  EXPECT_EQ(run.errors.find(said), run.errors.rfind(said));
}

TEST_F(lists, NotesDoNothingInATerminalOrASpreadsheet) {
  use("");
  page("", R"({"data":[{"id":"=1","title":"=cmd|'/c calc'!A0"},{"id":"b","title":"\u001b]0;x\u0007"}]})");
  const auto run = pawl({"pull", "--note", "title"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_EQ(run.output, "id,_title\n=1,'=cmd|'/c calc'!A0\nb,\\x1b]0;x\\x07\n");
}

TEST_F(lists, CodesAndMessagesOfAnExportDoNothingEither) {
  workspace_.input("items.toml",
                   profile_text("") + "[error]\ncode = \"error.code\"\nmessage = \"error.message\"\n");
  page("", R"({"data":[]})");
  const std::string refusal = R"json({"error":{"code":"=X()","message":"@SUM(A1)"}})json";
  for (const auto* place : {"/items/=1", "/items/%3D1"})
    server_.when(place).reply(200, {}, R"({"id":"=1","state":"open"})").then(422, {}, refusal);
  workspace_.input("jobs.csv", "id,state\n=1,done\n");
  EXPECT_EQ(pawl({"run", "jobs.csv"}).exit_code, 1);
  const auto run = workspace_.run({"export", "jobs.csv.ledger"});
  EXPECT_THAT(run.output, HasSubstr("\n1,=1,refused,422,'=X(),'@SUM(A1),"));
}

TEST_F(lists, TheInputInAnExportDoesNothingEither) {
  use("");
  page("", R"({"data":[]})");
  item("a", R"({"id":"a","state":"done"})");
  workspace_.input("jobs.ndjson",
                   "{\"id\":\"a\",\"state\":\"done\",\"_seen\":\"turned \xe2\x80\xae and \x7f\"}\n");
  EXPECT_EQ(pawl({"run", "jobs.ndjson", "--only-if", "state=open"}).exit_code, 0);
  const auto run = workspace_.run({"export", "jobs.ndjson.ledger", "--format", "ndjson", "--with-input"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr(R"(turned \u202e and \u007f)"));
}

TEST_F(lists, CheckNeedsNoHome) {
  use("");
  workspace_.input("jobs.CSV", "id,state\na,done\n");
  auto command = workspace_.command({"check", "jobs.CSV", "--profile", "items.toml"});
  command.environment["HOME"] = std::nullopt;
  command.environment["XDG_STATE_HOME"] = std::nullopt;
  const auto check = run_child(command, std::chrono::seconds{20});
  EXPECT_EQ(check.exit_code, 0) << check.errors;
  auto pull = workspace_.command({"pull", "--profile", "items.toml", "--base-url", server_.url()});
  pull.environment = command.environment;
  const auto told = run_child(pull, std::chrono::seconds{20});
  EXPECT_EQ(told.exit_code, 2) << told.errors;
  EXPECT_THAT(told.errors, HasSubstr("--state-dir"));
}

TEST_F(lists, APipeNamedInCapitalsHasAFormat) {
  use("");
  auto command = workspace_.command({});
  command.program = "/bin/sh";
  command.arguments = {"-c", "mkfifo PIPE.CSV && { printf 'id,state\\na,done\\n' > PIPE.CSV & } && '" +
                                 workspace_.command({}).program.string() +
                                 "' check PIPE.CSV --profile items.toml"};
  const auto run = run_child(command, std::chrono::seconds{20});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_THAT(run.output, HasSubstr("1 row"));
}

class undo_profile : public lists {
 protected:
  undo_profile() {
    use("");
    page("", R"({"data":[]})");
    server_.when("/items/a")
        .reply(200, {}, R"({"id":"a","state":"open"})")
        .then(200, {}, R"({"id":"a","state":"done"})");
    workspace_.input("jobs.csv", "id,state\na,done\n");
    const auto run = pawl({"run", "jobs.csv"});
    EXPECT_EQ(run.exit_code, 0) << run.errors;
  }
  child_result undone(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"undo", "jobs.csv.ledger"});
    return workspace_.run(std::move(more));
  }
};

TEST_F(undo_profile, IsTheOneOfTheSettings) {
  EXPECT_EQ(undone().exit_code, 2) << "no profile of pawl's own has that name";
  workspace_.input("settings.toml", "[api]\nprofile = \"./items.toml\"\n");
  const auto named = undone({"--config", "settings.toml"});
  EXPECT_EQ(named.exit_code, 0) << named.errors;
  EXPECT_THAT(named.output, HasSubstr(R"({"id":"a","patch":{"state":"open"})"));
}

TEST_F(undo_profile, TellsEverythingThatIsWrongAndIsNoBug) {
  std::filesystem::create_directory(workspace_.files() / "folder.toml");
  const auto folder = undone({"--profile", "./folder.toml"});
  EXPECT_EQ(folder.exit_code, 2) << folder.errors;
  EXPECT_THAT(folder.errors, HasSubstr("is a directory"));
  EXPECT_THAT(folder.errors, Not(HasSubstr("bug")));
  workspace_.input("wrong.toml", "name = \"items\"\nbase_url = \"x\"\n[resource]\npath = \"items\"\n");
  const auto wrong = undone({"--profile", "wrong.toml"});
  EXPECT_EQ(wrong.exit_code, 2);
  for (const auto* place : {"base_url", "resource.path", "limits", "fields"})
    EXPECT_THAT(wrong.errors, HasSubstr(place));
}

}  // namespace
}  // namespace pawl::test
