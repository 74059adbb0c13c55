#include "config/settings_checks.hpp"

#include "config/quantity.hpp"
#include "engine/api/matching.hpp"
#include "engine/sys/output_place.hpp"
#include "engine/text/json_string.hpp"
#include "engine/text/redaction.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <utility>

namespace pawl::config {
namespace {

namespace fs = std::filesystem;

class complainer {
 public:
  explicit complainer(std::vector<failure>& all) : all_(all) {}
  void operator()(std::string place, std::string what, std::string remedy) {
    all_.push_back({failure_kind::usage, std::move(place), std::move(what), std::move(remedy)});
  }

 private:
  std::vector<failure>& all_;
};

bool has(const std::vector<std::pair<std::string, std::string>>& pairs, const std::string& first) {
  return std::any_of(pairs.begin(), pairs.end(), [&](const auto& p) { return p.first == first; });
}

void add_columns(const raw_options& raw, input::source_options& source, complainer& complain) {
  if (raw.id_column) {
    source.id_column = *raw.id_column;
    if (raw.id_column->empty()) complain("--id-column", "is empty", "name the column that holds the id");
  }
  for (const auto& text : raw.map) {
    // Splits at the last "=": the name of a column may have one, the name of a field has none.
    const auto equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      complain("--map", "\"" + text + "\" is not COLUMN=FIELD", "write --map \"Old name=field\"");
      continue;
    }
    auto column = text.substr(0, equals);
    if (has(source.map, column))
      complain("--map", "the column \"" + column + "\" is mapped twice", "map it once");
    else
      source.map.emplace_back(std::move(column), text.substr(equals + 1));
  }
  for (const auto& column : raw.ignore_column) {
    if (has(source.map, column))
      complain("--ignore-column", "the column \"" + column + "\" is mapped as well",
               "leave out one of the two");
    source.ignore.push_back(column);
  }
  for (const auto& text : raw.set) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      complain("--set", "\"" + text + "\" is not FIELD=VALUE", "write --set status=done");
      continue;
    }
    auto field = text.substr(0, equals);
    if (has(source.set, field))
      complain("--set", "the field \"" + field + "\" is set twice", "set it once");
    else
      source.set.emplace_back(std::move(field), text.substr(equals + 1));
  }
}

std::vector<std::string> each_once(const std::vector<std::string>& all) {
  std::vector<std::string> once;
  for (const auto& text : all)
    if (std::ranges::find(once, text) == once.end()) once.push_back(text);
  return once;
}

void add_hours(const raw_options& raw, settings& s, complainer& complain) {
  if (raw.time_zone && !raw.between)
    complain("--tz", "stands without --between", "say the hours that it is about: --between 22:00-06:00");
  if (!raw.between) return;
  const auto hours = policy::parse_day_hours(*raw.between);
  if (!hours) complain("--between", hours.error().what, hours.error().remedy);
  const auto zone = raw.time_zone ? time_zone::named(*raw.time_zone) : time_zone::of_this_machine();
  if (!zone) {
    const auto& why = zone.error();
    complain(why.place.empty() ? "--tz" : why.place, why.what, why.remedy);
  }
  if (hours && zone) s.run.hours.emplace(*hours, *zone);
}

}  // namespace

void add_input_options(const raw_options& raw, settings& s, std::vector<failure>& complaints) {
  complainer complain(complaints);
  if (raw.format) {
    s.source.format = find_named(input::file_formats, *raw.format);
    if (!s.source.format)
      complain("--format", "\"" + *raw.format + "\" is " + none_of(input::file_formats), "use one of these");
  }
  add_columns(raw, s.source, complain);

  if (raw.limit) {
    const auto limit = parse_count(*raw.limit, 0, std::numeric_limits<std::uint64_t>::max());
    if (!limit)
      complain("--limit", limit.error().what, "write the number of jobs to take, such as 20");
    else if (*limit == 0)
      complain("--limit", "0 takes no job at all",
               "write at least 1; the command check looks without sending");
    else
      s.run.limit = *limit;
  }
  add_hours(raw, s, complain);
  if (raw.progress) {
    if (const auto kind = find_named(progress_kinds, *raw.progress))
      s.progress = *kind;
    else
      complain("--progress", "\"" + *raw.progress + "\" is " + none_of(progress_kinds), "use one of these");
  }
  if (raw.summary) {
    if (raw.summary->empty()) complain("--summary", "is empty", "name a file, or - for standard output");
    s.summary_path = *raw.summary;
  }
  if (raw.retry) add_retry(*raw.retry, s, complaints);
  // Said twice they hold once, so they are the same input.
  s.only_if = s.source.conditions = each_once(raw.only_if);
  s.fill_empty = s.source.fill_empty = each_once(raw.fill_empty);
  s.run.skip_invalid = raw.skip_invalid;
  if (raw.match) {
    s.source.match = *raw.match;
    if (raw.match->empty()) complain("--match", "is empty", "name the field whose values the rows have");
    if (raw.id_column)
      complain("--match", "stands beside --id-column: rows name their resources by one of them",
               "leave out one of the two; a column of another name is read as the field with --map COLUMN=" +
                   *raw.match);
  }
  s.skip_unmatched = raw.skip_unmatched;
  if (raw.skip_unmatched && !raw.match)
    complain("--skip-unmatched", "stands without --match", "say by which field rows name their resources");
  s.allow_open_end = raw.allow_open_end;
  s.fresh = raw.fresh;
  s.again = raw.again;
  s.yes = raw.yes;
  s.wait = raw.wait;
  s.verbosity = raw.quiet ? -1 : std::min(raw.verbose, 2);
}

