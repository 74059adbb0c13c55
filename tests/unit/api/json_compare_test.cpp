#include "engine/api/json_compare.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace pawl::api {
namespace {

constexpr auto equal = equality::equal, different = equality::different, malformed = equality::malformed;

struct pair_row {
  std::string wanted, shown;
  equality is;
};

void check(comparison how, const std::vector<pair_row>& table) {
  json_comparer comparer;
  for (const auto& r : table) {
    EXPECT_EQ(static_cast<int>(comparer.compare(how, r.wanted, r.shown)), static_cast<int>(r.is))
        << r.wanted << " against " << r.shown;
    if (r.is == malformed) continue;
    EXPECT_EQ(static_cast<int>(comparer.compare(how, r.shown, r.wanted)), static_cast<int>(r.is))
        << r.shown << " against " << r.wanted;
  }
}

TEST(JsonCompare, ComparesStringsByCodePoints) {
  check(comparison::exact, {
                               {R"("done")", R"("done")", equal},
                               {R"("done")", R"("Done")", different},
                               {R"("")", R"("")", equal},
                               {R"("a")", R"("ab")", different},
                               {R"("a/b")", R"("a\/b")", equal},
                               {R"("\"q\"")", R"("\u0022q\u0022")", equal},
                               {R"("ü")", R"("\u00fc")", equal},
                               {R"("ü")", R"("\u00FC")", equal},
                               {R"("u")", R"("\u00fc")", different},
                               {"\"\xf0\x9f\x98\x80\"", R"("\ud83d\ude00")", equal},
                               {"\"\xf0\x9f\x98\x80\"", R"("\ud83d\ude01")", different},
                               {R"("€")", R"("\u20ac")", equal},
                               {R"("\n\t\r\b\f\\")", R"("\u000a\u0009\u000d\u0008\u000c\u005c")", equal},
                               {R"("\ud800")", R"("\uD800")", equal},
                               {R"("\ud800")", R"("\ud801")", different},
                               {R"("\ud800x")", R"("\ud800\u0078")", equal},
                               {R"("\\u00fc")", R"("ü")", different},
                               {R"("a/")", R"("a\/\u0000")", different},
                               // NFC and NFD are different code points.
                               {"\"\xc3\xa9\"", "\"e\xcc\x81\"", different},
                               {R"("a")", "  \"a\" \n\t", equal},
                           });
}

TEST(JsonCompare, LinesAreTheSameWhateverTheyEndBy) {
  for (const auto how : {comparison::lines, comparison::text})
    check(how, {
                   {R"("a\nb")", R"("a\r\nb")", equal},
                   {R"("a\nb")", R"("a\rb")", equal},
                   {R"("\n\n")", R"("\r\n\r\n")", equal},
                   {R"("\n\n")", R"("\r\r")", equal},
                   {R"("a\nb")", R"("a\u000d\u000ab")", equal},
                   {R"("a\n")", R"("a\r\n\r\n")", different},
                   {R"("a\nb")", R"("a\tb")", different},
                   {R"("a\nb")", R"("a b")", different},
                   {R"("a\nb")", R"("a\r\q")", malformed},
                   {"null", R"("\r\n")", different},
                   {R"(["a\nb"])", R"(["a\r\nb"])", different},
               });
  check(comparison::exact, {{R"("a\nb")", R"("a\r\nb")", different}});
  json_comparer comparer;
  const std::array<std::string_view, 2> shown{R"("a\r\n")", R"("b")"};
  EXPECT_EQ(comparer.compare(comparison::lines, R"(["a\n","b"])", shown), equal);
  EXPECT_EQ(comparer.compare(comparison::exact, R"(["a\n","b"])", shown), different);
}

TEST(JsonCompare, FindsMalformedTextWhereverItStands) {
  check(comparison::exact, {
                               {R"("a")", R"("\q")", malformed},
                               {R"("ab")", R"("xy\u12")", malformed},
                               {R"("a")", R"("b\u12g4")", malformed},
                               {R"("a")", R"("a)", malformed},
                               {R"("a")", R"("a"b")", malformed},
                               {R"("a")", "", malformed},
                               {R"("a")", "nul", malformed},
                               {R"("a")", "truex", malformed},
                               {"1", "1.", malformed},
                               {"1", "01", malformed},
                               {"1", "-", malformed},
                               {"1", "+1", malformed},
                               {"1", ".5", malformed},
                               {"1", "1e", malformed},
                               {"1", "1e+", malformed},
                               {"1", "1 2", malformed},
                               {"1", "0x1", malformed},
                               {"[]", "[1,]", malformed},
                               {"[]", "[1", malformed},
                               {"[]", "[,]", malformed},
                               {"[1]", "[1}", malformed},
                               {"{}", R"({"a"})", malformed},
                               {"{}", R"({"a":1,})", malformed},
                               {"{}", R"({a:1})", malformed},
                               {"{}", R"({"a":1,"a":1})", malformed},
                               {"{}", R"({"a":1,"\u0061":2})", malformed},
                               {R"({"a":1})", R"({"b":{"c":1,"c":1}})", malformed},
                           });
}

TEST(JsonCompare, ComparesNumbersByTheirExactValue) {
  check(comparison::exact, {
                               {"1", "1.0", equal},
                               {"1e2", "100", equal},
                               {"1E+2", "100.00", equal},
                               {"0.001", "1e-3", equal},
                               {"-0", "0", equal},
                               {"0e5", "-0.000", equal},
                               {"10", "1", different},
                               {"-1", "1", different},
                               {"1", "2", different},
                               {"0.1", "0.10000000000000000000000000", equal},
                               {"9007199254740993", "9007199254740992", different},
                               {"123456789012345678901234567890", "1.2345678901234567890123456789e29", equal},
                               {"1e400", "10e399", equal},
                               {"1e400", "1e401", different},
                               {"1e-400", "0", different},
                               {"1e00000000000000000000007", "10000000", equal},
                               {"1e99999999999999999999", "1e99999999999999999999", equal},
                               {"1e99999999999999999999", "10e99999999999999999998", different},
                               {"1e99999999999999999", "10e99999999999999998", equal},
                               {"5", "\"5\"", different},
                               {"0", "false", different},
                               {"1", "null", different},
                           });
}

TEST(JsonCompare, ComparesDeepValues) {
  check(comparison::exact,
        {
            {"null", "null", equal},
            {"true", "false", different},
            {"null", "\"null\"", different},
            {"{}", "{ }", equal},
            {"[]", "[\n]", equal},
            {"[]", "{}", different},
            {"[]", "null", different},
            {"[1,2]", "[2,1]", different},
            {"[1,2]", "[ 1 , 2.0 ]", equal},
            {"[1]", "[1,1]", different},
            {"[[1],[]]", "[[1],[]]", equal},
            {"[[1],[]]", "[[1,[]]]", different},
            {R"({"a":1,"b":[true,null]})", R"({ "b" : [ true, null ], "a" : 1.0 })", equal},
            {R"({"a":1})", R"({"a":1,"b":null})", different},
            {R"({"ü":"x"})", R"({"\u00fc":"\u0078"})", equal},
            {R"({"a":{"b":{"c":[{"d":1}]}}})", R"({"a": {"b": {"c": [{"d": 1}]}}})", equal},
            {R"({"a\"":1})", R"({"a":1})", different},
            // Nothing in a name or a string may pass for structure.
            {R"({"a":"1,\"b\":2"})", R"({"a":1,"b":2})", different},
            {R"(["a\",\"b"])", R"(["a","b"])", different},
        });
}

