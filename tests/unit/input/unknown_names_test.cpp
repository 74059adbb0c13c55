#include "engine/input/unknown_names.hpp"

#include "tests/unit/input/test_profile.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace pawl::input {
namespace {

using names = std::vector<std::string>;

api::profile open_profile() {
  auto p = test::make_profile();
  auto& any = p.any_field.emplace();
  any.name = "*";
  any.at = {{"properties"}, {"*"}};
  any.echo = any.at;
  any.type = api::field_type::number;
  any.wire = api::wire_form::string;
  any.clear = R"("")";
  any.nullable = true;
  return p;
}

names found(const std::string& file, const std::string& bytes, const source_options& options = {},
            const api::profile& profile = open_profile()) {
  const auto path = (std::filesystem::path(::testing::TempDir()) / file).string();
  std::ofstream(path, std::ios::binary) << bytes;
  const auto all = unknown_names(path, profile, options);
  std::filesystem::remove(path);
  return all;
}

TEST(UnknownNames, AreFoundInAHeader) {
  EXPECT_EQ(found("u1.csv", "id,status,color,_note,expect.size,deep.x,color\nt1\n"),
            (names{"color", "size", "deep"}));
  source_options options;
  options.map = {{"Colour", "color"}};
  options.ignore = {"junk"};
  options.set = {{"weight", "1"}};
  EXPECT_EQ(found("u2.csv", "id;Colour;junk\n", options), (names{"color", "weight"}));
  EXPECT_EQ(found("u3.csv", ""), names{});
}

TEST(UnknownNames, AreFoundInEveryLine) {
  EXPECT_EQ(found("u4.ndjson",
                  "\xef\xbb\xbf{\"id\":\"1\",\"color\":1}\nnot json\n\n"
                  R"({"id":"2","patch":{"si\u007ae":2,"status":"done"},"expect":{"weight":3}})"
                  "\r\n{\"id\":\"3\",\"last\":1}"),
            (names{"color", "size", "weight", "last"}));
  EXPECT_EQ(found("u5.ndjson", "{\"id\":\"1\",\"color\":1}\n", {}, test::make_profile()), names{})
      << "the profile says nothing of them";
}

TEST(UnknownNames, BecomeFieldsLikeAllOthers) {
  auto p = open_profile();
  EXPECT_NE(test::read_ndjson("{\"id\":\"t1\",\"color\":5}\n", {}, p).rows[0].find("is not a known field"),
            std::string::npos);
  const names used{"color", "status"};
  api::add_used_fields(p, used);
  EXPECT_EQ(test::read_ndjson("{\"id\":\"t1\",\"color\":5}\n{\"id\":\"t2\",\"color\":\"x\"}\n", {}, p).rows,
            (names{R"(t1 {"color":5})", "!2: color: must be a number (got \"x\")"}));
  EXPECT_EQ(p[*p.find("color")].at, (json_path{{"properties"}, {"color"}}));
}

TEST(UnknownNames, AreThoseOfAnObject) {
  names all;
  add_unknown_names(R"({"color":1,"status":"x","size":2})", open_profile(), all);
  add_unknown_names(R"({"size":2})", open_profile(), all);
  EXPECT_EQ(all, (names{"color", "size"}));
}

// A passed field must not stand beside the object in which fields of the profile stand.
TEST(UnknownNames, AreNotPassedWhereFieldsStand) {
  auto p = test::make_profile();
  p.pass_unknown_fields = true;
  p.fields[0].at = {{"properties"}, {p.fields[0].name}};
  for (const auto& rows : {test::read_ndjson("{\"id\":\"t1\",\"properties\":{}}\n", {}, p).rows,
                           names{test::read_csv("id,properties\nt1,{}\n", {}, p).failure}})
    EXPECT_NE(rows[0].find("is where the API has fields of the profile"), std::string::npos) << rows[0];
}

}  // namespace
}  // namespace pawl::input
