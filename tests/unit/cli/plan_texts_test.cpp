#include "cli/render/plan_texts.hpp"

#include "config/profile_loader.hpp"
#include "engine/text/utf8.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::cli {
namespace {

using namespace std::chrono_literals;
using plan::planned;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

config::settings example_settings() {
  config::settings s;
  s.profile = config::compile_profile(config::embedded_profile("productlane").value(), "productlane.toml")
                  .value.value();
  s.run.writes.windows = s.profile.write_limits.windows;
  s.run.reads.windows = s.profile.read_limits.windows;
  s.read_first = true;
  return s;
}

class plan_text : public ::testing::Test {
 protected:
  field_index field(const char* name) const { return *settings_.profile.find(name); }
  void write(std::vector<plan::planned_change> changes, std::vector<plan::undo_loss> losses = {}) {
    plan::planned_row row;
    row.row = tally_.rows() + 1;
    row.id = "thr_1";
    row.changes = changes;
    row.losses = losses;
    tally_.add(row);
  }
  void other(planned is, std::string_view why = {}, std::string_view rule = {}) {
    plan::planned_row row;
    row.is = is;
    row.row = tally_.rows() + 1;
    const auto id = fmt::format("thr_{}", row.row);
    row.id = id;
    row.why = why;
    row.rule = rule;
    tally_.add(row);
  }
  lines text() {
    report_.tally = &tally_;
    report_.rows = tally_.rows();
    report_.writes = tally_.of(planned::write);
    report_.reads = tally_.rows() + 1;
    return plan_lines(report_, settings_);
  }
  plan::planned_change change(const char* name, const char* from, const char* to) const {
    return {field(name), name, from, to, true};
  }

