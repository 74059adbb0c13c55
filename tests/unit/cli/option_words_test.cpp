#include "cli/args/option_words.hpp"

#include "cli/args/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "engine/ledger/held_file.hpp"
#include "engine/model/error.hpp"
#include "engine/sys/lock_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace pawl::cli {
namespace {

using ::testing::HasSubstr;

// Those of the tests are of the command line.
class words_of_the_library {
 public:
  words_of_the_library() { word_options(&in_library_words); }
  ~words_of_the_library() { word_options(&as_flag); }
  words_of_the_library(const words_of_the_library&) = delete;
  words_of_the_library& operator=(const words_of_the_library&) = delete;
};

struct names {
  option is;
  std::string flag, of_the_library;
};

const std::vector<names> all{
    {option::allow_open_end, "--allow-open-end", "option allow_open_end"},
    {option::as, "--as", "option as"},
    {option::base_url, "--base-url", "option target"},
    {option::between, "--between", "option hours"},
    {option::ca_file, "--ca-file", "option ca_file"},
    {option::cert, "--cert", "option cert_file"},
    {option::csv_null, "-o csv.null=", "option null_token"},
    {option::expect, "--expect", "option expect"},
    {option::fill_empty, "--fill-empty", "option fill_empty"},
    {option::format, "--format", "option format"},
    {option::fresh, "--fresh", "option fresh"},
    {option::generation, "--generation", "option generation"},
    {option::id_column, "--id-column", "option id_column"},
    {option::ignore_column, "--ignore-column", "option ignore"},
    {option::key, "--key", "option key_file"},
    {option::ledger, "--ledger", "option ledger_path"},
    {option::map, "--map", "option map"},
    {option::match, "--match", "option match"},
    {option::max_failures, "--max-failures", "option max_failures"},
    {option::no_read_first, "--no-read-first", "option read_first = false"},
    {option::note, "--note", "option notes"},
    {option::only_if, "--only-if", "option only_if"},
    {option::outcome, "--outcome", "option outcomes"},
    {option::proxy, "--proxy", "option proxy"},
    {option::rate, "--rate", "option rate"},
    {option::retry, "--retry", "option retry"},
    {option::set, "--set", "option set"},
    {option::skip_invalid, "--skip-invalid", "option skip_invalid"},
    {option::skip_unmatched, "--skip-unmatched", "option skip_unmatched"},
    {option::state_dir, "--state-dir", "option state_directory"},
    {option::status, "--status", "option status"},
    {option::summary, "--summary", "option summary_path"},
    {option::wait, "--wait", "option wait"},
    {option::where, "--where", "option where"},
    {option::with_input, "--with-input", "option with_input"},
    {option::yes, "--yes", "option yes"},
};

TEST(OptionWords, EachOptionIsAFlagThatACommandTakes) {
  std::string help;
  for (const auto* command : {"run", "pull", "export", "profile"})
    help += std::get<early_exit>(parse_arguments({command, "--help"}, all_commands())).out;
  ASSERT_EQ(all.size(), option_count);
  for (const auto& n : all) {
    EXPECT_EQ(as_flag(n.is), n.flag);
    EXPECT_EQ(in_library_words(n.is), n.of_the_library);
    if (n.is == option::csv_null) continue;
    EXPECT_THAT(help, HasSubstr("  " + n.flag)) << n.flag;
  }
}

TEST(OptionWords, AValueCanBeCopiedIntoAShell) {
  EXPECT_EQ(as_flag(option::format, "csv"), "--format csv");
  EXPECT_EQ(as_flag(option::map, "Old name=title"), "--map 'Old name=title'");
  EXPECT_EQ(as_flag(option::ignore_column, ""), "--ignore-column ''");
  EXPECT_EQ(as_flag(option::ignore_column, "-a b"), "'--ignore-column=-a b'");
  EXPECT_EQ(as_flag(option::csv_null, "TOKEN"), "-o csv.null=TOKEN");
}

TEST(OptionWords, MessagesAreInTheWordsOfTheProcess) {
  EXPECT_EQ(to_string(option::map, "a=b"), "--map a=b");
  EXPECT_EQ(to_string(option::retry), "--retry");
  const words_of_the_library here;
  EXPECT_EQ(to_string(option::map, "a=b"), R"(option map "a=b")");
  EXPECT_EQ(to_string(option::retry), "option retry");
}

TEST(OptionWords, AMessageIsTheSameButForTheOptionsInIt) {
  const auto of_a_directory = [] { return to_string(ledger::held_file::open("/").error()); };
  const auto of_a_lock = [] { return to_string(lock_file::take("/nowhere/l.lock").error()); };
  EXPECT_THAT(of_a_directory(), HasSubstr("; name another place with --ledger"));
  EXPECT_THAT(of_a_lock(), HasSubstr("; name another place with --ledger"));
  EXPECT_EQ(held_remedy(), "wait for it with --wait, or stop it, then run the same command again");
  const words_of_the_library here;
  EXPECT_THAT(of_a_directory(), HasSubstr("; name another place with option ledger_path"));
  EXPECT_THAT(of_a_lock(), HasSubstr("; name another place with option ledger_path"));
  EXPECT_EQ(held_remedy(), "wait for it with option wait, or stop it, then run the same command again");
}

}  // namespace
}  // namespace pawl::cli
