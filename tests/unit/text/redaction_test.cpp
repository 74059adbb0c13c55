#include "engine/text/redaction.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl {
namespace {

std::string concealed(const redaction& keys, std::string text) {
  const auto size = text.size();
  keys.conceal(text.data(), size);
  EXPECT_EQ(text.size(), size);
  return text;
}

TEST(Redaction, FindsAKeyHoweverItIsWritten) {
  redaction keys;
  keys.add("sk/live+ab\"=\\9");
  const std::pair<std::string, std::string> table[] = {
      {"bad key sk/live+ab\"=\\9.", "bad key **************."},
      {"sk/live+ab\"=\\9sk/live+ab\"=\\9", "****************************"},
      {"sk%2Flive%2bab%22%3D%5C9", "************************"},
      {R"(sk\/live+ab\"=\\9)", "*****************"},
      {R"(\u0073k\u002Flive\u002bab\u0022=\u005c9)", "***************************************"},
      {"sk/live+ab\"=\\", "sk/live+ab\"=\\"},
      {"sk%2Flive%2", "sk%2Flive%2"},
      {"", ""},
  };
  for (const auto& [text, expected] : table) {
    EXPECT_EQ(concealed(keys, text), expected);
    EXPECT_EQ(keys.is_in(text), text != expected) << text;
  }
}

TEST(Redaction, KeepsJsonValid) {
  redaction keys;
  keys.add("pl_v2_abcdefghijklmnop");
  EXPECT_EQ(concealed(keys, R"({"message":"Bearer pl_v2_abcdefghijklmnop is wrong"})"),
            R"({"message":"Bearer ********************** is wrong"})");
}

TEST(Redaction, AShortKeyIsAWordOfItsOwnAndATinyOneIsNone) {
  redaction keys;
  keys.add("test");
  keys.add("id");
  EXPECT_EQ(concealed(keys, "a test, tests, latest, id"), "a ****, tests, latest, id");
}

TEST(Redaction, ALongerKeyGoesFirst) {
  redaction keys;
  keys.add("abcdefgh");
  keys.add("abcdefghijkl");
  keys.add("abcdefgh");
  EXPECT_EQ(concealed(keys, "abcdefghijkl abcdefgh"), "************ ********");
}

}  // namespace
}  // namespace pawl
