#include "config/proxy_rule.hpp"
#include "settings_fixture.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace pawl::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using SettingsComplaints = SettingsTest;

TEST_F(SettingsComplaints, NameSourceValueAndRemedy) {
  using list = std::vector<std::string>;
  const std::string rates = "; write it as 60/min, 20/10s, 5000/s, 100/h or unlimited";
  const struct {
    std::function<void(raw_options&)> given;
    list complaints;
  } table[] = {
      {[](auto& r) { r.match = "email"; },
       {"--match: the profile productlane does not say how a resource is found by \"email\"; match by one of "
        "assignee_id, contact_id, company_id, or describe it as [match.email]"}},
      {[](auto& r) { r.match = ""; }, {"--match: is empty; name the field whose values the rows have"}},
      {[](auto& r) {
         r.match = "contact_id";
         r.id_column = "thread";
       },
       {"--match: stands beside --id-column: rows name their resources by one of them; leave out one of the "
        "two; a "
        "column of another name is read as the field with --map COLUMN=contact_id"}},
      {[](auto& r) { r.skip_unmatched = true; },
       {"--skip-unmatched: stands without --match; say by which field rows name their resources"}},
      {[](auto& r) { r.rate = {"60"}; },
       {"--rate: \"60\" has no window; write \"60/min\", or another of 60/min, 20/10s, 5000/s, 100/h"}},
      {[](auto& r) { r.rate = {"60/min", "fast"}; }, {"--rate: \"fast\" is not a rate" + rates}},
      {[](auto& r) { r.rate = {"60/min", "unlimited"}; },
       {"--rate: unlimited stands beside another rate; write unlimited alone, or leave it out"}},
      {[](auto& r) {
         r.rate = {"60/min"};
         r.overrides = {"limits.write=50/min"};
       },
       {"-o limits.write: limits.write is given by --rate too; leave out one of the two"}},
      {[](auto& r) { r.overrides = {"retry.cap=1s", "retry.cap=1s"}; },
       {"-o retry.cap: is given twice; give it once"}},
      {[](auto& r) {
         r.no_read_first = true;
         r.overrides = {"read_first=true"};
       },
       {"-o read_first: read_first is given by --no-read-first too; leave out one of the two"}},
      {[](auto& r) { r.overrides = {"limit.write=1/s", "write=1/s", "colour=red", "retry.cap", "=x", ""}; },
       {"-o limit.write: is not a known setting; did you mean limits.write?",
        "-o write: is not a known setting; did you mean limits.write?",
        "-o colour: is not a known setting; remove it; README lists all settings",
        "-o retry.cap: has no value; write -o retry.cap=VALUE",
        "-o : is not a known setting; remove it; README lists all settings",
        "-o : is not a known setting; remove it; README lists all settings"}},
      {[](auto& r) { r.concurrency = "Auto"; },
       {"--concurrency: \"Auto\" is not a whole number; write a number from 1 to 1024, or auto"}},
      {[](auto& r) { r.overrides = {"rate=1/s", "read-rate=1/s", "ledger=x", "max_retries=3"}; },
       {"-o rate: is not a known setting; did you mean limits.write?",
        "-o read-rate: is not a known setting; did you mean limits.read?",
        "-o ledger: is not a known setting; did you mean ledger.path?",
        "-o max_retries: is not a known setting; did you mean retry.max_attempts?"}},
      {[](auto& r) { r.concurrency = "0"; },
       {"--concurrency: \"0\" is out of range; write a number from 1 to 1024, or auto"}},
      {[](auto& r) { r.overrides = {"concurrency=1025"}; },
       {"-o concurrency: \"1025\" is out of range; write a number from 1 to 1024, or auto"}},
      {[](auto& r) { r.reserve = "100%"; },
       {"--reserve: \"100%\" leaves nothing to this run; reserve at most 99%"}},
      {[](auto& r) { r.reserve = "20"; },
       {"--reserve: \"20\" is more than the whole; write a percent sign: \"20%\""}},
      {[](auto& r) { r.reserve = "96%"; },
       {"--reserve: leaves less than one request in 20/10s of limits.write; reserve less"}},
      {[](auto& r) { r.max_failures = "0"; },
       {"--max-failures: \"0\" can mean two things; write 1 to stop at the first failure, none to go on"}},
      {[](auto& r) { r.max_failures = "0%"; },
       {"--max-failures: \"0%\" can mean two things; write 1 to stop at the first failure, none to go on"}},
      {[](auto& r) { r.max_failures = "some"; },
       {"--max-failures: \"some\" is not a whole number; write a number such as 50, a share such as 10%, or "
        "none"}},
      {[](auto& r) { r.overrides = {"timeouts.connect=0s", "timeouts.attempt=60", "limits.max_wait=soon"}; },
       {"-o limits.max_wait: \"soon\" is not a duration; write it as 250ms, 3s, 15m or 1h",
        "-o timeouts.connect: \"0s\" leaves no time at all; write a longer one",
        "-o timeouts.attempt: \"60\" has no unit; write \"60s\" for seconds; units are ms, s, m, h"}},
      {[](auto& r) { r.overrides = {"read_first=yes", "retry.max_attempts=0", "log.format=xml"}; },
       {"-o read_first: \"yes\" is none of true, false, auto; write one of these",
        "-o retry.max_attempts: \"0\" is out of range; write a number from 1 to 1000",
        "-o log.format: \"xml\" is neither text nor json; use one of these"}},
      {[](auto& r) { r.overrides = {"csv.null=", "csv.delimiter=:", "csv.list_separator=ab"}; },
       {"-o csv.null: is empty; an empty cell keeps a field, so another text must clear it",
        "-o csv.delimiter: \":\" is no delimiter; use one of , ; tab |",
        "-o csv.list_separator: \"ab\" is not one character; use one ASCII character but \""}},
      {[](auto& r) { r.profile = "productlan"; },
       {"--profile: there is no profile \"productlan\"; use one of github-issues, "
        "hubspot-contacts, hubspot-tickets, intercom-contacts, internal-example, jira-issues, productlane, "
        "redmine-issues, rt-tickets, zendesk-tickets, or a file "
        "(a name "
        "with / or ending in .toml)"}},
      {[](auto& r) { r.profile = "none.toml"; },
       {"--profile: \"none.toml\" cannot be read: No such file or directory; name a readable file with "
        "--profile"}},
      {[](auto& r) { r.config_file = "none.toml"; },
       {"--config: \"none.toml\" cannot be read: No such file or directory; name a readable file with "
        "--config"}},
      {[](auto& r) { r.config_file = "."; },
       {"--config: \".\" is a directory; name a readable file with --config"}},
      {[](auto& r) {
         r.base_url = "http://example.com";
         r.token_env = "K";
       },
       {"--base-url: base URL \"http://example.com\" would send the token unencrypted; use https (plain http "
        "is for "
        "loopback and private addresses)"}},
      {[](auto& r) { r.base_url = "https://example.com"; },
       {"--base-url: the key that profile productlane names is not meant for example.com; name the key for "
        "this host "
        "with --token-env or --token-file"}},
      {[](auto& r) {
         r.token_env = "A";
         r.token_file = "b";
       },
       {"--token-file: the key is named twice: --token-env names a variable as well; leave out one of the "
        "two"}},
      {[](auto& r) { r.token_env = "pl_v2_0123456789abcdef"; },
       {"--token-env: looks like the key itself, not like the name of a variable; name the variable that "
        "holds it; a "
        "key that stood on a command line should be replaced"}},
      {[](auto& r) { r.token_env = "sk-0123456789"; },
       {"--token-env: is not the name of an environment variable; name the variable that holds the key, such "
        "as "
        "PRODUCTLANE_API_KEY, never the key itself"}},
      {[](auto& r) { r.limit = "0"; },
       {"--limit: 0 takes no job at all; write at least 1; the command check looks without sending"}},
      {[](auto& r) { r.limit = "ten"; },
       {"--limit: \"ten\" is not a whole number; write the number of jobs to take, such as 20"}},
      {[](auto& r) { r.format = "xlsx"; },
       {"--format: \"xlsx\" is neither csv nor ndjson; use one of these"}},
      {[](auto& r) { r.progress = "bar"; },
       {"--progress: \"bar\" is not one of auto, line, plain, none; use one of these"}},
      {[](auto& r) { r.fresh = r.again = true; },
       {"--fresh: stands beside --again; use --fresh to give up an unfinished input, --again to repeat a "
        "finished "
        "one"}},
      {[](auto& r) {
         r.quiet = true;
         r.verbose = 1;
       },
       {"-q: stands beside -v; leave out one of the two"}},
      {[](auto& r) { r.input = "-"; },
       {"-: standard input has no name that tells its format; add --format csv or ndjson",
        "-: standard input has no place for a ledger beside it; add --ledger FILE"}},
      {[](auto& r) { r.key = "k.pem"; },
       {"tls.key: there is no client certificate that this key could belong to; name the certificate with "
        "--cert"}},
      {[](auto& r) { r.map = {"a", "=b", "a=", "x=y", "x=z"}; },
       {"--map: \"a\" is not COLUMN=FIELD; write --map \"Old name=field\"",
        "--map: \"=b\" is not COLUMN=FIELD; write --map \"Old name=field\"",
        "--map: \"a=\" is not COLUMN=FIELD; write --map \"Old name=field\"",
        "--map: the column \"x\" is mapped twice; map it once"}},
      {[](auto& r) { r.set = {"status", "status=done", "status=open"}; },
       {"--set: \"status\" is not FIELD=VALUE; write --set status=done",
        "--set: the field \"status\" is set twice; set it once"}},
      {[](auto& r) {
         r.map = {"a=b"};
         r.ignore_column = {"a", ""};  // a column may have no name
       },
       {"--ignore-column: the column \"a\" is mapped as well; leave out one of the two"}},
      {[](auto& r) { r.only_if = {"status = opne", "closed_loop = true"}; },
       {"--only-if: status is one of open, snoozed, done (got \"opne\")",
        "--only-if: the API does not show closed_loop, so no condition can look at it; use a field that "
        "replies "
        "show"}},
      {[](auto& r) { r.ledger = "./jobs.csv"; },
       {"./jobs.csv: the input and the ledger would be the same file; give one of them another name"}},
      {[](auto& r) {
         r.summary = "out";
         r.log_file = "out";
       },
       {"out: the summary and the log would be the same file; give one of them another name"}},
      {[](auto& r) { r.ledger = ""; }, {"--ledger: is empty; name a file"}},
      // Everything at once, in the order of the settings.
      {[](auto& r) {
         r.rate = {"0/s"};
         r.concurrency = "x";
         r.limit = "0";
         r.quiet = true;
         r.verbose = 2;
         r.overrides = {"nope=1"};
       },
       {"-o nope: is not a known setting; remove it; README lists all settings",
        "--rate: \"0/s\" would never send anything; write at least 1, or unlimited",
        "--concurrency: \"x\" is not a whole number; write a number from 1 to 1024, or auto",
        "--limit: 0 takes no job at all; write at least 1; the command check looks without sending",
        "-q: stands beside -v; leave out one of the two"}},
  };
  const auto plain = raw;
  for (std::size_t i = 0; i < std::size(table); ++i) {
    raw = plain;
    table[i].given(raw);
    EXPECT_EQ(complaints(), table[i].complaints) << "row " << i;
  }
}

