#include "tests/unit/input/test_profile.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pawl::input {
namespace {

using test::read_csv;
using rows = std::vector<std::string>;

TEST(CsvSource, TypesCellsAsTheProfileSays) {
  const struct {
    const char *column, *cell, *row;
  } table[] = {
      {"text", "hello", R"(t1 {"text":"hello"})"},
      {"text", " spaces stay ", R"(t1 {"text":" spaces stay "})"},
      {"text", "\"a \"\"b\"\"\nc\\d\"", R"(t1 {"text":"a \"b\"\nc\\d"})"},
      {"text", "\xf0\x9f\x98\x80 caf\xc3\xa9", "t1 {\"text\":\"\xf0\x9f\x98\x80 caf\xc3\xa9\"}"},
      {"text", "\x01\x1f\x7f", "t1 {\"text\":\"\\u0001\\u001f\x7f\"}"},
      {"title", "null", R"(t1 {"title":null})"},
      {"title", "NULL", R"(t1 {"title":"NULL"})"},
      {"title", "\"null\"", R"(t1 {"title":null})"},
      {"status", "done", R"(t1 {"status":"done"})"},
      {"status", " done ", R"(t1 {"status":"done"})"},
      {"closed_loop", "true", R"(t1 {"closed_loop":true})"},
      {"closed_loop", "False", R"(t1 {"closed_loop":false})"},
      {"closed_loop", "1", R"(t1 {"closed_loop":true})"},
      {"closed_loop", "0", R"(t1 {"closed_loop":false})"},
      {"closed_loop", "YES", R"(t1 {"closed_loop":true})"},
      {"closed_loop", "no", R"(t1 {"closed_loop":false})"},
      {"snoozed_until", "2026-05-01T09:00:00.5+02:00",
       R"(t1 {"snoozed_until":"2026-05-01T09:00:00.5+02:00"})"},
      {"score", "-1.50e3", R"(t1 {"score":-1.50e3})"},
      {"score", "123456789012345678901234567890", R"(t1 {"score":123456789012345678901234567890})"},
      {"tag_ids", "a", R"(t1 {"tag_ids":["a"]})"},
      {"tag_ids", "a; b c ;d", R"(t1 {"tag_ids":["a","b c","d"]})"},
      {"tag_ids", "[]", R"(t1 {"tag_ids":[]})"},
      {"tag_ids", "\"a;\"\"q\"\"\"", R"(t1 {"tag_ids":["a","\"q\""]})"},
      {"tag_ids", "\"[\"\"a;b\"\", \"\"c\"\"]\"", R"(t1 {"tag_ids":["a;b","c"]})"},
      {"tag_ids", "[VIP]", R"(t1 {"tag_ids":["[VIP]"]})"},
      {"add_tags", "x;y", R"(t1 {"add_tags":["x","y"]})"},
      {"ai_draft_sources", "\"[{\"\"type\"\": \"\"doc\"\", \"\"n\"\": 1.0}, null]\"",
       R"(t1 {"ai_draft_sources":[{"type":"doc","n":1.0},null]})"},
      {"ai_draft_sources", "null", R"(t1 {"ai_draft_sources":null})"},
      {"notify", "\"{\"\"slack\"\": true}\"", R"(t1 {"notify":{"slack":true}})"},
      {"notify.slack", "yes", R"(t1 {"notify":{"slack":true}})"},
      {"expect.status", "open", R"(t1 {"text":"x"} expect {"status":"open"})"},
      {"expect.status", "null", R"(t1 {"text":"x"} expect {"status":null})"},
      {"expect.tag_ids", "a;b", R"(t1 {"text":"x"} expect {"tag_ids":["a","b"]})"},
  };
  for (const auto& t : table) {
    const std::string column = t.column;
    const bool alone = !column.starts_with("expect.");
    const auto text =
        alone ? "id," + column + "\nt1," + t.cell + '\n' : "id,text," + column + "\nt1,x," + t.cell + '\n';
    const auto got = read_csv(text);
    EXPECT_EQ(got.failure, "") << text;
    EXPECT_EQ(got.rows, rows{t.row}) << text;
  }
}

