// Bad inputs: exit 2, nothing sent, the line named. `run` and `check` say the same.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;

struct bad_input {
  const char* name;
  const char* file;  // its name
  std::string content;
  std::vector<const char*> said;  // what stands on standard error
  // So many x stand at `%`. Not before the test itself: every test of this program starts with all
  // parameters.
  std::size_t long_text = 0;
};

std::string content_of(const bad_input& bad) {
  auto out = bad.content;
  if (bad.long_text > 0) out.replace(out.find('%'), 1, bad.long_text, 'x');
  return out;
}

std::string times(std::size_t count, std::string_view text) {
  std::string out;
  out.reserve(count * text.size());
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string utf16(std::string_view ascii) {
  std::string out = "\xff\xfe";
  for (const char c : ascii) {
    out += c;
    out += '\0';
  }
  return out;
}

std::vector<bad_input> bad_inputs() {
  using namespace std::string_literals;
  const auto rows = [](std::string_view header, std::string_view bad) {
    return std::string{header} + "\nthr_000001,open\n" + std::string{bad} + "\n";
  };
  return {
      {"BadEnum", "j.csv", rows("id,status", "thr_000002,opne"), {"j.csv:3: status", "opne"}},
      {"WrongType", "j.csv", "id,closed_loop\nthr_000001,perhaps\n", {"j.csv:2: closed_loop", "perhaps"}},
      {"BadTimestamp",
       "j.csv",
       "id,snoozed_until\nthr_000001,tomorrow\n",
       {"j.csv:2: snoozed_until", "tomorrow"}},
      {"LongTitle",
       "j.csv",
       "id,title\nthr_000001," + times(513, "\u00e9") + "\n",
       {"j.csv:2: title", "512"}},
      {"EmptyText", "j.ndjson", "{\"id\":\"thr_000001\",\"patch\":{\"text\":\"\"}}\n", {"j.ndjson:1: text"}},
      {"RaggedShort", "j.csv", rows("id,status,title", "thr_000002"), {"j.csv:2"}},
      {"RaggedLong", "j.csv", rows("id,status", "thr_000002,open,more"), {"j.csv:3"}},
      {"OpenQuote", "j.csv", rows("id,title", "thr_000002,\"never closed"), {"j.csv:3"}},
      {"TextBehindQuote", "j.csv", rows("id,title", "thr_000002,\"a\"b"), {"j.csv:3"}},
      {"Nul", "j.csv", "id,title\nthr_000001,a\0b\n"s, {"j.csv:2"}},
      {"Latin1", "j.csv", "id,title\nthr_000001,caf\xe9\n", {"j.csv", "UTF-8"}},
      {"Utf16", "j.csv", utf16("id,status\r\nthr_000001,open\r\n"), {"j.csv", "UTF-8"}},
      {"EmptyFile", "j.csv", "", {"j.csv"}},
      {"EmptyNdjson", "j.ndjson", "", {"j.ndjson"}},
      {"MissingIdColumn", "j.csv", "thread,status\nthr_000001,open\n", {"j.csv", "id"}},
      {"UnknownColumn", "j.csv", "id,staus\nthr_000001,open\n", {"staus", "status"}},
      {"RepeatedColumn", "j.csv", "id,status,status\nthr_000001,open,open\n", {"status"}},
      {"EmptyId", "j.csv", rows("id,status", " ,done"), {"j.csv:3"}},
      {"OversizedId", "j.csv", rows("id,status", times(300, "x") + ",done"), {"j.csv:3"}},
      {"EmptyPatch", "j.csv", rows("id,status", "thr_000002,"), {"j.csv:3"}},
      {"SnoozedWithoutDate", "j.csv", rows("id,status", "thr_000002,snoozed"), {"j.csv:3", "snoozed_until"}},
      {"NullWhereNotNullable", "j.csv", rows("id,status", "thr_000002,null"), {"j.csv:3: status"}},
      {"TagIdsBesideAVerb", "j.csv", "id,tag_ids,add_tags\nthr_000001,tag_1,Bug\n", {"j.csv:2", "tag_ids"}},
      {"FieldOver256K", "j.csv", "id,text\nthr_000001,%\n", {"j.csv:2"}, 300 * 1024},
      {"RowOf2MiB", "j.csv", "id,text\nthr_000001,%\n", {"j.csv:2"}, 2 * 1024 * 1024},
      {"NdjsonRowOf2MiB",
       "j.ndjson",
       "{\"id\":\"a\",\"patch\":{\"text\":\"%\"}}\n",
       {"j.ndjson:1"},
       2 * 1024 * 1024},
      {"NotJson", "j.ndjson", "{\"id\":\"thr_000001\",\"status\":\"done\"}\n{\"id\":\n", {"j.ndjson:2"}},
      {"JsonArray", "j.ndjson", "[1,2]\n", {"j.ndjson:1"}},
      {"DuplicateKey",
       "j.ndjson",
       "{\"id\":\"a\",\"patch\":{\"title\":\"x\",\"title\":\"y\"}}\n",
       {"j.ndjson:1", "title"}},
      {"DeepArray",
       "j.ndjson",
       "{\"id\":\"a\",\"patch\":{\"external_ids\":" + times(5000, "[") + times(5000, "]") + "}}\n",
       {"j.ndjson:1"}},
      {"UnknownNdjsonField",
       "j.ndjson",
       "{\"id\":\"a\",\"patch\":{\"titel\":\"x\"}}\n",
       {"j.ndjson:1", "titel", "title"}},
      {"NdjsonNoId", "j.ndjson", "{\"patch\":{\"title\":\"x\"}}\n", {"j.ndjson:1"}},
      {"NdjsonWrongType",
       "j.ndjson",
       "{\"id\":\"a\",\"patch\":{\"tag_ids\":\"tag_1\"}}\n",
       {"j.ndjson:1: tag_ids"}},
      {"UnknownFormat", "jobs.txt", "id,status\nthr_000001,open\n", {"jobs.txt", "--format"}},
  };
}

class bad_input_file : public ::testing::TestWithParam<bad_input> {};

TEST_P(bad_input_file, EndsWithTwoNamesTheLineAndSendsNothing) {
  const auto& bad = GetParam();
  const sandbox_process sandbox{{"--plain", "--threads", "2"}};
  const pawl_workspace workspace{sandbox};
  workspace.input(bad.file, content_of(bad));
  for (const auto* command : {"check", "run"}) {
    const auto result = workspace.run({command, bad.file, "--summary", "s.json"});
    EXPECT_EQ(result.exit_code, 2) << command << ": " << result.errors;
    for (const auto* text : bad.said) EXPECT_THAT(result.errors, HasSubstr(text)) << command;
    EXPECT_LT(result.errors.size(), 4096u) << "the bad value is not repeated in full";
    EXPECT_EQ(number(read_summary(workspace.files() / "s.json"), "exit_code"), 2);
    EXPECT_FALSE(std::filesystem::exists(pawl_workspace::ledger_of(workspace.files() / bad.file)));
    EXPECT_FALSE(std::filesystem::exists(pawl_workspace::ledger_of(workspace.files() / bad.file) += ".lock"));
  }
  EXPECT_EQ(number(sandbox.totals(), "requests"), 0);
}

INSTANTIATE_TEST_SUITE_P(Input, bad_input_file, ::testing::ValuesIn(bad_inputs()),
                         [](const auto& each) { return each.param.name; });

TEST(BadInput, ListsTheFirstTwentyAndCountsTheRest) {
  const pawl_workspace workspace;
  std::string csv = "id,status\n";
  for (int i = 1; i <= 100; ++i) csv += "thr_" + std::to_string(i) + ",nope\n";
  workspace.input("jobs.csv", csv);
  const auto check = workspace.run({"check", "jobs.csv"});
  EXPECT_EQ(check.exit_code, 2);
  EXPECT_THAT(check.errors, HasSubstr("jobs.csv:2: status: "));
  EXPECT_THAT(check.errors, HasSubstr("jobs.csv:21: status: "));
  EXPECT_THAT(check.errors, ::testing::Not(HasSubstr("jobs.csv:22:")));
  EXPECT_THAT(check.errors, HasSubstr("80 more errors"));
}

}  // namespace
}  // namespace pawl::test
