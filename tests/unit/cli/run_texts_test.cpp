#include "cli/render/run_texts.hpp"

#include "engine/app/complaints.hpp"
#include "engine/app/exit_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(WrongRows, AreCountedInWords) {
  input::validation_report report;
  report.rows = 1200;
  report.bad_rows = 1;
  EXPECT_EQ(app::wrong_rows_in_words(report), "1 of 1,200 rows is wrong");
  report.bad_rows = 20;
  EXPECT_EQ(app::wrong_rows_in_words(report), "20 of 1,200 rows are wrong");
}

TEST(ComplaintLines, AreWhatCompilersPrintAndCountTheRest) {
  input::validation_report report;
  report.first = {{17, "status", "must be one of open, done (got \"opne\")"},
                  {18, "", "has 3 cells, 4 expected"}};
  report.complaint_count = 2;
  EXPECT_THAT(app::complaint_lines("jobs.csv", report),
              ElementsAre("jobs.csv:17: status: must be one of open, done (got \"opne\")",
                          "jobs.csv:18: has 3 cells, 4 expected"));
  report.complaint_count = 1202;
  EXPECT_THAT(app::complaint_lines("jobs.csv", report), Contains("jobs.csv: 1,200 more errors"));
}

config::settings announced_settings() {
  config::settings s;
  s.profile.name = "productlane";
  api::field_spec status, company;
  status.name = "status";
  company.name = "company_id";
  company.also_changes = {"contact_id"};
  s.profile.fields = {status, company};
  s.profile.side_effects = {"Every write notifies the webhooks."};
  s.run.writes.windows = {{60, 60s}, {20, 10s}};
  return s;
}