TEST(CsvSource, TakesAnEmptyCellForAnAbsentField) {
  EXPECT_EQ(read_csv("id,title,status,text\nt1,,done,\"\"\nt2,x, ,\n").rows,
            (rows{R"(t1 {"status":"done"})", R"(t2 {"title":"x"})"}));
}

TEST(CsvSource, GivesThePatchInFieldOrderWhateverTheColumnsSay) {
  EXPECT_EQ(read_csv("status,tag_ids,id,expect.title,text,expect.text\ndone,a,t1,T,x,y\n").rows,
            rows{R"(t1 {"text":"x","tag_ids":["a"],"status":"done"} expect {"text":"y","title":"T"})"});
}

TEST(CsvSource, ComposesDottedColumnsIntoOneObject) {
  EXPECT_EQ(read_csv("id,notify.email,status,notify.slack\nt1,no,done,yes\nt2,,done,1\nt3,,done,\n").rows,
            (rows{R"(t1 {"status":"done","notify":{"email":false,"slack":true}})",
                  R"(t2 {"status":"done","notify":{"slack":true}})", R"(t3 {"status":"done"})"}));
}

TEST(CsvSource, SkipsNotesAndDroppedColumnsAndRenames) {
  source_options options;
  options.map = {{"State", "status"},
                 {"Thread", "id"},
                 {"Ping", "notify.slack"},
                 {"Was", "expect.status"},
                 {"Memo", "_memo"}};
  options.ignore = {"Owner", ""};
  EXPECT_EQ(
      read_csv("Thread,_why,State,Owner,Ping,Was,Memo,\nt1,because,done,me,yes,open,m,\n", options).rows,
      rows{R"(t1 {"status":"done","notify":{"slack":true}} expect {"status":"open"})"});
}

TEST(CsvSource, TakesTheIdColumnByItsName) {
  source_options options;
  options.id_column = "thread";
  EXPECT_EQ(read_csv("thread,status\n t1 ,done\n", options).rows, rows{R"(t1 {"status":"done"})"});
}

TEST(CsvSource, AddsWhatSetSaysToEveryRow) {
  source_options options;
  options.set = {{"status", "done"}, {"tag_ids", "a;b"}, {"notify.slack", "yes"}, {"title", "null"}};
  EXPECT_EQ(read_csv("id\nt1\n\nt2\n", options).rows,
            (rows{R"(t1 {"title":null,"tag_ids":["a","b"],"status":"done","notify":{"slack":true}})",
                  R"(t2 {"title":null,"tag_ids":["a","b"],"status":"done","notify":{"slack":true}})"}));
  // Another member of the same object may come from a column.
  EXPECT_EQ(
      read_csv("id,notify.email\nt1,no\n", options).rows,
      rows{R"(t1 {"title":null,"tag_ids":["a","b"],"status":"done","notify":{"email":false,"slack":true}})"});
}

TEST(CsvSource, SniffsTheDelimiterAndReportsIt) {
  const struct {
    const char* text;
    char delimiter;
  } table[] = {
      {"id,status\nt1,done\n", ','},
      {"id;status\nt1;done\n", ';'},
      {"id\tstatus\nt1\tdone\n", '\t'},
      {"id|status\nt1|done\n", '|'},
      {"\"id\";\"status\"\r\nt1;done\r\n", ';'},
      {"id\nt1\n", ','},
      // More commas than semicolons, but only the semicolon yields the columns.
      {"id;status;_a,b,c,d\nt1;done;x\n", ';'},
      {"\xef\xbb\xbfid;status\nt1;done\n", ';'},
      {"\"id\";\"_a;b\nc\";status\nt1;x;done\n", ';'},
  };
  for (const auto& t : table) {
    source_options options;
    options.format = file_format::csv;
    if (std::string_view(t.text).starts_with("id\n")) options.set = {{"status", "done"}};
    auto source = job_source::from_bytes("jobs.csv", t.text, test::threads(), options);
    ASSERT_TRUE(source) << t.text << to_string(source.error());
    EXPECT_EQ(source->facts().delimiter, t.delimiter) << t.text;
    EXPECT_TRUE(source->facts().delimiter_was_sniffed);
    job_batch batch;
    ASSERT_TRUE(*source->next(batch));
    EXPECT_EQ(test::row_text(batch, 0), R"(t1 {"status":"done"})") << t.text;
  }
  source_options options;
  options.delimiter = '|';
  EXPECT_EQ(read_csv("id|_a,b|status\nt1|x|done\n", options).rows, rows{R"(t1 {"status":"done"})"});
}