TEST_F(SettingsComplaints, NameTheLineOfAFile) {
  write("pawl.toml", R"(concurency = 4
concurrency = "many"
limits = 5
read_first = 1
state_dir = true
[limit]
write = "60/min"
[retry]
cap = 60
base = "fast"
concurrency = 3
[timeouts.connect]
x = 1
[csv]
null = 2026-01-01
)");
  EXPECT_THAT(
      complaints(),
      ElementsAre(
          "pawl.toml:1: concurency: is not a known setting; did you mean concurrency?",
          "pawl.toml:3: limits: is a table (got a whole number); write [limits] and its keys below",
          "pawl.toml:4: read_first: has the wrong type (got a whole number); write true, false or \"auto\"",
          "pawl.toml:5: state_dir: has the wrong type (got a boolean); write text in quotes",
          "pawl.toml:6: limit: is not a known table; did you mean [limits]?",
          "pawl.toml:9: retry.cap: has the wrong type (got a whole number); write a duration such as "
          "\"3s\"",
          "pawl.toml:11: retry.concurrency: is not a known setting; did you mean concurrency? It stands "
          "above the first [table]",
          "pawl.toml:12: timeouts.connect: has the wrong type (got a table); write a duration such as "
          "\"3s\"",
          "pawl.toml:15: csv.null: has the wrong type (got a date or time); write text in quotes",
          "pawl.toml:2: concurrency: \"many\" is not a whole number; write a number from 1 to 1024, or auto",
          "pawl.toml:10: retry.base: \"fast\" is not a duration; write it as 250ms, 3s, 15m or 1h"));
  write("pawl.toml", "a = = 1\n");
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("pawl.toml:1: cannot be read as TOML: ")));
  write("pawl.toml", "limits.write = []\n");
  EXPECT_THAT(complaints(),
              ElementsAre("pawl.toml:1: limits.write: is an empty list; give it a value, or leave it out"));
  write("pawl.toml", "limits.write = [60]\n");
  EXPECT_THAT(complaints(),
              ElementsAre("pawl.toml:1: limits.write: has the wrong type (got a list); write a rate such "
                          "as \"60/min\", or a list of them"));
  write("named.toml", "auth = { token_env = \"A\", token_file = \"b\" }\n");
  raw.config_file = "named.toml";
  write("pawl.toml", "");
  EXPECT_THAT(complaints(),
              ElementsAre("named.toml:1: the key is named twice: named.toml:1 names a variable as well; "
                          "leave out one of the two"));
  raw.config_file.reset();
  write("pawl.toml", std::string(2 << 20, '#'));
  EXPECT_THAT(
      complaints(),
      ElementsAre("pawl.toml: \"pawl.toml\" is larger than 1 MiB; name a readable file with --config"));
}

