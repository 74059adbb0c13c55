// `pawl check-ledger`, and that no command shows what somebody else has put into a ledger.
#include "tests/cli/job_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include <unistd.h>

namespace pawl::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

class check_ledger : public ::testing::Test {
 protected:
  void run(std::vector<std::string> flags, int exit_code) {
    flags.insert(flags.begin(), {"run", input_.string(), "--rate", "unlimited"});
    const auto ended = workspace_.run(std::move(flags));
    EXPECT_EQ(ended.exit_code, exit_code) << ended.errors;
  }
  child_result checked(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {"check-ledger", ledger_});
    return workspace_.run(std::move(flags));
  }
  json::object status() {
    return json::parse(workspace_.run({"status", ledger_, "--format", "json"}).output).as_object();
  }

  sandbox_process sandbox_{{"--threads", "20", "--limits", "off"}};
  pawl_workspace workspace_{sandbox_};
  std::filesystem::path input_ = workspace_.input("jobs.csv", to_csv(make_jobs(12)));
  std::string ledger_ = pawl_workspace::ledger_of(input_).string();
};

TEST_F(check_ledger, ALedgerOfPawlIsSoundAndItsSealStaysInTheChain) {
  run({"--limit", "5"}, 3);
  const auto noted = std::string{status().at("seal").as_string()};
  const auto older = ledger_ + ".older";
  std::filesystem::copy_file(ledger_, older);
  run({}, 0);

  const auto text = checked({"--seal", noted.substr(0, 12)});
  EXPECT_EQ(text.exit_code, 0) << text.output << text.errors;
  EXPECT_THAT(text.output, HasSubstr("sound: "));
  EXPECT_THAT(text.output, HasSubstr("the noted seal is in the chain"));
  EXPECT_THAT(text.output, HasSubstr("seal: " + std::string{status().at("seal").as_string()}));
  const auto as_json = json::parse(checked({"--format", "json"}).output).as_object();
  EXPECT_EQ(as_json.at("sound"), true);
  EXPECT_TRUE(as_json.at("findings").as_array().empty());
  EXPECT_TRUE(as_json.at("has_noted_seal").is_null());

  const auto now = std::string{status().at("seal").as_string()};
  std::filesystem::rename(older, ledger_);
  const auto swapped = checked({"--seal", now});
  EXPECT_EQ(swapped.exit_code, 4);
  EXPECT_THAT(swapped.output, HasSubstr("the noted seal is not in the chain: this is an older state"));
  EXPECT_THAT(swapped.output, HasSubstr("look for the file that goes on from the noted seal"));
  EXPECT_THAT(swapped.output, Not(HasSubstr("--accept-changes")));
}

TEST_F(check_ledger, WhatSomebodyElseChangedIsFoundAndShownByNoCommand) {
  sandbox_.edit("thr_000002", R"({"deleted":404})");
  run({}, 1);
  sqlite_change(ledger_, "UPDATE intent SET old_values = replace(old_values, 'e', 'E') WHERE row = 3");
  const auto found = checked();
  EXPECT_EQ(found.exit_code, 4);
  EXPECT_THAT(found.output,
              HasSubstr("checksums: generation 1, rows 1 to 16383 (intent): a record is not as it was"));
  const auto before = sandbox_.journal().size();
  for (const std::vector<std::string>& command : {std::vector<std::string>{"export", ledger_},
                                                  {"undo", ledger_},
                                                  {"verify", ledger_},
                                                  {"run", input_.string(), "--retry", "refused"}}) {
    const auto refused = workspace_.run(command);
    EXPECT_EQ(refused.exit_code, 4) << command[0] << refused.errors;
    EXPECT_EQ(refused.output, "") << command[0];
    EXPECT_THAT(refused.errors, HasSubstr("is not as pawl wrote it")) << command[0];
    EXPECT_THAT(refused.errors, HasSubstr("pawl check-ledger " + ledger_)) << command[0];
  }
  EXPECT_EQ(sandbox_.journal().size(), before);

  const auto accepted = checked({"--accept-changes"});
  EXPECT_EQ(accepted.exit_code, 0) << accepted.output << accepted.errors;
  EXPECT_EQ(sqlite_value(ledger_, "SELECT count(*) FROM event WHERE kind = 'changes_accepted'"), "1");
  EXPECT_EQ(workspace_.run({"export", ledger_}).exit_code, 0);
}

TEST_F(check_ledger, ADamagedFileIsFoundOrCannotBeRead) {
  run({}, 0);
  std::filesystem::resize_file(ledger_, std::filesystem::file_size(ledger_) / 2);
  const auto cut = checked();
  EXPECT_EQ(cut.exit_code, 4) << cut.output << cut.errors;
}

TEST_F(check_ledger, SaysWhatItNeeds) {
  struct {
    std::vector<std::string> flags;
    const char* says;
  } const table[] = {
      {{"check-ledger", "absent.ledger"}, "absent.ledger"},
      {{"check-ledger", "jobs.csv"}, "jobs.csv"},
      {{"check-ledger", "x", "--seal", "abc"}, "--seal: abc is no seal"},
      {{"check-ledger", "x", "--seal", "not-hexadecimal"}, "64 hexadecimal digits"},
      {{"check-ledger", "absent.ledger", "--accept-changes"}, "absent.ledger"},
  };
  for (const auto& t : table) {
    const auto refused = workspace_.run(t.flags);
    EXPECT_EQ(refused.exit_code, 2) << t.says;
    EXPECT_THAT(refused.output + refused.errors, HasSubstr(t.says));
  }
  EXPECT_FALSE(std::filesystem::exists(workspace_.files() / "absent.ledger"));
}

// They take the ledger as their operand, so no option can name another.
TEST_F(check_ledger, WhatIsNoLedgerIsNamedAlikeByAllThatReadOne) {
  const auto other = workspace_.input("other.db", std::string(4096, 'x')).string();
  for (const char* command : {"check-ledger", "status", "export", "undo", "verify"}) {
    const auto refused = workspace_.run({command, other});
    EXPECT_EQ(refused.exit_code, 2) << command;
    EXPECT_THAT(refused.errors, HasSubstr("this is not a ledger")) << command;
    EXPECT_THAT(refused.errors,
                HasSubstr("name the ledger of a run (INPUT.ledger unless --ledger said another)"))
        << command;
  }
}

TEST_F(check_ledger, TellsWhoRanIt) {
  run({}, 0);
  const auto user = sqlite_value(ledger_, "SELECT user FROM run");
  char host[256] = {};
  ASSERT_EQ(::gethostname(host, sizeof host - 1), 0);
  EXPECT_EQ(sqlite_value(ledger_, "SELECT host FROM run"), host);
  EXPECT_NE(user, "");
  EXPECT_EQ(status().at("run_user"), json::string_view{user});
  EXPECT_THAT(workspace_.run({"status", ledger_}).output, HasSubstr("; by " + user + "@" + host + ", pawl "));
}

}  // namespace
}  // namespace pawl::test
