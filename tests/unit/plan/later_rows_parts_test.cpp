// Fields of which later rows wrote a part: members of an object, and elements of a set without case.
#include "engine/input/left_out.hpp"
#include "engine/model/byte_arena.hpp"
#include "engine/plan/later_rows.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::plan {
namespace {

api::profile things(api::comparison set = api::comparison::set) {
  api::profile made;
  made.body_is = api::body_content::changes;
  const auto add = [&made](const char* name) -> api::field_spec& {
    auto& f = made.fields.emplace_back();
    f.name = name;
    f.echo = {{name, false}};
    return f;
  };
  auto& limits = add("limits");
  limits.type = api::field_type::object;
  limits.compare = api::comparison::members;
  auto& labels = add("labels");
  labels.type = api::field_type::list;
  labels.compare = set;
  for (const auto verb : {api::set_verb::add_ids, api::set_verb::remove_ids}) {
    auto& f = add(verb == api::set_verb::add_ids ? "add_labels" : "remove_labels");
    f.type = api::field_type::list;
    f.verb = verb;
    f.verb_target = *made.find("labels");
    f.echo.clear();
  }
  add("title");
  return made;
}

struct value {
  const char *name, *json;
};

// The patch without what stays out when the later patches have the last word: `name=json name=json`.
std::string rest_of(const api::profile& profile, const std::vector<value>& patch,
                    const std::vector<std::vector<value>>& later) {
  const auto job_of = [&](const std::vector<value>& from, std::uint64_t row, std::vector<field_value>& into) {
    for (const auto& [name, json] : from) into.push_back({*profile.find(name), name, json});
    job_view job;
    job.row = row;
    job.id = "t1";
    job.patch = into;
    return job;
  };
  later_rows rows{profile};
  rows.watch("t1", 1);
  std::uint64_t row = 1;
  std::vector<std::vector<field_value>> values(later.size() + 1);
  for (const auto& one : later) {
    rows.note(job_of(one, row + 1, values[row]));
    ++row;
  }
  const auto mine = job_of(patch, 1, values[0]);
  rows.keep(mine);
  const auto judged = rows.judge(mine);
  rows.for_each_kept([&](const job_view& kept) {
    const auto again = rows.judge(kept);
    EXPECT_EQ(again.fields, judged.fields);
    EXPECT_EQ(again.superseded, judged.superseded);
  });
  auto left = values[0];
  byte_arena texts;
  input::leave_out(left, judged.fields, texts);
  EXPECT_EQ(left.empty(), judged.superseded);
  std::string text;
  for (const auto& v : left)
    text += (text.empty() ? "" : " ") + std::string{v.name} + "=" + std::string{v.json};
  return text;
}

TEST(LaterRowsParts, OfAnObjectAreTheMembersThatTheyNamed) {
  struct row {
    const char* mine;
    std::vector<const char*> later;
    const char* want;
  };
  const std::vector<row> table{
      {R"({"a":1,"b":2})", {R"({"a":3})"}, R"(limits={"b":2})"},
      {R"({"a":1})", {R"({"a":1})"}, ""},
      {R"({"a":1})", {R"({"b":1})"}, R"(limits={"a":1})"},
      {R"({"a":1,"b":2,"c":3})", {R"({"a":3})", R"({"c":3})"}, R"(limits={"b":2})"},
      {R"({"a":1,"b":2})", {R"({"a":3})", R"({"b":3})"}, ""},
      {R"({"x":{"a":1,"b":2}})", {R"({"x":{"a":3}})"}, R"(limits={"x":{"b":2}})"},
      {R"({"x":{"a":1,"b":2,"c":3}})", {R"({"x":{"a":3}})", R"({"x":{"b":3}})"}, R"(limits={"x":{"c":3}})"},
      {R"({"x":{"a":1},"y":1})", {R"({"x":{"a":3}})"}, R"(limits={"y":1})"},
      {R"({"x":{"a":1}})", {R"({"x":5})"}, ""},
      {R"({"x":{"a":1}})", {R"({"x":null})"}, ""},
      {R"({"x":{"a":1,"b":1}})", {R"({"x":5})", R"({"x":{"a":2}})"}, ""},
      // It would take away what the later row wrote inside of it.
      {R"({"x":5,"y":1})", {R"({"x":{"a":1}})"}, R"(limits={"y":1})"},
      {R"({"x":null})", {R"({"x":{"a":1}})"}, ""},
      {"null", {R"({"a":1})"}, ""},
      {R"({"a":1})", {"null"}, ""},
      {R"({"\u0061":1,"b":2})", {R"({"a":3})"}, R"(limits={"b":2})"},
      {R"({"a/b":1,"a":{"b":2}})", {R"({"a/b":3})"}, R"(limits={"a":{"b":2}})"},
  };
  const auto profile = things();
  for (const auto& row : table) {
    std::vector<std::vector<value>> later;
    for (const auto* one : row.later) later.push_back({{"limits", one}});
    EXPECT_EQ(rest_of(profile, {{"limits", row.mine}}, later), row.want) << row.mine;
  }
  EXPECT_EQ(rest_of(profile, {{"title", "\"a\""}, {"limits", R"({"a":1,"b":2})"}},
                    {{{"title", "\"b\""}, {"limits", R"({"b":3})"}}}),
            R"(limits={"a":1})");
  auto rows = things();
  rows.body_is = api::body_content::row;
  EXPECT_EQ(rest_of(rows, {{"limits", R"({"a":1,"b":2})"}}, {{{"limits", R"({"b":3})"}}}), "");
}

TEST(LaterRowsParts, OfASetAreElementsInAnyCaseWhereItHasNone) {
  for (const auto how : {api::comparison::set, api::comparison::set_nocase}) {
    const auto profile = things(how);
    EXPECT_EQ(rest_of(profile, {{"add_labels", R"(["Bug"])"}}, {{{"remove_labels", R"(["bug"])"}}}),
              how == api::comparison::set ? R"(add_labels=["Bug"])" : "");
    EXPECT_EQ(rest_of(profile, {{"remove_labels", R"(["bug"])"}}, {{{"add_labels", R"(["b\u0075g"])"}}}), "");
  }
}

}  // namespace
}  // namespace pawl::plan