TEST_F(SettingsComplaints, AProfilesOwnComplaintsAreAmongThem) {
  write("p.toml", "name = \"p\"\n");
  raw.profile = "p.toml";
  raw.concurrency = "0";
  const auto all = complaints();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0], "p.toml: base_url: is missing; add base_url = \"https://...\"");
  EXPECT_THAT(all[4], HasSubstr("--concurrency"));
}

TEST_F(SettingsComplaints, ATokenGoesOnlyToTheHostThatItsProfileOrConfigNames) {
  raw.base_url = "https://other.example";
  EXPECT_THAT(
      complaints(),
      ElementsAre("--base-url: the key that profile productlane names is not meant for other.example; "
                  "name the key for this host with --token-env or --token-file"));
  raw.token_env = "OTHER_KEY";
  EXPECT_THAT(complaints(), ElementsAre());  // the key is named for this host
  EXPECT_TRUE(loaded().target_named_by_user);
  raw.token_env.reset();
  for (const auto* url : {"https://127.0.0.1:8443", "https://productlane.com/api/v3"}) {
    raw.base_url = url;  // loopback, and the profile's own host
    EXPECT_THAT(complaints(), ElementsAre()) << url;
  }
  raw.base_url = "https://productlane.com:8443/api/v2";
  EXPECT_THAT(complaints(), ElementsAre(HasSubstr("is not meant for productlane.com:8443")));
  raw.base_url.reset();

  write("named.toml", "api.base_url = \"https://other.example\"\n");
  raw.config_file = "named.toml";
  EXPECT_THAT(complaints(), ElementsAre());

  // The config's key is not for a host of the command line either.
  write("named.toml", "auth.token_file = \"key\"\n");
  raw.base_url = "https://other.example";
  EXPECT_THAT(complaints(),
              ElementsAre(HasSubstr("the key that named.toml:1 names is not meant for other.example")));
  raw.overrides = {"auth.token_file=key2"};
  EXPECT_THAT(complaints(), ElementsAre());
}