TEST(CsvSource, SkipsRowsWhoseCellsAreAllEmptyAndNumbersTheOthers) {
  source_options options;
  options.format = file_format::csv;
  auto source = job_source::from_bytes(
      "jobs.csv", "id,status\n\nt1,done\n,\n \"\"\n\" \", \nt2,\"open\"\n\r\n", test::threads(), options);
  ASSERT_TRUE(source);
  job_batch batch;
  ASSERT_TRUE(*source->next(batch));
  ASSERT_EQ(batch.size(), 3u);
  EXPECT_EQ(batch.job(0).row, 1u);
  EXPECT_EQ(batch.job(0).line, 3u);
  EXPECT_EQ(batch.job(0).raw, "t1,done");
  // ` ""` is a quote inside an unquoted cell, not an empty one.
  ASSERT_NE(batch.error(1), nullptr);
  EXPECT_EQ(batch.error(1)->row, 2u);
  EXPECT_EQ(batch.error(1)->line, 5u);
  EXPECT_EQ(batch.job(2).row, 3u);
  EXPECT_EQ(batch.job(2).line, 7u);
  EXPECT_EQ(batch.job(2).raw, "t2,\"open\"");
}

TEST(CsvSource, NamesTheLineOfTheCellInRowsOfSeveralLines) {
  EXPECT_EQ(read_csv("id,text,status,score\n\"t1\",\"a\nb\nc\",opne,\"\n1,5\"\nt2,x,opne,1\n").rows,
            (rows{"!4: status: must be one of open, snoozed, done (got \"opne\"); did you mean \"open\"? | "
                  "4: score: must be a number, such as 12 or -0.5 (got \"1,5\")",
                  "!6: status: must be one of open, snoozed, done (got \"opne\"); did you mean \"open\"?"}));
}

TEST(CsvSource, KnowsWhichRowsMayBeSentTwice) {
  source_options options;
  options.format = file_format::csv;
  auto source = job_source::from_bytes("jobs.csv", "id,status,notify.slack\nt1,done,\nt2,done,yes\n",
                                       test::threads(), options);
  ASSERT_TRUE(source);
  job_batch batch;
  ASSERT_TRUE(*source->next(batch));
  EXPECT_TRUE(batch.job(0).replay_safe);
  EXPECT_FALSE(batch.job(1).replay_safe);
  // Names point into the profile, so that they live as long as it.
  const auto& profile = test::threads();
  const auto status = profile.find("status");
  EXPECT_EQ(batch.job(0).patch[0].field, *status);
  EXPECT_EQ(batch.job(0).patch[0].name.data(), profile[*status].name.data());
}

TEST(CsvSource, ChangesTheNullTokenAndTheListSeparator) {
  source_options options;
  options.null_token = "\\N";
  options.list_separator = '|';
  EXPECT_EQ(read_csv("id,title,tag_ids\nt1,\\N,a|b;c\nt2,null,d\n", options).rows,
            (rows{R"(t1 {"title":null,"tag_ids":["a","b;c"]})", R"(t2 {"title":"null","tag_ids":["d"]})"}));
  options.null_token = "";
  EXPECT_EQ(read_csv("id,title\nt1,null\n", options).rows, rows{R"(t1 {"title":"null"})"});
}

TEST(CsvSource, PassesUnknownColumnsWhereTheProfileAllows) {
  EXPECT_EQ(read_csv("zeta,id,status,alpha.x,alpha.y\n5,t1,done,null,\nnull,t2,done,,b\n", {},
                     test::passing_threads())
                .rows,
            (rows{R"(t1 {"status":"done","zeta":"5","alpha":{"x":null}})",
                  R"(t2 {"status":"done","zeta":null,"alpha":{"y":"b"}})"}));
}