void add_retry(const std::string& text, settings& s, std::vector<failure>& complaints) {
  complainer complain(complaints);
  constexpr const char* use = "name some of failed, refused, mismatch, unknown, with commas between";
  if (text.empty()) complain("--retry", "is empty", use);
  for (std::string_view rest = text; !rest.empty();) {
    const auto name = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    const auto one = parse_outcome(name);
    if (!one)
      complain("--retry", "\"" + std::string(name) + "\" is not an outcome", use);
    else if (is_success(*one))
      complain("--retry", "\"" + std::string(name) + "\" is a success: there is nothing to try again",
               std::string(use) + "; --again applies a finished input once more");
    else if (*one == outcome::invalid)
      complain("--retry", "rows that are invalid stay so in the same input",
               "mend them in the file; the command export with --outcome invalid --with-input prints them");
    else if (std::ranges::find(s.retry, *one) == s.retry.end())
      s.retry.push_back(*one);
  }
}

void add_conditions(settings& s, std::vector<failure>& complaints) {
  for (const auto& text : s.only_if) {
    auto condition = api::parse_precondition(text, s.profile);
    if (condition)
      s.conditions.push_back(*std::move(condition));
    else
      complaints.push_back(
          {failure_kind::usage, "--only-if", condition.error().what, condition.error().remedy});
  }
  if (!s.source.match.empty())
    if (const auto way = api::way_to_match(s.source.match, s.profile, s.reading); !way)
      complaints.push_back(way.error());
  for (const auto& name : s.fill_empty)
    if (const auto why = api::why_not_filled(name, s.profile)) {
      const auto column = std::ranges::find(s.source.map, name, &std::pair<std::string, std::string>::first);
      complaints.push_back({failure_kind::usage, "--fill-empty", why->what,
                            column == s.source.map.end()
                                ? why->remedy
                                : "that column is read as " + column->second + ": name the field"});
    }
}

namespace {

// Resolves links in the directories. A file that does not exist yet still has its directory.
fs::path real_place(const std::string& path) {
  std::error_code error;
  const auto absolute = fs::absolute(path, error).lexically_normal();
  const auto real = fs::weakly_canonical(absolute, error);
  return error ? absolute : real;
}

bool is_same(const std::string& a, const std::string& b) {
  if (real_place(a) == real_place(b)) return true;
  std::error_code error;  // if either does not exist yet, they are different
  // Devices (/dev/null, a terminal) may be shared. fs::equivalent compares device and inode, so hard links
  // are one file.
  return !fs::is_character_file(a, error) && fs::equivalent(a, b, error);
}

struct file_in_play {
  std::string what, path;
  bool written;
};

std::vector<file_in_play> files_in_play(const settings& s) {
  const auto& wire = s.run.transport;
  std::vector<file_in_play> all{{"the input", s.input_path, false},
                                {"the settings file", s.config_path, false},
                                {"the profile", s.profile_path, false},
                                {"the key file", s.token_file, false},
                                {"the certificates of tls.ca_file", wire.ca_file, false},
                                {"the client certificate", wire.cert_file, false},
                                {"its private key", wire.key_file, false},
                                {"the ledger", s.ledger_path, true}};
  if (!s.ledger_path.empty()) {
    for (const auto* beside : {"-wal", "-shm", "-journal", ".lock"})
      all.push_back({"a file beside the ledger", s.ledger_path + beside, true});
    // The kept copy of a pipe may be the input of the run that goes on.
    for (const auto* copy : {".input", ".input.part", ".input.before"})
      if (s.input_path.empty() || !is_same(s.input_path, s.ledger_path + copy))
        all.push_back({"the copy of an input beside the ledger", s.ledger_path + copy, true});
  }
  all.push_back({"the summary", s.summary_path, true});
  all.push_back({"the log", s.log_file, true});
  std::erase_if(all, [](const auto& f) { return f.path.empty() || f.path == "-" || names_a_stream(f.path); });
  return all;
}

void check_files(const settings& s, complainer& complain) {
  const auto files = files_in_play(s);
  for (std::size_t i = 0; i < files.size(); ++i)
    for (std::size_t j = i + 1; j < files.size(); ++j) {
      const auto &first = files[i], &second = files[j];
      if (first.what == second.what || (!first.written && !second.written)) continue;
      if (is_same(first.path, second.path))
        complain(second.path, first.what + " and " + second.what + " would be the same file",
                 "give one of them another name");
    }
  // ledger_file::open() itself refuses a link at the place of the ledger.
  for (const auto& file : files) {
    if (!file.written || file.what == "the summary" || file.what == "the log") continue;
    std::error_code error;
    if (fs::is_symlink(file.path, error) && (file.what == "the ledger" || file.path.ends_with(".lock")))
      continue;
    if (const auto why = why_not_written(file.path, pipes::refused))
      complain(file.path, file.what + " cannot be written there: it " + *why,
               "name another place with --ledger");
  }
}

}  // namespace

