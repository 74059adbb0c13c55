#include "engine/text/shown_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl {
namespace {

using ::testing::ElementsAre;

TEST(ShownUrl, HasNoUserNoQueryAndNoFragment) {
  const std::pair<const char*, const char*> table[] = {
      {"https://example.com/v2", "https://example.com/v2"},
      {"https://example.com/?token=abc", "https://example.com/?***"},
      {"https://example.com#token=abc", "https://example.com#***"},
      {"https://me:secret@example.com/v2", "https://***@example.com/v2"},
      {"https://token@example.com", "https://***@example.com"},
      {"https://me:se/cr?e#t@example.com/v2?a=b", "https://***@example.com/v2?***"},
      {"https://me:a@b@example.com", "https://***@example.com"},
      {"https://example.com?mail=a@b", "https://***@b"},
      {"me:secret@proxy.example:3128", "***@proxy.example:3128"},
      {"me:a://b@proxy.example:3128", "***@proxy.example:3128"},
      {"proxy.example:3128", "proxy.example:3128"},
      {"none", "none"},
      {"", ""},
  };
  for (const auto& [url, shown] : table) EXPECT_EQ(shown_url(url), shown) << url;
}

TEST(ShownUrl, TellsWhatIsSecret) {
  EXPECT_THAT(secrets_of_url("https://me:secret@example.com/v2?token=abc"),
              ElementsAre("me:secret", "token=abc"));
  EXPECT_THAT(secrets_of_url("http://pl_v2_abcdefghijklmnop@proxy.example:3128"),
              ElementsAre("pl_v2_abcdefghijklmnop"));
  // A name alone is also a word of the API's texts.
  EXPECT_THAT(secrets_of_url("http://user@proxy.example:3128"), ElementsAre());
  EXPECT_THAT(secrets_of_url("https://example.com/v2"), ElementsAre());
}

}  // namespace
}  // namespace pawl
