// The table of all settings: what is documented, and its defaults.
#include "config/setting_keys.hpp"

#include "config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pawl::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SettingKeys, AreTheDocumentedOnes) {
  std::vector<std::string> keys(setting_names().begin(), setting_names().end());
  EXPECT_THAT(
      keys, ElementsAre("api.profile", "api.base_url", "api.account", "api.allow_http", "auth.token_env",
                        "auth.token_file", "auth.token_command", "limits.write", "limits.read", "limits.all",
                        "limits.reserve", "limits.spread", "limits.early_release", "limits.max_wait",
                        "concurrency", "read_first", "max_failures", "max_snapshot_age", "retry.max_attempts",
                        "retry.base", "retry.cap", "breaker.patience", "timeouts.connect",
                        "timeouts.handshake", "timeouts.attempt", "tls.ca_file", "tls.cert", "tls.key",
                        "proxy", "csv.null", "csv.delimiter", "csv.list_separator", "ledger.path",
                        "state_dir", "log.format", "log.file"));
  std::set<std::string_view> flags;
  for (const auto& k : setting_keys()) {
    EXPECT_NE(k.apply, nullptr) << k.key;
    EXPECT_TRUE(k.single == nullptr || k.repeated == nullptr) << k.key;
    EXPECT_EQ(k.flag.empty(), k.single == nullptr && k.repeated == nullptr) << k.key;
    EXPECT_NE(k.default_value.empty(), k.default_note.empty()) << k.key;
    EXPECT_TRUE(k.meaning.ends_with('.')) << k.key;
    if (!k.flag.empty()) {
      EXPECT_TRUE(flags.insert(k.flag).second) << k.flag;
    }
  }
}

TEST(SettingKeys, DefaultsOfTheTableAreTheDefaultsOfTheRooms) {
  draft d;
  for (const auto& k : setting_keys()) {
    if (k.default_value.empty()) continue;
    const std::vector<std::string> text{std::string(k.default_value)};
    const auto done = k.apply(d, text);
    EXPECT_TRUE(done) << k.key << ": " << to_string(done.error());
  }
  const settings plain;
  EXPECT_EQ(d.value.run.stop.max_wait, plain.run.stop.max_wait);
  EXPECT_EQ(d.value.run.stop.patience, plain.run.stop.patience);
  EXPECT_EQ(d.value.run.concurrency, plain.run.concurrency);
  EXPECT_EQ(d.value.run.stop.failures.share, plain.run.stop.failures.share);
  EXPECT_EQ(d.value.run.retry.max_attempts, plain.run.retry.max_attempts);
  EXPECT_EQ(d.value.run.retry.base, plain.run.retry.base);
  EXPECT_EQ(d.value.run.retry.base_after_5xx, plain.run.retry.base_after_5xx);
  EXPECT_EQ(d.value.run.retry.cap, plain.run.retry.cap);
  EXPECT_EQ(d.value.run.transport.connect_timeout, plain.run.transport.connect_timeout);
  EXPECT_EQ(d.value.run.transport.handshake_timeout, plain.run.transport.handshake_timeout);
  EXPECT_EQ(d.value.run.transport.attempt_timeout, plain.run.transport.attempt_timeout);
  EXPECT_EQ(d.value.source.null_token, plain.source.null_token);
  EXPECT_EQ(d.value.source.list_separator, plain.source.list_separator);
  EXPECT_EQ(d.value.max_snapshot_age, plain.max_snapshot_age);
}

TEST(SettingKeys, ReferenceIsATableOfAllOfThem) {
  const auto text = settings_reference();
  for (const auto& k : setting_keys()) EXPECT_THAT(text, HasSubstr("| `" + std::string(k.key) + "` | "));
  EXPECT_THAT(
      text, HasSubstr("| `concurrency` | `--concurrency` | `16` | Requests under way at the same time, 1 to "
                      "1024; auto, for an API without a known rate, finds out how many pay, up to 512. |\n"));
  EXPECT_THAT(
      text,
      HasSubstr("| `csv.delimiter` |  | found out from the header | Between cells: , ; tab or \\|. |\n"));
  EXPECT_EQ(
      flag_help("--concurrency"),
      "Requests under way at the same time, 1 to 1024; auto, for an API without a known rate, finds out "
      "how many pay, up to 512. Default: 16.");
  EXPECT_EQ(flag_help("--yes"), "");
  EXPECT_EQ(flag_help(""), "");
}

}  // namespace
}  // namespace pawl::config
