#include "config/setting_keys.hpp"
#include "settings_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <set>

namespace pawl::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using windows = std::vector<rate_window>;

using Settings = SettingsTest;

TEST_F(Settings, AreTheProfilesWhereNothingIsSaid) {
  const auto s = loaded();
  EXPECT_EQ(s.profile.name, "productlane");
  EXPECT_EQ(s.target.url(), "https://productlane.com/api/v2");
  EXPECT_EQ(s.run.transport.target.host, "productlane.com");
  EXPECT_FALSE(s.target_named_by_user);
  EXPECT_EQ(s.token_env, "PRODUCTLANE_API_KEY");
  EXPECT_EQ(s.token_file, "");
  EXPECT_EQ(s.run.writes.windows, (windows{{60, 60s}, {20, 10s}}));
  EXPECT_EQ(s.run.reads.windows, (windows{{1000, 60s}, {333, 10s}}));
  EXPECT_EQ(s.run.writes.reserve, 0.0);
  EXPECT_FALSE(s.run.writes.spread);
  EXPECT_FALSE(s.run.writes.early_release);
  EXPECT_EQ(s.run.stop.max_wait, 15min);
  EXPECT_EQ(s.run.stop.patience, 1h);
  EXPECT_EQ(s.run.concurrency, 16u);
  EXPECT_TRUE(s.read_first);
  EXPECT_EQ(s.run.stop.failures.share, 0.10);
  EXPECT_FALSE(s.run.stop.failures.count);
  EXPECT_EQ(s.max_snapshot_age, 5min);
  EXPECT_EQ(s.run.retry.max_attempts, 6u);
  EXPECT_EQ(s.run.retry.base, 250ms);
  EXPECT_EQ(s.run.retry.base_after_5xx, 1s);
  EXPECT_EQ(s.run.retry.cap, 60s);
  EXPECT_EQ(s.run.transport.connect_timeout, 10s);
  EXPECT_EQ(s.run.transport.handshake_timeout, 10s);
  EXPECT_EQ(s.run.transport.attempt_timeout, 60s);
  EXPECT_EQ(s.run.transport.ca_file, "");
  EXPECT_FALSE(s.run.transport.proxy);
  EXPECT_EQ(s.run.user_agent, "pawl/0.1.0");
  EXPECT_FALSE(s.run.limit);
  EXPECT_EQ(s.source.null_token, "null");
  EXPECT_FALSE(s.source.delimiter);
  EXPECT_EQ(s.source.list_separator, ';');
  EXPECT_EQ(s.input_path, "jobs.csv");
  EXPECT_EQ(s.ledger_path, "jobs.csv.ledger");
  EXPECT_EQ(s.state_directory, "/home/ada/.local/state/pawl");
  EXPECT_EQ(s.expected_account, "");
  EXPECT_EQ(s.summary_path, "");
  EXPECT_EQ(s.progress, progress_kind::automatic);
  EXPECT_EQ(s.format, log_format::text);
  EXPECT_EQ(s.verbosity, 0);
}

