#include "engine/app/pending_walk.hpp"

#include "config/profile_loader.hpp"
#include "engine/app/recorded_validation.hpp"
#include "engine/ledger/database.hpp"
#include "engine/ledger/group_commit.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

using ledger::testing::must;

constexpr std::uint64_t rows = 4096;
constexpr std::uint64_t rows_a_batch =
    256;  // as job_source::next() has it; the ledger has a checkpoint at each
constexpr std::uint64_t first_left = 2000;  // rows before it have an outcome, unless a case says otherwise

struct cell {
  std::string id, title, tags, removed;  // an empty id: one of the row's own
};

// Rows whose number says nothing else have an id of their own, a title, no tag, and the outcome applied
// before first_left.
struct ledger_and_input {
  std::map<std::uint64_t, cell> cells;
  std::map<std::uint64_t, std::optional<outcome>> outcomes;
  // By an earlier --retry, which took this row again; the row is pending.
  std::optional<ledger::left_out_row> left_out_before;
};

struct wishes {
  bool pages = false;
  std::uint64_t most_pages = 1000;  // rows that are gathered, as --limit bounds them
  std::vector<outcome> retry;
};

// The words of a walk tell in batches where it began and how many rows of the input were read in the end.
class progress : public listener {
 public:
  void working(std::string_view what, std::uint64_t row, std::uint64_t) override {
    if (what != "looking at what is left") return;
    if (seen.empty() && at_first) at_first();
    seen.push_back(row);
  }
  std::function<void()> at_first;
  std::vector<std::uint64_t> seen;
};

class walking {
 public:
  explicit walking(const ledger_and_input& there, const wishes& wanted) : wanted_(wanted) {
    auto compiled = config::compile_profile(config::embedded_profile("productlane").value(), "p.toml");
    options_ = must(options_for(compiled.value.value(), input_path()));
    options_.reading = compiled.reading;
    options_.read_first = true;
    options_.retry = wanted.retry;
    options_.ledger_path = files_ / "jobs.ledger";
    options_.as_json = R"({"limits.write":"60/min"})";
    write_input(there.cells);
    write_ledger(there);
  }

  std::string input_path() const { return files_ / "jobs.csv"; }
  progress& says() { return says_; }
  stop_request& stop() { return stop_; }

  // What look() did, in a few words.
  std::string look() {
    const host h{.says = says_, .stop = stop_};
    session s(options_, h);
    ledger_choice choice(s, ledger::access::read_write, "");
    must(choice.load());
    must(choice.decide());
    pending_walk walk(s, choice);
    must(walk.begin(must(choice.ledger().done_rows(choice.newest()->id, rows))));
    std::optional<run::snapshot_rows> pages;
    if (wanted_.pages)
      pages.emplace(run::snapshot_terms{options_.profile, options_.reading.list, options_.max_snapshot_age,
                                        false, wanted_.most_pages, walk.pending()},
                    ledger::row_set{});
    auto& source = choice.input().source;
    const auto before = source.position().row;
    const auto looked = walk.look(pages ? &*pages : nullptr);
    const auto after = source.position().row;
    if (!looked) return "after " + std::to_string(after) + ": " + to_string(looked.error());
    std::string said = std::to_string(walk.pending()) + " pending; read ";
    const auto from = (says_.seen.empty() ? after : says_.seen.front()) - rows_a_batch;
    said += after == before ? "nothing" : std::to_string(from) + ".." + std::to_string(after);
    for (const auto& used : walk.names().in_order())
      said +=
          "; " + used.name + " from line " + std::to_string(used.line) + " in " + std::to_string(used.rows);
    if (pages) {
      const auto gathered = pages->finish(walk.pending());
      said += "; gathered " + (gathered.input ? std::to_string(gathered.input->rows.rows()) : "nothing");
    }
    for (const auto& one : walk.left_out()) {
      said += "; out of " + std::to_string(one.row);
      for (const auto& name : one.fields) said += " " + name;
    }
    return said + left(source);
  }

 private:
  void write_input(const std::map<std::uint64_t, cell>& cells) const {
    std::string text = "id,remove_tags,title,add_tags\n";
    for (std::uint64_t row = 1; row <= rows; ++row) {
      const auto at = cells.find(row);
      const auto& own = at == cells.end() ? cell{"", "x", "", ""} : at->second;
      text += own.id.empty() ? "id" + std::to_string(row) : own.id;
      text += "," + own.removed + "," + own.title + "," + own.tags + "\n";
    }
    std::ofstream(input_path()) << text;
  }

