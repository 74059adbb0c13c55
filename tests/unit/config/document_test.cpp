#include "config/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string repeated(std::string_view what, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += what;
  return all;
}

std::vector<std::string> complaints(const std::string& text) {
  std::vector<std::string> all;
  for (const auto& c : read_toml(text, "f").complaints) all.push_back(to_string(c));
  return all;
}

TEST(Document, AKeyHas64PartsAtMost) {
  EXPECT_THAT(complaints(repeated("a.", 63) + "a = 1\n"), ElementsAre());
  for (const std::size_t parts : {64u, 100'000u}) {
    const auto key = repeated("a.", parts) + "a";
    for (const auto& text : {key + " = 1\n", "[" + key + "]\n", "[[" + key + "]]\n",
                             "x = {" + key + " = 1}\n", "\"q\"." + key + " = 1\n"})
      EXPECT_THAT(complaints("ok = 1\n" + text), ElementsAre(HasSubstr("f:2: a key has more than 64 parts")));
  }
}

TEST(Document, ListsAndTablesStand64DeepAtMost) {
  EXPECT_THAT(complaints("a = " + repeated("[", 60) + repeated("]", 60)), ElementsAre());
  for (const std::size_t deep : {65u, 100'000u}) {
    EXPECT_THAT(complaints("a = " + repeated("[", deep) + repeated("]", deep)),
                ElementsAre(HasSubstr("f:1: lists and tables stand more than 64 deep")));
    EXPECT_THAT(complaints("a = " + repeated("{b = ", deep) + "1" + repeated("}", deep)),
                ElementsAre(HasSubstr("more than 64 deep")));
  }
  // Neither alone, but together.
  const auto wide = repeated("a.", 60) + "a = ";
  EXPECT_EQ(complaints(wide + repeated("{" + wide, 20) + "1" + repeated("}", 20)).size(), 1u);
}

TEST(Document, WhatStandsInTextsAndCommentsIsNotCounted) {
  const auto dots = repeated(".", 200), brackets = repeated("[{", 200);
  for (const auto& text : {dots, brackets}) {
    EXPECT_THAT(complaints("a = 1 # " + text + "\nb = \"" + text + "\"\nc = '" + text + "'\n"),
                ElementsAre());
    EXPECT_THAT(
        complaints("a = \"\"\"\n" + text + "\n\\\"\"\" " + text + "\"\"\"\"\"\nb = '''" + text + "\n'''\n"),
        ElementsAre());
    EXPECT_THAT(complaints("a = \"\\\"" + text + "\\\\\"\n"), ElementsAre());
  }
  EXPECT_THAT(complaints("a = [" + repeated("1.5, ", 200) + "]\n"), ElementsAre());
}

}  // namespace
}  // namespace pawl::config
