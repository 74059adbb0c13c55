// docs/your-api.md, as a reader follows it: its files are written, its commands that need no network are run,
// and they print what the page says.
#include "tests/support/files.hpp"
#include "tests/support/pawl_process.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::test {
namespace {

// A block between fences, and the mark above it: "file: NAME", "append: NAME", or empty.
struct block {
  std::string kind, mark, text;
};

std::vector<block> blocks_of(const std::string& page) {
  std::vector<block> all;
  std::istringstream in(page);
  std::string mark;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      if (!inside) all.push_back({line.substr(3), mark, {}});
      inside = !inside;
      mark.clear();
    } else if (inside) {
      all.back().text += line + "\n";
    } else if (line.starts_with("<!-- ") && line.ends_with(" -->")) {
      mark = line.substr(5, line.size() - 9);
    }
  }
  return all;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

TEST(YourApi, ThePageSaysWhatPawlSays) {
  const pawl_workspace workspace;
  std::size_t ran = 0;
  for (const auto& one : blocks_of(read_file(PAWL_YOUR_API))) {
    if (const auto colon = one.mark.find(": "); colon != std::string::npos) {
      const auto path = workspace.files() / one.mark.substr(colon + 2);
      const bool appends = one.mark.starts_with("append");
      write_file(path, (appends ? read_file(path) : "") + one.text);
    }
    if (one.kind != "console") continue;
    std::string is;
    std::istringstream lines(one.text);
    for (std::string line; std::getline(lines, line);) {
      constexpr std::string_view prompt = "$ pawl ";
      if (!line.starts_with(prompt)) continue;
      const auto result = workspace.run(words_of(line.substr(prompt.size())));
      is += line + "\n" + result.output + result.errors;
      ++ran;
    }
    EXPECT_EQ(is, one.text);
  }
  EXPECT_EQ(ran, 7u);
}

}  // namespace
}  // namespace pawl::test
