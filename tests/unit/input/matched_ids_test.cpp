// Rows that name their resources by a value of theirs, and not by an id.
#include "engine/input/matched_ids.hpp"

#include "engine/input/row_rules.hpp"
#include "tests/unit/input/test_profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace pawl::input {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using left_unknown = job_source::unknown_values;

class known_values final : public matched_ids {
 public:
  std::map<std::string, std::vector<std::string>, std::less<>> ids;
  expected<std::optional<matched_value>> of(std::string_view value) override {
    const auto found = ids.find(value);
    if (found == ids.end()) return std::optional<matched_value>{};
    return std::optional{matched_value{std::string{value}, found->second}};
  }
};

source_options by_text(file_format format) {
  source_options o;
  o.format = format;
  o.match = "text";
  return o;
}

job_source matched_rows(const std::string& bytes, const source_options& o) {
  auto made = job_source::from_bytes("in", bytes, test::threads(), o);
  if (!made) throw std::runtime_error(to_string(made.error()));
  return *std::move(made);
}

// "1 id" of a good row, "2 code: what" of a bad one.
std::vector<std::string> ids_in(job_source& source) {
  std::vector<std::string> all;
  job_batch batch;
  for (;;) {
    auto more = source.next(batch);
    EXPECT_TRUE(more);
    if (!more || !*more) return all;
    for (std::size_t i = 0; i < batch.size(); ++i)
      if (const auto* bad = batch.error(i))
        all.push_back(std::to_string(bad->row) + ' ' + std::string{bad->code} + ": " +
                      bad->complaints[0].column + ' ' + bad->complaints[0].what);
      else
        all.push_back(std::to_string(batch.job(i).row) + ' ' + std::string{batch.job(i).id});
  }
}

TEST(MatchedIds, StandInThePlaceOfTheValues) {
  const std::string csv = "title,text\nA,ann@x\nB,nobody\nC,two\nD,new\n,ann@x\n";
  const std::string ndjson =
      "{\"text\":\"ann@x\",\"title\":\"A\"}\n{\"text\":\"nobody\",\"title\":\"B\"}\n"
      "{\"text\":\"two\",\"patch\":{\"title\":\"C\"}}\n{\"text\":\"new\",\"title\":\"D\"}\n{\"text\":\"ann@"
      "x\"}\n";
  for (const auto& [format, bytes] : {std::pair{file_format::csv, csv}, {file_format::ndjson, ndjson}}) {
    auto source = matched_rows(bytes, by_text(format));
    const auto from = source.position();
    const std::string last = "5 invalid_row:  has nothing to change: no field has a value";
    EXPECT_THAT(ids_in(source), ElementsAre("1 ann@x", "2 nobody", "3 two", "4 new", last));
    known_values known;
    known.ids = {{"ann@x", {"7"}}, {"nobody", {}}, {"two", {"1", "2"}}};
    for (const auto how : {left_unknown::kept, left_unknown::refused}) {
      EXPECT_TRUE(source.seek(from));
      source.use_ids(&known, how);
      EXPECT_THAT(
          ids_in(source),
          ElementsAre("1 7", "2 unmatched: text no resource has it (got \"nobody\")",
                      "3 ambiguous: text several resources have it, among them \"1\" and \"2\" (got \"two\")",
                      how == left_unknown::kept ? "4 new" : "4 unmatched: text was not looked up", last));
    }
  }
}

TEST(MatchedIds, AValueNeedNotLookLikeAnId) {
  auto profile = test::make_profile();
  profile.id_type = api::id_form::integer;
  const auto made = job_source::from_bytes("in", "text,title\nann@x,A\n", profile, by_text(file_format::csv));
  ASSERT_TRUE(made);
  struct {
    std::string value, complaint;
  } const table[] = {{"ann@x", ""},
                     {"..", ""},
                     {"100 %", ""},
                     {"", "is empty"},
                     {"a\tb", "contains the control character"},
                     {std::string(1024, 'x'), ""},
                     {std::string(1025, 'x'), "is 1025 characters long, at most 1024 are allowed"}};
  for (const auto& t : table) {
    const auto what = row_rules::check_value(t.value);
    EXPECT_EQ(what.empty(), t.complaint.empty()) << what;
    EXPECT_THAT(what, HasSubstr(t.complaint));
  }
}

TEST(MatchedIds, AnIdBesideTheValueIsRefusedWithTheWayOut) {
  const auto refused =
      job_source::from_bytes("in", "id,text,title\n1,ann@x,A\n", test::threads(), by_text(file_format::csv));
  ASSERT_FALSE(refused);
  EXPECT_THAT(to_string(refused.error()),
              HasSubstr("column \"id\" is the id, and rows name their resources by text: drop it with "
                        "--ignore-column id, or leave out --match text"));
  auto dropped = by_text(file_format::csv);
  dropped.ignore = {"id"};
  auto source = matched_rows("id,text,title\n1,ann@x,A\n", dropped);
  EXPECT_THAT(ids_in(source), ElementsAre("1 ann@x"));
  auto lines =
      matched_rows("{\"id\":\"1\",\"text\":\"ann@x\",\"title\":\"A\"}\n{\"id\":\"1\",\"title\":\"A\"}\n",
                   by_text(file_format::ndjson));
  EXPECT_THAT(ids_in(lines), ElementsAre(HasSubstr("1 invalid_row: id is the id, and rows name"),
                                         HasSubstr("2 invalid_row: id is the id, and rows name")));
  const auto none =
      job_source::from_bytes("in", "mail,title\nann@x,A\n", test::threads(), by_text(file_format::csv));
  ASSERT_FALSE(none);
  EXPECT_THAT(
      to_string(none.error()),
      HasSubstr("there is no column \"text\", by which rows name their resources, among \"mail\", \"title\". "
                "Say with --map COLUMN=text which of them it is"));
}

TEST(MatchedIds, AreAPartOfTheIdentity) {
  const std::string bytes = "text,title\nann@x,A\n";
  auto matched = matched_rows(bytes, by_text(file_format::csv));
  source_options by_column;
  by_column.format = file_format::csv;
  by_column.id_column = "text";
  auto named = matched_rows(bytes, by_column);
  EXPECT_NE(matched.identity()->shaping, named.identity()->shaping);
  EXPECT_EQ(matched.identity()->file, named.identity()->file);
}

}  // namespace
}  // namespace pawl::input
