// What is read of fields that have another form on the wire: plans, replies, second looks, conditions and
// drift see the form of rows only.
#include "engine/api/drift.hpp"
#include "engine/api/precondition.hpp"
#include "engine/api/reply_reader.hpp"
#include "engine/api/request_writer.hpp"
#include "engine/api/resource_reader.hpp"
#include "tests/unit/api/thread_reading.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

using testing::made_job;
using testing::members;
using testing::padded;
using testing::text_of;

profile wired() {
  profile p;
  p.name = "wired";
  p.resource_path = "/things/{id}";
  p.reply.id = {{"id"}};
  p.reply.updated_at = {{"updated_at"}};
  const auto add = [&p](const char* name, field_type type, comparison how, const char* echo) -> field_spec& {
    auto& f = p.fields.emplace_back(testing::make_field(name, how, echo));
    f.at = f.echo;
    f.type = type;
    f.nullable = true;
    return f;
  };
  add("price", field_type::number, comparison::exact, "price").wire = wire_form::string;
  add("open", field_type::boolean, comparison::exact, "props.open").wire = wire_form::string;
  auto& priority = add("priority", field_type::enumeration, comparison::exact, "priority");
  priority.values = {"low", "urgent"};
  priority.wire_values = {"1", "4"};
  priority.clear = "0";
  add("due", field_type::timestamp, comparison::instant, "due").wire = wire_form::epoch_s;
  auto& tags = add("tags", field_type::list, comparison::set, "tags");
  tags.wire = wire_form::joined;
  tags.separator = ", ";
  add("note", field_type::string, comparison::exact, "note").clear = R"("")";
  add("labels", field_type::list, comparison::set_nocase, "labels[].name").at = {{"labels"}};
  add("limits", field_type::object, comparison::members, "limits");
  for (const auto& [name, verb, target] : {std::tuple{"add_labels", set_verb::add_ids, "labels"},
                                           {"remove_labels", set_verb::remove_ids, "labels"},
                                           {"add_tags", set_verb::add_ids, "tags"}}) {
    auto& f = add(name, field_type::list, comparison::none, "");
    f.verb = verb;
    f.verb_target = *p.find(target);
  }
  return p;
}

constexpr const char* thing =
    R"({"id":"t1","price":"5.0","props":{"open":"true"},"priority":4,"due":1777626000,"tags":"a, b","note":"",)"
    R"("labels":[{"name":"Bug"}],"limits":{"cpu":2,"disk":{"a":1,"b":2}}})";

TEST(FieldReading, PlansByWhatValuesMean) {
  static const auto p = wired();
  resource_reader reader(p, {}, nullptr, false);
  struct {
    const char* what;
    members patch;
    const char *send, *old_values;
  } const table[] = {
      {"the same number", {{"price", "5"}}, "", "{}"},
      {"another number", {{"price", "5.01"}}, "price=5.01", R"({"price":5.0})"},
      {"a boolean", {{"open", "true"}}, "", "{}"},
      {"the other one", {{"open", "false"}}, "open=false", R"({"open":true})"},
      {"a word", {{"priority", R"("urgent")"}}, "", "{}"},
      {"another word", {{"priority", R"("low")"}}, R"(priority="low")", R"({"priority":"urgent"})"},
      {"the same moment", {{"due", R"("2026-05-01T11:00:00+02:00")"}}, "", "{}"},
      {"another moment",
       {{"due", R"("2026-05-01T11:00:00Z")"}},
       R"(due="2026-05-01T11:00:00Z")",
       R"({"due":"2026-05-01T09:00:00Z"})"},
      {"the same set", {{"tags", R"(["b","a"])"}}, "", "{}"},
      {"another set", {{"tags", R"(["b"])"}}, R"(tags=["b"])", R"({"tags":["a","b"]})"},
      {"a verb on a joined list",
       {{"add_tags", R"(["c"])"}},
       R"(tags=["a","b","c"])",
       R"({"tags":["a","b"]})"},
      {"null where the text is empty", {{"note", "null"}}, "", "{}"},
      {"a text where it is empty", {{"note", R"("x")"}}, R"(note="x")", R"({"note":null})"},
      {"labels in another case", {{"labels", R"(["BUG"])"}}, "", "{}"},
      {"one that is there in another case", {{"add_labels", R"(["bug"])"}}, "", "{}"},
      {"removed in another case", {{"remove_labels", R"(["bug"])"}}, "labels=[]", R"({"labels":["Bug"]})"},
      {"some members", {{"limits", R"({"disk":{"b":2},"gpu":null})"}}, "", "{}"},
      {"other members",
       {{"limits", R"({"disk":{"b":3},"gpu":1})"}},
       R"(limits={"disk":{"b":3},"gpu":1})",
       R"({"limits":{"disk":{"b":2},"gpu":null}})"},
  };
  for (const auto& t : table) {
    write_plan plan;
    const made_job job(p, t.patch);
    ASSERT_EQ(reader.make_plan(padded(thing), job, {}, plan), readability::readable) << t.what;
    EXPECT_EQ(text_of(plan.send), t.send) << t.what;
    EXPECT_EQ(plan.old_values, t.old_values) << t.what;
  }
}

