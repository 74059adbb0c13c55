#include "engine/text/json_string.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl {
namespace {

using namespace std::string_literals;

TEST(JsonString, EscapesWhatJsonRequiresAndNothingElse) {
  const struct {
    std::string text, json;
  } rows[] = {{"", R"("")"},
              {"plain / text", R"("plain / text")"},
              {"say \"hi\" \\ bye", R"("say \"hi\" \\ bye")"},
              {"a\nb\rc\td\be\f", R"("a\nb\rc\td\be\f")"},
              {"\x01\x1f\0"s, R"("\u0001\u001f\u0000")"},
              {"Größe 🚀\x7f", "\"Größe 🚀\x7f\""}};
  for (const auto& row : rows) {
    EXPECT_EQ(json_string(row.text), row.json);
    EXPECT_EQ(json_string_size(row.text), row.json.size()) << row.json;
  }
}

TEST(JsonString, KnowsWhatMustBeEscaped) {
  for (int c = 0; c < 256; ++c)
    for (const std::size_t at : {0u, 7u, 8u, 13u}) {
      std::string text(14, 'x');
      text[at] = static_cast<char>(c);
      EXPECT_EQ(needs_json_escape(text), c < 0x20 || c == '"' || c == '\\') << c << " at " << at;
      // Behind a byte over 0x7f nothing is missed either.
      if (at > 0) {
        text[at - 1] = '\xff';
        EXPECT_EQ(needs_json_escape(text), c < 0x20 || c == '"' || c == '\\') << c << " at " << at;
      }
    }
}

}  // namespace
}  // namespace pawl
