#include "cli/args/arguments.hpp"

#include "cli/commands/commands.hpp"
#include "engine/app/rows/command_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <any>

namespace pawl::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

command_line parsed(const std::vector<std::string>& arguments) {
  auto result = parse_arguments(arguments, all_commands());
  if (const auto* e = std::get_if<early_exit>(&result)) {
    ADD_FAILURE() << e->error;
    return {};
  }
  return std::get<command_line>(std::move(result));
}

early_exit ended(const std::vector<std::string>& arguments) {
  auto result = parse_arguments(arguments, all_commands());
  if (std::holds_alternative<command_line>(result)) {
    ADD_FAILURE() << "was accepted";
    return {};
  }
  return std::get<early_exit>(std::move(result));
}

TEST(Arguments, RunTakesEveryDocumentedFlag) {
  const auto line = parsed({"run",
                            "jobs.csv",
                            "--config",
                            "c.toml",
                            "--profile",
                            "p",
                            "--base-url",
                            "https://h",
                            "--ca-file",
                            "ca.pem",
                            "--ledger",
                            "l",
                            "--rate",
                            "60/min",
                            "--rate",
                            "20/10s",
                            "--read-rate",
                            "unlimited",
                            "--concurrency",
                            "8",
                            "--no-read-first",
                            "--summary",
                            "-",
                            "--log-format",
                            "json",
                            "--log-file",
                            "f",
                            "--progress",
                            "none",
                            "-o",
                            "retry.cap=30s",
                            "-o",
                            "csv.null=NULL",
                            "-v",
                            "-v",
                            "--limit",
                            "5",
                            "--reserve",
                            "20%",
                            "--max-failures",
                            "3",
                            "--state-dir",
                            "s",
                            "--token-env",
                            "T",
                            "--token-file",
                            "t",
                            "--format",
                            "csv",
                            "--id-column",
                            "ID",
                            "--map",
                            "Old=new",
                            "--map",
                            "A=b",
                            "--ignore-column",
                            "x",
                            "--set",
                            "status=done",
                            "--only-if",
                            "status=open",
                            "--skip-invalid",
                            "--fresh",
                            "--again",
                            "--yes",
                            "--proxy",
                            "p",
                            "--cert",
                            "c",
                            "--key",
                            "k"});
  EXPECT_EQ(line.what, &run_command);
  const auto& r = line.raw;
  EXPECT_EQ(r.input, "jobs.csv");
  EXPECT_EQ(r.config_file, "c.toml");
  EXPECT_EQ(r.profile, "p");
  EXPECT_EQ(r.base_url, "https://h");
  EXPECT_EQ(r.ca_file, "ca.pem");
  EXPECT_EQ(r.ledger, "l");
  EXPECT_THAT(r.rate, ElementsAre("60/min", "20/10s"));
  EXPECT_THAT(r.read_rate, ElementsAre("unlimited"));
  EXPECT_EQ(r.concurrency, "8");
  EXPECT_TRUE(r.no_read_first);
  EXPECT_EQ(r.summary, "-");
  EXPECT_EQ(r.log_format, "json");
  EXPECT_EQ(r.log_file, "f");
  EXPECT_EQ(r.progress, "none");
  EXPECT_THAT(r.overrides, ElementsAre("retry.cap=30s", "csv.null=NULL"));
  EXPECT_EQ(r.verbose, 2);
  EXPECT_EQ(r.limit, "5");
  EXPECT_EQ(r.reserve, "20%");
  EXPECT_EQ(r.max_failures, "3");
  EXPECT_EQ(r.state_dir, "s");
  EXPECT_EQ(r.token_env, "T");
  EXPECT_EQ(r.token_file, "t");
  EXPECT_EQ(r.format, "csv");
  EXPECT_EQ(r.id_column, "ID");
  EXPECT_THAT(r.map, ElementsAre("Old=new", "A=b"));
  EXPECT_THAT(r.ignore_column, ElementsAre("x"));
  EXPECT_THAT(r.set, ElementsAre("status=done"));
  EXPECT_THAT(r.only_if, ElementsAre("status=open"));
  EXPECT_TRUE(r.skip_invalid && r.fresh && r.again && r.yes);
  EXPECT_FALSE(r.quiet);
  EXPECT_EQ(r.proxy, "p");
  EXPECT_EQ(r.cert, "c");
  EXPECT_EQ(r.key, "k");
}

