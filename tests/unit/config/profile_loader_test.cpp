// What the loader takes and what it complains about.
#include "tests/unit/config/profile_texts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::config {
namespace {

using namespace by_text;
using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(Profile, LeastOneHasTheDocumentedDefaults) {
  const auto p = compiled(minimal("[fields.a]\ntype = \"string\"\n[fields.t]\ntype = \"timestamp\"\n"));
  EXPECT_EQ(p.method, "PATCH");
  EXPECT_EQ(p.id_column, "id");
  EXPECT_EQ(p.max_id_length, 256u);
  EXPECT_TRUE(p.token_env.empty());
  EXPECT_TRUE(p.reply.echoes_resource());
  EXPECT_EQ(to_string(p.reply.id), "id");
  EXPECT_TRUE(p.read_limits.windows.empty());
  EXPECT_FALSE(p.read_first);
  EXPECT_EQ(field(p, "a").compare, api::comparison::exact);
  EXPECT_EQ(to_string(field(p, "a").echo), "a");
  EXPECT_EQ(field(p, "t").compare, api::comparison::instant);
}

TEST(Profile, TakesEveryAttributeOfAField) {
  const auto p = compiled(minimal(R"(
[fields.full]
type = "string"
nullable = true
min_length = 2
max_length = 9
compare = "text"
echo = "deep.full"
replay_safe = false
together = ["other"]
also_changes = ["x", "y"]
requires = [{ when = "a\"b", needs = "other" }, { when = "c", needs = "third" }]
[fields.other]
type = "number"
requires = [{ when = 1, needs = "full" }, { when = 1.5, needs = "full" }]
[fields.third]
type = "boolean"
requires = [{ when = true, needs = "full" }]
rides_with = "other"
[fields.object]
type = "object"
members = { a = "boolean", b = { type = "timestamp", nullable = true } }
[fields.free]
type = "object"
[fields.list]
type = "list"
compare = "set"
echo = "list[].id"
[fields.more]
verb = "add_ids"
target = "list"
[readable]
when = "timestamp"
mail = { type = "string", path = "owner.mail" }
)"));
  const auto& full = field(p, "full");
  EXPECT_TRUE(full.nullable);
  EXPECT_EQ(full.min_length, 2u);
  EXPECT_EQ(full.max_length, 9u);
  EXPECT_EQ(full.compare, api::comparison::text);
  EXPECT_EQ(to_string(full.echo), "deep.full");
  EXPECT_FALSE(full.replay_safe);
  EXPECT_THAT(full.together, ElementsAre(*p.find("other")));
  EXPECT_THAT(field(p, "other").together, ElementsAre(*p.find("full")));
  EXPECT_THAT(full.also_changes, ElementsAre("x", "y"));
  ASSERT_EQ(full.requires_.size(), 2u);
  EXPECT_EQ(full.requires_[0].when_json, R"("a\"b")");
  EXPECT_EQ(full.requires_[1].needs, *p.find("third"));
  EXPECT_EQ(field(p, "other").requires_[0].when_json, "1");
  EXPECT_EQ(field(p, "other").requires_[1].when_json, "1.5");
  EXPECT_EQ(field(p, "third").requires_[0].when_json, "true");
  EXPECT_EQ(field(p, "third").rides_with, p.find("other"));
  EXPECT_EQ(field(p, "third").compare, api::comparison::none);
  ASSERT_EQ(field(p, "object").members.size(), 2u);
  EXPECT_EQ(field(p, "object").members[1].type, api::field_type::timestamp);
  EXPECT_TRUE(field(p, "object").members[1].nullable);
  EXPECT_TRUE(field(p, "free").members.empty());
  EXPECT_EQ(field(p, "more").verb, api::set_verb::add_ids);
  EXPECT_EQ(field(p, "more").type, api::field_type::list);
  EXPECT_EQ(field(p, "more").compare, api::comparison::none);
  ASSERT_EQ(p.readable.size(), 2u);
  EXPECT_EQ(p.readable[0].name, "when");
  EXPECT_EQ(p.readable[0].type, api::field_type::timestamp);
  EXPECT_EQ(to_string(p.readable[1].path), "owner.mail");
}

TEST(Profile, TakesRulesAndHeaders) {
  const auto p = compiled(minimal(R"(
[auth]
token_env = "K"
header = "X-Key"
[request_headers]
Content-Type = "application/merge-patch+json"
[[rules]]
status = "5xx"
header = "X-Busy"
header_value = "yes"
then = "throttled"
[[rules]]
status = "520-530"
code = "gone"
then = "maybe"
[[rules]]
code = "bad_key"
then = "stop"
remedy = "get a key"
)",
                                  "unknown_fields = \"pass\"\nreply = \"none\"\nread_first = true\n"));
  EXPECT_EQ(p.auth_scheme, "");  // Bearer belongs to Authorization
  ASSERT_EQ(p.rules.size(), 3u);
  EXPECT_EQ(p.rules[0].statuses, (std::vector<api::status_range>{{500, 599}}));
  EXPECT_EQ(p.rules[0].header, "X-Busy");
  EXPECT_EQ(p.rules[0].header_value, "yes");
  EXPECT_EQ(p.rules[0].then, api::verdict::throttled);
  EXPECT_EQ(p.rules[1].statuses, (std::vector<api::status_range>{{520, 530}}));
  EXPECT_EQ(p.rules[1].then, api::verdict::maybe);
  EXPECT_TRUE(p.rules[2].statuses.empty());
  EXPECT_EQ(p.rules[2].remedy, "get a key");
}

TEST(Profile, SaysWhatAWriteHolds) {
  using content = std::optional<api::body_content>;
  const auto body_is = [](const std::string& text) {
    return compiled(minimal("[fields.a]\ntype = \"string\"\n" + text)).body_is;
  };
  EXPECT_EQ(body_is(""), content{api::body_content::changes});
  EXPECT_EQ(body_is("[write]\n"), content{api::body_content::changes});
  EXPECT_EQ(body_is("[write]\nbody_is = \"changes\"\n"), content{api::body_content::changes});
  EXPECT_EQ(body_is("[write]\nbody_is = \"row\"\n"), content{api::body_content::row});

  const auto of = [](const std::string& method, bool reads, const std::string& write) {
    return "name = \"p\"\nbase_url = \"https://api.example\"\nread_first = " +
           std::string(reads ? "true" : "false") + "\n[resource]\npath = \"/x/{id}\"\nmethod = \"" + method +
           "\"\n[limits]\nwrite = \"unlimited\"\nread = \"unlimited\"\n[fields.a]\ntype = \"string\"\n" +
           write;
  };
  EXPECT_EQ(compiled(of("PUT", true, "[write]\nbody_is = \"whole\"\n")).body_is,
            content{api::body_content::whole});
  EXPECT_EQ(compiled(of("PATCH", true, "")).body_is, content{api::body_content::changes});
  EXPECT_EQ(compiled(of("POST", true, "")).body_is, content{api::body_content::changes});
  EXPECT_EQ(compiled(of("PUT", false, "")).body_is, std::nullopt) << "nothing is read: the row is sent";

  const auto complaints = [](const std::string& text) {
    std::string all;
    for (const auto& c : compile_profile(text, "p.toml").complaints) all += to_string(c) + "\n";
    return all;
  };
  const std::string what =
      "write.body_is: is missing: a PUT may replace the resource, and then what a write leaves out is "
      "erased; add "
      "[write] with body_is = \"changes\" if the API keeps what a PUT leaves out, \"whole\" to send back all "
      "that "
      "was read with the row's values put in, or \"row\" if each row names every field\n";
  EXPECT_EQ(complaints(of("PUT", true, "")), "p.toml: " + what);
  EXPECT_EQ(complaints(of("PUT", true, "[write]\n")), "p.toml:12: " + what);
  EXPECT_EQ(complaints(of("PUT", true, "[write]\nbody_is = \"all\"\n")),
            "p.toml:13: write.body_is: \"all\" is not one of changes, row, whole; use one of these\n");
  EXPECT_EQ(complaints(of("PUT", false, "[write]\nbody_is = \"whole\"\n")),
            "p.toml:13: write.body_is: is \"whole\", which sends back what was read, and read_first is not "
            "true; set "
            "read_first = true, or body_is = \"row\"\n");
  EXPECT_EQ(complaints(of("PUT", true, "[write]\nbody_is = \"row\"\ncolour = \"x\"\n")),
            "p.toml:14: write.colour: is not a known key; remove it\n");
}

TEST(Profile, ComplainsWithLineKeyAndRemedy) {
  const std::string types = "string, enum, boolean, number, timestamp, list, object, json";
  const struct {
    std::string toml;
    std::vector<std::string> complaints;
  } table[] = {
      {"name = \n",
       {"p.toml:1: cannot be read as TOML: Error while parsing key-value pair: expected "
        "value, saw '\\n'; mend the syntax of this line"}},
      {"",
       {"p.toml: name: is missing; add name = \"...\", the word for --profile and for ledgers",
        "p.toml: base_url: is missing; add base_url = \"https://...\"",
        "p.toml: resource: is missing; add [resource] with path = \"/items/{id}\"",
        "p.toml: limits: is missing; add [limits] with write = [\"60/min\"] and read",
        "p.toml: fields: is missing, so there is nothing to write; describe each as [fields.NAME], or set "
        "unknown_fields = \"pass\""}},
      {"name = \"My API\"\nbase_url = 5\nreply = \"all\"\nunknown_fields = \"maybe\"\nread_first = \"yes\"\n"
       "side_effects = \"none\"\nresource = \"/x\"\n[auth]\nheader = \"X Y\"\n[limits]\nwrite = \"60\"\nread "
       "= 5\n"
       "[feilds.a]\ntype = \"string\"\n",
       {"p.toml:1: name: \"My API\" is not a plain word; use a-z, 0-9, - and _",
        "p.toml:2: base_url: must be text (got a whole number); put it in quotes",
        "p.toml:3: reply: \"all\" is not one of resource, read, none; use one of these",
        "p.toml:5: read_first: \"yes\" is none of true, false, \"auto\"; write true or false without quotes, "
        "or "
        "\"auto\"",
        "p.toml:4: unknown_fields: \"maybe\" is neither refuse nor pass; use one of these",
        "p.toml:6: side_effects: must be a list of texts (got text); write [\"...\", \"...\"]",
        "p.toml:7: resource: must be a table (got text); write [resource] and its keys below",
        "p.toml:8: auth.token_env: is missing; name the environment variable that holds the key",
        "p.toml:9: auth.header: \"X Y\" is not a header name; use letters, digits and -",
        "p.toml:11: limits.write: \"60\" has no window; write \"60/min\", or another of 60/min, 20/10s, "
        "5000/s, "
        "100/h",
        "p.toml:12: limits.read: must be a list of texts (got a whole number); write [\"...\", \"...\"]",
        "p.toml: fields: is missing, so there is nothing to write; describe each as [fields.NAME], or set "
        "unknown_fields = \"pass\"",
        "p.toml:13: feilds: is not a known key; did you mean fields?"}},
      {minimal("[auth]\ntoken_env = \"pl v2\"\nscheme = \"a\\nb\"\n[request_headers]\nHost = \"x\"\nX-A = "
               "\"a\\r\\nb\"\n"
               "Authorization = \"k\"\n\"b c\" = \"d\"\n",
               "unknown_fields = \"pass\"\n"),
       {"p.toml:10: auth.token_env: is not the name of an environment variable; use letters, digits and _",
        "p.toml:11: auth.scheme: has a control character; remove it",
        "p.toml:13: request_headers.Host: is a header that pawl writes itself; remove it",
        "p.toml:14: request_headers.X-A: has a control character; remove it",
        "p.toml:15: request_headers.Authorization: is the header of the key, which never stands in a "
        "profile; put the "
        "key into the environment variable of auth.token_env",
        "p.toml:16: request_headers.b c: is not a header name; use letters, digits and -"}},
      {minimal("[auth]\ntoken_env = \"A\"\nheader = \"Content-Length\"\n", "unknown_fields = \"pass\"\n"),
       {"p.toml:11: auth.header: \"Content-Length\" says how a request is framed or what it holds, not whose "
        "it is; "
        "name the header in which the API wants the key, such as Authorization or X-Api-Key"}},
      {minimal("[[rules]]\nstatus = 999\nthen = \"stop\"\n[[rules]]\nthen = \"drop\"\n[[rules]]\nstatus = "
               "\"9xx\"\n"
               "remedy = \"x\"\nthen = \"retry\"\n[[rules]]\nheader_value = \"x\"\ncode = \"c\"\n[[rules]]\n"
               "status = \"599-500\"\nthen = \"ok\"\nwhen = 1\n",
               "unknown_fields = \"pass\"\n"),
       {"p.toml:10: rules.status: is not a status, a range of them, or a list of these; write 403, \"5xx\", "
        "\"500-599\" or [403, 429]",
        "p.toml:9: rules: stops a run without saying what to mend; add remedy = \"...\"",
        "p.toml:12: rules: would match every reply; add status, code, message or header",
        "p.toml:13: rules.then: \"drop\" is not one of ok, throttled, retry, maybe, refused, conflict, stop; "
        "use "
        "one of these",
        "p.toml:15: rules.status: is not a status, a range of them, or a list of these; write 403, \"5xx\", "
        "\"500-599\" or [403, 429]",
        "p.toml:16: rules.remedy: is shown with then = \"stop\" only; remove it",
        "p.toml:19: rules.header_value: stands without header; name the header as well",
        "p.toml:18: rules.then: is missing; add then = \"refused\" or another verdict",
        "p.toml:22: rules.status: is not a status, a range of them, or a list of these; write 403, \"5xx\", "
        "\"500-599\" or [403, 429]",
        "p.toml:24: rules.when: is not a known key; did you mean then?"}},
      {"name = \"p\"\nbase_url = \"http://h.example:99999/\"\n[resource]\npath = \"x\"\nmethod = \"GET\"\n"
       "id_column = \"_id\"\nmax_id_length = 0\nid = \"a..b\"\n[limits]\nwrite = []\n[whoami]\npath = "
       "\"me\"\n"
       "[error]\ncode = 1\nmesage = \"m\"\n[fields]\n",
       {"p.toml:2: base_url: base URL \"http://h.example:99999\" has a port out of range; give a port from 1 "
        "to 65535",
        "p.toml:4: resource.path: \"x\" is not a path; begin it with /, without spaces and #",
        "p.toml:5: resource.method: \"GET\" is not PATCH, PUT or POST; use one of these",
        "p.toml:6: resource.id_column: is empty or begins with _, which marks notes; use another name",
        "p.toml:7: resource.max_id_length: is out of range (got 0); write a number from 1 to 4096",
        "p.toml:8: resource.id: \"a..b\" is not a path into a reply; write it as id, error.code, "
        "tags[].id, errors[0].code or custom_fields[id=7].value; a key that is no plain word stands in "
        "quotes: "
        "value.'@type'",
        "p.toml:10: limits.write: no rate is given; write it as 60/min, 20/10s, 5000/s, 100/h or unlimited",
        "p.toml:9: limits.read: is missing; write what the API allows, or \"unlimited\"",
        "p.toml:14: error.code: must be a list of texts (got a whole number); write [\"...\", \"...\"]",
        "p.toml:15: error.mesage: is not a known key; did you mean message?",
        "p.toml:12: whoami.path: \"me\" is not a path; begin it with /, without spaces and #",
        "p.toml:11: whoami.account: is missing; write where the reply names the account"}},
      {minimal(
           "[fields.a]\ntype = \"text\"\n[fields.b]\nnullable = true\n[fields.c]\ntype = "
           "\"enum\"\n[fields.d]\n"
           "type = \"enum\"\nvalues = [\"x\", \"x\", \"\"]\n[fields.e]\ntype = \"string\"\nvalues = [\"x\"]\n"
           "max_lenght = 5\n[fields.f]\ntype = \"list\"\nmin_length = 1\n[fields.g]\ntype = \"string\"\n"
           "min_length = 5\nmax_length = 4\n[fields.id]\ntype = \"string\"\n[fields._n]\ntype = \"string\"\n"
           "[fields.\"a.b\"]\ntype = \"string\"\n"),
       {"p.toml:28: fields.id: is the name of the id column as well; set resource.id_column to another name",
        "p.toml:30: fields._n: begins with _, which marks notes in an input; such a field cannot be sent",
        "p.toml:32: fields.a.b: is no field's name; use the key of the JSON object, without a dot",
        "p.toml:9: fields.a.type: \"text\" is not one of " + types + "; use one of these",
        "p.toml:10: fields.b: has no type; add type = \"string\" or another of " + types,
        "p.toml:12: fields.c: is an enum without values; add values = [\"...\", \"...\"]",
        "p.toml:16: fields.d.values: names \"x\" twice; remove one",
        "p.toml:16: fields.d.values: has an empty element; remove it",
        "p.toml:19: fields.e.values: stands with an enum only; set type = \"enum\", or remove it",
        "p.toml:20: fields.e.max_lenght: is not a known key; did you mean max_length?",
        "p.toml:23: fields.f.min_length: stands with a string only; set type = \"string\", or remove it",
        "p.toml:26: fields.g.min_length: is over max_length, so no text fits; swap the two"}},
      {minimal(
           "[fields.a]\ntype = \"string\"\ncompare = \"set\"\n[fields.b]\ntype = \"string\"\ncompare = "
           "\"instant\"\n"
           "[fields.c]\ntype = \"list\"\ncompare = \"text\"\n[fields.d]\ntype = \"string\"\necho = "
           "\"d[].id\"\n"
           "[fields.e]\ntype = \"string\"\necho = \"e\"\ncompare = \"none\"\n[fields.f]\ntype = \"string\"\n"
           "echo = \"\"\n[fields.g]\ntype = \"string\"\nrides_with = \"h\"\ncompare = \"exact\"\n[fields.i]\n"
           "type = \"string\"\nrides_with = \"i\"\ntogether = [\"i\", \"aa\"]\n[fields.j]\ntype = "
           "\"string\"\n"
           "target = \"a\"\nmembers = { x = \"string\" }\n"),
       {"p.toml:10: fields.a.compare: only a list can be compared as a set; set type = \"list\", or another "
        "comparison",
        "p.toml:13: fields.b.compare: only a timestamp can be compared as an instant; set type = "
        "\"timestamp\", or "
        "another comparison",
        "p.toml:16: fields.c.compare: only a string can be compared as text; set type = \"string\", or "
        "another "
        "comparison",
        "p.toml:19: fields.d.echo: walks a list (\"[]\"), but the field is no list; set type = \"list\", or "
        "another "
        "path",
        "p.toml:22: fields.e.echo: is given, but the field is not compared; remove echo, or set compare",
        "p.toml:26: fields.f.echo: is empty, but the field is compared; set compare = \"none\" as well",
        "p.toml:29: fields.g.rides_with: there is no field \"h\"; describe it as [fields.h]",
        "p.toml:33: fields.i.rides_with: names the field itself; name another, or remove it",
        "p.toml:34: fields.i.together: names the field itself; name the others only",
        "p.toml:34: fields.i.together: there is no field \"aa\"; did you mean a?",
        "p.toml:37: fields.j.target: stands with a verb only; add verb = \"add_ids\", or remove it",
        "p.toml:38: fields.j.members: stands with an object only; set type = \"object\", or remove it"}},
      {minimal("[fields.state]\ntype = \"enum\"\nvalues = [\"on\"]\nrequires = [{ when = \"off\", needs = "
               "\"stat\" }, "
               "{ needs = \"state\" }, { when = [], needs = \"\" }]\n[fields.o]\ntype = \"object\"\n"
               "members = { a = \"enum\", b = 1, c = { nullable = true } }\n[fields.v]\nverb = \"append\"\n"
               "target = \"state\"\ntype = \"list\"\n[fields.w]\nverb = \"add_ids\"\n[readable]\nstate = "
               "\"string\"\n"
               "x = \"date\"\ny = { path = \"\", type = \"string\" }\n"),
       {"p.toml:11: fields.state.requires.when: \"off\" is not among the field's values; use one of them",
        "p.toml:11: fields.state.requires.needs: there is no field \"stat\"; did you mean state?",
        "p.toml:11: fields.state.requires: has no when; write { when = \"VALUE\", needs = \"FIELD\" }",
        "p.toml:11: fields.state.requires.when: must be a single value (got a list); write the value that "
        "brings the "
        "need",
        "p.toml:11: fields.state.requires.needs: is empty; name the field that must come along",
        "p.toml:14: fields.o.members.a: is an enum without values; write { type = \"enum\", values = "
        "[\"...\", \"...\"] }",
        "p.toml:14: fields.o.members.b: must be text (got a whole number); put it in quotes",
        "p.toml:14: fields.o.members.c: has no type; add type = \"string\" or another of " + types,
        "p.toml:16: fields.v.verb: \"append\" is not one of add_names, remove_names, add_ids, remove_ids; "
        "use one of "
        "these",
        "p.toml:18: fields.v.type: is not a known key; remove it",
        "p.toml:19: fields.w.target: is missing; name the list field that the verb changes",
        "p.toml:22: readable.state: is described as a field already; remove one of the two",
        "p.toml:23: readable.x: \"date\" is not one of " + types + "; use one of these",
        "p.toml:24: readable.y.path: is empty; write where the reply shows it"}},
      {minimal("[fields.a]\ntype = \"list\"\n[fields.v]\nverb = \"add_ids\"\ntarget = \"a\"\n"),
       {"p.toml:10: fields.v: its target a is not a list that is compared as a set; give the target type = "
        "\"list\" "
        "and compare = \"set\""}},
      {minimal("[fields]\na = \"string\"\n"),
       {"p.toml:9: fields.a: must be a table (got text); write [fields.a] and its keys below"}},
  };
  for (const auto& row : table) {
    const auto result = compile_profile(row.toml, "p.toml");
    EXPECT_FALSE(result.value) << row.toml;
    EXPECT_EQ(texts(result.complaints), row.complaints) << row.toml;
    for (const auto& c : result.complaints) EXPECT_EQ(c.kind, failure_kind::usage);
  }
}

TEST(Profile, OddBytesAreAComplaintAndNotACrash) {
  for (const auto& text : {std::string("\xff\xfe"), std::string("a = \0", 5), std::string(3000, '['),
                           "a = " + std::string(3000, '['), std::string("[[[a]]]"), std::string("[[="),
                           std::string("a.b = 1\na = 2\n"), std::string("[x]\n[x]\n"),
                           std::string("\xEF\xBB\xBF"), std::string("= = =")}) {
    const auto result = compile_profile(text, "p.toml");
    EXPECT_FALSE(result.value);
    EXPECT_FALSE(result.complaints.empty());
  }
}

}  // namespace
}  // namespace pawl::config