TEST(JsonCompare, BoundsTheDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + ' ' + std::string(depth, ']');
  };
  json_comparer comparer;
  EXPECT_EQ(comparer.compare(comparison::exact, "[]", nested(64)), different);
  EXPECT_EQ(comparer.compare(comparison::exact, "[]", nested(65)), malformed);
  EXPECT_EQ(comparer.compare(comparison::exact, "[]", nested(100'000)), malformed);
  EXPECT_EQ(comparer.compare(comparison::set, "[]", nested(100'000)), malformed);
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  EXPECT_EQ(comparer.compare(comparison::exact, "{}", objects + "1" + std::string(65, '}')), malformed);
}

TEST(JsonCompare, ComparesSetsWithoutOrderAndRepeats) {
  check(comparison::set, {
                             {R"(["a","b"])", R"(["b","a"])", equal},
                             {R"(["a","b"])", R"(["b","a","b","a"])", equal},
                             {R"(["a","a"])", R"(["a"])", equal},
                             {R"(["a"])", R"(["a","b"])", different},
                             {R"(["a","b"])", R"(["a"])", different},
                             {R"(["a"])", "[]", different},
                             {"[]", "[ ]", equal},
                             {"[]", "null", equal},
                             {"null", "[]", equal},
                             {"null", "null", equal},
                             {R"(["a"])", "null", different},
                             {R"(["a"])", R"("a")", different},
                             {R"(["ü","b"])", R"(["b","\u00fc"])", equal},
                             {R"([1,2])", R"([2.0,1,1e0])", equal},
                             {R"([1])", R"(["1"])", different},
                             {R"([{"a":1,"b":2},null])", R"([null,{"b":2,"a":1}])", equal},
                             {R"(["a"])", R"(["a",nul])", malformed},
                             {R"(["a"])", R"(["a"],["b"])", malformed},
                         });
}

TEST(JsonCompare, ComparesSetsWithoutTheCaseOfLetters) {
  check(comparison::set_nocase, {
                                    {R"(["Bug","a"])", R"(["A","bug","BUG"])", equal},
                                    {R"(["ÄB"])", R"(["\u00e4b"])", equal},
                                    {R"(["a"])", R"(["b"])", different},
                                    {R"([1,"A"])", R"(["a",1.0])", equal},
                                    {R"(["1"])", "[1]", different},
                                    {"null", "[]", equal},
                                    {R"("A")", R"("a")", different},
                                });
}

TEST(JsonCompare, ComparesTheMembersThatAreWanted) {
  const pair_row table[] = {
      {R"({"a":1})", R"({"a":1.0,"b":2})", equal},
      {R"({"a":1})", R"({"a":2})", different},
      {R"({"a":1})", R"({"b":1})", different},
      {R"({"a":null})", R"({"b":1})", equal},
      {R"({"a":null})", R"({"a":null})", equal},
      {R"({"a":null})", R"({"a":0})", different},
      {R"({"a":{"x":1}})", R"({"a":{"x":1,"y":2},"b":3})", equal},
      {R"({"a":{"x":1}})", R"({"a":{"y":2}})", different},
      {R"({"a":{"x":null}})", R"({"b":2})", equal},
      {R"({"a":{}})", R"({"b":2})", different},
      {R"({"a":{}})", R"({"a":{"x":1}})", equal},
      {R"({"a":[1]})", R"({"a":[1,2]})", different},
      {R"({"a":{"x":1}})", R"({"a":[1]})", different},
      {R"({"a":null})", "null", equal},
      {R"({"a":1})", "null", different},
      {"{}", "null", different},
      {"null", "null", equal},
      {"null", R"({"a":1})", different},
      {R"({"a":1})", R"({"\u0061":1})", equal},
      {R"({"a":1})", R"({"a":1,"a":2})", malformed},
      {R"({"a":1})", R"({"a":1,"b":"\q"})", malformed},
      {R"({"a":1})", "5", different},
  };
  json_comparer comparer;
  for (const auto& r : table)
    EXPECT_EQ(static_cast<int>(comparer.compare(comparison::members, r.wanted, r.shown)),
              static_cast<int>(r.is))
        << r.wanted << " against " << r.shown;
}

TEST(JsonCompare, ComparesListsFoundElementByElement) {
  json_comparer comparer;
  using list = std::vector<std::string_view>;
  const auto is = [&](comparison how, std::string_view wanted, const list& shown) {
    return comparer.compare(how, wanted, shown);
  };
  EXPECT_EQ(is(comparison::set, R"(["a","b"])", {"\"b\"", "\"a\"", "\"a\""}), equal);
  EXPECT_EQ(is(comparison::set, R"(["a","b"])", {"\"b\""}), different);
  EXPECT_EQ(is(comparison::set, "[]", {}), equal);
  EXPECT_EQ(is(comparison::set, "null", {}), equal);
  EXPECT_EQ(is(comparison::set, "null", {"\"a\""}), different);
  EXPECT_EQ(is(comparison::set, "7", {"7"}), different);
  EXPECT_EQ(is(comparison::exact, R"(["a","b"])", {"\"a\"", "\"\\u0062\""}), equal);
  EXPECT_EQ(is(comparison::exact, R"(["a","b"])", {"\"b\"", "\"a\""}), different);
  EXPECT_EQ(is(comparison::exact, R"(["a"])", {"\"a\"", "\"a\""}), different);
  EXPECT_EQ(is(comparison::exact, R"(["a"])", {"nope"}), malformed);
  EXPECT_EQ(is(comparison::exact, "null", {}), different);
}

TEST(JsonCompare, ComparesInstantsAsMoments) {
  check(comparison::instant,
        {
            {R"("2026-12-01T09:00:00Z")", R"("2026-12-01T09:00:00.000Z")", equal},
            {R"("2026-12-01T09:00:00Z")", R"("2026-12-01T10:00:00+01:00")", equal},
            {R"("2026-12-01T00:30:00Z")", R"("2026-11-30T20:00:00-04:30")", equal},
            {R"("2026-12-31T23:59:60Z")", R"("2027-01-01T00:00:00Z")", equal},
            {R"("2026-12-01T09:00:00Z")", R"("2026-12-01t09:00:00z")", equal},
            {R"("2026-12-01T09:00:00Z")", R"("2026-12-01 09:00:00-00:00")", equal},
            {R"("2026-12-01T09:00:00.1Z")", R"("2026-12-01T09:00:00.100000Z")", equal},
            {R"("2026-12-01T09:00:00.123456Z")", R"("2026-12-01T09:00:00.123Z")", different},
            {R"("2026-12-01T09:00:00Z")", R"("2026-12-01T09:00:01Z")", different},
            {R"("2026-12-01T09:00:00Z")", R"("2026-12-01T09:00:00")", different},
            {R"("2026-12-01T09:00:00Z")", R"("2026-12-01T09\u003a00:00Z")", equal},
            {R"("2026-12-01T09:00:00Z")", "1796115600", different},
            {R"("2026-12-01T09:00:00Z")", "null", different},
            {R"("2026-02-30T09:00:00Z")", R"("2026-03-02T09:00:00Z")", different},
            {"null", "null", equal},
            {R"("2026-12-01T09:00:00Z")", R"("2026-12-01T09:00:0\x")", malformed},
        });
}

}  // namespace
}  // namespace pawl::api
