#include "tests/sandbox/options.hpp"

#include "tests/sandbox/apis/vendors.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace sandbox {
namespace {

constexpr const char* default_key = "pl_v2_sandbox_0123456789abcdefghij";

// The texts of the command line, before they are checked.
struct raw_options {
  std::vector<std::string> keys, tags, scripts, read_scripts, further_limits;
  std::string scopes, write_limit, read_limit, day = "24h", revert;
  std::string faults, delay = "0", delay_jitter = "0", slow = "1s", idle_close = "0", clock_offset = "0";
  std::uint64_t retry_after = 1, max_seconds = 600;
  std::string limits = "on";
  bool count_429 = false, no_rate_headers = false;
  std::string window_kind, count_at = "arrival", cert_kind = "good", tls_newest = "1.3";
};

// Names and the values that they stand for. (CLI11's own transformer would show numbers in the help.)
template <class Value>
struct choice {
  const char* name;
  Value value;
};
constexpr std::array<choice<certificate_kind>, 7> certificate_kinds{
    {{"good", certificate_kind::good},
     {"wrong-host", certificate_kind::wrong_host},
     {"expired", certificate_kind::expired},
     {"not-yet-valid", certificate_kind::not_yet_valid},
     {"self-signed", certificate_kind::self_signed},
     {"wrong-ca", certificate_kind::wrong_ca},
     {"client-only", certificate_kind::client_only}}};
constexpr std::array<choice<int>, 3> tls_versions{{{"1.3", 13}, {"1.2", 12}, {"1.1", 11}}};
constexpr std::array<choice<limit_kind>, 2> limit_kinds{
    {{"sliding", limit_kind::sliding}, {"fixed", limit_kind::fixed}}};
constexpr std::array<choice<count_point>, 3> count_points{
    {{"arrival", count_point::arrival}, {"reply", count_point::reply}, {"random", count_point::random}}};

template <class Choices>
CLI::Option* add_choice(CLI::App& app, const std::string& flag, std::string& to, const Choices& choices,
                        const std::string& help) {
  std::vector<std::string> names;
  for (const auto& c : choices) names.emplace_back(c.name);
  return app.add_option(flag, to, help)->check(CLI::IsMember(names))->capture_default_str();
}

template <class Choices, class Value>
void take_choice(const std::string& text, const Choices& choices, Value& to) {
  for (const auto& c : choices)
    if (text == c.name) to = c.value;
}

std::vector<std::string> texts(std::string_view list) {
  std::vector<std::string> out;
  for (const std::string_view part : split(list, ',')) out.emplace_back(part);
  return out;
}

// Checks what CLI11 cannot check; each complaint names the flag.
struct checker {
  std::vector<std::string> complaints;

