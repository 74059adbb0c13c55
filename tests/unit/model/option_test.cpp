#include "engine/model/option.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

namespace pawl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Option, HasANameOfItsOwnInTheLibrary) {
  EXPECT_EQ(in_library_words(option::ledger), "option ledger_path");
  EXPECT_EQ(in_library_words(option::no_read_first), "option read_first = false");
  EXPECT_EQ(in_library_words(option::with_input), "option with_input");
  EXPECT_EQ(in_library_words(option::map, "Old \"name\"=title"), R"(option map "Old \"name\"=title")");
  EXPECT_EQ(in_library_words(option::ignore_column, ""), R"(option ignore "")");
}

// The string literals of a source, without those in comments.
std::vector<std::string> literals(const std::string& code) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < code.size(); ++at) {
    const auto skip_behind = [&](const std::string& end, std::size_t from) {
      const auto found = code.find(end, from);
      at = found == std::string::npos ? code.size() : found + end.size() - 1;
      return code.substr(from, std::min(found, code.size()) - from);
    };
    const char c = code[at], next = at + 1 < code.size() ? code[at + 1] : '\0';
    if (c == '/' && next == '/') {
      skip_behind("\n", at);
    } else if (c == '/' && next == '*') {
      skip_behind("*/", at + 2);
    } else if (c == 'R' && next == '"') {
      const auto open = code.find('(', at);
      all.push_back(skip_behind(")" + code.substr(at + 2, open - at - 2) + "\"", open + 1));
    } else if (c == '"' ||
               (c == '\'' && (at == 0 || std::isalnum(static_cast<unsigned char>(code[at - 1])) == 0))) {
      // An apostrophe behind a digit separates digits.
      std::string text;
      for (++at; at < code.size() && code[at] != c; ++at) {
        if (code[at] == '\\') text += code[at++];
        text += code[at];
      }
      if (c == '"') all.push_back(text);
    }
  }
  return all;
}

// "--ledger", and "-o csv.null": the command line's ways to give an option.
bool names_a_flag(const std::string& text) {
  static const std::regex flag{R"((^|[^A-Za-z0-9-])(--[a-z]|-o [a-z]+\.))"};
  return std::regex_search(text, flag);
}

TEST(Option, IsNamedAsAFlagByNoTextOfTheEngine) {
  EXPECT_THAT(literals("f(\"a\\\"b\", '\"', 1'000, R\"x(\"raw\")x\"); // \"not\"\n/* \"nor\" */ g(\"c\");"),
              ElementsAre("a\\\"b", "\"raw\"", "c"));
  for (const auto* is : {"--ledger", "say so with --ledger", "(--cert)", "choose it with -o csv.null=TOKEN"})
    EXPECT_TRUE(names_a_flag(is)) << is;
  for (const auto* is :
       {"PRIVATE KEY-----", "a--b", "-- ", "iconv -f WINDOWS-1252 -t UTF-8", "write.body_is"})
    EXPECT_FALSE(names_a_flag(is)) << is;

  std::vector<std::string> found;
  std::size_t looked_at = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator{PAWL_ENGINE}) {
    const auto ending = file.path().extension();
    if (ending != ".cpp" && ending != ".hpp") continue;
    std::ifstream in(file.path());
    for (const auto& text : literals({std::istreambuf_iterator<char>(in), {}})) {
      ++looked_at;
      if (names_a_flag(text)) found.push_back(file.path().string() + ": " + text);
    }
  }
  EXPECT_GT(looked_at, 1000u);
  EXPECT_THAT(found, IsEmpty()) << "name the option (engine/model/option.hpp); cli says how it is written";
}

}  // namespace
}  // namespace pawl