TEST(FieldReading, TakesAValueThatItCannotReadForAnother) {
  static const auto p = wired();
  resource_reader reader(p, {}, nullptr, false);
  write_plan plan;
  const made_job job(p, {{"price", "5"}, {"priority", R"("low")"}}, {{"priority", R"("low")"}});
  const padded odd(R"({"id":"t1","price":"many","priority":7})");
  ASSERT_EQ(reader.make_plan(odd, job, {}, plan), readability::readable);
  EXPECT_EQ(plan.old_values, R"({"price":{"wire":"many"},"priority":{"wire":7}})");
  EXPECT_EQ(plan.unmet, R"(priority is {"wire":7}, expected "low")");
  EXPECT_FALSE(plan.complete);
  const padded absent(R"({"id":"t1","labels":[]})");
  const made_job clears(p, {{"note", "null"}, {"priority", "null"}});
  ASSERT_EQ(reader.make_plan(absent, clears, {}, plan), readability::readable);
  EXPECT_EQ(text_of(plan.send), "");
  EXPECT_EQ(reader.make_plan(padded(R"({"id":"t1","price":"\q"})"), job, {}, plan), readability::unreadable);
}

// A list that is missing may hold anything, unless the profile says what an empty one is.
TEST(FieldReading, TakesAMissingListForAnEmptyOneWhereTheProfileSaysWhatClearsIt) {
  auto p = wired();
  const made_job job(p, {{"tags", R"(["a"])"}});
  write_plan plan;
  const padded missing(R"({"id":"t1"})");
  EXPECT_EQ(resource_reader(p, {}, nullptr, false).make_plan(missing, job, {}, plan), readability::misshapen);
  p.fields[to_index(*p.find("tags"))].clear = R"("")";
  EXPECT_EQ(resource_reader(p, {}, nullptr, false).make_plan(missing, job, {}, plan), readability::readable);
  EXPECT_EQ(text_of(plan.send), R"(tags=["a"])");
  EXPECT_EQ(plan.old_values, R"({"tags":null})");
}

TEST(FieldReading, JudgesRepliesAndLaterReads) {
  static const auto p = wired();
  reply_reader replies(p);
  resource_reader reader(p, {}, nullptr, false);
  drift_reader drift(p);
  struct {
    members sent;
    const char* old_values;
    bool as_wanted;
  } const table[] = {
      {{{"price", "5.00"}}, R"({"price":4})", true},
      {{{"price", "6"}}, R"({"price":5})", false},
      {{{"priority", R"("urgent")"}}, R"({"priority":"low"})", true},
      {{{"priority", R"("low")"}}, R"({"priority":{"wire":7}})", false},
      {{{"due", R"("2026-05-01T09:00:00.0Z")"}}, R"({"due":null})", true},
      {{{"note", "null"}}, R"({"note":"x"})", true},
      {{{"labels", R"(["bug"])"}}, R"({"labels":[]})", true},
      {{{"limits", R"({"cpu":2})"}}, R"({"limits":{"cpu":1}})", true},
      {{{"limits", R"({"cpu":3})"}}, R"({"limits":{"cpu":2}})", false},
  };
  for (const auto& t : table) {
    const made_job job(p, t.sent);
    const job_view& view = job;
    const padded body(thing);
    EXPECT_EQ(replies.compare(body, "t1", view.patch).is == echo_report::state::as_wanted, t.as_wanted)
        << t.sent[0].second;
    const auto look = reader.look_again(body, "t1", view.patch, t.old_values, {});
    EXPECT_EQ(look.shows_wanted, t.as_wanted) << t.sent[0].second;
    EXPECT_EQ(look.proven == second_look::proof::applied, t.as_wanted) << t.sent[0].second;
    std::vector<field_standing> standings;
    const std::vector<expected_value> expected{{view.patch[0].name, view.patch[0].json}};
    ASSERT_TRUE(drift.read(body, "t1", expected, standings));
    EXPECT_EQ(standings[0].is == standing::as_written, t.as_wanted) << t.sent[0].second;
  }
  std::vector<field_standing> standings;
  const std::vector<expected_value> verb{{"remove_labels", R"(["bug"])"}};
  ASSERT_TRUE(drift.read(padded(thing), "t1", verb, standings));
  EXPECT_EQ(standings[0].is, standing::drifted);
}