TEST_F(Settings, TakeEveryKeyFromAFile) {
  write("my.toml", R"(concurrency = 4
read_first = false
max_failures = "5%"
max_snapshot_age = "1m"
proxy = "none"
state_dir = "state"
api.account = "ws_1"
api.base_url = "http://10.0.0.1:8080/v2"
api.allow_http = true
limits = { write = ["30/min", "10/10s"], read = "unlimited", reserve = "20%", spread = true, early_release = true, max_wait = "5m" }
[auth]
token_file = "key"
[retry]
max_attempts = 3
base = "2s"
cap = "30s"
[breaker]
patience = "2h"
[timeouts]
connect = "1s"
handshake = "2s"
attempt = "3s"
[tls]
ca_file = "ca.pem"
cert = "c.pem"
key = "k.pem"
[csv]
null = "NULL"
delimiter = "tab"
list_separator = "|"
[ledger]
path = "x.ledger"
[log]
format = "json"
file = "log.txt"
)");
  raw.config_file = "my.toml";
  const auto s = loaded();
  EXPECT_EQ(s.run.concurrency, 4u);
  EXPECT_FALSE(s.read_first);
  EXPECT_EQ(s.run.stop.failures.share, 0.05);
  EXPECT_EQ(s.max_snapshot_age, 1min);
  EXPECT_FALSE(s.run.transport.proxy);
  EXPECT_EQ(s.state_directory, "state");
  EXPECT_EQ(s.expected_account, "ws_1");
  EXPECT_EQ(s.target.url(), "http://10.0.0.1:8080/v2");
  EXPECT_FALSE(s.target_named_by_user);
  EXPECT_EQ(s.run.writes.windows, (windows{{30, 60s}, {10, 10s}}));
  EXPECT_TRUE(s.run.reads.windows.empty());
  EXPECT_EQ(s.run.writes.reserve, 0.2);
  EXPECT_EQ(s.run.reads.reserve, 0.2);
  EXPECT_TRUE(s.run.writes.spread);
  EXPECT_TRUE(s.run.reads.early_release);
  EXPECT_EQ(s.run.stop.max_wait, 5min);
  EXPECT_EQ(s.token_file, "key");
  EXPECT_EQ(s.token_env, "");
  EXPECT_EQ(s.run.retry.max_attempts, 3u);
  EXPECT_EQ(s.run.retry.base, 2s);
  EXPECT_EQ(s.run.retry.base_after_5xx, 2s);
  EXPECT_EQ(s.run.retry.cap, 30s);
  EXPECT_EQ(s.run.stop.patience, 2h);
  EXPECT_EQ(s.run.transport.connect_timeout, 1s);
  EXPECT_EQ(s.run.transport.handshake_timeout, 2s);
  EXPECT_EQ(s.run.transport.attempt_timeout, 3s);
  EXPECT_EQ(s.run.transport.ca_file, "ca.pem");
  EXPECT_EQ(s.run.transport.cert_file, "c.pem");
  EXPECT_EQ(s.run.transport.key_file, "k.pem");
  EXPECT_EQ(s.source.null_token, "NULL");
  EXPECT_EQ(s.source.delimiter, '\t');
  EXPECT_EQ(s.source.list_separator, '|');
  EXPECT_EQ(s.ledger_path, "x.ledger");
  EXPECT_EQ(s.format, log_format::json);
  EXPECT_EQ(s.log_file, "log.txt");
  EXPECT_EQ(source_of(s, "concurrency"), "my.toml:1");
  EXPECT_EQ(source_of(s, "limits.spread"), "my.toml:10");
  EXPECT_EQ(source_of(s, "timeouts.attempt"), "my.toml:22");
}

TEST_F(Settings, TakeEveryFlag) {
  write("p.toml",
        "name = \"p\"\nbase_url = \"https://h.example\"\nunknown_fields = \"pass\"\n[resource]\npath = "
        "\"/x/{id}\"\n"
        "[limits]\nwrite = \"1/s\"\nread = \"1/s\"\n");
  raw.profile = "./p.toml";
  raw.base_url = "https://127.0.0.1:9443/v1/";
  raw.ca_file = "ca.pem";
  raw.ledger = "l.ledger";
  raw.concurrency = "2";
  raw.summary = "-";
  raw.log_format = "json";
  raw.log_file = "log";
  raw.progress = "plain";
  raw.state_dir = "/var/state";
  raw.token_env = "MY_KEY";
  raw.reserve = "0.25";
  raw.max_failures = "7";
  raw.limit = "20";
  raw.format = "ndjson";
  raw.id_column = "thread";
  raw.proxy = "none";
  raw.cert = "c";
  raw.key = "k";
  raw.rate = {"50/s", "200/10s"};
  raw.read_rate = {"9/s"};
  raw.map = {"Thread=Id=thread", "State=status"};
  raw.ignore_column = {"note"};
  raw.set = {"status=done", "title=a=b", "text="};
  raw.no_read_first = true;
  raw.skip_invalid = raw.again = raw.yes = true;
  raw.verbose = 3;
  const auto s = loaded();
  EXPECT_EQ(s.profile.name, "p");
  EXPECT_EQ(s.target.url(), "https://127.0.0.1:9443/v1");
  EXPECT_TRUE(s.target_named_by_user);
  EXPECT_EQ(s.run.transport.ca_file, "ca.pem");
  EXPECT_EQ(s.ledger_path, "l.ledger");
  EXPECT_EQ(s.run.concurrency, 2u);
  EXPECT_EQ(s.summary_path, "-");
  EXPECT_EQ(s.format, log_format::json);
  EXPECT_EQ(s.log_file, "log");
  EXPECT_EQ(s.progress, progress_kind::plain);
  EXPECT_EQ(s.state_directory, "/var/state");
  EXPECT_EQ(s.token_env, "MY_KEY");
  EXPECT_EQ(s.run.writes.reserve, 0.25);
  EXPECT_EQ(s.run.stop.failures.count, 7u);
  EXPECT_EQ(s.run.stop.failures.share, 0.0);
  EXPECT_EQ(s.run.limit, 20u);
  EXPECT_EQ(s.source.format, input::file_format::ndjson);
  EXPECT_EQ(s.source.id_column, "thread");
  EXPECT_FALSE(s.run.transport.proxy);
  EXPECT_EQ(s.run.transport.cert_file, "c");
  EXPECT_EQ(s.run.transport.key_file, "k");
  EXPECT_EQ(s.run.writes.windows, (windows{{50, 1s}, {200, 10s}}));
  EXPECT_EQ(s.run.reads.windows, (windows{{9, 1s}}));
  EXPECT_THAT(s.source.map, ElementsAre(std::pair("Thread=Id", "thread"), std::pair("State", "status")));
  EXPECT_THAT(s.source.ignore, ElementsAre("note"));
  EXPECT_THAT(s.source.set,
              ElementsAre(std::pair("status", "done"), std::pair("title", "a=b"), std::pair("text", "")));
  EXPECT_FALSE(s.read_first);
  EXPECT_TRUE(s.run.skip_invalid);
  EXPECT_TRUE(s.again);
  EXPECT_TRUE(s.yes);
  EXPECT_EQ(s.verbosity, 2);
  EXPECT_EQ(source_of(s, "limits.write"), "--rate");
  EXPECT_EQ(source_of(s, "limits.read"), "--read-rate");
  EXPECT_EQ(source_of(s, "read_first"), "--no-read-first");
  EXPECT_EQ(source_of(s, "concurrency"), "--concurrency");
}

