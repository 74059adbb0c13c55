// The house itself: which room may look into which, and how large a room may be. The order is that of
// engine/README.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace pawl {
namespace {

namespace fs = std::filesystem;

struct source {
  std::vector<std::string> includes;  // of this project, as written
  std::size_t lines = 0;
};

// By its path below the project.
const std::map<std::string, source>& sources() {
  static const auto all = [] {
    std::map<std::string, source> found;
    static const std::regex include{R"re(#include "([^"]+)")re"};
    for (const auto* top : {"engine", "config", "cli"})
      for (const auto& entry : fs::recursive_directory_iterator(fs::path{PAWL_SOURCES} / top)) {
        const auto ending = entry.path().extension();
        if (ending != ".cpp" && ending != ".hpp") continue;
        auto& one = found[fs::relative(entry.path(), PAWL_SOURCES).string()];
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line); ++one.lines)
          if (std::smatch match; std::regex_match(line, match, include)) one.includes.push_back(match[1]);
      }
    return found;
  }();
  return all;
}

// "engine/app/rows" of "engine/app/rows/plan_rows.hpp".
std::string room_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// From the ground up: a room includes its own headers and those of rooms before it.
const std::vector<std::string> rooms{
    "engine/text",    "engine/model", "engine/sys",  "engine/api",      "engine/input",
    "engine/policy",  "engine/async", "engine/http", "engine/ledger",   "engine/ledger/scratch",
    "engine/client",  "engine/plan",  "engine/run",  "engine/app/rows", "engine/app",
    "engine/example", "config",       "cli/render",  "cli/args",        "cli/terminal",
    "cli/commands",   "cli"};

TEST(House, EveryIncludePointsDown) {
  const auto floor = [](const std::string& room) { return std::ranges::find(rooms, room) - rooms.begin(); };
  ASSERT_GT(sources().size(), 300u);
  for (const auto& [path, file] : sources()) {
    const auto own = floor(room_of(path));
    ASSERT_LT(own, std::ssize(rooms)) << path << " is in a room that the list does not have";
    for (const auto& include : file.includes) {
      const auto other = floor(room_of(include));
      EXPECT_LE(other, own) << path << " includes " << include;
    }
  }
}

TEST(House, NoHeaderIncludesItselfByOthers) {
  std::set<std::string> done, under_way;
  const std::function<void(const std::string&)> visit = [&](const std::string& path) {
    if (done.contains(path) || !sources().contains(path)) return;
    ASSERT_TRUE(under_way.insert(path).second) << path << " stands in a circle of includes";
    for (const auto& include : sources().at(path).includes) visit(include);
    under_way.erase(path);
    done.insert(path);
  };
  for (const auto& [path, file] : sources()) visit(path);
}

TEST(House, NoFileIsLongerThanFourHundredLines) {
  for (const auto& [path, file] : sources()) EXPECT_LE(file.lines, 400u) << path;
}

TEST(House, TheExampleIsThirtyLines) {
  EXPECT_LE(sources().at("engine/example/apply_file.cpp").lines, 30u);
}

TEST(House, NoFolderHoldsMoreThanASeventhOfTheProduct) {
  std::map<std::string, std::size_t> folders;
  std::size_t all = 0;
  for (const auto& [path, file] : sources()) {
    folders[fs::path{path}.parent_path().string()] += file.lines;
    all += file.lines;
  }
  for (const auto& [folder, lines] : folders) EXPECT_LE(lines * 100, all * 14) << folder << ": " << lines;
}

}  // namespace
}  // namespace pawl