// Elements that can be joined each are not told apart where one ends as the separator begins.
TEST(FieldReading, RefusesASetThatCannotBeJoined) {
  auto p = wired();
  p.fields[to_index(*p.find("tags"))].separator = "aa";
  resource_reader reader(p, {}, nullptr, false);
  write_plan plan;
  const padded body(R"({"id":"t1","tags":"baaxa"})");
  const made_job job(p, {{"add_tags", R"(["c"])"}});
  EXPECT_EQ(reader.make_plan(body, job, {}, plan), readability::misshapen);
  EXPECT_EQ(reader.trouble(), "tags");
}

// A list whose objects a reply shows has what clears it and its form like every other list.
TEST(FieldReading, ReadsAWalkedListByItsForm) {
  auto p = wired();
  auto& labels = p.fields[to_index(*p.find("labels"))];
  labels.compare = comparison::exact;
  labels.clear = "[]";
  labels.wire = wire_form::joined;
  labels.separator = ",";
  resource_reader reader(p, {}, nullptr, false);
  write_plan plan;
  const struct {
    const char *labels, *wanted, *old_values;
  } table[] = {
      {"[]", "null", "{}"},
      {R"([{"name":"a"}])", R"(["a"])", "{}"},
      {R"([{"name":"a"}])", R"(["b"])", R"({"labels":["a"]})"},
      {R"([{"name":"a,b"}])", R"(["b"])", R"({"labels":{"wire":["a,b"]}})"},
  };
  for (const auto& t : table) {
    const padded body(R"({"id":"t1","labels":)" + std::string{t.labels} + "}");
    const made_job job(p, {{"labels", t.wanted}});
    ASSERT_EQ(reader.make_plan(body, job, {}, plan), readability::readable) << t.labels;
    EXPECT_EQ(plan.old_values, t.old_values) << t.labels;
  }
}

TEST(FieldReading, TestsConditions) {
  static const auto p = wired();
  struct {
    const char* condition;
    bool holds;
  } const table[] = {
      {"price = 5", true},
      {"price > 4.9", true},
      {"priority = urgent", true},
      {"priority != low", true},
      {"due < 2026-06-01T00:00:00Z", true},
      {"due = 2026-05-01T09:00:00Z", true},
      {"tags has b", true},
      {"tags has c", false},
      {"labels has bug", true},
      {"note is null", true},
      {"note = \"\"", true},
      {"note != \"\"", false},
  };
  for (const auto& t : table) {
    const auto condition = parse_precondition(t.condition, p);
    ASSERT_TRUE(condition) << t.condition;
    const std::vector all{*condition};
    resource_reader reader(p, all, nullptr, false);
    write_plan plan;
    ASSERT_EQ(reader.make_plan(padded(thing), made_job(p, {{"price", "1"}}), {}, plan), readability::readable)
        << t.condition;
    EXPECT_EQ(plan.unmet.empty(), t.holds) << t.condition << ": " << plan.unmet;
  }
}

TEST(FieldReading, WritesTheFormOfTheWire) {
  const auto p = wired();
  const auto writer = request_writer::create(p, "h", "", secret{}, "");
  ASSERT_TRUE(writer);
  std::string request;
  const made_job job(p,
                     {{"price", "5.10"}, {"open", "false"}, {"priority", "null"}, {"tags", R"(["x","y"])"}});
  const job_view& view = job;
  writer->write_patch(request, "t1", view.patch);
  EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4),
            R"({"price":"5.10","props":{"open":"false"},"priority":0,"tags":"x, y"})");
}

TEST(FieldReading, SendsBackTheWholeResource) {
  auto p = wired();
  p.body_is = body_content::whole;
  p.readable = {{"made", field_type::timestamp, {{"made"}}}};
  resource_reader reader(p, {}, nullptr, false);
  write_plan plan;
  const padded body(
      R"({"id":"t1","made":1,"price":"5.0","props":{"open":"true","x":1},"priority":7,"limits":{"cpu":2}})");
  const made_job job(p, {{"open", "false"}, {"limits", R"({"gpu":1})"}});
  ASSERT_EQ(reader.make_plan(body, job, {}, plan), readability::readable);
  EXPECT_EQ(
      plan.body,
      R"({"id":"t1","price":"5.0","props":{"open":"false","x":1},"priority":7,"limits":{"cpu":2,"gpu":1}})");
}

}  // namespace
}  // namespace pawl::api
