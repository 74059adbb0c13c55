#include "cli/args/typed_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::cli {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> found(const std::vector<std::string>& arguments) {
  return typed_keys(arguments, [](const std::string& word) { return word == "an-input-without-ending"; });
}

TEST(TypedKeys, AreFoundWhereverAKeyIsTypedByMistake) {
  const std::string key = "pl_v2_abcdefghijklmnop";
  const std::vector<std::vector<std::string>> lines = {
      {key},
      {"run", key},
      {"run", "jobs.csv", key},
      {"--token", key, "run", "jobs.csv"},
      {"run", "jobs.csv", "--token-file", key},
      {"run", "jobs.csv", "--token-file=" + key},
      {"run", "jobs.csv", "--token-env", key},
      {"run", "jobs.csv", "--key", key},
      {"run", "jobs.csv", "--config", key},
      {"run", "jobs.csv", "--apikey=" + key},
      {"run", "jobs.csv", "-o", key},
      {"run", "jobs.csv", "-o", key + "=1"},
      {"run", "jobs.csv", "-o" + key},
      {"run", "jobs.csv", "-o", "auth.token_file=" + key},
      {"status", key},
  };
  for (const auto& line : lines) EXPECT_THAT(found(line), ElementsAre(key)) << ::testing::PrintToString(line);
  EXPECT_THAT(found({"run", "test-secret-key"}), ElementsAre());
  EXPECT_THAT(found({"run", "j.csv", "--profile", "hubspot-contacts"}), ElementsAre());
  EXPECT_THAT(found({"run", "test-secret-key-do-not-print"}), ElementsAre("test-secret-key-do-not-print"));
  EXPECT_THAT(found({"run", "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4"}).size(), 1u);
}

TEST(TypedKeys, StandInUrlsToo) {
  const std::string proxy = "http://me:secret@proxy.example:3128", query = "https://example.com/v2?token=abc";
  EXPECT_THAT(found({"run", "j.csv", "--proxy", proxy}), ElementsAre("me:secret"));
  EXPECT_THAT(found({"run", "j.csv", "--proxy=" + proxy}), ElementsAre("me:secret"));
  EXPECT_THAT(found({"run", "j.csv", "-o", "proxy=" + proxy}), ElementsAre("me:secret"));
  EXPECT_THAT(found({"run", "j.csv", "--base-url", query}), ElementsAre("token=abc"));
  EXPECT_THAT(found({"run", "j.csv", "-oapi.base_url=" + query}), ElementsAre("token=abc"));
  EXPECT_THAT(found({"run", query}), ElementsAre("token=abc"));
  EXPECT_THAT(found({"run", "j.csv", "--url=" + query}), ElementsAre("token=abc"));
  EXPECT_THAT(found({"run", "j.csv", "--set", "link=" + query, "--where", "link=" + query}), ElementsAre());
}

TEST(TypedKeys, NamesOfFilesAndDataAreNone) {
  EXPECT_THAT(found({"run", "an-input-without-ending"}), ElementsAre());
  EXPECT_THAT(found({"run", "missing-export-of-2026.csv", "--token-file", "/run/secrets/pawl-key-of-today"}),
              ElementsAre());
  EXPECT_THAT(
      found({"run", "j.csv", "--set", "company_id=cmp_0123456789abcdef", "--ledger", "nightly_of_20261128"}),
      ElementsAre());
  EXPECT_THAT(found({"run", "j.csv", "--token-env", "PRODUCTLANE_API_KEY_2"}), ElementsAre());
  EXPECT_THAT(
      found({"run", "j.csv", "-o", "api.account=ws_0123456789abcdef", "-o", "limits.early_relaese=true"}),
      ElementsAre());
}

}  // namespace
}  // namespace pawl::cli
