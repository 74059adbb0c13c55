#include "engine/text/json_normal_form.hpp"

#include "engine/text/json_walk.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pawl {
namespace {

std::string normal(std::string_view json) {
  std::string to;
  return append_normal_form(to, json) ? to : "!";
}

TEST(JsonNormalForm, IsOneForEqualValues) {
  EXPECT_EQ(normal(R"( {"b": [1.0, "\u0061\/"], "a": null} )"), normal(R"({"a":null,"b":[10e-1,"a/"]})"));
  EXPECT_NE(normal(R"(["a","b"])"), normal(R"(["b","a"])"));
  EXPECT_NE(normal(R"({"a":"1"})"), normal(R"({"a":1})"));
  EXPECT_NE(normal(R"(["a\",\"b"])"), normal(R"(["a","b"])"));
}

TEST(JsonNormalForm, IsOfSoundValuesOnly) {
  const std::string deep(max_json_depth, '['), closing(max_json_depth, ']');
  EXPECT_NE(normal(deep + closing), "!");
  for (const std::string& bad :
       {std::string{}, std::string{"nul"}, std::string{"[1,]"}, std::string{"1 2"},
        std::string{R"({"a":1,"\u0061":2})"}, std::string{R"("\q")"}, '[' + deep + closing + ']'})
    EXPECT_EQ(normal(bad), "!") << bad;
}

}  // namespace
}  // namespace pawl
