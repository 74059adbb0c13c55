// What [[rules]] compile into, and what is wrong with them.
#include "tests/unit/config/profile_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::config {
namespace {

using namespace by_text;
using namespace std::chrono_literals;
using api::verdict;
using api::wait_scope;
using statuses = std::vector<api::status_range>;
using source = api::wait_source;

const std::string passing = "unknown_fields = \"pass\"\n";

std::string with_rules(const std::string& rules,
                       const std::string& before = "[error]\nmessage = \"message\"\n") {
  return minimal(before + rules, passing);
}

TEST(ProfileRules, TakeAStatusARangeOrAList) {
  struct row {
    const char* text;
    statuses is;
  };
  const row rows[] = {
      {"403", {{403, 403}}},
      {"\"5xx\"", {{500, 599}}},
      {"\"500-530\"", {{500, 530}}},
      {"[403, 429]", {{403, 403}, {429, 429}}},
      {"[403, \"5xx\", \"420-425\"]", {{403, 403}, {500, 599}, {420, 425}}},
      {"[404]", {{404, 404}}},
  };
  for (const auto& r : rows) {
    const auto p =
        compiled(with_rules("[[rules]]\nstatus = " + std::string(r.text) + "\nthen = \"refused\"\n"));
    ASSERT_EQ(p.rules.size(), 1u) << r.text;
    EXPECT_EQ(p.rules[0].statuses, r.is) << r.text;
  }
  for (const char* wrong : {"[]", "[403, 99]", "600", "true", "[[403]]", "\"4x\"", "[403, \"429-420\"]",
                            "\"040-599\"", "[\"5xx\", \"000-007\"]"}) {
    // Nothing is said of the next one: what this one leaves to it is not known.
    const auto result = compile_profile(with_rules("[[rules]]\nstatus = " + std::string(wrong) +
                                                   "\nthen = \"refused\"\n[[rules]]\nstatus = 503\n"
                                                   "then = \"retry\"\n"),
                                        "p.toml");
    EXPECT_THAT(
        texts(result.complaints),
        ::testing::ElementsAre("p.toml:12: rules.status: is not a status, a range of them, or a list of "
                               "these; write 403, \"5xx\", \"500-599\" or [403, 429]"))
        << wrong;
  }
}

TEST(ProfileRules, TakeWhatAThrottledReplyMakesWait) {
  const auto p = compiled(with_rules(R"(
[reply_headers]
reset = "X-Reset"
[[rules]]
status = [403, 429]
message = "rate limit"
then = "throttled"
wait = ["retry-after", "reset", "60s"]
scope = "all"
[[rules]]
status = [423, 477]
then = "throttled"
wait = "2s"
scope = "id"
[[rules]]
status = 429
then = "throttled"
scope = "class"
[[rules]]
status = 409
then = "conflict"
)"));
  ASSERT_EQ(p.rules.size(), 4u);
  EXPECT_EQ(p.rules[0].message, "rate limit");
  EXPECT_EQ(p.rules[0].wait,
            (std::vector<source>{
                {source::kind::retry_after, {}}, {source::kind::reset, {}}, {source::kind::time, 60s}}));
  EXPECT_EQ(p.rules[0].scope, wait_scope::of_all);
  EXPECT_EQ(p.rules[1].wait, (std::vector<source>{{source::kind::time, 2s}}));
  EXPECT_EQ(p.rules[1].scope, wait_scope::of_id);
  EXPECT_TRUE(p.rules[2].wait.empty());
  EXPECT_EQ(p.rules[2].scope, wait_scope::of_class);
  EXPECT_EQ(p.rules[3].then, verdict::conflict);
}

struct complaint_row {
  const char* rules;
  std::vector<std::string> says;
};

void expect_complaints(const complaint_row& row, const std::string& before) {
  const auto result = compile_profile(with_rules(row.rules, before), "p.toml");
  EXPECT_EQ(texts(result.complaints), row.says) << row.rules;
}

TEST(ProfileRules, SayWhatIsWrongWithThem) {
  const complaint_row rows[] = {
      {"[[rules]]\nthen = \"refused\"\n",
       {"p.toml:9: rules: would match every reply; add status, code, message or header"}},
      {"[[rules]]\nstatus = []\ncode = \"\"\nthen = \"refused\"\n",
       {"p.toml:10: rules.status: is not a status, a range of them, or a list of these; write 403, \"5xx\", "
        "\"500-599\" or [403, 429]"}},
      {"[[rules]]\ncode = \"\"\nmessage = \"\"\nheader = \"\"\nthen = \"refused\"\n",
       {"p.toml:9: rules: would match every reply; add status, code, message or header"}},
      {"[[rules]]\nstatus = 429\nmessage = \"limit\"\nthen = \"throttled\"\n",
       {"p.toml:11: rules.message: is part of the error's message, and [error] does not say where that "
        "stands; "
        "add message = \"...\" to [error]"}},
      {"[[rules]]\nstatus = 429\nthen = \"refused\"\nwait = \"2s\"\nscope = \"all\"\n",
       {"p.toml:12: rules.wait: stands with then = \"throttled\" only; remove it",
        "p.toml:13: rules.scope: stands with then = \"throttled\" only; remove it"}},
      {"[[rules]]\nstatus = 429\nthen = \"throttled\"\nwait = [\"reset\", \"0s\", \"soon\"]\n",
       {"p.toml:12: rules.wait: names reset, and [reply_headers] says where no reply shows it; add reset = "
        "\"...\" or ietf_limit there",
        "p.toml:12: rules.wait: \"0s\" is not retry-after, reset, or a time above zero; write "
        "[\"retry-after\", \"60s\"]",
        "p.toml:12: rules.wait: \"soon\" is not retry-after, reset, or a time above zero; write "
        "[\"retry-after\", \"60s\"]"}},
      {"[[rules]]\nstatus = 429\nthen = \"throttled\"\nwait = [\"60s\", \"retry-after\"]\n",
       {"p.toml:12: rules.wait: has something behind a time, which always has a value; write the time last"}},
      {"[[rules]]\nstatus = 429\nthen = \"throttled\"\nwait = [\"retry-after\", \"retry-after\"]\n",
       {"p.toml:12: rules.wait: names the same twice; remove one"}},
      {"[reply_headers]\nretry_after = \"\"\n[[rules]]\nstatus = 429\nthen = \"throttled\"\n"
       "wait = \"retry-after\"\n",
       {"p.toml:14: rules.wait: names retry-after, and reply_headers.retry_after is empty; name that "
        "header"}},
      {"[[rules]]\nstatus = 429\nthen = \"throttled\"\nscope = \"row\"\n",
       {"p.toml:12: rules.scope: \"row\" is not one of class, all, id; use one of these"}},
  };
  for (const auto& row : rows) expect_complaints(row, "");
}

// Of two rules of which the first matches all that the second does, the second is a mistake.
TEST(ProfileRules, ARuleThatCanNeverMatchIsAnError) {
  const auto never = [](const char* line, const char* rule) {
    return std::vector<std::string>{std::string("p.toml:") + line + ": rules: can never match: rule " + rule +
                                    " matches first whatever this one would; put this one before that, or "
                                    "remove it"};
  };
  const complaint_row rows[] = {
      {"[[rules]]\nstatus = 404\nthen = \"refused\"\n[[rules]]\nstatus = 404\nthen = \"maybe\"\n",
       never("14", "1")},
      {"[[rules]]\nstatus = \"4xx\"\nthen = \"refused\"\n[[rules]]\nstatus = [403, 429]\nthen = \"maybe\"\n",
       never("14", "1")},
      {"[[rules]]\nstatus = 409\nthen = \"conflict\"\n[[rules]]\nstatus = 409\ncode = \"db\"\n"
       "then = \"retry\"\n",
       never("14", "1")},
      {"[[rules]]\ncode = \"db\"\nthen = \"retry\"\n[[rules]]\nstatus = 409\ncode = \"db\"\n"
       "then = \"conflict\"\n",
       never("14", "1")},
      {"[[rules]]\nmessage = \"Limit\"\nthen = \"throttled\"\n[[rules]]\nmessage = \"daily limit\"\n"
       "then = \"retry\"\n",
       never("14", "1")},
      {"[[rules]]\nheader = \"x-left\"\nthen = \"throttled\"\n[[rules]]\nheader = \"X-Left\"\n"
       "header_value = \"0\"\nthen = \"retry\"\n",
       never("14", "1")},
      {"[[rules]]\nheader = \"x-left\"\nheader_value = \"a\"\nthen = \"throttled\"\n[[rules]]\n"
       "header = \"X-Left\"\nheader_value = \"A\"\nthen = \"retry\"\n",
       never("15", "1")},
      // Two that take it together.
      {"[[rules]]\nstatus = 403\nthen = \"refused\"\n[[rules]]\nstatus = 429\nthen = "
       "\"throttled\"\n[[rules]]\n"
       "status = [403, 429]\ncode = \"c\"\nthen = \"maybe\"\n",
       never("17", "1")},
      // All that a status can be.
      {"[[rules]]\nstatus = \"100-599\"\nthen = \"refused\"\n[[rules]]\ncode = \"c\"\nthen = \"maybe\"\n",
       never("14", "1")},
  };
  for (const auto& row : rows) expect_complaints(row, "[error]\nmessage = \"m\"\n");
  const char* can_match[] = {
      "[[rules]]\nstatus = 409\ncode = \"db\"\nthen = \"retry\"\n[[rules]]\nstatus = 409\nthen = "
      "\"conflict\"\n",
      "[[rules]]\nstatus = 404\nthen = \"refused\"\n[[rules]]\nstatus = \"4xx\"\nthen = \"maybe\"\n",
      "[[rules]]\nstatus = 404\nthen = \"refused\"\n[[rules]]\ncode = \"c\"\nthen = \"maybe\"\n",
      "[[rules]]\nmessage = \"daily limit\"\nthen = \"retry\"\n[[rules]]\nmessage = \"limit\"\n"
      "then = \"throttled\"\n",
      "[[rules]]\ncode = \"a\"\nthen = \"retry\"\n[[rules]]\ncode = \"A\"\nthen = \"maybe\"\n",
      "[[rules]]\nheader = \"a\"\nheader_value = \"0\"\nthen = \"retry\"\n[[rules]]\nheader = \"a\"\n"
      "then = \"maybe\"\n",
      "[[rules]]\nstatus = 403\nheader = \"a\"\nthen = \"retry\"\n[[rules]]\nstatus = 403\nmessage = \"m\"\n"
      "then = \"maybe\"\n",
      "[[rules]]\nstatus = 403\nthen = \"refused\"\n[[rules]]\nstatus = [403, 429]\nthen = \"maybe\"\n",
  };
  for (const char* rules : can_match) expect_complaints({rules, {}}, "[error]\nmessage = \"m\"\n");
}

}  // namespace
}  // namespace pawl::config
