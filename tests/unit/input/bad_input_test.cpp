// What can be wrong with a row, with the exact words and the line. One bad row never hides or harms the next
// one: every case is followed by a good row.
#include "tests/unit/input/test_profile.hpp"

#include <gtest/gtest.h>

namespace pawl::input {
namespace {

using test::read_csv;
using test::read_ndjson;
using rows = std::vector<std::string>;
using namespace std::string_literals;

struct bad_row {
  const char* name;
  std::string text;       // of the row
  std::string complaint;  // `LINE: column: what`
};

std::string times(int count, std::string_view piece) {
  std::string text;
  for (int i = 0; i < count; ++i) text += piece;
  return text;
}

constexpr std::string_view good_result = R"(good {"status":"done"})";

TEST(BadInput, NamesLineColumnAndCauseInCsv) {
  const std::string dots =
      "is or holds a dot segment (. or ..), which servers take out of a path: the request would reach "
      "another "
      "resource (got ";
  const std::string header =
      "id,text,title,pain_level,status,snoozed_until,closed_loop,tag_ids,add_tags,score,ai_draft_sources,"
      "notify,expect."
      "status\n";
  const auto row = [](std::string_view id, std::string_view column, const std::string& cell) {
    const std::vector<std::string_view> names = {
        "text",    "title",    "pain_level", "status",           "snoozed_until", "closed_loop",
        "tag_ids", "add_tags", "score",      "ai_draft_sources", "notify",        "expect.status"};
    std::string text(id);
    for (const auto n : names)
      text += ',' + (n == column ? cell : n == "status" && column != "none" ? "done" : "");
    return text;
  };
  const std::string long_title = times(513, "\xc3\xa9");
  const std::vector<bad_row> table = {
      {"bad enum", row("t1", "status", "opne"),
       "2: status: must be one of open, snoozed, done (got \"opne\"); did you mean \"open\"?"},
      {"enum of another case", row("t1", "pain_level", "high"),
       "2: pain_level: must be one of UNKNOWN, LOW, MEDIUM, HIGH (got \"high\"); did you mean \"HIGH\"?"},
      {"enum far from all", row("t1", "status", "archived"),
       "2: status: must be one of open, snoozed, done (got \"archived\")"},
      {"precondition typed alike", row("t1", "expect.status", "opened"),
       "2: expect.status: must be one of open, snoozed, done (got \"opened\"); did you mean \"open\"?"},
      {"bad boolean", row("t1", "closed_loop", "maybe"),
       "2: closed_loop: must be true, false, 1, 0, yes or no (got \"maybe\")"},
      {"bad number", row("t1", "score", "0x10"),
       "2: score: must be a number, such as 12 or -0.5 (got \"0x10\")"},
      {"date without time", row("t1", "snoozed_until", "2026-05-01"),
       "2: snoozed_until: must be an RFC 3339 time with an offset, such as 2026-05-01T09:00:00Z (got "
       "\"2026-05-01\")"},
      {"time without offset", row("t1", "snoozed_until", "2026-05-01T09:00:00"),
       "2: snoozed_until: must be an RFC 3339 time with an offset, such as 2026-05-01T09:00:00Z (got "
       "\"2026-05-01T09:00:00\")"},
      {"no such day", row("t1", "snoozed_until", "2026-02-30T09:00:00Z"),
       "2: snoozed_until: must be an RFC 3339 time with an offset, such as 2026-05-01T09:00:00Z (got "
       "\"2026-02-30T09:00:00Z\")"},
      {"title too long in characters", row("t1", "title", long_title),
       "2: title: is 513 characters long, at most 512 are allowed (got \"" + times(60, "\xc3\xa9") +
           "...\")"},
      {"null where a string cannot be cleared", row("t1", "text", "null"),
       "2: text: cannot be cleared (got \"null\"); if the text itself is meant, choose another null token "
       "with -o "
       "csv.null=TOKEN"},
      {"null where an enum cannot be cleared", row("t1", "status", "null"),
       "2: status: cannot be cleared (got \"null\")"},
      {"null in a list", row("t1", "tag_ids", "null"),
       "2: tag_ids: cannot be cleared (got \"null\"); write [] for the empty list"},
      {"empty item", row("t1", "tag_ids", "a;;b"), "2: tag_ids: has an empty item (got \"a;;b\")"},
      {"trailing separator", row("t1", "tag_ids", "a;"), "2: tag_ids: has an empty item (got \"a;\")"},
      {"list of numbers", row("t1", "tag_ids", "[1]"), "2: tag_ids: must be a list of strings (got [1])"},
      {"json that is none", row("t1", "ai_draft_sources", "[1"),
       "2: ai_draft_sources: is not valid JSON: a comma, colon, quote, bracket or value is missing or "
       "misplaced (got "
       "\"[1\")"},
      {"json with a repeated key", row("t1", "ai_draft_sources", R"("{""a"":1,""a"":2}")"),
       "2: ai_draft_sources: has the key \"a\" twice (got \"{\"a\":1,\"a\":2}\")"},
      {"deep json", row("t1", "ai_draft_sources", times(5000, "[")),
       "2: ai_draft_sources: is nested deeper than 64 levels (got \"" + times(60, "[") + "...\")"},
      {"deep json that is whole", row("t1", "ai_draft_sources", times(5000, "[") + times(5000, "]")),
       "2: ai_draft_sources: is nested deeper than 64 levels (got \"" + times(60, "[") + "...\")"},
      {"object that is none", row("t1", "notify", "true"), "2: notify: must be an object (got true)"},
      {"unknown member", row("t1", "notify", R"("{""slak"":true}")"),
       "2: notify: has no member \"slak\"; did you mean \"slack\"?"},
      {"member of a wrong type", row("t1", "notify", R"("{""slack"":1}")"),
       "2: notify: has a member \"slack\" that must be true or false (got 1)"},
      {"snoozed without date", row("t1", "status", "snoozed"),
       "2: status: \"snoozed\" needs snoozed_until in the same row"},
      {"full set beside a verb", "t1,,,,done,,,a,b,,,,",
       "2: add_tags: cannot stand beside tag_ids, which replaces the whole set"},
      {"nothing to change", row("t1", "none", ""), "2: has nothing to change: no field has a value"},
      {"only a precondition", "t1,,,,,,,,,,,,open", "2: has nothing to change: no field has a value"},
      {"empty id", row("", "text", "x"), "2: id: is empty"},
      {"blank id", row("  ", "text", "x"), "2: id: is empty"},
      {"long id", row(times(257, "x"), "text", "x"),
       "2: id: is 257 characters long, at most 256 are allowed (got \"" + times(60, "x") + "...\")"},
      {"control character in an id",
       row("a\x07"
           "b",
           "text", "x"),
       "2: id: contains the control character U+0007 (got \"a\\x07b\")"},
      {"dot segment", row(".", "text", "x"), "2: id: " + dots + "\".\")"},
      {"dot segments", row("..", "text", "x"), "2: id: " + dots + "\"..\")"},
      {"dot segment, escaped", row("%2e", "text", "x"), "2: id: " + dots + "\"%2e\")"},
      {"dot segments, half escaped", row(".%2E", "text", "x"), "2: id: " + dots + "\".%2E\")"},
      {"dot segments, escaped twice", row("%252e%252E", "text", "x"), "2: id: " + dots + "\"%252e%252E\")"},
      {"dot segments before a slash", row("../me", "text", "x"), "2: id: " + dots + "\"../me\")"},
      {"dot segments behind one", row("a/..", "text", "x"), "2: id: " + dots + "\"a/..\")"},
      {"dot segments between escaped ones", row("a%2f..%5Cb", "text", "x"),
       "2: id: " + dots + "\"a%2f..%5Cb\")"},
      {"line end in an id", row("\"a\nb\"", "text", "x"),
       "2: id: contains the control character U+000A (got \"a\\nb\")"},
      {"invisible character in an id", row("a\xe2\x80\x8b", "text", "x"),
       "2: id: contains the invisible character U+200B (zero-width space) (got \"a\\u200b\")"},
      {"no-break space around an id",
       row("\xc2\xa0"
           "a",
           "text", "x"),
       "2: id: contains the invisible character U+00A0 (no-break space) (got \"\\u00a0a\")"},
      {"C1 control character in an id", row("a\xc2\x85", "text", "x"),
       "2: id: contains the control character U+0085 (got \"a\\u0085\")"},
      {"ragged, short", "t1,x", "2: has 2 cells where the header has 13"},
      {"ragged, one", "t1", "2: has 1 cell where the header has 13"},
      {"ragged, long", row("t1", "text", "x") + ",y", "2: has 14 cells where the header has 13"},
      {"text behind a quote", "t1,\"x\"y,,,,,,,,,,,",
       "2: text: has text behind the closing quote; double every quote inside a quoted cell"},
      {"quote in a cell", "t1,5\" pipe,,,,,,,,,,,",
       "2: text: has a quote inside an unquoted cell; put the cell in quotes and double the quotes inside"},
      {"lone CR", "t1,a\rb,,,,,,,,,,,",
       "2: text: has a carriage return without a line feed; end lines in LF or CRLF, or put the cell in "
       "quotes"},
      {"NUL", row("t1", "text", "a\0b"s), "2: contains a NUL byte"},
      {"Latin-1", row("t1", "text", "caf\xe9"), "2: is not valid UTF-8"},
      {"surrogate in UTF-8", row("t1", "text", "\xed\xa0\x80"), "2: is not valid UTF-8"},
      {"field over 256 KiB", row("t1", "text", std::string(256 * 1024 + 1, 'x')),
       "2: text: is longer than 256 KiB"},
      {"row of 2 MiB", row("t1", "text", std::string(2 * 1024 * 1024, 'x')),
       "2: the row is longer than 1 MiB"},
      {"2 MiB in quotes", row("t1", "text", '"' + std::string(2 * 1024 * 1024, '\n') + '"'),
       "2: the row is longer than 1 MiB; is the quote that opens in line 2 closed?"},
      {"two complaints", "t1,,,HUGE,opne,,,,,,,,",
       "2: pain_level: must be one of UNKNOWN, LOW, MEDIUM, HIGH (got \"HUGE\") | "
       "2: status: must be one of open, snoozed, done (got \"opne\"); did you mean \"open\"?"},
  };
  for (const auto& t : table) {
    const auto got = read_csv(header + t.text + '\n' + row("good", "status", "done") + '\n');
    EXPECT_EQ(got.failure, "") << t.name;
    EXPECT_EQ(got.rows, (rows{'!' + t.complaint, std::string(good_result)})) << t.name;
  }
  // A quote that nothing closes takes the rest of the file with it, and says where it opened.
  EXPECT_EQ(read_csv("id,text\nt1,a\nt2,\"b\nt3,c\n").rows,
            (rows{R"(t1 {"text":"a"})",
                  "!3: text: the quote that opens here is not closed before the end of the file"}));
}

TEST(BadInput, NamesLineFieldAndCauseInNdjson) {
  const std::string invalid = "1: is not valid JSON: ";
  const std::string misplaced = invalid + "a comma, colon, quote, bracket or value is missing or misplaced";
  const std::vector<bad_row> table = {
      {"no object", "[1]", "1: must be a JSON object"},
      {"a word", "hello", "1: must be a JSON object"},
      {"a string", "\"t1\"", "1: must be a JSON object"},
      {"cut off", R"({"id":"t1","status":"do)", invalid + "a string is not closed"},
      {"cut off behind a value", R"({"id":"t1","status":"done")", misplaced},
      {"missing comma", R"({"id":"t1" "status":"done"})", misplaced},
      {"text behind the object", R"({"id":"t1","status":"done"} x)", misplaced},
      {"two objects", R"({"id":"t1","status":"done"}{"id":"t2","status":"done"})", misplaced},
      {"bad number", R"({"id":"t1","score":01})", invalid + "bad value \"01\""},
      {"bad literal", R"({"id":"t1","closed_loop":truthy})", invalid + "bad value \"truthy\""},
      {"bad escape", R"({"id":"t1","text":"\x"})",
       invalid + "a backslash is followed by a character that it cannot escape"},
      {"lone surrogate", R"({"id":"t1","text":"\ud83d"})",
       invalid + "a high surrogate stands without its low one"},
      {"lone low surrogate", R"({"id":"t1","text":"\ude00"})",
       invalid + "a low surrogate stands without its high one"},
      {"tab in a string", "{\"id\":\"t1\",\"text\":\"a\tb\"}",
       invalid + "a control character stands in a string without an escape"},
      {"NUL", "{\"id\":\"t1\",\"text\":\"a\0b\"}"s, "1: contains a NUL byte"},
      {"Latin-1", "{\"id\":\"t1\",\"text\":\"caf\xe9\"}", "1: is not valid UTF-8"},
      {"repeated field", R"({"id":"t1","status":"done","status":"open"})", "1: has the key \"status\" twice"},
      {"repeated id", R"({"id":"t1","id":"t2","status":"done"})", "1: has the key \"id\" twice"},
      {"repeated patch", R"({"id":"t1","patch":{"text":"a"},"patch":{"text":"b"}})",
       "1: has the key \"patch\" twice"},
      {"repeated inside", R"({"id":"t1","ai_draft_sources":[{"a":1,"a":2}]})", "1: has the key \"a\" twice"},
      {"repeated note", R"({"id":"t1","status":"done","_n":{"x":1,"x":2}})", "1: has the key \"x\" twice"},
      {"deep array", R"({"id":"t1","ai_draft_sources":)" + times(5000, "[") + times(5000, "]") + '}',
       "1: is nested deeper than 64 levels"},
      {"deep note", R"({"id":"t1","status":"done","_n":)" + times(64, "[") + times(64, "]") + '}',
       "1: is nested deeper than 64 levels"},
      {"row of 2 MiB", R"({"id":"t1","text":")" + std::string(2 * 1024 * 1024, 'x') + "\"}",
       "1: the row is longer than 1 MiB"},
      {"field over 256 KiB", R"({"id":"t1","text":")" + std::string(256 * 1024 + 1, 'x') + "\"}",
       "1: text: is longer than 256 KiB"},
      {"no id", R"({"status":"done"})", "1: id: is missing"},
      {"null id", R"({"id":null,"status":"done"})", "1: id: must be a string or an integer (got null)"},
      {"fractional id", R"({"id":1.0,"status":"done"})", "1: id: must be a string or an integer (got 1.0)"},
      {"empty id", R"({"id":" ","status":"done"})", "1: id: is empty"},
      {"NUL escape in an id", R"({"id":"a\u0000","status":"done"})",
       "1: id: contains the control character U+0000 (got \"a\\x00\")"},
      {"id in the patch", R"({"id":"t1","patch":{"id":"t2"}})",
       "1: id: is the id, which cannot be changed; it stands beside \"patch\""},
      {"patch that is no object", R"({"id":"t1","patch":[]})", "1: has a \"patch\" that is not an object"},
      {"field beside patch", R"({"id":"t1","patch":{"text":"a"},"status":"done"})",
       "1: status: stands beside \"patch\"; put it inside"},
      {"stranger beside patch", R"({"id":"t1","patch":{"text":"a"},"expects":{}})",
       "1: expects: stands beside \"patch\", where only the id, \"expect\" and notes (_...) may be"},
      {"unknown field", R"({"id":"t1","statsu":"done"})",
       "1: statsu: is not a known field; did you mean \"status\"?"},
      {"unknown field in expect", R"({"id":"t1","text":"a","expect":{"statsu":"done"}})",
       "1: statsu: is not a known field; did you mean \"status\"?"},
      {"field in expect that is not shown", R"({"id":"t1","text":"a","expect":{"closed_loop":true}})",
       "1: closed_loop: cannot be a precondition: the API does not show \"closed_loop\""},
      {"bad enum", R"({"id":"t1","status":"opne"})",
       "1: status: must be one of open, snoozed, done (got \"opne\"); did you mean \"open\"?"},
      {"number for an enum", R"({"id":"t1","status":1})",
       "1: status: must be one of open, snoozed, done (got 1)"},
      {"number for a string", R"({"id":"t1","text":5})", "1: text: must be a string (got 5)"},
      {"empty string", R"({"id":"t1","text":""})",
       "1: text: is 0 characters long, at least 1 are needed (got \"\")"},
      {"text for a boolean", R"({"id":"t1","closed_loop":"true"})",
       "1: closed_loop: must be true or false (got \"true\")"},
      {"text for a number", R"({"id":"t1","score":"1"})", "1: score: must be a number (got \"1\")"},
      {"bad time", R"({"id":"t1","snoozed_until":"tomorrow"})",
       "1: snoozed_until: must be an RFC 3339 time with an offset, such as 2026-05-01T09:00:00Z (got "
       "\"tomorrow\")"},
      {"text for a list", R"({"id":"t1","tag_ids":"a;b"})",
       "1: tag_ids: must be a list of strings (got \"a;b\")"},
      {"empty item", R"({"id":"t1","tag_ids":["a",""]})", "1: tag_ids: has an empty item (got [\"a\",\"\"])"},
      {"null that cannot be", R"({"id":"t1","status":null})", "1: status: cannot be cleared (got null)"},
      {"null list", R"({"id":"t1","tag_ids":null})",
       "1: tag_ids: cannot be cleared (got null); write [] for the empty list"},
      {"unknown member", R"({"id":"t1","notify":{"slak":true}})",
       "1: notify: has no member \"slak\"; did you mean \"slack\"?"},
      {"long title", R"({"id":"t1","title":")" + times(513, "\xc3\xa9") + "\"}",
       "1: title: is 513 characters long, at most 512 are allowed (got \"" + times(59, "\xc3\xa9") + "...)"},
      {"snoozed without date", R"({"id":"t1","status":"snoozed"})",
       "1: status: \"snoozed\" needs snoozed_until in the same row"},
      {"full set beside a verb", R"({"id":"t1","tag_ids":[],"remove_tag_ids":["a"]})",
       "1: remove_tag_ids: cannot stand beside tag_ids, which replaces the whole set"},
      {"nothing to change", R"({"id":"t1","_note":1})", "1: has nothing to change: no field has a value"},
      {"empty patch", R"({"id":"t1","patch":{}})", "1: has nothing to change: no field has a value"},
      {"dotted key", R"({"id":"t1","notify.slack":true})", "1: notify.slack: is not a known field"},
  };
  for (const auto& t : table) {
    const auto got = read_ndjson(t.text + "\n{\"id\":\"good\",\"status\":\"done\"}\n");
    EXPECT_EQ(got.failure, "") << t.name;
    ASSERT_EQ(got.rows.size(), 2u) << t.name;
    if (t.complaint.ends_with("is not a known field"))
      EXPECT_EQ(got.rows[0].substr(1, t.complaint.size()), t.complaint) << t.name;
    else
      EXPECT_EQ(got.rows[0], '!' + t.complaint) << t.name;
    EXPECT_EQ(got.rows[1], good_result) << t.name;
  }
}