TEST(CheckLines, TellFormatFieldsAndTime) {
  const auto s = announced_settings();
  input::source_facts facts;
  facts.delimiter = '\t';
  facts.delimiter_was_sniffed = true;
  input::validation_report report;
  report.rows = 10'000;
  report.rows_with_field = {10'000, 12};
  EXPECT_THAT(check_lines({"jobs.csv", facts, report, s.profile}, s),
              ElementsAre("jobs.csv: 10,000 rows, no errors", "format: csv, delimiter tab (sniffed)",
                          "fields: status 10,000, company_id 12",
                          "time needed: at least 2 h 46 min (10,000 writes at 60/min and 20/10s)"));
}

// A profile may describe no field by its name, and say of what form all of them are.
TEST(FieldLines, NameTheFieldsThatTheInputUses) {
  auto s = announced_settings();
  s.profile.fields.clear();
  s.profile.any_field.emplace().name = "*";
  s.profile.any_field->also_changes = {"the score"};
  auto in_use = s.profile;
  api::add_used_fields(in_use, std::vector<std::string>{"color", "size"});
  input::source_facts facts;
  input::validation_report report;
  report.rows = 3;
  report.rows_with_field = {3, 2, 0};
  EXPECT_THAT(check_lines({"jobs.csv", facts, report, in_use}, s), Contains("fields: color 3, size 2"));
  app::announcement a;
  a.rows = a.pending = 3;
  a.report = &report;
  a.profile = &in_use;
  EXPECT_THAT(announce(a, s), Contains("fields: color 3, size 2"));
  EXPECT_THAT(announce(a, s), Contains("side effect: color also changes the score"));
}

TEST(Announce, NamesTargetKeyFieldsSideEffectsAndTime) {
  auto s = announced_settings();
  input::source_facts facts;
  input::validation_report report;
  report.rows = 300;
  report.rows_with_field = {300, 2};
  report.bad_rows = 1;
  app::announcement a;
  a.input_name = "jobs.csv";
  a.ledger_path = "jobs.csv.ledger";
  a.target = "productlane https://h/api/v2 (account ws_1)";
  a.key_label = "pl_v2_abcd\xe2\x80\xa6";
  a.rows = a.pending = 300;
  a.facts = &facts;
  a.report = &report;
  const auto all = announce(a, s);
  EXPECT_THAT(all,
              Contains("target: productlane https://h/api/v2 (account ws_1), key pl_v2_abcd\xe2\x80\xa6"));
  EXPECT_THAT(all, Contains("side effect: company_id also changes contact_id"));
  EXPECT_THAT(all, Contains("side effect: Every write notifies the webhooks."));
  EXPECT_THAT(all, Contains(HasSubstr("1 row is wrong")));
  EXPECT_THAT(all, Contains("writes: up to 300, at least 4 min 00 s at 60/min and 20/10s"));
  s.run.limit = 5;
  EXPECT_THAT(announce(a, s), Contains(HasSubstr("writes: up to 5,")));
  a.pending = 20;
  s.run.limit.reset();
  EXPECT_THAT(announce(a, s), Contains(HasSubstr("300 rows, 20 left")));
}

TEST(Announce, ShowsTheProxyAndWhoIsTrustedBesides) {
  auto s = announced_settings();
  app::announcement a;
  EXPECT_THAT(announce(a, s), Not(Contains(HasSubstr("proxy:"))));
  s.run.transport.proxy.emplace();
  s.run.transport.ca_file = "ca.pem";
  s.effective = {{"proxy", "http://proxy.example:3128", "pawl.toml:2"},
                 {"tls.ca_file", "ca.pem", "--ca-file"}};
  EXPECT_THAT(announce(a, s), Contains("proxy:  http://proxy.example:3128 (pawl.toml:2)"));
  EXPECT_THAT(announce(a, s), Contains("trusts: also certificates signed by those in ca.pem (--ca-file)"));
}

TEST(Announce, LeavesOutSideEffectsOfFieldsThatAreNotWritten) {
  auto s = announced_settings();
  s.profile.side_effects = {"Every write notifies the webhooks.", "company_id also moves the contact.",
                            "status sends mail.", "A value in company_id is expensive."};
  input::validation_report report;
  report.rows_with_field = {300, 0};
  app::announcement a;
  a.report = &report;
  const auto all = announce(a, s);
  EXPECT_THAT(all, Contains("side effect: Every write notifies the webhooks."));
  EXPECT_THAT(all, Contains("side effect: status sends mail."));
  EXPECT_THAT(all, Not(Contains(HasSubstr("company_id"))));
  // An earlier invocation has told of them.
  a.report = nullptr;
  EXPECT_THAT(announce(a, s), Not(Contains(HasSubstr("side effect"))));
}

TEST(ClosingLines, SayWhatToDoNext) {
  app::ending e;
  e.ledger_path = "jobs.csv.ledger";
  e.rows = 300;
  e.counts[outcome::applied] = 280;
  e.counts[outcome::refused] = 12;
  e.pending = 8;
  e.figures.writes = 292;
  e.elapsed = 61s;
  e.error_counts = {{"not_found", 12}};
  EXPECT_THAT(
      closing_lines(e),
      ElementsAre(
          "300 rows: 280 applied, 12 refused, 8 pending; 292 writes in 1 min 01 s", "  not_found: 12 rows",
          "the failures, to mend and run again: pawl export jobs.csv.ledger --with-input --outcome refused",
          "the same command goes on where this stopped"));
  e.mend_first = true;
  EXPECT_EQ(closing_lines(e).back(), "when that is mended, the same command goes on where this stopped");
  e.mend_first = false;
  e.counts[outcome::refused] = 0;
  e.counts[outcome::applied] = 292;
  e.error_counts.clear();
  e.resume_at = wall_time{std::chrono::microseconds{1'767'323'045'000'000}};
  EXPECT_THAT(closing_lines(e), Contains("the same command goes on, from 2026-01-02 03:04:05 UTC"));
}

TEST(FailureLine, CannotWriteToTheTerminal) {
  client::failed_row row{17,     "th_\x1b[2J", outcome::refused, "validation_failed", "tags.0:\nunknown",
                         "req_1"};
  EXPECT_EQ(failure_in_words(row),
            "row 17 (id th_\\x1b[2J): refused: validation_failed: tags.0:\\nunknown; request req_1");
  // The code of a mismatch is the word itself.
  row.outcome = outcome::mismatch;
  row.code = "mismatch";
  row.message = "a read shows a = 1";
  EXPECT_EQ(failure_in_words(row), "row 17 (id th_\\x1b[2J): mismatch: a read shows a = 1; request req_1");
}

TEST(Snapshot, SaysWhatPagesHaveSettledAndWhatEndedThem) {
  client::snapshot_facts f;
  f.pages = 34;
  f.settled = 8950;
  EXPECT_EQ(snapshot_in_words(f), "snapshot: 34 list pages read, 8,950 rows settled");
  f.pages = f.settled = 1;
  f.failure = "https://api.example/threads: the API answered 404";
  EXPECT_EQ(snapshot_in_words(f),
            "snapshot: 1 list page read, 1 row settled; the rest is read row by row: "
            "https://api.example/threads: the API answered 404");
}

}  // namespace
}  // namespace pawl::cli
