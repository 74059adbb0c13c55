#include "config/setting_keys.hpp"

#include "config/quantity.hpp"
#include "engine/text/shown_url.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pawl::config {
namespace {

using texts = std::span<const std::string>;
using shape = setting_shape;

status assign(std::string& into, texts from, const std::string& remedy) {
  if (from[0].empty()) return wrong_value("is empty", remedy);
  into = from[0];
  return {};
}

status assign(bool& into, texts from) {
  if (from[0] != "true" && from[0] != "false")
    return wrong_value("\"" + from[0] + "\" is neither true nor false", "write true or false");
  into = from[0] == "true";
  return {};
}

enum class zero { refused, allowed };

status assign(duration& into, texts from, zero z = zero::refused) {
  if (z == zero::allowed && from[0] == "0") {  // zero needs no unit
    into = duration::zero();
    return {};
  }
  const auto parsed = parse_duration(from[0]);
  if (!parsed) return parsed.error();
  if (z == zero::refused && *parsed <= duration::zero())
    return wrong_value("\"" + from[0] + "\" leaves no time at all", "write a longer one");
  into = *parsed;
  return {};
}

status assign(std::vector<rate_window>& into, texts from) {
  auto parsed = parse_rates(from);
  if (!parsed) return parsed.error();
  into = *std::move(parsed);
  return {};
}

status apply_read_first(draft& d, texts from) {
  auto& s = d.value;
  s.read_first_where_free = from[0] == "auto";
  if (s.read_first_where_free) {
    s.read_first = true;  // until all limits are known
    return {};
  }
  if (from[0] != "true" && from[0] != "false")
    return wrong_value("\"" + from[0] + "\" is none of true, false, auto", "write one of these");
  return assign(s.read_first, from);
}

status apply_shared(draft& d, texts from) {
  auto parsed = parse_limits(from);
  if (!parsed) return parsed.error();
  d.value.run.writes.shared = *parsed;
  d.value.run.reads.shared = *std::move(parsed);
  return {};
}

// Takes the name of an environment variable. A wrong name is not shown: it may be the key itself.
status assign_variable(std::string& into, texts from) {
  const auto& name = from[0];
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || !letter(name.front()) ||
      !std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); }))
    return wrong_value(
        "is not the name of an environment variable",
        "name the variable that holds the key, such as PRODUCTLANE_API_KEY, never the key itself");
  into = name;
  return {};
}

// The arguments may hold secrets, so no message shows any.
status apply_token_command(draft& d, texts from) {
  const std::string remedy = "write the program and its arguments: [\"vault\", \"read\", \"...\"]";
  if (from[0].empty()) return wrong_value("names no program", remedy);
  if (std::ranges::any_of(from, [](const std::string& t) { return t.find('\0') != std::string::npos; }))
    return wrong_value("has an argument with a NUL", remedy);
  if (from.size() == 1 && from[0] == unshown)
    return wrong_value("is ***, which stands for a program and arguments that were not shown",
                       "write them in place of it");
  d.value.token_command.assign(from.begin(), from.end());
  return {};
}

status assign_one_character(char& into, texts from, const std::string& allowed) {
  const auto& text = from[0] == "tab" || from[0] == "\\t" ? std::string("\t") : from[0];
  if (text.size() != 1 || static_cast<unsigned char>(text[0]) > 0x7e || (text[0] < ' ' && text[0] != '\t') ||
      text[0] == '"')
    return wrong_value("\"" + from[0] + "\" is not one character", allowed);
  into = text[0];
  return {};
}

status apply_reserve(draft& d, texts from) {
  const auto share = parse_share(from[0]);
  if (!share) return share.error();
  if (*share > 0.99)
    return wrong_value("\"" + from[0] + "\" leaves nothing to this run", "reserve at most 99%");
  d.value.run.writes.reserve = d.value.run.reads.reserve = *share;
  return {};
}

status apply_concurrency(draft& d, texts from) {
  const std::string range = "write a number from 1 to 1024, or auto";
  d.value.run.adaptive = from[0] == "auto";
  if (d.value.run.adaptive) {
    d.value.run.concurrency = run::run_options::adaptive_slots;
    return {};
  }
  const auto count = parse_count(from[0], 1, 1024);
  if (!count) return wrong_value(count.error().what, range);
  d.value.run.concurrency = static_cast<std::uint32_t>(*count);
  return {};
}