TEST_F(SettingsComplaints, ABadProxyIsToldAtItsSourceAndNotRepeated) {
  raw.proxy = "socks5://ada:hunter2@proxy.example:1080";
  EXPECT_THAT(complaints(), ElementsAre("--proxy: SOCKS proxies are not supported; name an http:// proxy"));
  raw.proxy.reset();
  env["HTTPS_PROXY"] = "http://ada:hunter2@proxy.example";
  const auto of_environment = complaints();
  ASSERT_EQ(of_environment.size(), 1u);
  EXPECT_THAT(of_environment[0], HasSubstr("HTTPS_PROXY: the proxy's address names no port"));
  EXPECT_THAT(of_environment[0], Not(HasSubstr("hunter2")));

  // Nobody asks it: the environment's proxy is for another host, or --proxy says so.
  env["NO_PROXY"] = "example.org, productlane.com";
  EXPECT_THAT(complaints(), ElementsAre());
  env.erase("NO_PROXY");
  raw.proxy = "none";
  EXPECT_THAT(complaints(), ElementsAre());
  raw.proxy.reset();
  raw.base_url = "https://localhost:8443";
  EXPECT_THAT(complaints(), ElementsAre());
}

TEST_F(SettingsComplaints, AProxyAskedForIsNotPassedByForPlainHttp) {
  raw.base_url = "http://127.0.0.1:8080";
  raw.proxy = "http://proxy.example:3128";
  EXPECT_THAT(
      complaints(),
      ElementsAre("--proxy: is for https targets only, and http://127.0.0.1:8080 is not one; use https, "
                  "or go direct with --proxy none"));
}

