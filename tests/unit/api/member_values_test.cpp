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

TEST(MemberValues, AreEditsWhereNobodyOfUsHasWrittenThem) {
  struct {
    const char *shown, *left, *older, *old, *edits;
  } const table[] = {
      {R"({"a":1})", R"({"a":1})", "{}", "{}", ""},
      {R"({"a":9})", R"({"a":1})", "{}", "{}", R"({"a":9})"},
      {R"({"a":2})", R"({"a":1})", R"({"a":2})", "{}", ""},
      {R"({"a":3})", R"({"a":1})", "{}", R"({"a":3})", ""},
      {R"({"a":1,"b":2})", R"({"a":1})", "{}", "{}", ""},
      {R"({"a":9,"b":8})", R"({"b":1,"a":1})", "{}", R"({"a":5})", R"({"b":8,"a":9})"},
      {R"({"b":8})", R"({"a":1})", "{}", "{}", ""},
      {R"({"a":{"x":9,"y":1}})", R"({"a":{"x":1,"y":1}})", "{}", "{}", R"({"a":{"x":9}})"},
      {R"({"a":{"x":2}})", R"({"a":{"x":1}})", R"({"a":{"x":2}})", "{}", ""},
      {R"({"a":{"x":2}})", R"({"a":1})", "{}", "{}", R"({"a":{"x":2}})"},
      {R"({"a":null})", R"({"a":1})", "{}", "{}", R"({"a":null})"},
      {R"({"a":9})", R"({"\u0061":1})", "{}", "{}", R"({"\u0061":9})"},
      {R"({"a":1.0})", R"({"a":1})", "{}", "{}", ""},
      {"null", R"({"a":1})", "{}", "{}", ""},
      {R"({"a":9})", "null", "{}", "{}", ""},
  };
  json_comparer comparer;
  for (const auto& t : table) {
    std::string edits;
    append_edits(edits, comparer, t.shown, t.left, {t.older, t.old});
    EXPECT_EQ(edits, t.edits) << t.shown << " after " << t.left;
  }
}

TEST(MemberValues, AreOverwrittenAsFarAsALaterWriteNamesThem) {
  struct {
    const char *wanted, *later;
    overlap is;
    const char *part, *left;
  } const table[] = {
      {R"({"a":1,"b":2})", R"({"a":3})", overlap::part, R"({"a":null})", R"({"b":2})"},
      {R"({"a":1})", R"({"b":3})", overlap::none, "", ""},
      {R"({"a":1})", R"({"\u0061":3,"b":1})", overlap::all, "", ""},
      {R"({"a":{"x":1,"y":2},"b":{"z":1}})", R"({"a":{"x":3},"b":5})", overlap::part,
       R"({"a":{"x":null},"b":null})", R"({"a":{"y":2}})"},
      {R"({"a":5,"b":1})", R"({"a":{"x":1}})", overlap::part, R"({"a":null})", R"({"b":1})"},
      {"null", R"({"a":1})", overlap::all, "", ""},
      {R"({"a":1})", "null", overlap::all, "", ""},
      {"{}", R"({"a":1})", overlap::all, "", ""},
  };
  for (const auto& t : table) {
    std::string part, left;
    EXPECT_EQ(append_overlap(part, t.wanted, t.later), t.is) << t.later << " after " << t.wanted;
    EXPECT_EQ(part, t.part);
    if (t.is != overlap::part) continue;
    EXPECT_TRUE(append_without(left, t.wanted, part));
    EXPECT_EQ(left, t.left);
  }
  std::string left;
  EXPECT_FALSE(append_without(left, R"({"a":{"x":1}})", R"({"a":{"x":null}})"));
  EXPECT_EQ(left, "");
}

}  // namespace
}  // namespace pawl::api
