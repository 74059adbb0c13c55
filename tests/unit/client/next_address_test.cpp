#include "engine/client/next_address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pawl::client {
namespace {

using ::testing::HasSubstr;

std::string followed(const std::string& base, std::string_view reference) {
  const auto api = http::parse_endpoint(base, true);
  EXPECT_TRUE(api) << base;
  const auto path = path_of_next(*api, "/items?owner=me", reference);
  return path ? *path : "! " + path.error().what;
}

TEST(NextAddress, IsFollowedBelowTheBaseUrl) {
  struct {
    const char *base, *reference, *path;
  } const table[] = {
      {"https://api.example/v2", "https://api.example/v2/items?page=2", "/items?page=2"},
      {"https://api.example/v2", "HTTPS://API.example:443/v2/other/items?page=2#top", "/other/items?page=2"},
      {"https://api.example:8443", "https://api.example:8443/items?page=2", "/items?page=2"},
      {"https://api.example", "https://api.example?page=2", "/?page=2"},
      {"https://api.example/v2", "https://api.example/v2?page=2", "?page=2"},
      {"https://api.example/v2", "//api.example/v2/items?page=2", "/items?page=2"},
      {"https://api.example/v2", "/v2/items?page=2", "/items?page=2"},
      {"https://api.example/v2", "?page=2", "/items?page=2"},
      {"https://api.example", "/items?at=../x", "/items?at=../x"},
      {"http://127.0.0.1:9000", "http://127.0.0.1:9000/items", "/items"},
      {"https://[::1]/v2", "https://[::1]/v2/i", "/i"},
  };
  for (const auto& t : table) EXPECT_EQ(followed(t.base, t.reference), t.path) << t.reference;
}

TEST(NextAddress, TakesTheKeyNowhereElse) {
  for (const char* other :
       {"https://evil.example/v2/items?page=2", "http://api.example/v2/items",
        "https://api.example:8443/v2/i", "https://api.example.evil.example/v2/items",
        "https://api.example@evil.example/v2/items", "https://key:word@api.example/v2/items",
        "//evil.example/v2/items", "https://evil.example\\@api.example/v2", "https:///v2/items",
        "https://api.example:99999/v2/items", "http://evil.example/"})
    EXPECT_THAT(followed("https://api.example/v2", other), HasSubstr("another address than the API"))
        << other;
  EXPECT_THAT(followed("https://127.0.0.1:9000", "http://127.0.0.1:9000/items"),
              HasSubstr("another address"));
  for (const char* outside : {"/items?page=2", "https://api.example/items", "https://api.example/v20/items",
                              "https://api.example?x=1", "/v2/../v1/items", "/v2/./items", "/v2/..",
                              "/v2\\items", "https://api.example\\.evil.example/v2/items"})
    EXPECT_THAT(followed("https://api.example/v2", outside), HasSubstr("not below https://api.example/v2"))
        << outside;
  for (const char* none : {"", "abc", "items?page=2", "ftp://api.example/v2/items", "javascript:x", "#top"})
    EXPECT_THAT(followed("https://api.example/v2", none), HasSubstr("is no address")) << none;
}

TEST(NextAddress, IsToldFromACursor) {
  EXPECT_TRUE(is_address("https://a") && is_address("HTTP://a"));
  EXPECT_FALSE(is_address("/a") || is_address("aHR0cHM6Ly8=") || is_address("https:") || is_address(""));
}

}  // namespace
}  // namespace pawl::client