  std::chrono::microseconds duration(const char* flag, const std::string& text) {
    const auto d = parse_duration(text);
    if (!d) complaints.push_back(std::string{flag} + ": `" + text + "` is no duration; write 80ms, 2s, 1m");
    return d.value_or(std::chrono::microseconds{0});
  }
  std::vector<window_limit> windows(const char* flag, const std::string& text) {
    const auto w = parse_limits(text);
    if (!w)
      complaints.push_back(std::string{flag} + ": `" + text + "` is no limit; write 60/60s,20/10s or off");
    return w.value_or(std::vector<window_limit>{});
  }
};

// Reads `thr_000017=drop-after,e500,ok`.
std::vector<std::pair<std::string, std::vector<std::string>>> scripts_of(
    const char* flag, const std::vector<std::string>& given, checker& check) {
  std::vector<std::pair<std::string, std::vector<std::string>>> scripts;
  for (const std::string& text : given) {
    const std::size_t equals = text.rfind('=');  // an id may have an equals sign, a fault has none
    if (equals == std::string::npos || equals == 0) {
      check.complaints.push_back(std::string{flag} + ": `" + text + "` must be ID=FAULT,FAULT,...");
      continue;
    }
    scripts.emplace_back(text.substr(0, equals), texts(std::string_view{text}.substr(equals + 1)));
    fault_script trial;
    for (const std::string& step : scripts.back().second) {
      if (!trial.add("id", step))
        check.complaints.push_back(std::string{flag} + ": `" + text + "`: no such fault: `" + step + "`");
    }
  }
  return scripts;
}

void check_keys(const raw_options& raw, options& o) {
  std::optional<std::vector<std::string>> scopes;
  if (!raw.scopes.empty()) scopes = texts(raw.scopes);
  if (raw.keys.empty()) o.keys.emplace_back(default_key, scopes);
  for (const std::string& key : raw.keys) {
    const std::size_t equals = key.find('=');
    o.keys.emplace_back(key.substr(0, equals), scopes);
    if (equals != std::string::npos) o.keys.back().second = texts(std::string_view{key}.substr(equals + 1));
  }
}

void check_limits(const raw_options& raw, options& o, checker& check) {
  o.limits_off = raw.limits == "off";
  o.enforce = raw.limits == "observe" ? enforcement::observe : enforcement::on;
  o.count_refused = raw.count_429;
  if (!raw.window_kind.empty()) take_choice(raw.window_kind, limit_kinds, o.window_kind.emplace());
  o.how.day = check.duration("--day", raw.day);
  if (!raw.write_limit.empty()) o.limits.emplace_back("write", raw.write_limit);
  if (!raw.read_limit.empty()) o.limits.emplace_back("read", raw.read_limit);
  for (const std::string& text : raw.further_limits) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      check.complaints.push_back("--limit: `" + text + "` must be NAME=N/WINDOW,...");
    } else {
      o.limits.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  for (const auto& [name, text] : o.limits) {
    named_rule trial = rule_called(name);
    trial.read_cost = trial.write_cost = 1;
    const std::string wrong = read_rule(text, o.how.day.count(), trial);
    const bool further = name != "read" && name != "write";
    if (!wrong.empty())
      check.complaints.push_back("--" + (further ? std::string{} : name + '-') + "limit: " + wrong);
  }
}

// Reads `2s=0.2`.
void check_revert(const raw_options& raw, options& o, checker& check) {
  if (raw.revert.empty()) return;
  const std::size_t equals = raw.revert.find('=');
  char* end = nullptr;
  o.revert_after = check.duration("--revert", raw.revert.substr(0, equals));
  if (equals != std::string::npos) o.revert_share = std::strtod(raw.revert.c_str() + equals + 1, &end);
  if (end == nullptr || *end != '\0' || o.revert_share <= 0 || o.revert_share > 1)
    check.complaints.push_back("--revert: `" + raw.revert + "` must be DELAY=SHARE, for example 2s=0.2");
  if (o.api == "productlane")
    check.complaints.push_back("--revert: the threads of productlane have no such rule");
}

std::vector<std::string> check_rest(const raw_options& raw, options& o) {
  checker check;
  check_keys(raw, o);
  check_limits(raw, o, check);
  take_choice(raw.cert_kind, certificate_kinds, o.tls.kind);
  take_choice(raw.tls_newest, tls_versions, o.tls.newest);
  take_choice(raw.count_at, count_points, o.how.count_at);
  std::string why_not;
  if (const auto rates = fault_rates::parse(raw.faults, why_not)) {
    o.how.faults = *rates;
  } else {
    check.complaints.push_back("--faults: " + why_not);
  }
  o.how.delay = check.duration("--delay", raw.delay);
  o.how.delay_jitter = check.duration("--delay-jitter", raw.delay_jitter);
  o.how.slow = check.duration("--slow", raw.slow);
  const bool back = raw.clock_offset.starts_with('-');
  o.how.clock_offset =
      check.duration("--clock-offset", raw.clock_offset.substr(back ? 1 : 0)) * (back ? -1 : 1);
  o.how.injected_retry_after = std::chrono::seconds{raw.retry_after};
  o.how.headers = raw.no_rate_headers ? rate_headers::leave_out : rate_headers::send;
  o.idle_close = check.duration("--idle-close", raw.idle_close);
  check_revert(raw, o, check);
  o.max_time = std::chrono::seconds{raw.max_seconds};
  o.scripts = scripts_of("--script", raw.scripts, check);
  o.read_scripts = scripts_of("--read-script", raw.read_scripts, check);
  for (const std::string& tag : raw.tags) {
    const std::size_t equals = tag.find('=');
    if (equals == std::string::npos || equals == 0) {
      check.complaints.push_back("--tag: `" + tag + "` must be ID=NAME");
    } else {
      o.tags.emplace_back(tag.substr(0, equals), tag.substr(equals + 1));
    }
  }
  return check.complaints;
}

}  // namespace

