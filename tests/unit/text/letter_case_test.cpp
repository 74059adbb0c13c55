#include "engine/text/letter_case.hpp"

#include <gtest/gtest.h>

namespace pawl {
namespace {

TEST(LetterCase, FoldsLettersOneForOne) {
  struct {
    const char *text, *folded;
  } const table[] = {
      {"Bug FIX", "bug fix"},
      {"ÄÖÜ", "äöü"},
      {"×", "×"},
      {"ŁÓDŹ", "łódź"},
      {"Ÿ", "ÿ"},
      {"ΑΊΌΎΏΣς", "αίόύώσσ"},
      {"ЯЁЂ", "яёђ"},
      {"ԱՖ", "աֆ"},
      {"ẞ", "ß"},
      {"İı", "İı"},
      {"ＡB", "Ａb"},
      {"日本", "日本"},
      {"\xff"
       "A",
       "\xff"
       "a"},
      {"", ""},
  };
  for (const auto& t : table) EXPECT_EQ(fold_case(t.text), t.folded) << t.text;
}

}  // namespace
}  // namespace pawl
