#include "engine/text/name_table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl {
namespace {

enum class tree { oak, ash, elm };
constexpr name_table<tree, 3> trees{{{"oak", tree::oak}, {"ash", tree::ash}, {"elm", tree::elm}}};
constexpr name_table<bool, 2> answers{{{"yes", true}, {"no", false}}};

TEST(NameTable, FindsAValueByItsNameAndItsName) {
  EXPECT_EQ(find_named(trees, "ash"), tree::ash);
  EXPECT_EQ(find_named(trees, "Ash"), std::nullopt);
  EXPECT_EQ(find_named(trees, ""), std::nullopt);
  EXPECT_EQ(name_of(trees, tree::elm), "elm");
  EXPECT_EQ(name_of(answers, false), "no");
}

TEST(NameTable, ListsItsNames) {
  EXPECT_EQ(joined_names(trees, "|"), "oak|ash|elm");
  EXPECT_EQ(alternatives(trees), "oak, ash or elm");
  EXPECT_EQ(alternatives(answers), "yes or no");
  EXPECT_EQ(none_of(trees), "not one of oak, ash, elm");
  EXPECT_EQ(none_of(answers), "neither yes nor no");
}

}  // namespace
}  // namespace pawl
