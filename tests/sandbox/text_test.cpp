#include "tests/sandbox/text.hpp"

#include "tests/sandbox/clock.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/seed_reader.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>

#include <unistd.h>

namespace sandbox {
namespace {

std::string json_time(time_us t) {
  std::string text;
  append_json_time(text, t);
  return text;
}

TEST(Clock, ReadsRfc3339AndWritesMilliseconds) {
  const std::map<std::string, std::string> pairs{
      {"2027-01-04T09:00:00Z", "2027-01-04T09:00:00.000Z"},
      {"2027-01-04t09:00:00.1239z", "2027-01-04T09:00:00.123Z"},
      {"2027-01-04T09:00:00+02:00", "2027-01-04T07:00:00.000Z"},
      {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000Z"},
      {"2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"},
  };
  for (const auto& [text, canonical] : pairs) {
    const auto t = parse_rfc3339(text);
    ASSERT_TRUE(t) << text;
    EXPECT_EQ(json_time(*t), '"' + canonical + '"');
  }
  for (const char* wrong : {"", "2027-01-04", "2027-01-04T09:00Z", "2027-02-29T00:00:00Z",
                            "2027-13-01T00:00:00Z", "2027-01-04T24:00:00Z", "2027-01-04T09:00:00",
                            "2027-01-04T09:00:00.Z", "2027-01-04T09:00:00+0200", "2027-01-04T09:00:00Zx"}) {
    EXPECT_FALSE(parse_rfc3339(wrong)) << wrong;
  }
  EXPECT_EQ(json_time(no_time), "null");
  EXPECT_EQ(http_date(784'111'777 * one_second), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110, 5.6.7
}

TEST(Text, QuotesJson) {
  std::string out;
  append_quoted(out, "a\"b\\c\n\x01é");
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\u0001é\"");
  out.clear();
  append_quoted_bytes(out, "ok\xff é\xed\xa0\x80");
  EXPECT_EQ(out, "\"ok\xef\xbf\xbd é\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(Text, CountsCodePoints) {
  EXPECT_EQ(code_points(""), 0u);
  EXPECT_EQ(code_points("aé🚀"), 3u);
}

TEST(Text, DecodesPathsAndQueries) {
  EXPECT_EQ(percent_decode("thr%20%2f1"), "thr /1");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_FALSE(percent_decode("%2"));
  EXPECT_FALSE(percent_decode("%zz"));
  EXPECT_EQ(parse_query("a=1&b=x+y%26&c"), (query{{"a", "1"}, {"b", "x y&"}, {"c", ""}}));
}

TEST(Text, TokensSurviveTheWayThere) {
  for (const std::string text : {"", "a", "ab", "abc", "a\nb\xff"})
    EXPECT_EQ(decode_token(encode_token(text)), text);
  EXPECT_FALSE(decode_token("not a token!"));
}

TEST(Faults, RatesAreReadAndDrawn) {
  std::string why;
  const auto rates = fault_rates::parse("drop-after=0.25,write:e500=0.25,read:slow=0.5", why);
  ASSERT_TRUE(rates) << why;
  EXPECT_EQ(rates->draw(request_class::write, 0.1).name(), "drop-after");
  EXPECT_EQ(rates->draw(request_class::write, 0.3).name(), "e500");
  EXPECT_FALSE(rates->draw(request_class::write, 0.6));
  EXPECT_EQ(rates->draw(request_class::read, 0.3).name(), "slow");
  for (const char* wrong : {"e500", "e599=0.1", "e500=2", "e500=-1", "e500=x", "e500=0.6,cut=0.6"}) {
    EXPECT_FALSE(fault_rates::parse(wrong, why)) << wrong;
    EXPECT_FALSE(why.empty());
  }
}

TEST(Faults, TwoGoTogetherWhereTheSecondIsAboutTheConnection) {
  for (const char* good :
       {"cut", "drop-after+slow", "e500+close", "stale+dribble", "e503-retry+close-header"}) {
    const auto read = fault::parse(good);
    ASSERT_TRUE(read) << good;
    EXPECT_EQ(read->name(), good);
  }
  EXPECT_TRUE(fault::parse("cut+slow")->has(afterwards::slowly));
  EXPECT_TRUE(fault::parse("slow")->has(afterwards::slowly));
  EXPECT_FALSE(fault::parse("cut")->has(afterwards::slowly));
  for (const char* bad : {"", "+", "cut+", "+slow", "cut+e500", "slow+slow+slow", "cut+nothing"})
    EXPECT_FALSE(fault::parse(bad)) << bad;
}

TEST(Faults, ScriptsRunInOrderAndMayStay) {
  fault_script script;
  EXPECT_TRUE(script.add("a", "drop-after"));
  EXPECT_TRUE(script.add("a", "ok"));
  EXPECT_TRUE(script.add("a", "e500*"));
  EXPECT_FALSE(script.add("a", "e5000"));
  EXPECT_FALSE(script.next("b"));
  EXPECT_EQ(script.next("a")->what.name(), "drop-after");
  EXPECT_FALSE(script.next("a")->what);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(script.next("a")->what.name(), "e500");
}

struct seed_case {
  const char* name;
  const char* content;
  std::vector<std::string> ids, tags;
};

TEST(SeedReader, FindsIdsAndTagNames) {
  const std::vector<seed_case> cases{
      {"a.csv", "\xef\xbb\xbfid,title\r\na1,\"x,\n\"\"y\"\r\n\r\n a2 ,z\r\n", {"a1", "a2"}, {}},
      {"b.csv", "title;id;add_tags\nx;b1;one;\ny;b2;\"two;three\"\n", {"b1", "b2"}, {"one", "two", "three"}},
      {"c.ndjson",
       "{\"id\":\"c1\",\"patch\":{\"add_tags\":[\"t\"]}}\n\n{\"id\":7,\"status\":\"done\"}\n",
       {"c1", "7"},
       {"t"}},
  };
  for (const seed_case& c : cases) {
    const std::string file = ::testing::TempDir() + "pawl_seed_" + std::to_string(::getpid()) + "_" + c.name;
    std::ofstream{file, std::ios::binary} << c.content;
    std::vector<std::string> ids, tags;
    read_seed(file, "id",
              {[&](auto id) { ids.emplace_back(id); }, [&](auto name) { tags.emplace_back(name); }});
    EXPECT_EQ(ids, c.ids) << c.name;
    EXPECT_EQ(tags, c.tags) << c.name;
    std::remove(file.c_str());
  }
  EXPECT_THROW(read_seed("/does/not/exist.csv", "id", {}), std::runtime_error);
}

}  // namespace
}  // namespace sandbox