// What sends a request needs a directory for its quota, and says so itself (run::quota_file).
TEST_F(SettingsComplaints, NoHomeIsNoneOfTheirs) {
  env.clear();
  EXPECT_THAT(complaints(), ElementsAre());
}

TEST(ProxyRule, ExceptsHosts) {
  const auto target = [](const char* host, std::uint16_t port) {
    http::endpoint e;
    e.host = host;
    e.port = port;
    return e;
  };
  const struct {
    const char* list;
    const char* host;
    std::uint16_t port;
    bool excepted;
  } table[] = {
      {"", "a.example", 443, false},
      {"*", "a.example", 443, true},
      {"a.example", "a.example", 443, true},
      {"A.Example", "a.example", 443, true},
      {"example", "a.example", 443, true},
      {".example", "a.example", 443, true},
      {"*.example", "a.example", 443, true},
      {".a.example", "a.example", 443, true},
      {"xample", "a.example", 443, false},
      {"b.example,a.example", "a.example", 443, true},
      {"b.example a.example", "a.example", 443, true},
      {"a.example:443", "a.example", 443, true},
      {"a.example:8443", "a.example", 443, false},
      {"10.0.0.1", "10.0.0.1", 443, true},
      {"10.0.0.0/8", "10.0.0.1", 443, true},
      {"10.0.0.0/8", "11.0.0.1", 443, false},
      {"10.0.0.0/8", "a.example", 443, false},
      {"10.0.0.1/33", "10.0.0.1", 443, false},
      {"10.0.0.0/x", "10.0.0.1", 443, false},
      {"/", "10.0.0.1", 443, false},
      {"fd00::/8", "fd12::1", 443, true},
      {"fd00::/8", "fe80::1", 443, false},
      {"fd00::/8", "10.0.0.1", 443, false},
      {"::1", "::1", 443, true},
      {"[fd00::1]:443", "fd00::1", 443, true},
      {"[fd00::1]:444", "fd00::1", 443, false},
      {",,", "a.example", 443, false},
      {".", "a.example", 443, false},
  };
  for (const auto& row : table)
    EXPECT_EQ(proxy_excepts(row.list, target(row.host, row.port)), row.excepted)
        << row.list << " " << row.host;
}

}  // namespace
}  // namespace pawl::config