status apply_max_failures(draft& d, texts from) {
  const std::string forms = "write a number such as 50, a share such as 10%, or none";
  policy::failure_limit limit{0.0, std::nullopt};
  if (from[0] == "none") {
    d.value.run.stop.failures = limit;
    return {};
  }
  if (from[0].ends_with('%')) {
    const auto share = parse_share(from[0]);
    if (!share) return wrong_value(share.error().what, forms);
    limit.share = *share;
  } else {
    const auto count = parse_count(from[0], 0, 1'000'000'000'000);
    if (!count) return wrong_value(count.error().what, forms);
    limit.count = *count;
  }
  if (limit.share == 0 && limit.count.value_or(0) == 0)
    return wrong_value("\"" + from[0] + "\" can mean two things",
                       "write 1 to stop at the first failure, none to go on");
  d.value.run.stop.failures = limit;
  return {};
}

status apply_attempts(draft& d, texts from) {
  const auto count = parse_count(from[0], 1, 1000);
  if (!count) return count.error();
  d.value.run.retry.max_attempts = static_cast<std::uint32_t>(*count);
  return {};
}

status apply_retry_base(draft& d, texts from) {
  duration base{};
  if (auto done = assign(base, from); !done) return done;
  auto& retry = d.value.run.retry;
  retry.base = base;
  // A server that answered 5xx must not be asked again sooner than one that could not be reached.
  retry.base_after_5xx = std::max(retry.base_after_5xx, base);
  return {};
}

status apply_log_format(draft& d, texts from) {
  const auto format = find_named(log_formats, from[0]);
  if (!format) return wrong_value("\"" + from[0] + "\" is " + none_of(log_formats), "use one of these");
  d.value.format = *format;
  return {};
}

status apply_delimiter(draft& d, texts from) {
  const std::string allowed = "use one of , ; tab |";
  char c = 0;
  if (auto done = assign_one_character(c, from, allowed); !done) return done;
  if (std::string_view(",;\t|").find(c) == std::string_view::npos)
    return wrong_value("\"" + from[0] + "\" is no delimiter", allowed);
  d.value.source.delimiter = c;
  return {};
}

status apply_both(bool policy::pacer_options::* member, draft& d, texts from) {
  bool value = false;
  if (auto done = assign(value, from); !done) return done;
  d.value.run.writes.*member = d.value.run.reads.*member = value;
  return {};
}

const std::string file_remedy = "name a file";

constexpr std::size_t key_count = 36;

