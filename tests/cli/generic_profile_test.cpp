// A second API is a second file: another path, another key header, replies without a body, fields of any
// name.
#include "tests/cli/job_file.hpp"
#include "tests/support/pawl_process.hpp"

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

}  // namespace
}  // namespace pawl::test
