#include "engine/text/shell_word.hpp"

#include "engine/text/printable.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

namespace pawl {
namespace {

// What sh hands to a program for this word.
std::string said_by_sh(const std::string& word) {
  const auto command = "/usr/bin/printf '%s.' " + word;
  auto* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "no shell";
  std::string all;
  std::array<char, 256> block{};
  while (const auto n = std::fread(block.data(), 1, block.size(), pipe)) all.append(block.data(), n);
  ::pclose(pipe);
  return all;
}

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

TEST(ShellWord, ComesOutOfAShellAsItWentIn) {
  for (const std::string text : {"",
                                 "plain",
                                 "two words",
                                 "it's",
                                 "\"quoted\"",
                                 "$(id) `id` $HOME",
                                 "a\nb",
                                 "ends\n\n",
                                 "\n",
                                 "\x1b[31m",
                                 "100% \\n\x07",
                                 "'\x01'",
                                 "\xc2\xa0nbsp",
                                 "zero\xe2\x80\x8bwidth",
                                 "\xff\xfe",
                                 "~",
                                 "*",
                                 "#x",
                                 "a;b&c|d",
                                 "!x",
                                 "{a,b}",
                                 "\\",
                                 "tab\there",
                                 "\r"}) {
    EXPECT_EQ(said_by_sh(shell_word(text)), text + ".") << shell_word(text);
    EXPECT_EQ(printable_lines(shell_word(text)), shell_word(text)) << "the log changes nothing in it";
  }
}

TEST(ShellWord, ADashBeginsNoOperandAndNoValue) {
  EXPECT_EQ(shell_path("-x.csv"), "./-x.csv");
  EXPECT_EQ(shell_path("x y.csv"), "'x y.csv'");
  EXPECT_EQ(shell_flag("--ignore-column", ""), "--ignore-column ''");
  EXPECT_EQ(shell_flag("--ignore-column", "-a b"), "'--ignore-column=-a b'");
  EXPECT_EQ(shell_flag("--map", "Old name=title"), "--map 'Old name=title'");
}

}  // namespace
}  // namespace pawl
