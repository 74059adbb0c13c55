#include "engine/api/drift.hpp"

#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::api {
namespace {

struct looked {
  bool readable = false;
  std::vector<field_standing> fields;
};

looked look(std::string body, const std::vector<expected_value>& wanted) {
  static const auto profile = testing::reading_profile();
  const auto size = body.size();
  body.resize(size + 64, ' ');
  drift_reader reader(profile);
  looked result;
  result.readable = reader.read(std::string_view{body}.substr(0, size), "t1", wanted, result.fields);
  return result;
}

TEST(Drift, TellsEachFieldByItself) {
  struct row {
    const char* field;
    const char* written;
    const char* body;
    standing is;
    const char* shown;
  };
  const std::vector<row> table{
      {"status", R"("done")", R"({"id":"t1","status":"done"})", standing::as_written, ""},
      {"status", R"("done")", R"({"id":"t1","status":"open"})", standing::drifted, R"("open")"},
      {"title", "null", R"({"id":"t1","title":null})", standing::as_written, ""},
      {"title", "null", R"({"id":"t1"})", standing::as_written, ""},
      {"title", R"("a")", R"({"id":"t1"})", standing::drifted, "null"},
      {"assignee_id", "null", R"({"id":"t1","assignee":null})", standing::as_written, ""},
      {"assignee_id", R"("u1")", R"({"id":"t1","assignee":{"id":"u2"}})", standing::drifted, R"("u2")"},
      {"tag_ids", R"(["b","a"])", R"({"id":"t1","tags":[{"id":"a"},{"id":"b"}]})", standing::as_written, ""},
      {"tag_ids", R"(["a"])", R"({"id":"t1","tags":[{"id":"a"},{"id":"b"}]})", standing::drifted,
       R"(["a","b"])"},
      {"snoozed_until", R"("2026-01-01T00:00:00Z")",
       R"({"id":"t1","snoozed_until":"2026-01-01T01:00:00+01:00"})", standing::as_written, ""},
      // HTML comes back in the API's own form: a difference says nothing.
      {"text", R"("a")", R"({"id":"t1","text":"<p>a</p>"})", standing::unclear, ""},
      {"text", R"("a")", R"({"id":"t1","text":"a"})", standing::as_written, ""},
      {"closed_loop", "true", R"({"id":"t1"})", standing::unclear, ""},
      {"nobody_knows", "true", R"({"id":"t1"})", standing::unclear, ""},
  };
  for (const auto& r : table) {
    const auto got = look(r.body, {{r.field, r.written}});
    ASSERT_TRUE(got.readable) << r.field << ' ' << r.body;
    EXPECT_EQ(got.fields.at(0).is, r.is) << r.field << ' ' << r.body;
    EXPECT_EQ(got.fields.at(0).shown, r.shown) << r.field << ' ' << r.body;
  }
}

TEST(Drift, SaysNothingOfWhatIsNotTheResource) {
  for (const auto* body :
       {"", "null", R"({"id":"t2","status":"done"})", R"({"status":"done"})", R"({"id":"t1","status":"do)",
        R"({"id":"t1","status":"done","status":"done"})", R"({"id":"t1","status":"done"}x)"})
    EXPECT_FALSE(look(body, {{"status", R"("done")"}}).readable) << body;
  EXPECT_FALSE(look(R"({"id":"t1","assignee":"u1"})", {{"assignee_id", R"("u1")"}}).readable);
}

TEST(Drift, AnswersInTheOrderOfTheQuestions) {
  const auto got = look(R"({"id":"t1","status":"open","title":"T"})",
                        {{"title", R"("T")"}, {"status", R"("done")"}, {"title", R"("U")"}});
  ASSERT_TRUE(got.readable);
  EXPECT_EQ(got.fields[0].is, standing::as_written);
  EXPECT_EQ(got.fields[1].is, standing::drifted);
  EXPECT_EQ(got.fields[2].is, standing::drifted);
}

// An item of a list that is enough, and what is read by itself instead.
TEST(Drift, AnItemSettlesOnlyWhatItShowsAsItWasWritten) {
  const auto profile = testing::reading_profile();
  const std::vector<expected_value> wanted{
      {"status", R"("done")"}, {"title", "null"}, {"closed_loop", "true"}};
  drift_reader reader(profile);
  std::vector<field_standing> fields;
  const auto confirms = [&](std::string item) {
    const auto size = item.size();
    item.resize(size + 64, ' ');
    return reader.confirms(std::string_view{item}.substr(0, size), "t1", wanted, fields);
  };
  EXPECT_TRUE(confirms(R"({"id":"t1","status":"done","title":null})"));
  for (const auto* item :
       {R"({"id":"t1","status":"done"})", R"({"id":"t1","title":null})", R"({"id":"t1"})",
        R"({"id":"t1","status":"open","title":null})", R"({"id":"t1","status":3,"title":null})",
        R"({"id":"t1","status":{"name":"done"},"title":null})", R"({"id":"t2","status":"done","title":null})",
        R"({"ref":"t1","status":"done","title":null})", "7"})
    EXPECT_FALSE(confirms(item)) << item;
}

// A verb that had nothing to do left no set that is known, only what it wants of one.
TEST(Drift, AVerbIsHeldAgainstItsTarget) {
  struct row {
    const char *field, *json, *tags;
    standing is;
  };
  const row rows[] = {
      {"add_tag_ids", R"(["a"])", R"([{"id":"a"},{"id":"b"}])", standing::as_written},
      {"add_tag_ids", R"(["a","c"])", R"([{"id":"a"},{"id":"b"}])", standing::drifted},
      {"remove_tag_ids", R"(["c"])", R"([{"id":"a"}])", standing::as_written},
      {"remove_tag_ids", R"(["a"])", R"([{"id":"a"}])", standing::drifted},
      {"add_tag_ids", R"(["a"])", "[]", standing::drifted},
      {"remove_tag_ids", R"(["a"])", "null", standing::as_written},
      {"add_tags", R"(["Billing"])", R"([{"id":"a"}])", standing::as_written},
      {"remove_tags", R"(["Billing"])", R"([{"id":"a"}])", standing::drifted},
      {"add_tags", R"(["Unheard of"])", R"([{"id":"a"}])", standing::unclear},
  };
  const auto profile = testing::reading_profile();
  name_directory names;
  names.add("Billing", "a");
  for (const auto& r : rows) {
    drift_reader reader(profile);
    reader.use_names(names);
    auto body = R"({"id":"t1","tags":)" + std::string{r.tags} + "}";
    const auto size = body.size();
    body.resize(size + 64, ' ');
    std::vector<field_standing> fields;
    const std::vector<expected_value> wanted{{r.field, r.json}};
    ASSERT_TRUE(reader.read(std::string_view{body}.substr(0, size), "t1", wanted, fields)) << r.field;
    EXPECT_EQ(fields[0].is, r.is) << r.field << r.json << r.tags;
    EXPECT_EQ(reader.confirms(std::string_view{body}.substr(0, size), "t1", wanted, fields),
              r.is == standing::as_written);
  }
  EXPECT_EQ(look(R"({"id":"t1"})", {{"add_tag_ids", R"(["a"])"}}).fields[0].is, standing::unclear);
  EXPECT_EQ(look(R"({"id":"t1","tags":[{"id":"a"}]})", {{"add_tags", R"(["Billing"])"}}).fields[0].is,
            standing::unclear)
      << "nobody knows the names";
}

}  // namespace
}  // namespace pawl::api
