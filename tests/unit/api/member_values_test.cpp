#include "engine/api/member_values.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::api {
namespace {

TEST(MemberValues, ArePartOfWhatIsShown) {
  struct {
    const char *wanted, *shown, *part;
  } const table[] = {
      {R"({"a":1})", R"({"a":2,"b":3})", R"({"a":2})"},
      {R"({"a":1})", R"({"b":3})", R"({"a":null})"},
      {R"({"a":{"x":1}})", R"({"a":{"x":2,"y":3},"b":4})", R"({"a":{"x":2}})"},
      {R"({"a":{"x":1}})", R"({})", R"({"a":null})"},
      {R"({"a":5})", R"({"a":{"x":2}})", R"({"a":{"x":2}})"},
      {R"({"a":{"x":1}})", R"({"a":5})", R"({"a":5})"},
      {R"({"a":null})", R"({"a":{"x":2},"b":1})", R"({"a":{"x":2}})"},
      {"null", R"({"a":1})", R"({"a":1})"},
      {R"({"a":1})", "null", "null"},
      {R"({"a":1})", R"({"\u0061":7})", R"({"a":7})"},
  };
  for (const auto& t : table) {
    std::string part;
    append_part(part, t.wanted, t.shown);
    EXPECT_EQ(part, t.part) << t.wanted << " of " << t.shown;
  }
}

TEST(MemberValues, ArePutOverOthers) {
  struct {
    const char *base, *top, *made;
  } const table[] = {
      {R"({"a":1,"b":2})", R"({"b":3,"c":4})", R"({"a":1,"b":3,"c":4})"},
      {R"({"a":{"x":1}})", R"({"a":{"y":2}})", R"({"a":{"x":1,"y":2}})"},
      {R"({"a":1})", R"({"a":null})", R"({"a":null})"},
      {R"({"a":1})", "null", "null"},
      {"null", R"({"a":1})", R"({"a":1})"},
      {R"({"a":{"x":1}})", R"({"a":7})", R"({"a":7})"},
      {"{}", "{}", "{}"},
  };
  for (const auto& t : table) {
    std::string made;
    append_put_over(made, t.base, t.top);
    EXPECT_EQ(made, t.made) << t.top << " over " << t.base;
  }
}

}  // namespace
}  // namespace pawl::api
