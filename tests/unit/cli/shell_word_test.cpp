#include "cli/shell_word.hpp"

#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

TEST(ShellWord, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(shell_word("/data/jobs-1.csv"), "/data/jobs-1.csv");
  EXPECT_EQ(shell_word("status=done"), "status=done");
  EXPECT_EQ(shell_word("two words"), "'two words'");
  EXPECT_EQ(shell_word("it's $HOME"), R"('it'\''s $HOME')");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("\xc3\xa9"), "'\xc3\xa9'");
}

TEST(ShellWord, WordsMakeALine) {
  EXPECT_EQ(shell_words({"pawl", "run", "a b", "--rate", "60/min"}), "pawl run 'a b' --rate 60/min");
}

}  // namespace
}  // namespace pawl::cli