  config::settings settings_ = example_settings();
  plan::plan_tally tally_{settings_.profile};
  app::plan_report report_;
};

TEST_F(plan_text, GroupsWhatWouldChange) {
  for (int i = 0; i < 7912; ++i) write({change("status", "\"open\"", "\"done\"")});
  for (int i = 0; i < 80; ++i) other(planned::unchanged);
  other(planned::skipped, "status is \"done\", expected \"open\"", "status, expected \"open\"");
  report_.target = "productlane https://api (account ws_1)";
  report_.key_label = "pl_v2_abcd\u2026";
  report_.input_name = "jobs.csv";
  report_.needed = 2h + 11min;
  report_.reply_time = 96ms;
  report_.reads_sent = 7994;
  report_.elapsed = 8min;
  EXPECT_THAT(
      text(),
      ElementsAre(
          "target: productlane https://api (account ws_1), key pl_v2_abcd\u2026",
          "input:  jobs.csv, 7,993 rows", "to write                                                   7,912",
          "  status: open -> done                                     7,912",
          "unchanged, as wanted already                                  80",
          "skipped, a precondition does not hold                          1",
          "  status is \"done\", expected \"open\"                            1", "side effects:",
          "  Every write fires thread.* webhooks to all subscribers of the workspace, perhaps several per "
          "row.",
          "price:  7,912 writes at 60/min and 20/10s, up to 7,994 reads at 1000/min and 333/10s",
          "time:   about 2 h 11 min, if replies take 96 ms; started now it ends at 1970-01-01 02:11:00 UTC",
          "nothing was written (7,994 reads in 8 min 00 s)"));
}

// Every field, every kind of row, thousands of different values, names of 200 characters.
TEST_F(plan_text, FitsOneScreenWhateverThereIs) {
  const std::string wide(200, 'x');
  for (int i = 0; i < 8000; ++i) {
    const auto old_text = fmt::format("\"{} {}\"", i, wide), new_text = fmt::format("\"{} {}\"", wide, i);
    std::vector<plan::planned_change> changes;
    std::vector<plan::undo_loss> losses;
    for (std::size_t f = 0; f < settings_.profile.fields.size(); ++f) {
      const auto& name = settings_.profile.fields[f].name;
      changes.push_back({static_cast<field_index>(f), name, old_text, new_text, i % 3 != 0});
      losses.push_back({name, static_cast<plan::undo_obstacle>(f % 4)});
    }
    plan::planned_row row;
    row.id = wide;
    row.row = static_cast<std::uint64_t>(i) + 1;
    row.job.replay_safe = false;
    row.is_repeated = true;
    row.contradicts = plan::contradiction{"status", 1};
    const std::vector<field_index> riders{field("closed_loop"), field("status")};
    row.is = static_cast<planned>(i % 7);
    row.why = old_text;
    row.rule = new_text;
    row.changes = changes;
    row.losses = losses;
    if (row.is == planned::unchanged) row.rides_unsent = std::span{riders}.first(1);
    tally_.add(row);
  }
  report_.target = report_.input_name = wide;
  report_.out = wide;
  report_.jobs_shortened = 3;
  report_.is_limited = true;
  report_.done[outcome::applied] = 5;
  const auto all = text();
  EXPECT_LE(all.size(), 54u);
  for (const auto& line : all) EXPECT_LE(count_code_points(line), 118u) << line;
}

TEST_F(plan_text, SaysWhatAWriteHoldsAndWhatAReplacingServerErases) {
  settings_.profile.body_is = api::body_content::row;
  const std::vector<field_index> unnamed{field("title"), field("status")};
  for (int i = 0; i < 3; ++i) {
    plan::planned_row row;
    row.unnamed = std::span{unnamed}.first(i == 0 ? 2 : 1);
    row.unnamed_others = i == 2;
    tally_.add(row);
  }
  auto all = text();
  EXPECT_THAT(all, Contains("sends:  all fields of the row, as soon as one of them differs"));
  EXPECT_THAT(all, Contains("not in the rows, so a server that replaces erases it, beyond undo: title (3 "
                            "rows), status (1 row), "
                            "members not desc..."));

  settings_.profile.body_is = api::body_content::whole;
  all = text();
  EXPECT_THAT(all, Contains(::testing::StartsWith(
                       "sends:  the whole resource as it was read, with the values of the row "
                       "put in; not project_id, ")));
  settings_.profile.body_is = api::body_content::changes;
  for (const auto& line : text()) EXPECT_FALSE(line.starts_with("sends:")) << line;
}

TEST_F(plan_text, SaysWhatCannotBeUndoneAndWhatIsNotSent) {
  write({{field("closed_loop"), "closed_loop", std::nullopt, "true", true},
         {field("notify"), "notify", std::nullopt, R"({"slack":true})", true}},
        {{"closed_loop", plan::undo_obstacle::not_shown}, {"notify", plan::undo_obstacle::not_shown}});
  plan::planned_row rides;
  const std::vector<field_index> riders{field("closed_loop")};
  rides.is = planned::unchanged;
  rides.rides_unsent = riders;
  tally_.add(rides);
  const auto all = text();
  EXPECT_THAT(all, Contains("  closed_loop: (not shown) -> true                             1"));
  EXPECT_THAT(all,
              Contains("  closed_loop: the API does not show it, so its old value is not known (1 row)"));
  EXPECT_THAT(all, Contains("  notify: what it sets off cannot be taken back (1 row)"));
  EXPECT_THAT(
      all,
      Contains("not sent: closed_loop goes with status only, which is as wanted: 1 row (--force-unechoed)"));
  EXPECT_THAT(all, Contains(HasSubstr("notify sends messages")));
}

// Titles that all differ must not push out what most rows have in common.
TEST_F(plan_text, SharesTheLinesAmongTheFields) {
  for (int i = 0; i < 900; ++i) {
    const auto from = fmt::format("\"old {}\"", i), to = fmt::format("\"new {}\"", i);
    const auto company = fmt::format("\"com_{}\"", i % 300);
    write({change("title", from.c_str(), to.c_str()), change("company_id", "null", company.c_str()),
           change("status", i % 3 == 0 ? "\"open\"" : "\"snoozed\"", "\"done\"")});
  }
  const auto all = text();
  EXPECT_THAT(all, Contains("  title: different values                                    900"));
  EXPECT_THAT(all, Contains("  company_id: different values                               900"));
  EXPECT_THAT(all, Contains("  status: snoozed -> done                                    600"));
  EXPECT_THAT(all, Contains("  status: open -> done                                       300"));
}

TEST_F(plan_text, NamesWhoIsMissingAndWhoContradicts) {
  for (int i = 0; i < 5; ++i) other(planned::missing, "the API answered 404");
  other(planned::unreadable, "the API answered 500");
  plan::planned_row row;
  row.row = 17;
  row.id = "thr_9";
  row.is = planned::unchanged;
  row.is_repeated = true;
  row.contradicts = plan::contradiction{"status", 3};
  tally_.add(row);
  const auto all = text();
  EXPECT_THAT(all, Contains("missing, the API knows no such id (404)                        5  row 1 "
                            "(thr_1), row 2 (thr_2), row 3 (thr_3), ..."));
  EXPECT_THAT(all, Contains("  the first: the API answered 500"));
  EXPECT_THAT(all, Contains("  the first: row 17 (thr_9) contradicts status in row 3"));
  EXPECT_THAT(all, Not(Contains("side effects:"))) << "nothing would be written";
}

}  // namespace
}  // namespace pawl::cli
