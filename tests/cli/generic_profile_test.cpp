// A second API is a second file: another path, another key header, replies without a body, fields of any
// name.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"
#include "tests/support/scripted/scripted_server.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace pawl::test {
namespace {

TEST(GenericProfile, AppliesFieldsOfAnyNameToAnApiThatEchoesNothing) {
  const sandbox_process sandbox{{"--limits", "off"}};
  const pawl_workspace workspace{sandbox};
  const auto input =
      workspace.input("items.ndjson", R"({"id": "sku 1/a", "patch": {"price": 12.50, "tags": ["x", "y"]}})"
                                      "\n"
                                      R"({"id": 17, "label": "Größe \"L\"", "stock": {"berlin": 3}})"
                                      "\n");
  const auto run = workspace.run({"run", input.string(), "--profile", "internal-example", "--base-url",
                                  sandbox.root_url(), "--summary", "s.json"});
  EXPECT_EQ(run.exit_code, 0) << run.errors;
  const auto items = sandbox.truth().at("items").as_object();
  ASSERT_EQ(items.size(), 2u);
  const auto text = boost::json::serialize(items);
  EXPECT_NE(text.find(R"("tags":["x","y"])"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("stock":{"berlin":3})"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(Größe \"L\")"), std::string::npos) << text;
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_EQ(sqlite_value(ledger, "select group_concat(outcome || ' ' || verified) from job"),
            "applied none,applied none");
  EXPECT_EQ(sqlite_value(ledger, "select group_concat(id, '|') from job"), "sku 1/a|17");
}

// Replies that wrap the resource, each in its own way.
TEST(GenericProfile, ReadsTheResourceWhereAReplyHoldsIt) {
  testing::server_options plain;
  plain.tls = false;
  testing::scripted_server server{plain};
  server.when("/posts/p1")
      .reply(200, {}, R"({"posts":[{"id":"p1","state":"draft"}],"meta":{}})")
      .then(200, {}, R"({"post":{"uuid":"p1","state":"live"},"id":"audit"})");
  server.when("/posts/p2").reply(200, {}, R"({"posts":[{"id":"p2","state":"live"}]})");
  server.when("/posts/p3").reply(200, {}, R"({"posts":[]})");
  const pawl_workspace workspace;
  workspace.input("posts.toml", R"(
name = "posts"
base_url = "https://posts.example"
read_first = true
unknown_fields = "refuse"
[resource]
path = "/posts/{id}"
[read]
root = "posts[0]"
[write]
root = "post"
id = "uuid"
[limits]
write = "unlimited"
read = "unlimited"
[fields.state]
type = "string"
)");
  const auto input = workspace.input("jobs.csv", "id,state\np1,live\np2,live\np3,live\n");
  const auto run = workspace.run(
      {"run", input.string(), "--profile", "posts.toml", "--base-url", server.url(), "--concurrency", "1"});
  EXPECT_EQ(run.exit_code, 1) << run.errors;
  const auto ledger = pawl_workspace::ledger_of(input);
  EXPECT_EQ(sqlite_value(ledger, "select group_concat(id || ' ' || outcome) from job"),
            "p1 applied,p2 unchanged,p3 failed")
      << run.errors;
  EXPECT_EQ(
      sqlite_value(ledger, "select error_message like '%does not show posts[0]%' from job where id = 'p3'"),
      "1");
}

}  // namespace
}  // namespace pawl::test
