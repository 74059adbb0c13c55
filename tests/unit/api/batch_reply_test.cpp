#include "engine/api/batch_reply.hpp"

#include "engine/text/json_padding.hpp"
#include "engine/text/json_path.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {
namespace {

using said = batch_answer::said;

// What is said of each id, as "item TEXT", "error TEXT" or "-".
std::vector<std::string> split(const profile& p, const batch_spec& batch, std::string body,
                               const std::vector<std::string_view>& ids) {
  body.reserve(body.size() + json_padding);
  batch_reply_reader reader(p, batch);
  std::vector<batch_answer> answers;
  const bool readable = reader.read(body, ids, answers);
  std::vector<std::string> told;
  for (const auto& a : answers)
    told.push_back(a.is == said::nothing ? "-"
                                         : (a.is == said::item ? "item " : "error ") + std::string(a.text));
  if (!readable) told.emplace_back("unreadable");
  return told;
}

batch_spec with_errors() {
  batch_spec batch;
  batch.items = *parse_json_path("results");
  batch.errors = *parse_json_path("errors");
  batch.error_id = *parse_json_path("context.ids[]");
  return batch;
}

profile by_id(std::string_view id = "id") {
  profile p;
  p.reply.id = *parse_json_path(id);
  return p;
}

using texts = std::vector<std::string>;

TEST(BatchReply, SaysOfEachRowWhatItShows) {
  const auto batch = with_errors();
  const auto p = by_id();
  const struct {
    const char* body;
    texts told;
  } cases[] = {
      // In any order, and numbers as texts.
      {R"({"results":[{"id":"b","x":1},{"id":7}]})", {"-", R"(item {"id":"b","x":1})", R"(item {"id":7})"}},
      {R"({"results":[{"id":"a"}],"errors":[{"c":1,"context":{"ids":["b","7"]}}]})",
       {R"(item {"id":"a"})", R"(error {"c":1,"context":{"ids":["b","7"]}})",
        R"(error {"c":1,"context":{"ids":["b","7"]}})"}},
      // Named twice: nobody knows which counts.
      {R"({"results":[{"id":"a"},{"id":"a","x":2},{"id":"b"}],"errors":[{"context":{"ids":["b"]}}]})",
       {"-", "-", "-"}},
      // Nobody asked for it, or it shows no id.
      {R"({"results":[{"id":"c"},{"name":"a"},5,null,{"id":null}]})", {"-", "-", "-"}},
      // Errors alone.
      {R"({"errors":[{"context":{"ids":["a"]}}]})", {R"(error {"context":{"ids":["a"]}})", "-", "-"}},
      {R"({"results":[],"errors":[{"context":{}},{"context":{"ids":[]}},{"message":"all bad"}]})",
       {"-", "-", "-"}},
      {R"({"results":{"id":"a"}})", {"-", "-", "-", "unreadable"}},
      {R"({"other":[]})", {"-", "-", "-", "unreadable"}},
      {R"({"results":[{"id":"a"})", {"-", "-", "-", "unreadable"}},
      {"", {"-", "-", "-", "unreadable"}},
      {"<html>", {"-", "-", "-", "unreadable"}},
  };
  for (const auto& c : cases) EXPECT_EQ(split(p, batch, c.body, {"a", "b", "7"}), c.told) << c.body;
}

TEST(BatchReply, TheReplyMayBeTheList) {
  EXPECT_EQ(split(by_id("meta.id"), {}, R"([{"meta":{"id":"b"}}])", {"a", "b"}),
            (texts{"-", R"(item {"meta":{"id":"b"}})"}));
}

TEST(BatchReply, AnItemMayShowItsIdElsewhere) {
  auto batch = with_errors();
  batch.id = *parse_json_path("key");
  batch.error_id = *parse_json_path("key");
  EXPECT_EQ(split(by_id(), batch, R"({"results":[{"id":"b","key":"a"}],"errors":[{"key":"b"}]})", {"a", "b"}),
            (texts{R"(item {"id":"b","key":"a"})", R"(error {"key":"b"})"}));
}

TEST(BatchReply, IdsAreComparedAsTheProfileSays) {
  auto p = by_id();
  const auto batch = with_errors();
  const char* const body = R"({"results":[{"id":"AB-1"}]})";
  EXPECT_EQ(split(p, batch, body, {"ab-1"}), texts{"-"});
  p.reply.ids = id_compare::nocase;
  EXPECT_EQ(split(p, batch, body, {"ab-1"}), texts{R"(item {"id":"AB-1"})"});
}

}  // namespace
}  // namespace pawl::api