TEST(Arguments, TextsAreTakenAsTheyStand) {
  const auto r =
      parsed({"run", "--set", "tag_ids=[]", "--set", "[a,b]", "--set=text={}", "-", "--set", "x=a,b"}).raw;
  EXPECT_THAT(r.set, ElementsAre("tag_ids=[]", "[a,b]", "text={}", "x=a,b"));
  EXPECT_EQ(r.input, "-");
}

TEST(Arguments, AFlagDoesNotSwallowTheInput) {
  const auto r = parsed({"run", "--rate", "60/min", "jobs.csv"}).raw;
  EXPECT_THAT(r.rate, ElementsAre("60/min"));
  EXPECT_EQ(r.input, "jobs.csv");
}

TEST(Arguments, AnInputMayBeNamedLikeACommand) {
  EXPECT_EQ(parsed({"run", "export"}).raw.input, "export");
  EXPECT_EQ(parsed({"check", "plan"}).raw.input, "plan");
}

TEST(Arguments, AFlagGivenTwiceIsAnError) {
  for (const auto& twice : std::vector<std::vector<std::string>>{
           {"run", "j.csv", "--ledger", "a", "--ledger", "b"},
           {"run", "j.csv", "--fresh", "--fresh"},
           {"run", "j.csv", "-q", "--quiet"},
           {"run", "j.csv", "k.csv"},
           {"export", "l", "--format", "csv", "--format", "ndjson"},
       }) {
    const auto e = ended(twice);
    EXPECT_EQ(e.code, 2);
    EXPECT_FALSE(e.error.empty());
  }
}

TEST(Arguments, MistakesAreToldInPlainWordsWithWhatWasMeant) {
  struct {
    std::vector<std::string> arguments;
    const char* said;
  } table[]{
      {{"run", "j.csv", "--concurency", "3"},
       "there is no option --concurency; did you mean --concurrency?\n"},
      {{"run", "j.csv", "--read_rate=1/s"}, "there is no option --read_rate; did you mean --read-rate?\n"},
      {{"run", "j.csv", "--dry-run"},
       "there is no option --dry-run; the command plan shows what a run would do\n"},
      {{"run", "j.csv", "--api-key=x"},
       "there is no option --api-key; the key comes from --token-env NAME or --token-file FILE\n"},
      {{"status", "l", "--dry-run"}, "there is no option --dry-run\n"},
      {{"help", "run"}, "write pawl run --help\n"},
      {{"status", "l", "--colour"}, "there is no option --colour\n"},
      {{"run", "j.csv", "k.csv"}, "\"k.csv\" is one argument too many\n"},
      {{"--rate", "60/min", "run", "j.csv"},
       "--rate stands before the command, which comes first: pawl run --rate 60/min j.csv\n"},
      {{"j.csv", "run"}, "j.csv stands before the command, which comes first: pawl run j.csv\n"},
      {{"--rate", "60/min"}, "no command; there are run, "},
      {{"statsu", "l"}, "statsu is not a command; did you mean status?\n"},
      {{"run", "j.csv", "--ledger", "a", "--ledger", "b"}, "--ledger is given 2 times; give it once\n"},
      {{"run", "j.csv", "--fresh", "--fresh", "--fresh"}, "--fresh is given 3 times; give it once\n"},
      {{"run", "j.csv", "--ledger"}, "--ledger has no value; write --ledger FILE\n"},
      {{"run", "j.csv", "--fresh=yes"}, "--fresh takes no value\n"},
  };
  for (const auto& row : table) EXPECT_THAT(ended(row.arguments).error, ::testing::StartsWith(row.said));
}

TEST(Arguments, UsageErrorsEndWithTwoAndNameTheCulprit) {
  struct {
    std::vector<std::string> arguments;
    const char* named;
  } table[]{
      {{}, "run"},
      {{"frobnicate"}, "frobnicate"},
      {{"run"}, "INPUT"},
      {{"run", "j.csv", "--no-such-flag"}, "--no-such-flag"},
      {{"run", "j.csv", "--ledger"}, "--ledger"},
      {{"run", "j.csv", "-q", "-v"}, "--quiet and --verbose"},
      {{"export", "l", "--outcome", "failed,nope"}, "nope"},
      {{"export", "l", "--format", "xml"}, "xml"},
      {{"export", "l", "--generation", "1x"}, "1x"},
      {{"status", "l", "--format", "csv"}, "csv"},
  };
  for (const auto& row : table) {
    const auto e = ended(row.arguments);
    EXPECT_EQ(e.code, 2) << row.named;
    EXPECT_THAT(e.error, HasSubstr(row.named));
    EXPECT_EQ(e.out, "");
  }
}

