// `pawl profile`: what pawl knows of an API, in full, and whether a saved reply fits. Nothing is sent.
#include "tests/support/pawl_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* items = R"(name = "items"
base_url = "https://items.example"
read_first = true
[resource]
path = "/items/{id}"
[read]
root = "item"
[write]
root = "item"
[limits]
write = "60/min"
read = "unlimited"
[error]
code = "code"
[fields.price]
type = "number"
)";

class profile_test : public ::testing::Test {
 protected:
  child_result profile(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "profile");
    return workspace.run(std::move(arguments));
  }
  void write(const std::string& name, const std::string& text) const {
    write_file(workspace.files() / name, text);
  }

  pawl_workspace workspace;
};

TEST_F(profile_test, ListsAndPrintsWhatPawlCarries) {
  const auto all = profile({});
  EXPECT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_THAT(all.output, HasSubstr("productlane        https://productlane.com/api/v2/threads/{id}\n"));
  EXPECT_THAT(all.output, HasSubstr("needs vars.owner, vars.repo\n"));
  const auto one = profile({"github-issues"});
  EXPECT_EQ(one.exit_code, 0) << one.errors;
  EXPECT_THAT(one.output, HasSubstr("\nmax_id_length = 256"));
  EXPECT_THAT(one.output, HasSubstr("  # from [resource]\n"));
  // What was printed is a profile.
  write("again.toml", one.output);
  EXPECT_EQ(profile({"check", "again.toml"}).output, "again.toml: the profile is right\n");
}

TEST_F(profile_test, SaysWhatIsWrongWithAFile) {
  write("items.toml", std::string{items} + "[fields.sate]\ntype = \"string\"\nnulable = true\n");
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"./items.toml"}, {"check", "./items.toml"}}) {
    const auto wrong = profile(arguments);
    EXPECT_EQ(wrong.exit_code, 2);
    EXPECT_EQ(wrong.output, "");
    EXPECT_EQ(wrong.errors,
              "error: ./items.toml:19: fields.sate.nulable: is not a known key; did you mean nullable?\n");
  }
  EXPECT_THAT(profile({"itmes"}).errors, StartsWith("error: there is no profile \"itmes\"; use one of "));
  EXPECT_THAT(profile({"./none.toml"}).errors, HasSubstr("\"./none.toml\" "));
  for (const auto& wrong :
       std::vector<std::vector<std::string>>{{"check"},
                                             {"productlane", "x"},
                                             {"productlane", "--sample", "x"},
                                             {"check", "productlane", "--as", "read"},
                                             {"check", "productlane", "--sample", "none"}})
    EXPECT_EQ(profile(wrong).exit_code, 2);
}

TEST_F(profile_test, ShowsWhatIsReadInASample) {
  write("items.toml", items);
  write("good.json", R"({"item":{"id":"a","price":5}})");
  const auto good = profile({"check", "./items.toml", "--sample", "good.json"});
  EXPECT_EQ(good.exit_code, 0) << good.errors;
  EXPECT_EQ(good.output,
            "  read.root     item   the resource\n"
            "  id            id     \"a\"\n"
            "  fields.price  price  5\n");
  write("bad.json", R"({"item":{"id":"a","price":"5 EUR"}})");
  const auto bad = profile({"check", "./items.toml", "--sample", "bad.json"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.output,
              HasSubstr("! fields.price  price  \"5 EUR\" is not a number, as the profile says\n"));
  const auto error = profile({"check", "./items.toml", "--sample", "good.json", "--as", "list"});
  EXPECT_EQ(error.exit_code, 2);
  EXPECT_EQ(error.errors,
            "error: --as list: the profile has no [list]; describe the list there, or give another kind of "
            "reply\n");
}

}  // namespace
}  // namespace pawl::test
