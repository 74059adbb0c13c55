// What rows may hold where the API has another form of a field, and members of members.
#include "tests/unit/input/test_profile.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace pawl::input {
namespace {

using namespace test;
using rows = std::vector<std::string>;

api::profile formed() {
  api::profile p;
  p.id_column = "id";
  const auto add = [&p](const char* name, api::field_type type) -> api::field_spec& {
    auto& f = p.fields.emplace_back();
    f.name = name;
    f.type = type;
    f.echo = {{name, false}};
    f.nullable = true;
    return f;
  };
  add("note", api::field_type::string).clear = R"("")";
  add("count", api::field_type::number).clear = "0";
  auto& tags = add("tags", api::field_type::list);
  tags.wire = api::wire_form::joined;
  tags.separator = ", ";
  tags.compare = api::comparison::set;
  auto& more = add("add_tags", api::field_type::list);
  more.verb = api::set_verb::add_ids;
  more.verb_target = *p.find("tags");
  api::member_spec kind{"kind", api::field_type::enumeration};
  kind.values = {"ssd", "hdd"};
  api::member_spec wipe{"wipe", api::field_type::boolean};
  wipe.replay_safe = false;
  api::member_spec disk{"disk", api::field_type::object};
  disk.members = {kind, wipe, {"size", api::field_type::number}};
  add("limits", api::field_type::object).members = {{"cpu", api::field_type::number}, disk};
  return p;
}

TEST(FieldForms, TakeWhatClearsForNull) {
  const auto p = formed();
  EXPECT_EQ(read_ndjson(R"({"id":"t1","note":"","count":0.0})"
                        "\n"
                        R"({"id":"t2","patch":{"note":"x"},"expect":{"note":"","count":1}})"
                        "\n",
                        {}, p)
                .rows,
            (rows{R"(t1 {"note":null,"count":null})", R"(t2 {"note":"x"} expect {"note":null,"count":1})"}));
  EXPECT_EQ(read_csv("id,count\nt1,0\n", {}, p).rows, rows{R"(t1 {"count":null})"});
}

TEST(FieldForms, RefuseListsThatCannotBeJoined) {
  struct {
    const char *separator, *list, *what;
  } const table[] = {
      {", ", R"(["a b","c,d"])", ""},
      {", ", R"(["a, b"])",
       R"(has an item that holds ", ", which separates the items at the API (got "a, b"))"},
      {", ", R"(["a"," b"])", R"(has an item with white space around it, which the API drops (got " b"))"},
      {" ", R"(["a\tb"])", ""},
      {" ", R"(["a b"])", R"(has an item that holds " ", which separates the items at the API (got "a b"))"},
      {"aa", R"(["b","xa"])", ""},
      {"aa", R"(["xa","b"])",
       R"(has an item that makes "aa", which separates the items at the API, with what stands behind it )"
       R"((got "xa"))"},
      {",", R"(["a\u0000"])",
       R"(has an item with a NUL or half of a character, which a joined text cannot hold (got "a\u0000"))"},
      {",", R"([""])", R"(has an empty item (got [""]))"},
  };
  for (const auto& t : table) {
    auto p = formed();
    p.fields[to_index(*p.find("tags"))].separator = t.separator;
    for (const std::string name : {"tags", "add_tags"}) {
      const auto result = read_ndjson("{\"id\":\"t1\",\"" + name + "\":" + t.list + "}\n", {}, p).rows;
      EXPECT_EQ(result, *t.what == '\0' ? rows{"t1 {\"" + name + "\":" + t.list + "}"}
                                        : rows{"!1: " + name + ": " + t.what})
          << t.separator;
    }
  }
  EXPECT_EQ(
      read_csv("id,tags\nt1,\"a, b;c\"\n", {}, formed()).rows,
      rows{"!2: tags: has an item that holds \", \", which separates the items at the API (got \"a, b\")"});
  // The verb takes names, and what is joined are the ids that they stand for.
  auto named = formed();
  named.fields[to_index(*named.find("add_tags"))].verb = api::set_verb::add_names;
  EXPECT_EQ(read_ndjson("{\"id\":\"t1\",\"add_tags\":[\"a, b\"]}\n", {}, named).rows,
            rows{R"(t1 {"add_tags":["a, b"]})"});
}

TEST(FieldForms, RefuseMomentsThatNoNumberGivesBack) {
  auto p = formed();
  auto& at = p.fields.emplace_back();
  at.name = "at";
  at.type = api::field_type::timestamp;
  at.wire = api::wire_form::epoch_s;
  at.compare = api::comparison::instant;
  at.echo = {{"at", false}};
  EXPECT_EQ(
      read_csv("id,at\nt1,2016-12-31T23:59:60Z\nt2,0000-01-01T00:00:00+01:00\n", {}, p).rows,
      (rows{R"(t1 {"at":"2016-12-31T23:59:60Z"})",
            R"(!3: at: is a time outside of the years 0000 to 9999 in UTC, or has too many digits, so no )"
            R"(number at the API tells it (got "0000-01-01T00:00:00+01:00"))"}));
}

TEST(FieldForms, ReachMembersOfMembers) {
  const auto p = formed();
  EXPECT_EQ(
      read_csv("id,limits.disk.kind,limits.cpu,limits.disk.size\nt1,ssd,2,5\nt2,,1,\n", {}, p).rows,
      (rows{R"(t1 {"limits":{"disk":{"kind":"ssd","size":5},"cpu":2}})", R"(t2 {"limits":{"cpu":1}})"}));
  source_options options;
  options.set = {{"limits.disk.size", "7"}, {"limits.cpu", "1"}};
  EXPECT_EQ(read_csv("id,limits.disk.kind\nt1,hdd\n", options, p).rows,
            rows{R"(t1 {"limits":{"disk":{"kind":"hdd","size":7},"cpu":1}})"});
  EXPECT_EQ(read_ndjson("{\"id\":\"t1\",\"note\":\"x\"}\n", options, p).rows,
            rows{R"(t1 {"note":"x","limits":{"disk":{"size":7},"cpu":1}})"});
  const struct {
    const char *columns, *what;
  } table[] = {
      {"limits.disk.kidn", "names no member of \"limits.disk\"; did you mean \"limits.disk.kind\"?"},
      {"limits.cpu.x", "reaches inside \"limits.cpu\", which is not an object"},
      {"limits.disk,limits.disk.kind", "is given both whole and by its members"},
      {"limits.disk.kind,limits.disk", "is given both whole and by its members"},
      {"limits.disk.kind,limits.disk.kind", "is given twice"},
  };
  for (const auto& t : table) {
    const auto result = read_csv("id," + std::string{t.columns} + "\n", {}, p);
    EXPECT_NE(result.failure.find(t.what), std::string::npos) << t.columns << ": " << result.failure;
  }
  EXPECT_EQ(read_ndjson(R"({"id":"t1","limits":{"disk":{"kind":"tape"}}})"
                        "\n",
                        {}, p)
                .rows,
            rows{"!1: limits: has a member \"disk\" that has a member \"kind\" that must be one of ssd, hdd "
                 "(got \"tape\")"});
}

TEST(FieldForms, AMemberDecidesWhetherARowIsReplaySafe) {
  const auto p = formed();
  const auto safe = [&](const char* limits) {
    source_options options;
    options.format = file_format::ndjson;
    auto source = job_source::from_bytes("jobs", "{\"id\":\"t1\",\"limits\":" + std::string{limits} + "}\n",
                                         p, options);
    job_batch batch;
    EXPECT_TRUE(source && source->next(batch) && batch.error(0) == nullptr);
    return batch.job(0).replay_safe;
  };
  EXPECT_TRUE(safe(R"({"cpu":1,"disk":{"kind":"ssd"}})"));
  EXPECT_FALSE(safe(R"({"cpu":1,"disk":{"wipe":true}})"));
}

TEST(FieldForms, BelongToTheIdentity) {
  const auto shaping = [](const api::profile& p, file_format format) {
    source_options options;
    options.format = format;
    auto source = job_source::from_bytes(
        "jobs", format == file_format::csv ? "id,note,count\nt1,a,1\n" : "{\"id\":\"t1\",\"note\":\"a\"}\n",
        p, options);
    return source->identity()->shaping;
  };
  for (const auto format : {file_format::csv, file_format::ndjson}) {
    const auto before = shaping(formed(), format);
    auto p = formed();
    EXPECT_EQ(shaping(p, format), before);
    p.fields[0].at = {{"note", false}};
    EXPECT_EQ(shaping(p, format), before) << "it stands under its name";
    p.fields[0].at = {{"a", false}, {"note", false}};
    EXPECT_NE(shaping(p, format), before);
    p = formed();
    p.fields[0].clear.reset();
    EXPECT_NE(shaping(p, format), before);
    p = formed();
    p.fields[1].wire = api::wire_form::string;
    EXPECT_NE(shaping(p, format), before);
    p = formed();
    p.fields[0].send.emplace().members = {{"x", api::json_template{}}};
    EXPECT_NE(shaping(p, format), before);
  }
}

}  // namespace
}  // namespace pawl::input