  void write_ledger(const ledger_and_input& there) const {
    auto source = must(input::job_source::open(input_path(), options_.profile, options_.source));
    const auto report = must(input::validate(source, options_.profile, {}, nullptr));
    if (report.bad_rows > 0) throw std::runtime_error(report.first.front().what);
    std::vector<input::checkpoint> checkpoints = report.checkpoints;
    must(source.seek(checkpoints.front()));
    for (job_batch batch; must(source.next(batch));) checkpoints.push_back(source.position());
    auto file = must(ledger::ledger_file::open(options_.ledger_path, ledger::access::read_write));
    auto generation = ledger::testing::a_generation(rows);
    generation.target = {options_.profile.name, options_.target.url(), ""};
    generation.input = report.identity;
    generation.settings = with_validation(options_.as_json, report, options_.profile);
    const auto id = must(file.begin_generation(generation, checkpoints));
    const auto run = must(file.begin_run(id, "0.1.0", ledger::testing::start));
    const auto commit = [&](const std::function<std::optional<outcome>(std::uint64_t)>& of) {
      std::vector<ledger::record_batch> batches(1);
      for (std::uint64_t row = 1; row <= rows; ++row) {
        const auto ended = of(row);
        if (!ended) continue;
        const auto at = there.cells.find(row);
        const bool shared = at != there.cells.end() && !at->second.id.empty();
        const auto name = shared ? at->second.id : "id" + std::to_string(row);
        auto record = ledger::testing::applied(row, name);
        record.outcome = *ended;
        batches[0].add(record);
      }
      auto db = ledger::testing::writable(options_.ledger_path);
      must(must(ledger::group_commit::prepare(*db, id, run))->commit(batches));
    };
    if (const auto& earlier = there.left_out_before) {
      commit([&](std::uint64_t row) {
        return row == earlier->row ? std::optional{outcome::failed} : std::nullopt;
      });
      must(file.take_again(id, run, {outcome::failed}, {*earlier}, ledger::testing::start));
    }
    commit([&](std::uint64_t row) -> std::optional<outcome> {
      if (there.left_out_before && there.left_out_before->row == row) return std::nullopt;
      if (const auto at = there.outcomes.find(row); at != there.outcomes.end()) return at->second;
      return row < first_left ? std::optional{outcome::applied} : std::nullopt;
    });
  }

  // What the source leaves out from now on, of rows that have both fields.
  static std::string left(input::job_source& source) {
    std::string said;
    must(source.start_pass());
    must(input::walk_rows(
        source,
        [&said](const job_view& job) {
          if (job.raw.find(",x,") != job.raw.npos && !job.raw.ends_with(',') && job.patch.size() == 1)
            said += "; " + std::to_string(job.row) + " has " + std::string{job.patch[0].name};
          return true;
        },
        {}, nullptr));
    return said;
  }

  ledger::testing::temporary_directory files_;
  wishes wanted_;
  options options_;
  progress says_;
  stop_request stop_;
};

std::string look(const ledger_and_input& there, const wishes& wanted) {
  return walking(there, wanted).look();
}

const std::vector<outcome> refused{outcome::refused};

// Row 300 is taken again, and the row that follows it has written its title; each has a tag.
ledger_and_input followed_by(std::uint64_t later, const std::string& tags = {}) {
  return {{{300, {"both", "x", tags, ""}}, {later, {"both", "y", "", ""}}},
          {{300, outcome::refused}, {later, outcome::applied}},
          {}};
}

ledger_and_input with_names() {
  return {{{100, {"", "x", "done", ""}}, {2100, {"", "x", "new;other", ""}}, {4000, {"", "x", "new", ""}}},
          {},
          {}};
}

TEST(PendingWalk, ReadsNoRowWhereNobodyWantsAny) {
  struct row {
    const char* why;
    ledger_and_input there;
    wishes wanted;
    const char* want;
  };
  auto all_done = with_names();
  for (auto row = first_left; row <= rows; ++row) all_done.outcomes[row] = outcome::applied;
  auto few_left = ledger_and_input{};
  for (auto row = first_left; row <= rows - 999; ++row) few_left.outcomes[row] = outcome::applied;
  const std::vector<row> table{
      {"no names, no pages, no retry", {}, {}, "2097 pending; read nothing"},
      {"names of rows that are done", all_done, {}, "0 pending; read nothing"},
      {"too few rows for pages", few_left, {true, 5000, {}}, "999 pending; read nothing; gathered nothing"},
      {"nothing ended so", {}, {false, 0, refused}, "2097 pending; read nothing"},
      {"no later row of the id",
       {{}, {{300, outcome::refused}}, {}},
       {false, 0, refused},
       "2098 pending; read nothing"},
  };
  for (const auto& row : table) EXPECT_EQ(look(row.there, row.wanted), row.want) << row.why;
}