std::optional<options> read_options(int argc, char** argv, int& exit_code) {
  options o;
  raw_options raw;
  CLI::App app{
      "A loopback server that behaves as an API is documented, for rehearsals and tests: Productlane API v2, "
      "or\n"
      "the one that --api names.\n"
      "It prints one JSON line when it is ready and ends on SIGTERM, SIGINT or after --max-seconds.",
      "pawl-sandbox"};
  app.add_option("--port", o.port, "port on 127.0.0.1 and ::1; 0 takes a free one")->capture_default_str();
  app.add_flag("--plain", o.plain, "plain http instead of TLS");
  app.add_option("--ca-out", o.ca_out, "where to write the CA certificate (PEM)");
  add_choice(app, "--cert-kind", raw.cert_kind, certificate_kinds,
             "the server's certificate, good or bad in one way");
  add_choice(app, "--tls-newest", raw.tls_newest, tls_versions,
             "newest TLS version that is offered; 1.1 offers nothing newer");
  app.add_flag("--require-client-cert", o.tls.require_client_certificate,
               "refuse clients without a certificate");
  app.add_option("--client-cert-out", o.client_cert_out,
                 "where to write a client certificate of the CA (PEM)");
  app.add_option("--client-key-out", o.client_key_out, "where to write its key (PEM)");

  app.add_option("--api", o.api, "whose API it is")
      ->check(CLI::IsMember(vendor_names()))
      ->capture_default_str();
  app.add_option(
      "--api-file", o.api_file,
      "what --api generic reads: an API of yours, described in JSON, for example "
      "{\"write\":{\"method\":\"PUT\",\"path\":\"/things/{id}\",\"fields_at\":\"thing\"}}; all members "
      "stand in docs/rehearsal.md");
  app.add_option("--key", raw.keys, "an API key, KEY or KEY=scope,scope; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--scopes", raw.scopes, "scopes of keys without their own; else the API's own");
  app.add_option("--workspace", o.workspace, "workspace id that GET /me tells")->capture_default_str();

  app.add_option("--write-limit", raw.write_limit, "windows for writes (Productlane: 60/60s,20/10s)");
  app.add_option("--read-limit", raw.read_limit, "windows for reads (Productlane: 1000/60s)");
  app.add_option(
         "--limit", raw.further_limits,
         "a limit by name, NAME=N/WINDOW,...: changes one of the API or adds one. Behind it read=COST, "
         "write=COST (0: not counted), each (a budget for each resource), fixed or sliding, for example "
         "points=900/min;read=1;write=5; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--day", raw.day, "how long the unit `day` of limits lasts")->capture_default_str();
  app.add_option("--limits", raw.limits, "on, observe (count, refuse nothing) or off")
      ->check(CLI::IsMember({"on", "observe", "off"}))
      ->capture_default_str();
  add_choice(app, "--limit-kind", raw.window_kind, limit_kinds, "how windows are counted");
  add_choice(app, "--count-at", raw.count_at, count_points, "when a delayed request is counted");
  app.add_flag("--count-429", raw.count_429, "refused requests take quota too");
  app.add_flag("--no-rate-headers", raw.no_rate_headers, "send no X-RateLimit headers");
  app.add_option("--clock-offset", raw.clock_offset, "added to the time in headers, for example -3s");

  app.add_option("--threads", o.threads,
                 "how many threads, thr_000001 and so on (1000; 0 beside --seed-from)");
  app.add_option("--seed-from", o.seed_from,
                 "CSV or NDJSON job file whose ids become threads; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--seed-id-column", o.seed_id_column, "its id column")->capture_default_str();
  app.add_option("--seed", o.seed, "seed of everything that is left to chance")->capture_default_str();
  app.add_option("--tag", raw.tags, "a further tag, ID=NAME; may be repeated")->allow_extra_args(false);
  app.add_flag("--refuse-unknown-ids", o.refuse_unknown_ids,
               "an unknown tag, user, contact or company is a 400; else it comes into being");
  app.add_option(
      "--revert", raw.revert,
      "a rule of the server that puts back what was written, DELAY=SHARE: 2s=0.2 does so with every "
      "fifth resource after two seconds; not with productlane");
  app.add_flag("--normalise-html", o.normalise_html, "text without a tag comes back inside <p>");

  app.add_option(
      "--faults", raw.faults,
      "rates such as drop-after=0.02,e500=0.05,write:cut=0.01,read:slow=0.1; two together as "
      "drop-after+slow=0.01; foreign=0.05 draws replies of strangers, foreign/404/html=0.05 is one");
  app.add_option("--script", raw.scripts,
                 "what the next writes to one id get, ID=FAULT,FAULT,...: for example "
                 "thr_000017=drop-after,e500,ok; a * behind the last one keeps it for good; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--read-script", raw.read_scripts, "the same for the reads of one id")
      ->allow_extra_args(false);
  app.add_option("--delay", raw.delay, "reply time")->capture_default_str();
  app.add_option("--delay-jitter", raw.delay_jitter, "up to this much more, evenly spread")
      ->capture_default_str();
  app.add_option("--slow", raw.slow, "what the fault `slow` adds")->capture_default_str();
  app.add_option("--retry-after", raw.retry_after, "Retry-After of injected 429 and 503, in seconds")
      ->capture_default_str();
  app.add_option("--idle-close", raw.idle_close, "close connections that were idle this long; 0: never")
      ->capture_default_str();
  app.add_option("--max-in-flight", o.how.most_in_flight,
                 "API requests that are served at the same time; others are refused at once; 0: all")
      ->capture_default_str();
  app.add_option("--over-status", o.how.over_status, "what those get: 503 or 429, without Retry-After")
      ->check(CLI::IsMember({429, 503}))
      ->capture_default_str();
  app.add_flag("--chunked", o.how.chunked, "replies in chunks");

  app.add_option("--journal", o.journal_file, "write a line of JSON per request to this file");
  app.add_option("--journal-memory", o.journal_memory, "lines kept for GET /_sandbox/journal")
      ->capture_default_str();
  app.add_option("--keep-bodies", o.kept_bodies, "accepted bodies kept per thread")->capture_default_str();
  app.add_option("--truth", o.truth_file, "write the final truth to this file at the end");
  app.add_option("--max-seconds", raw.max_seconds, "end by itself after this time; 0: never")
      ->capture_default_str();
  app.add_flag("--die-with-parent", o.die_with_parent, "end when the parent process does");

  exit_code = 0;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    exit_code = app.exit(e) == 0 ? 0 : 2;
    return std::nullopt;
  }
  const auto complaints = check_rest(raw, o);
  for (const std::string& complaint : complaints) std::cerr << "pawl-sandbox: " << complaint << '\n';
  if (complaints.empty()) return o;
  exit_code = 2;
  return std::nullopt;
}

}  // namespace sandbox
