#include "tests/unit/input/test_profile.hpp"

#include <gtest/gtest.h>

namespace pawl::input {
namespace {

using test::read_ndjson;
using rows = std::vector<std::string>;

TEST(NdjsonSource, TakesBothForms) {
  const std::pair<const char*, const char*> table[] = {
      {R"({"id":"t1","patch":{"status":"done"}})", R"(t1 {"status":"done"})"},
      {R"({"id": "t1", "patch": {"title": null, "status" : "done"}, "expect": {"status": "open"}})",
       R"(t1 {"title":null,"status":"done"} expect {"status":"open"})"},
      {R"({"patch":{"status":"done"},"id":"t1","_note":{"any":[1]}})", R"(t1 {"status":"done"})"},
      {R"({"id":"t1","status":"done","_note":"x"})", R"(t1 {"status":"done"})"},
      {R"({"status":"done","title":"T","id":"t1"})", R"(t1 {"title":"T","status":"done"})"},
      {R"({"id":"t1","status":"done","expect":{"status":null}})",
       R"(t1 {"status":"done"} expect {"status":null})"},
      {R"({"id":12345678901234567890123,"status":"done"})", R"(12345678901234567890123 {"status":"done"})"},
      {R"({"id":-7,"status":"done"})", R"(-7 {"status":"done"})"},
      {R"({"id":" t1 ","status":"done"})", R"(t1 {"status":"done"})"},
      {R"({"id":"t\u0031","st\u0061tus":"d\u006fne"})", R"(t1 {"status":"done"})"},
      {R"({"id":"t1","score":1.50E+2})", R"(t1 {"score":1.50E+2})"},
      {R"({"id":"t1","closed_loop":true})", R"(t1 {"closed_loop":true})"},
      {R"({"id":"t1","tag_ids":[ "a" , "\u0062" ]})", R"(t1 {"tag_ids":["a","b"]})"},
      {R"({"id":"t1","tag_ids":[]})", R"(t1 {"tag_ids":[]})"},
      {R"({"id":"t1","notify":{ "slack" : true }})", R"(t1 {"notify":{"slack":true}})"},
      {R"({"id":"t1","ai_draft_sources":[{"n":1.0}, null]})", R"(t1 {"ai_draft_sources":[{"n":1.0},null]})"},
      {R"({"id":"t1","text":"a\u0000b\/"})", R"(t1 {"text":"a\u0000b/"})"},
      {R"({"id":"t1","add_tags":["x"],"remove_tags":["y"]})", R"(t1 {"add_tags":["x"],"remove_tags":["y"]})"},
  };
  for (const auto& [text, wanted] : table) {
    EXPECT_EQ(read_ndjson(text).rows, rows{wanted}) << text;
    EXPECT_EQ(read_ndjson(std::string("\xef\xbb\xbf\n") + text + "\r\n \n").rows, rows{wanted}) << text;
  }
}

TEST(NdjsonSource, KeepsRawRowsAndLinesAndSkipsBlankOnes) {
  source_options options;
  options.format = file_format::ndjson;
  auto source = job_source::from_bytes(
      "jobs.ndjson", "\n{\"id\":\"a\",\"status\":\"done\"} \r\n\n \t\n{\"id\":1, \"text\":\"x\"}",
      test::threads(), options);
  ASSERT_TRUE(source);
  job_batch batch;
  ASSERT_TRUE(*source->next(batch));
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch.job(0).raw, "{\"id\":\"a\",\"status\":\"done\"} ");
  EXPECT_EQ(batch.job(0).line, 2u);
  EXPECT_EQ(batch.job(1).raw, "{\"id\":1, \"text\":\"x\"}");
  EXPECT_EQ(batch.job(1).row, 2u);
  EXPECT_EQ(batch.job(1).line, 5u);
}

TEST(NdjsonSource, AppliesMapIgnoreIdColumnAndSet) {
  source_options options;
  options.id_column = "thread";
  options.map = {{"State", "status"}, {"Memo", "_memo"}};
  options.ignore = {"Owner"};
  options.set = {{"notify.slack", "yes"}, {"add_tags", "x"}};
  EXPECT_EQ(read_ndjson("{\"thread\":\"t1\",\"State\":\"done\",\"Owner\":5,\"Memo\":1}\n"
                        "{\"thread\":\"t2\",\"patch\":{\"State\":\"open\",\"Owner\":1}}\n"
                        "{\"thread\":\"t3\"}\n"
                        "{\"thread\":\"t4\",\"notify\":{\"email\":true}}\n"
                        "{\"thread\":\"t5\",\"State\":\"done\",\"status\":\"open\"}\n",
                        options)
                .rows,
            (rows{R"(t1 {"status":"done","notify":{"slack":true},"add_tags":["x"]})",
                  R"(t2 {"status":"open","notify":{"slack":true},"add_tags":["x"]})",
                  R"(t3 {"notify":{"slack":true},"add_tags":["x"]})",
                  "!4: notify: is set for every row by --set, and given in this row too",
                  "!5: status: is given twice, once by --map"}));
}

TEST(NdjsonSource, RefusesMappingsThatOnlyColumnsCanHave) {
  source_options options;
  options.map = {{"a", "notify.slack"}, {"b", "expect.status"}, {"c", "statsu"}};
  EXPECT_EQ(
      read_ndjson("{}", options).failure,
      "jobs.ndjson: --map a=notify.slack: \"notify.slack\" names a CSV column; in NDJSON write the object "
      "itself\n"
      "--map b=expect.status: \"expect.status\" names a CSV column; in NDJSON write the \"expect\" object\n"
      "--map c=statsu: \"statsu\" is not a known field; did you mean \"status\"?");
}

TEST(NdjsonSource, PassesUnknownFieldsWhereTheProfileAllows) {
  const auto read = [](const std::string& text) {
    return read_ndjson(text, {}, test::passing_threads()).rows;
  };
  EXPECT_EQ(read(R"({"id":1,"zeta":{"a" : [1, 2.50]},"status":"done","alpha":null})"),
            rows{R"(1 {"status":"done","zeta":{"a":[1,2.50]},"alpha":null})"});
  EXPECT_EQ(read(R"({"id":1,"patch":{"zeta":true}})"), rows{R"(1 {"zeta":true})"});
  EXPECT_EQ(read(R"({"id":1,"patch":{"status":"done"},"zeta":true})"),
            rows{R"(!1: zeta: stands beside "patch"; put it inside)"});
  EXPECT_EQ(read(R"({"id":1,"status":"done","expect":{"zeta":1}})").front().substr(0, 31),
            "!1: zeta: is not a known field ");
  EXPECT_EQ(
      read(R"({"id":1,"a\"b":1})"),
      rows{"!1: a\"b: is not a name that can be passed to the API (empty, over 256 bytes, or with a quote, "
           "backslash or control character)"});
  const auto many = [](int count) {
    std::string text = "{\"id\":1";
    for (int i = 0; i < count; ++i) text += ",\"f" + std::to_string(i) + "\":" + std::to_string(i);
    return text + '}';
  };
  EXPECT_EQ(read(many(64)).front().substr(0, 10), "1 {\"f0\":0,");
  EXPECT_EQ(read(many(66)),
            rows{"!1: f64: is one field too many that the profile does not know: at most 64 are passed on"});
}

TEST(NdjsonSource, LearnsNothingWrongFromTheRowsBefore) {
  // The order of keys changes, keys repeat other rows' places with other meanings.
  EXPECT_EQ(
      read_ndjson("{\"id\":\"a\",\"status\":\"done\"}\n{\"status\":\"open\",\"id\":\"b\"}\n"
                  "{\"_x\":\"c\",\"title\":\"T\",\"id\":\"c\"}\n{\"id\":\"d\",\"text\":\"x\",\"_x\":1}\n")
          .rows,
      (rows{R"(a {"status":"done"})", R"(b {"status":"open"})", R"(c {"title":"T"})", R"(d {"text":"x"})"}));
}

}  // namespace
}  // namespace pawl::input