TEST(PendingWalk, ReadsFromTheFirstRowToTheLastThatAnybodyWants) {
  struct row {
    const char* why;
    ledger_and_input there;
    wishes wanted;
    const char* want;
  };
  auto all = with_names();
  all.cells[300] = {"both", "x", "again", ""};
  all.cells[700] = {"both", "y", "", ""};
  all.outcomes[300] = outcome::refused;
  const std::vector<row> table{
      {"names",
       with_names(),
       {},
       "2097 pending; read 1792..4096; new from line 2101 in 2; other from line 2101 in 1"},
      {"pages", {}, {true, 1000, {}}, "2097 pending; read 1792..3072; gathered 1000"},
      {"pages, all rows", {}, {true, 5000, {}}, "2097 pending; read 1792..4096; gathered 2097"},
      {"retry", followed_by(700), {false, 0, refused}, "2098 pending; read 256..768; out of 300 title"},
      {"pages are the last",
       followed_by(700),
       {true, 1000, refused},
       "2098 pending; read 256..3072; gathered 1000; out of 300 title"},
      {"retry is the last",
       followed_by(3500),
       {true, 1000, refused},
       "2097 pending; read 256..3584; gathered 1000; out of 300 title"},
      {"names and pages",
       with_names(),
       {true, 1000, {}},
       "2097 pending; read 1792..4096; new from line 2101 in 2; other from line 2101 in 1; gathered 1000"},
      {"all three",
       all,
       {true, 1000, refused},
       "2098 pending; read 256..4096; again from line 301 in 1; new from line 2101 in 2; other from line "
       "2101 "
       "in 1; gathered 1000; out of 300 title; 300 has add_tags"},
  };
  // A row before the one that is taken again.
  all.outcomes[100] = std::nullopt;
  EXPECT_EQ(
      look(all, {false, 0, refused}),
      "2099 pending; read 0..4096; done from line 101 in 1; again from line 301 in 1; new from line 2101 "
      "in 2; other from line 2101 in 1; out of 300 title; 300 has add_tags");
  for (const auto& row : table) EXPECT_EQ(look(row.there, row.wanted), row.want) << row.why;
}

TEST(PendingWalk, TakesNoNamesFromWhatStaysOut) {
  auto there = followed_by(700, "late");
  there.cells[700].title = "";
  there.cells[700].tags = "found";
  there.cells[900] = {"", "x", "late", ""};
  there.outcomes[900] = outcome::refused;
  EXPECT_EQ(look(there, {false, 0, refused}), "2099 pending; read 256..4096; late from line 301 in 2")
      << "additions do not contradict each other";
  there.cells[300].tags = there.cells[700].removed = "found";
  there.cells[700].tags = "";
  EXPECT_EQ(look(there, {false, 0, refused}),
            "2099 pending; read 256..4096; late from line 901 in 1; out of 300 add_tags; 300 has title");
}

// Row 10 was taken again before, row 300 is taken again now.
TEST(PendingWalk, LeavesOutWhatThisAndEarlierInvocationsFound) {
  auto there = followed_by(700, "tag");
  there.cells[10] = {"both10", "x", "tag", ""};
  there.left_out_before = ledger::left_out_row{10, {"add_tags"}, false};
  EXPECT_EQ(look(there, {}), "2098 pending; read 0..4096; 10 has title");
  EXPECT_EQ(look(there, {false, 0, refused}),
            "2099 pending; read 0..4096; tag from line 301 in 1; out of 300 title; 10 has title; 300 has "
            "add_tags");
}

TEST(PendingWalk, EndsAtASignal) {
  walking first(with_names(), {});
  first.says().at_first = [&] { first.stop().ask(SIGINT); };
  EXPECT_EQ(first.look(), "after 2048: interrupted before anything was sent; run the same command again");
}

TEST(PendingWalk, EndsWhereTheInputCannotBeRead) {
  walking walk(with_names(), {});
  walk.says().at_first = [&] { std::filesystem::resize_file(walk.input_path(), 20'000); };
  const auto said = walk.look();
  EXPECT_NE(said.find("changed while it was being read"), std::string::npos) << said;
}

}  // namespace
}  // namespace pawl::app