TEST_F(Settings, TheStrongerLayerWinsAndIsNamed) {
  EXPECT_EQ(source_of(loaded(), "limits.write"), "profile productlane");
  EXPECT_EQ(source_of(loaded(), "concurrency"), "default");
  write("pawl.toml", "# found in the directory\n[limits]\nwrite = \"50/min\"\n");
  auto s = loaded();
  EXPECT_EQ(s.run.writes.windows, (windows{{50, 60s}}));
  EXPECT_EQ(source_of(s, "limits.write"), "pawl.toml:3");
  raw.overrides = {"limits.write=40/min, 10/10s"};
  s = loaded();
  EXPECT_EQ(s.run.writes.windows, (windows{{40, 60s}, {10, 10s}}));
  EXPECT_EQ(source_of(s, "limits.write"), "-o limits.write");
  raw.overrides.clear();
  raw.rate = {"unlimited"};
  s = loaded();
  EXPECT_TRUE(s.run.writes.windows.empty());
  EXPECT_EQ(source_of(s, "limits.write"), "--rate");
}

TEST_F(Settings, OverridesTakeAnyKey) {
  raw.overrides = {"api.profile=internal-example",
                   "retry.cap=5s",
                   "read_first=true",
                   "api.account=a=b",
                   "max_failures=none",
                   "csv.delimiter=;",
                   "concurrency=1024",
                   "limits.reserve=99%"};
  const auto s = loaded();
  EXPECT_EQ(s.profile.name, "internal-example");
  EXPECT_EQ(s.token_env, "ITEMS_API_KEY");
  EXPECT_EQ(s.run.retry.cap, 5s);
  EXPECT_TRUE(s.read_first);
  EXPECT_EQ(s.expected_account, "a=b");
  EXPECT_EQ(s.run.stop.failures.share, 0.0);
  EXPECT_FALSE(s.run.stop.failures.count);
  EXPECT_EQ(s.source.delimiter, ';');
  EXPECT_EQ(s.run.concurrency, 1024u);
}

TEST_F(Settings, ListPagesCanBeTurnedOff) {
  for (const auto* off : {"0", "0s", "0ms"}) {
    raw.overrides = {std::string{"max_snapshot_age="} + off};
    EXPECT_EQ(loaded().max_snapshot_age, 0s) << off;
  }
}

TEST_F(Settings, TheStrongerNameOfAKeyWins) {
  write("named.toml", "auth.token_file = \"key\"\n");
  raw.config_file = "named.toml";
  EXPECT_EQ(loaded().token_file, "key");
  EXPECT_EQ(loaded().token_env, "");
  raw.token_env = "OTHER_KEY";
  EXPECT_EQ(loaded().token_file, "");
  EXPECT_EQ(loaded().token_env, "OTHER_KEY");
}

TEST_F(Settings, KeepConditionsParsed) {
  raw.only_if = {"status = open", "last_inbound_message_at older than 90d", "has tag billing",
                 "status = open"};
  const auto s = loaded();
  ASSERT_EQ(s.conditions.size(), 3u);
  EXPECT_EQ(to_string(s.conditions[1]), "last_inbound_message_at older than 90d");
  EXPECT_EQ(s.conditions[2].field, "tag_ids");
  raw.only_if.pop_back();
  EXPECT_EQ(s.only_if, raw.only_if) << "each once";
}

TEST_F(Settings, StateDirectoryFollowsTheEnvironment) {
  env["XDG_STATE_HOME"] = "/xdg";
  EXPECT_EQ(loaded().state_directory, "/xdg/pawl");
  env["XDG_STATE_HOME"] = "relative";  // to be ignored, says the XDG specification
  EXPECT_EQ(loaded().state_directory, "/home/ada/.local/state/pawl");
}

