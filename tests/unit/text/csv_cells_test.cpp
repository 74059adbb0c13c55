#include "engine/text/csv_cells.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pawl {
namespace {

TEST(SplitCells, KeepsCellsAsTheyStand) {
  using cells = std::vector<std::string_view>;
  EXPECT_EQ(split_cells("", ','), cells{""});
  EXPECT_EQ(split_cells("a,,\"b,\"\"c\"\"\",d\"e", ','), (cells{"a", "", "\"b,\"\"c\"\"\"", "d\"e"}));
  EXPECT_EQ(split_cells("a,", ','), (cells{"a", ""}));
  EXPECT_EQ(split_cells("\"a", ','), std::nullopt);
  EXPECT_EQ(split_cells("\"a\"b,c", ','), std::nullopt);
  EXPECT_EQ(split_cells("\"a\"\"", ','), std::nullopt);
  EXPECT_EQ(guess_delimiter("id;\"a,b,c,d\";x"), ';');
  EXPECT_EQ(guess_delimiter("id\ttitle"), '\t');
  EXPECT_EQ(guess_delimiter("id"), ',');
}

TEST(AppendCell, QuotesWhereItHasToAndSplitsBackIntoTheSame) {
  const std::string cells[] = {"", "plain", "a,b", "a\"b", "a\nb", "a\rb", " a", "a ", "=x", "a;b"};
  std::string row;
  for (std::size_t i = 0; i < std::size(cells); ++i) {
    if (i > 0) row += ',';
    append_cell(row, cells[i]);
  }
  EXPECT_EQ(row, ",plain,\"a,b\",\"a\"\"b\",\"a\nb\",\"a\rb\",\" a\",\"a \",=x,a;b");
  const auto split = split_cells(row, ',');
  ASSERT_TRUE(split);
  ASSERT_EQ(split->size(), std::size(cells));
  for (std::size_t i = 0; i < std::size(cells); ++i) EXPECT_EQ(cell_text((*split)[i]), cells[i]);
  std::string other;
  append_cell(other, "a;b", ';');
  EXPECT_EQ(other, "\"a;b\"");
}

}  // namespace
}  // namespace pawl