TEST(CsvSource, RefusesAHeaderThatItCannotTrust) {
  const struct {
    const char *text, *failure;
  } table[] = {
      {"", "jobs.csv: is empty; check the path"},
      {"\xef\xbb\xbf", "jobs.csv: is empty; check the path"},
      {"\n\r\n \n", "jobs.csv: is empty; check the path"},
      {"status,title\ndone,x\n",
       "jobs.csv: there is no id column \"id\" among \"status\", \"title\". Say with --id-column which of "
       "them it "
       "is"},
      {"ID,title\n1,x\n",
       "jobs.csv: there is no id column \"id\" among \"ID\", \"title\"; did you mean \"ID\"? Then say so: "
       "--id-column ID\n"
       "column \"ID\" is not a known field (known: text, title, pain_level, assignee_id, tag_ids, "
       "status, "
       "snoozed_until, closed_loop, ai_draft_sources, notify, score, add_tags, remove_tags, add_tag_ids, "
       "remove_tag_ids). Rename it with --map ID=FIELD or drop it with --ignore-column ID"},
      {"id,statsu\nt1,done\n",
       "jobs.csv: column \"statsu\" is not a known field; did you mean \"status\"? Rename it with --map "
       "statsu=status or drop it with --ignore-column statsu"},
      {"id,status,status\nt1,done,open\n", "jobs.csv: column \"status\" is given twice"},
      {"id,id\nt1,t2\n", "jobs.csv: column \"id\" is given twice: column 1 is the id already"},
      {"id,status,\nt1,done,\n",
       "jobs.csv: column 3 has no name; name it, or drop it with --ignore-column ''"},
      {"id,status\xe2\x80\x8b\nt1,done\n",
       "jobs.csv: column \"status\\u200b\" contains the invisible character U+200B (zero-width space) and is "
       "not a known field; did you mean \"status\"? Rename it with --map \"$(printf "
       "'status\\342\\200\\213=status')\" or drop it with --ignore-column \"$(printf "
       "'status\\342\\200\\213')\""},
      {"id,notify,notify.slack\nt1,,yes\n",
       "jobs.csv: column \"notify.slack\" is given both whole and by its members"},
      {"id,notify.slak\nt1,yes\n",
       "jobs.csv: column \"notify.slak\" names no member of \"notify\"; did you mean \"notify.slack\"? "
       "Rename it with "
       "--map notify.slak=FIELD or drop it with --ignore-column notify.slak"},
      {"id,status,expect.add_tags\nt1,done,x\n",
       "jobs.csv: column \"expect.add_tags\" cannot be a precondition: \"add_tags\" is not a field of the "
       "resource, "
       "\"tag_ids\" is. Rename it with --map expect.add_tags=FIELD or drop it with --ignore-column "
       "expect.add_tags"},
      {"id,\"status\nt1,done\n",
       "jobs.csv:1: the header has a quote that is not closed before the end of the file; "
       "mend the header row"},
      {"id,status\rt1,done\r",
       "jobs.csv:1: the header has a carriage return without a line feed: lines must end in LF "
       "or CRLF; mend the header row"},
      {"id,stat\xfcs\nt1,done\n",
       "jobs.csv:1: the header is not valid UTF-8: the file seems to be in a legacy code page; save it as "
       "UTF-8 (in a "
       "spreadsheet: \"CSV UTF-8\"; or: iconv -f WINDOWS-1252 -t UTF-8)"},
      {"PK\x03\x04zip",
       "jobs.csv: is a spreadsheet or zip archive, not text; save it as \"CSV UTF-8\" first"},
  };
  for (const auto& t : table) EXPECT_EQ(read_csv(t.text).failure, t.failure) << t.text;
}