TEST_F(Settings, TheProxyIsTheOneAskedForElseTheEnvironments) {
  const auto proxy = [&] {
    const auto s = loaded();
    return s.run.transport.proxy ? s.run.transport.proxy->name() : std::string();
  };
  EXPECT_EQ(proxy(), "");
  env["HTTPS_PROXY"] = "http://upper.example:1";
  EXPECT_EQ(proxy(), "upper.example:1");
  EXPECT_EQ(source_of(loaded(), "proxy"), "HTTPS_PROXY");
  env["https_proxy"] = "lower.example:2";  // counts first, and needs no scheme, as with curl
  EXPECT_EQ(proxy(), "lower.example:2");
  env["https_proxy"] = "";  // as if it were not set
  EXPECT_EQ(proxy(), "upper.example:1");

  raw.base_url = "https://127.0.0.1:8443";
  EXPECT_EQ(proxy(), "");
  raw.proxy = "http://asked.example:3";  // a loopback target too
  EXPECT_EQ(proxy(), "asked.example:3");
  raw.base_url.reset();
  env["NO_PROXY"] = "*";  // says nothing about a proxy that was asked for
  EXPECT_EQ(proxy(), "asked.example:3");
  EXPECT_EQ(source_of(loaded(), "proxy"), "--proxy");
  raw.proxy.reset();
  EXPECT_EQ(proxy(), "");
  env["NO_PROXY"] = ".com";
  EXPECT_EQ(proxy(), "");
  env["NO_PROXY"] = "other.com";
  EXPECT_EQ(proxy(), "upper.example:1");
  raw.proxy = "none";
  EXPECT_EQ(proxy(), "");
  raw.proxy.reset();
  write("named.toml", "proxy = \"http://file.example:4\"\n");
  raw.config_file = "named.toml";
  EXPECT_EQ(proxy(), "file.example:4");
}

TEST_F(Settings, TheKeyOfAClientCertificateMayStandInItsFile) {
  raw.cert = "both.pem";
  const auto s = loaded();
  EXPECT_EQ(s.run.transport.cert_file, "both.pem");
  EXPECT_EQ(s.run.transport.key_file, "");
}

TEST_F(Settings, RecordIsJsonWhateverTheBytesOfAnArgumentAre) {
  raw.set = {"title=\xff\"\xc3\xbc", "status=\xc3\xbc"};
  EXPECT_THAT(loaded().as_json, HasSubstr(R"("input.set":["title=?\"??","status=ü"],)"));
}

TEST_F(Settings, RecordHoldsEveryKeyInOrderAndNoSecret) {
  env["PRODUCTLANE_API_KEY"] = "pl_v2_abcdefghijklmnop";
  raw.proxy = "http://ada:hunter2@proxy.example:3128";
  raw.set = {"status=done"};
  const auto s = loaded();
  EXPECT_THAT(s.as_json,
              ::testing::StartsWith(R"({"api.profile":"productlane","api.base_url":"https://productlane.com)"
                                    R"(/api/v2","api.account":null,"api.allow_http":"false",)"
                                    R"("auth.token_env":"PRODUCTLANE_API_KEY","auth.token_file":null,)"
                                    R"("limits.write":"60/min,20/10s","limits.read":"1000/min,333/10s",)"));
  EXPECT_THAT(s.as_json, HasSubstr(R"("proxy":"http://proxy.example:3128",)"));
  EXPECT_THAT(s.as_json, HasSubstr(R"("ledger.path":"jobs.csv.ledger",)"));
  EXPECT_THAT(
      s.as_json,
      ::testing::EndsWith(
          R"("input.format":null,"input.id_column":"id","input.map":[],)"
          R"("input.ignore_column":[],"input.set":["status=done"],)"
          R"("input.only_if":[],"input.fill_empty":[],"input.match":null,"input.skip_invalid":false})"));
  for (const auto* secret : {"hunter2", "ada:", "pl_v2", "Basic", "YWRhOmh1bnRlcjI"})
    EXPECT_EQ(s.as_json.find(secret), std::string::npos);
  raw.proxy.reset();
  env["HTTPS_PROXY"] = "http://ada:hunter2@other.example:3128";
  const auto of_environment = loaded().as_json;
  EXPECT_THAT(of_environment, HasSubstr(R"("proxy":"http://other.example:3128",)"));
  EXPECT_EQ(of_environment.find("hunter2"), std::string::npos);
  std::size_t at = 0;
  for (const auto& k : setting_keys()) {
    const auto next = s.as_json.find("\"" + std::string(k.key) + "\":");
    ASSERT_NE(next, std::string::npos) << k.key;
    EXPECT_GE(next, at) << k.key;
    at = next;
  }
  EXPECT_EQ(loaded().as_json, of_environment) << "the same every time";
}

}  // namespace
}  // namespace pawl::config
