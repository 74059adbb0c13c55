#include "engine/text/nearest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pawl {
namespace {

TEST(EditDistance, CountsEditsWithoutRegardToCase) {
  const struct {
    std::string_view a, b;
    std::size_t edits;
  } rows[] = {{"", "", 0},
              {"", "abc", 3},
              {"status", "status", 0},
              {"Status", "STATUS", 0},
              {"sttaus", "status", 1},
              {"statu", "status", 1},
              {"stadus", "status", 1},
              {"title", "text", 4}};
  for (const auto& row : rows) {
    EXPECT_EQ(edit_distance(row.a, row.b), row.edits) << row.a;
    EXPECT_EQ(edit_distance(row.b, row.a), row.edits) << row.b;
  }
}

TEST(Nearest, FindsTheNameThatWasMeant) {
  const std::vector<std::string_view> known{"limits.write", "limits.read", "concurrency", "tls.ca_file",
                                            "proxy"};
  EXPECT_EQ(nearest("limit.write", known), "limits.write");
  EXPECT_EQ(nearest("write", known), "limits.write");
  EXPECT_EQ(nearest("Concurency", known), "concurrency");
  EXPECT_EQ(nearest("poxry", known), "proxy");
  EXPECT_EQ(nearest("tls.cafile", known), "tls.ca_file");
  EXPECT_EQ(nearest("colour", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), known), "");
}

TEST(Text, FindsTheNameThatWasMeant) {
  const std::vector<std::string_view> names = {"status", "title", "text", "tag_ids", "snoozed_until", "id"};
  const std::pair<const char*, const char*> table[] = {{"statsu", "status"},
                                                       {"Status", "status"},
                                                       {"tile", "title"},
                                                       {"tags_ids", "tag_ids"},
                                                       {"snoozed until", "snoozed_until"},
                                                       {"ID", "id"},
                                                       {"priority", ""},
                                                       {"", ""},
                                                       {"x", ""},
                                                       {"snooze_untill", "snoozed_until"}};
  for (const auto& [name, wanted] : table) EXPECT_EQ(nearest(name, names), wanted) << name;
  EXPECT_EQ(nearest(std::string(100'000, 'x'), names), "");
}

TEST(Nearest, IsTheSameInWhateverOrderNamesAreOffered) {
  const std::vector<std::string_view> one{"tag_b", "tag_a", "other"}, two{"other", "tag_a", "tag_b"};
  EXPECT_EQ(nearest("tag_c", one), "tag_a");
  EXPECT_EQ(nearest("tag_c", two), "tag_a");
}

}  // namespace
}  // namespace pawl