TEST(CsvSource, BoundsItsComplaintsAboutAHeader) {
  std::string text = "x0";
  for (int i = 1; i < 100'000; ++i) text += ",x" + std::to_string(i);
  const auto failure = read_csv(text + "\n").failure;
  // The missing id, 20 columns, and the count of the rest.
  EXPECT_EQ(std::count(failure.begin(), failure.end(), '\n'), 21);
  EXPECT_TRUE(failure.ends_with("\nand 99980 columns more that were not looked at")) << failure;
}

TEST(CsvSource, ReportsWideEncodingsOnce) {
  using namespace std::string_literals;
  const auto failure = [](const std::string& name) {
    return "jobs.csv:1: is " + name +
           ", not UTF-8; save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"; or: iconv -f " + name +
           " -t UTF-8)";
  };
  EXPECT_EQ(read_csv("\xff\xfei\0d\0\n\0"s).failure, failure("UTF-16"));
  EXPECT_EQ(read_csv("\xfe\xff\0i\0d\0\n"s).failure, failure("UTF-16"));
  EXPECT_EQ(read_csv("\xff\xfe\0\0i\0\0\0"s).failure, failure("UTF-32"));
  EXPECT_EQ(read_csv("\0\0\xfe\xff\0\0\0i"s).failure, failure("UTF-32"));
  EXPECT_EQ(read_csv("i\0d\0,\0s\0t\0a\0t\0u\0s\0\n\0"s).failure, failure("UTF-16"));
  EXPECT_EQ(read_csv("\0i\0d\0,\0s\0t\0a\0t\0u\0s\0\n"s).failure, failure("UTF-16"));
}

TEST(CsvSource, JudgesOptionsAtOpen) {
  const auto with = [](auto change) {
    source_options options;
    change(options);
    return read_csv("id,status\nt1,done\n", options).failure;
  };
  EXPECT_EQ(with([](auto& o) { o.set = {{"status", "done"}}; }),
            "jobs.csv: --set status: is given twice; --set is for fields that the input does not have, and "
            "for each "
            "once");
  EXPECT_EQ(with([](auto& o) { o.set = {{"pain_level", "hihg"}}; }),
            "jobs.csv: --set pain_level: must be one of UNKNOWN, LOW, MEDIUM, HIGH (got \"hihg\"); did you "
            "mean \"HIGH\"?");
  EXPECT_EQ(with([](auto& o) { o.set = {{"titel", "x"}}; }),
            "jobs.csv: --set titel: is not a known field; did you mean \"title\"?");
  EXPECT_EQ(with([](auto& o) { o.set = {{"title", ""}}; }),
            "jobs.csv: --set title: has no value; write --set title=null to clear the field");
  EXPECT_EQ(with([](auto& o) { o.set = {{"id", "x"}}; }),
            "jobs.csv: --set id: would give every row the same id");
  EXPECT_EQ(with([](auto& o) { o.set = {{"_x", "x"}}; }),
            "jobs.csv: --set _x: names a note, which is never sent");
  EXPECT_EQ(with([](auto& o) { o.set = {{"expect.status", "open"}}; }),
            "jobs.csv: --set expect.status: is a precondition; use --only-if for all rows");
  EXPECT_EQ(with([](auto& o) { o.map = {{"stauts", "title"}}; }),
            "jobs.csv: --map: there is no column \"stauts\"; did you mean \"status\"?");
  EXPECT_EQ(with([](auto& o) { o.map = {{"status", "titel"}}; }),
            "jobs.csv: column \"status\" is mapped to \"titel\", which is not a known field; did you mean "
            "\"title\"?");
  EXPECT_EQ(with([](auto& o) { o.ignore = {"Status"}; }),
            "jobs.csv: --ignore-column: there is no column \"Status\"; did you mean \"status\"?");
  EXPECT_EQ(with([](auto& o) { o.delimiter = '"'; }),
            "csv.delimiter: cannot be a quote, a line end or NUL; choose another character");
  // Everything at once, a line each.
  const auto all = with([](auto& o) {
    o.set = {{"titel", "x"}};
    o.ignore = {"nope"};
  });
  EXPECT_EQ(
      all,
      "jobs.csv: --ignore-column: there is no column \"nope\"\n--set titel: is not a known field; did you "
      "mean \"title\"?");
}

}  // namespace
}  // namespace pawl::input