TEST(Arguments, PlanTakesWhatRunTakesAndAFormatOfItsOwn) {
  const auto parsed = parse_arguments({"plan", "jobs.csv", "--set", "status=done", "--format", "ndjson",
                                       "--input-format", "csv", "--out", "todo.ndjson", "--yes"},
                                      all_commands());
  ASSERT_TRUE(std::holds_alternative<command_line>(parsed));
  const auto& line = std::get<command_line>(parsed);
  EXPECT_EQ(line.what, &plan_command);
  const auto& plan = std::any_cast<const app::plan_options&>(line.own);
  EXPECT_EQ(plan.format, app::plan_format::ndjson);
  EXPECT_EQ(plan.out, "todo.ndjson");
  EXPECT_EQ(line.raw.format, "csv");
  EXPECT_EQ(line.raw.set, std::vector<std::string>{"status=done"});
  EXPECT_EQ(ended({"plan", "jobs.csv", "--format", "csv"}).code, 2);
  EXPECT_THAT(ended({"plan", "-"}).error, HasSubstr("--input-format"));
}

TEST(Arguments, AUsageErrorKnowsWhereTheSummaryGoes) {
  EXPECT_EQ(ended({"run", "--summary", "s.json", "--nope"}).summary, "s.json");
  EXPECT_EQ(ended({"run", "--summary=s.json", "--nope"}).summary, "s.json");
  EXPECT_EQ(ended({"run", "--nope"}).summary, "");
}

TEST(Arguments, HelpAndVersionGoToStandardOutput) {
  const auto help = ended({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit codes:"));
  EXPECT_THAT(help.out, HasSubstr("pawl run jobs.csv"));
  for (const auto* command : {"check", "verify", "undo", "pull", "doctor", "export", "status"})
    EXPECT_THAT(help.out, HasSubstr(command));
  const auto run = ended({"run", "--help"});
  EXPECT_THAT(run.out, HasSubstr("--only-if"));
  EXPECT_THAT(run.out, HasSubstr("--retry"));
  const auto version = ended({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out, HasSubstr("pawl 0."));
}

TEST(Arguments, ExportAndStatusReadTheirOwn) {
  const auto line = parsed({"export", "l", "--format", "ndjson", "--outcome", "failed,refused",
                            "--with-input", "--generation", "2"});
  EXPECT_EQ(line.what, &export_command);
  const auto& own = std::any_cast<const app::export_options&>(line.own);
  EXPECT_EQ(own.ledger, "l");
  EXPECT_EQ(own.format, app::export_format::ndjson);
  EXPECT_THAT(own.outcomes, ElementsAre(outcome::failed, outcome::refused));
  EXPECT_TRUE(own.with_input);
  EXPECT_EQ(own.generation, 2);
  const auto status = parsed({"status", "l", "--format", "json"});
  EXPECT_EQ(status.what, &status_command);
  const auto& of_status = std::any_cast<const app::status_options&>(status.own);
  EXPECT_EQ(of_status.ledger, "l");
  EXPECT_EQ(of_status.format, app::report_format::json);
}

template <class Value, std::size_t N>
void name_each_once(const name_table<Value, N>& table) {
  for (std::size_t i = 0; i < N; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(table[i].value), i) << table[i].name;
    EXPECT_EQ(find_named(table, table[i].name), table[i].value);
  }
}

TEST(Arguments, EachFormatHasANameForEveryValue) {
  name_each_once(input::file_formats);
  name_each_once(app::export_formats);
  name_each_once(config::log_formats);
  name_each_once(config::progress_kinds);
  name_each_once(app::table_formats);
  name_each_once(app::report_formats);
  name_each_once(app::plan_formats);
  name_each_once(app::drift_formats);
}

}  // namespace
}  // namespace pawl::cli