std::optional<failure> refuse_taken_place(const settings& s, const std::string& flag,
                                          const std::string& path) {
  if (path.empty() || path == "-" || names_a_stream(path)) return std::nullopt;
  for (const auto& file : files_in_play(s))
    if (is_same(file.path, path))
      return failure{failure_kind::usage, flag, path + " is in use by this command: it is " + file.what,
                     "name another file"};
  return std::nullopt;
}

void check_combinations(const raw_options& raw, const settings& s, std::vector<failure>& complaints) {
  complainer complain(complaints);
  if (raw.fresh && raw.again)
    complain("--fresh", "stands beside --again",
             "use --fresh to give up an unfinished input, --again to repeat a finished one");
  if (raw.retry && (raw.fresh || raw.again))
    complain("--retry", raw.fresh ? "stands beside --fresh" : "stands beside --again",
             "use --retry to take failed rows of the same run again, and the other to start anew");
  if (raw.quiet && raw.verbose > 0) complain("-q", "stands beside -v", "leave out one of the two");
  if (s.input_path == "-") {
    if (!raw.format)
      complain("-", "standard input has no name that tells its format", "add --format csv or ndjson");
    if (s.ledger_path.empty())
      complain("-", "standard input has no place for a ledger beside it", "add --ledger FILE");
  }
  const auto& transport = s.run.transport;
  if (transport.cert_file.empty() && !transport.key_file.empty())
    complain("tls.key", "there is no client certificate that this key could belong to",
             "name the certificate with --cert");

  check_files(s, complain);
}

namespace {

// Paths and arguments may have any bytes, but JSON takes UTF-8 only: in a text that is not UTF-8, `?`
// replaces each byte that is not ASCII.
void append_text(std::string& to, std::string text) {
  constexpr auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  conceal_secrets(text);
  if (!is_utf8(text)) std::ranges::replace_if(text, std::not_fn(is_ascii), '?');
  append_json_string(to, text);
}

}  // namespace

std::string settings_json(const settings& s, const raw_options& raw) {
  std::string out = "{";
  const auto key = [&](std::string_view name) {
    if (out.back() != '{') out += ',';
    append_json_string(out, name);
    out += ':';
  };
  const auto list = [&](std::string_view name, const std::vector<std::string>& texts) {
    key(name);
    out += '[';
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i != 0) out += ',';
      append_text(out, texts[i]);
    }
    out += ']';
  };
  for (const auto& setting : s.effective) {
    key(setting.key);
    if (setting.value.empty())
      out += "null";
    else
      append_text(out, setting.value);
  }
  key("profile.shape");
  append_text(out, s.profile.shape);
  key("write.body_is");
  if (s.profile.body_is)
    append_text(out, std::string{to_string(*s.profile.body_is)});
  else
    out += "null";
  key("input.format");
  if (raw.format)
    append_text(out, *raw.format);
  else
    out += "null";
  key("input.id_column");
  append_text(out, s.source.id_column.empty() ? s.profile.id_column : s.source.id_column);
  list("input.map", raw.map);
  list("input.ignore_column", raw.ignore_column);
  list("input.set", raw.set);
  list("input.only_if", s.only_if);
  list("input.fill_empty", s.fill_empty);
  key("input.match");
  if (s.source.match.empty())
    out += "null";
  else
    append_text(out, s.source.match);
  key("input.skip_invalid");
  out += raw.skip_invalid ? "true" : "false";
  return out + "}";
}

}  // namespace pawl::config