TEST(BadInput, CountsLengthInCharactersNotBytes) {
  const auto fits = times(512, "\xf0\x9f\x98\x80");
  EXPECT_EQ(read_csv("id,title\nt1," + fits + "\n").rows, rows{"t1 {\"title\":\"" + fits + "\"}"});
  EXPECT_EQ(read_ndjson("{\"id\":\"t1\",\"title\":\"" + fits + "\"}").rows,
            rows{"t1 {\"title\":\"" + fits + "\"}"});
  // An escape is one character.
  EXPECT_EQ(read_ndjson("{\"id\":\"t1\",\"title\":\"" + times(512, "\\n") + "\"}").rows,
            rows{"t1 {\"title\":\"" + times(512, "\\n") + "\"}"});
  // So is an id's.
  EXPECT_EQ(read_csv("id,text\n" + times(256, "\xc3\xa9") + ",x\n").rows,
            rows{times(256, "\xc3\xa9") + " {\"text\":\"x\"}"});
}

TEST(BadInput, KeepsWhatIsKnownOfABadRow) {
  source_options options;
  options.format = file_format::csv;
  auto source = job_source::from_bytes(
      "jobs.csv", "id,status\nt1,done\n t2 ,opne\nt3,done,x\n" + std::string(70'000, 'y') + "\n",
      test::threads(), options);
  ASSERT_TRUE(source);
  job_batch batch;
  ASSERT_TRUE(*source->next(batch));
  ASSERT_EQ(batch.size(), 4u);
  EXPECT_EQ(batch.error(1)->id, "t2");
  EXPECT_EQ(batch.error(1)->raw, " t2 ,opne");
  EXPECT_EQ(batch.error(1)->row, 2u);
  EXPECT_EQ(batch.error(2)->id, "t3");
  EXPECT_EQ(batch.error(3)->raw.size(), 64u * 1024);
}

}  // namespace
}  // namespace pawl::input