const std::array<setting_key, key_count>& table() {
  static const std::array<setting_key, key_count> all{{
      {"api.profile", "--profile", shape::text, "productlane", "",
       "The API: the name of a profile that pawl carries, or a TOML file (a name with / or ending in .toml).",
       &raw_options::profile, nullptr,
       [](draft& d, texts t) { return assign(d.profile, t, "name a profile or a file"); }},
      {"api.base_url", "--base-url", shape::text, "", "the profile's",
       "Where requests go. The token of the profile or of a file goes to the host that the profile or the "
       "file "
       "names, and to loopback; for any other host name it with --token-env or --token-file.",
       &raw_options::base_url, nullptr,
       [](draft& d, texts t) { return assign(d.base_url, t, "write https://HOST/PATH"); }},
      {"api.account", "", shape::text, "", "any",
       "The account (Productlane: the workspace id) that the key must belong to; another one stops the run.",
       nullptr, nullptr,
       [](draft& d, texts t) {
         return assign(d.value.expected_account, t, "name the account, or remove it");
       }},
      {"api.allow_http", "", shape::boolean, "false", "",
       "Lets plain http:// reach private addresses (loopback may always be reached so).", nullptr, nullptr,
       [](draft& d, texts t) { return assign(d.allow_http, t); }},
      {"auth.token_env", "--token-env", shape::text, "", "the profile's",
       "Name of the environment variable that holds the key.", &raw_options::token_env, nullptr,
       [](draft& d, texts t) { return assign_variable(d.value.token_env, t); }},
      {"auth.token_file", "--token-file", shape::text, "", "none",
       "File that holds the key, and nothing else; read again for up to 5 s after a 401, so a rotated key is "
       "picked up.",
       &raw_options::token_file, nullptr,
       [](draft& d, texts t) { return assign(d.value.token_file, t, file_remedy); }},
      {"auth.token_command", "", shape::arguments, "", "none",
       "Program, with its arguments as a list, that prints the key, or JSON with token and expires_at (or "
       "expires_in); run at the start, ahead of the end of each key, and after a 401. No shell is between.",
       nullptr, nullptr, apply_token_command},
      {"limits.write", "--rate", shape::rates, "", "the profile's",
       "Writes that the API allows: N/s, N/min, N/h, N/10s or unlimited; several hold together.", nullptr,
       &raw_options::rate, [](draft& d, texts t) { return assign(d.value.run.writes.windows, t); }},
      {"limits.read", "--read-rate", shape::rates, "", "the profile's",
       "Reads that the API allows, written alike.", nullptr, &raw_options::read_rate,
       [](draft& d, texts t) { return assign(d.value.run.reads.windows, t); }},
      {"limits.all", "", shape::rates, "", "the profile's",
       "Reads and writes together that the API allows; 900/min read=1 write=5 says what each of them takes.",
       nullptr, nullptr, apply_shared},
      {"limits.reserve", "--reserve", shape::share, "0%", "",
       "Share of every limit that is left to others who use the key, 0% to 99%.", &raw_options::reserve,
       nullptr, apply_reserve},
      {"limits.spread", "", shape::boolean, "false", "",
       "Spaces requests evenly instead of as early as the limits allow. Most users can leave this alone.",
       nullptr, nullptr, [](draft& d, texts t) { return apply_both(&policy::pacer_options::spread, d, t); }},
      {"limits.early_release", "", shape::boolean, "false", "",
       "Only for an API known to count a request when it arrives: quota comes free a little earlier. Where "
       "the API "
       "counts later, limits are exceeded.",
       nullptr, nullptr,
       [](draft& d, texts t) { return apply_both(&policy::pacer_options::early_release, d, t); }},
      {"limits.max_wait", "", shape::duration, "15m", "",
       "A pause that the API or a rule of the profile asks for and that is longer than this ends the run "
       "(exit 3, with the time to go on).",
       nullptr, nullptr, [](draft& d, texts t) { return assign(d.value.run.stop.max_wait, t); }},
      {"concurrency", "--concurrency", shape::count_or_word, "16", "",
       "Requests under way at the same time, 1 to 1024; auto, for an API without a known rate, finds out "
       "how many pay, up to 512.",
       &raw_options::concurrency, nullptr, apply_concurrency},
      {"read_first", "", shape::boolean_or_word, "", "the profile's",
       "Reads each resource before it is written, to save needless writes; --no-read-first turns it off; "
       "auto "
       "reads where that costs neither time nor quota of the writes.",
       nullptr, nullptr, apply_read_first},
      {"max_failures", "--max-failures", shape::count_or_percent, "10%", "",
       "Stops a run that is going wrong: N failures, or N% of the last 500 rows once 50 have failed; none "
       "goes on.",
       &raw_options::max_failures, nullptr, apply_max_failures},
      {"max_snapshot_age", "", shape::duration, "5m", "",
       "How old a list page may be to settle rows as unchanged or skipped; 0 reads no list pages.", nullptr,
       nullptr, [](draft& d, texts t) { return assign(d.value.max_snapshot_age, t, zero::allowed); }},
      {"retry.max_attempts", "", shape::count, "6", "",
       "Sends of one row at most; throttling and failures to connect are not counted.", nullptr, nullptr,
       apply_attempts},
      {"retry.base", "", shape::duration, "250ms", "",
       "Longest pause before the second attempt, doubled with each; after a 5xx it is 1s at least.", nullptr,
       nullptr, apply_retry_base},
      {"retry.cap", "", shape::duration, "60s", "", "Longest pause between two attempts.", nullptr, nullptr,
       [](draft& d, texts t) { return assign(d.value.run.retry.cap, t); }},
      {"breaker.patience", "", shape::duration, "1h", "",
       "A run that gets nothing but throttling or outage for so long ends (exit 3).", nullptr, nullptr,
       [](draft& d, texts t) { return assign(d.value.run.stop.patience, t); }},
      {"timeouts.connect", "", shape::duration, "10s", "",
       "To resolve the name and connect, all addresses together; each next one is tried after 250 ms.",
       nullptr, nullptr, [](draft& d, texts t) { return assign(d.value.run.transport.connect_timeout, t); }},
      {"timeouts.handshake", "", shape::duration, "10s", "", "For the TLS handshake.", nullptr, nullptr,
       [](draft& d, texts t) { return assign(d.value.run.transport.handshake_timeout, t); }},
      {"timeouts.attempt", "", shape::duration, "60s", "",
       "From the first byte of a request to the last of its reply. Never below the API's own, or writes are "
       "left "
       "unjudged.",
       nullptr, nullptr, [](draft& d, texts t) { return assign(d.value.run.transport.attempt_timeout, t); }},
      {"tls.ca_file", "--ca-file", shape::text, "", "none",
       "PEM file of certificates that are trusted beside the system's.", &raw_options::ca_file, nullptr,
       [](draft& d, texts t) { return assign(d.value.run.transport.ca_file, t, file_remedy); }},
      {"tls.cert", "--cert", shape::text, "", "none",
       "PEM file of the client certificate, and behind it those that signed it.", &raw_options::cert, nullptr,
       [](draft& d, texts t) { return assign(d.value.run.transport.cert_file, t, file_remedy); }},
      {"tls.key", "--key", shape::text, "", "the file of tls.cert",
       "PEM file of the client certificate's private key, which must not be encrypted.", &raw_options::key,
       nullptr, [](draft& d, texts t) { return assign(d.value.run.transport.key_file, t, file_remedy); }},
      {"proxy", "--proxy", shape::text, "", "HTTPS_PROXY, unless NO_PROXY names the host or it is loopback",
       "Proxy, http://[USER:PASSWORD@]HOST:PORT; none goes direct whatever the environment says.",
       &raw_options::proxy, nullptr,
       [](draft& d, texts t) { return assign(d.proxy, t, "write it as http://HOST:PORT, or none"); }},
      {"csv.null", "", shape::text, "null", "", "The cell that clears a nullable field.", nullptr, nullptr,
       [](draft& d, texts t) {
         return assign(d.value.source.null_token, t,
                       "an empty cell keeps a field, so another text must clear it");
       }},
      {"csv.delimiter", "", shape::text, "", "found out from the header", "Between cells: , ; tab or |.",
       nullptr, nullptr, apply_delimiter},
      {"csv.list_separator", "", shape::text, ";", "", "Between the elements of a list in one cell.", nullptr,
       nullptr,
       [](draft& d, texts t) {
         return assign_one_character(d.value.source.list_separator, t, "use one ASCII character but \"");
       }},
      {"ledger.path", "--ledger", shape::text, "", "the input's name and .ledger",
       "The SQLite file that records every row's outcome.", &raw_options::ledger, nullptr,
       [](draft& d, texts t) { return assign(d.value.ledger_path, t, file_remedy); }},
      {"state_dir", "--state-dir", shape::text, "", "$XDG_STATE_HOME/pawl or ~/.local/state/pawl",
       "Directory that keeps the quota used lately, for the next run, and what `pawl trust` was told.",
       &raw_options::state_dir, nullptr,
       [](draft& d, texts t) { return assign(d.value.state_directory, t, "name a directory"); }},
      {"log.format", "--log-format", shape::text, "text", "", "text or json.", &raw_options::log_format,
       nullptr, apply_log_format},
      {"log.file", "--log-file", shape::text, "", "standard error", "Where the log goes.",
       &raw_options::log_file, nullptr,
       [](draft& d, texts t) { return assign(d.value.log_file, t, file_remedy); }},
  }};
  return all;
}

}  // namespace

std::span<const setting_key> setting_keys() {
  return table();
}

std::optional<std::size_t> find_setting(std::string_view key) {
  const auto& all = table();
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& k) { return k.key == key; });
  if (at == all.end()) return std::nullopt;
  return static_cast<std::size_t>(at - all.begin());
}

bool is_setting_like(std::string_view text) {
  // Chosen: names have up to 20 characters, those without a dot up to 16.
  constexpr std::size_t longest = 40, longest_word = 15;
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-'; };
  if (text.size() > longest || !std::ranges::all_of(text, is_part)) return false;
  return text.size() <= longest_word || find_setting(text) || text.find('.') != std::string_view::npos;
}

std::span<const std::string_view> setting_names() {
  static const auto names = [] {
    std::array<std::string_view, key_count> all;
    for (std::size_t i = 0; i < key_count; ++i) all[i] = table()[i].key;
    return all;
  }();
  return names;
}

}  // namespace pawl::config
