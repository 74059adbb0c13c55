#include "config/profile_rules.hpp"

#include "config/profile_parts.hpp"
#include "config/quantity.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/name_table.hpp"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::config {
namespace {

using api::verdict;

constexpr name_table<verdict, 7> verdict_names{{
    {"ok", verdict::ok},
    {"throttled", verdict::throttled},
    {"retry", verdict::retry},
    {"maybe", verdict::maybe},
    {"refused", verdict::refused},
    {"conflict", verdict::conflict},
    {"stop", verdict::stop},
}};

constexpr name_table<api::wait_scope, 3> scope_names{{
    {"class", api::wait_scope::of_class},
    {"all", api::wait_scope::of_all},
    {"id", api::wait_scope::of_id},
}};

// Reads 403, "5xx" or "500-599".
bool read_status_range(const toml_value& value, api::status_range& range) {
  if (const auto* whole = std::get_if<std::int64_t>(&value.is)) {
    if (!api::is_http_status(*whole)) return false;
    range.from = range.to = static_cast<int>(*whole);
    return true;
  }
  const auto* text = std::get_if<std::string>(&value.is);
  if (text == nullptr) return false;
  if (text->size() == 3 && text->ends_with("xx") && (*text)[0] >= '1' && (*text)[0] <= '5') {
    range.from = ((*text)[0] - '0') * 100;
    range.to = range.from + 99;
    return true;
  }
  if (text->size() != 7 || (*text)[3] != '-') return false;
  const auto read = [&](std::size_t at, int& into) {
    const auto* begin = text->data() + at;
    const auto [end, error] = std::from_chars(begin, begin + 3, into);
    return error == std::errc{} && end == begin + 3 && api::is_http_status(into);
  };
  return read(0, range.from) && read(4, range.to) && range.from <= range.to;
}

// Reads one of these, or a list of them.
bool read_statuses(const toml_value& value, api::status_rule& rule) {
  const auto* list = std::get_if<toml_list>(&value.is);
  const auto read_one = [&rule](const toml_value& one) {
    return read_status_range(one, rule.statuses.emplace_back());
  };
  return list == nullptr ? read_one(value) : !list->empty() && std::ranges::all_of(*list, read_one);
}

void read_wait(table_reader& in, api::status_rule& rule, const api::header_names& headers) {
  using source = api::wait_source;
  const auto add = [&](const source& w) {
    if (!rule.wait.empty() && rule.wait.back().is == source::kind::time)
      in.complain("wait", "has something behind a time, which always has a value", "write the time last");
    else if (std::ranges::find(rule.wait, w) != rule.wait.end())
      in.complain("wait", "names the same twice", "remove one");
    else
      rule.wait.push_back(w);
  };
  for (const auto& text : in.text_or_texts("wait").value_or(std::vector<std::string>{})) {
    if (text == "retry-after") {
      if (headers.retry_after.empty())
        in.complain("wait", "names retry-after, and reply_headers.retry_after is empty", "name that header");
      add({source::kind::retry_after, {}});
    } else if (text == "reset") {
      if (headers.reset.empty() && headers.ietf_limit.empty())
        in.complain("wait", "names reset, and [reply_headers] says where no reply shows it",
                    "add reset = \"...\" or ietf_limit there");
      add({source::kind::reset, {}});
    } else if (const auto time = parse_duration(text); time && *time > duration::zero()) {
      add({source::kind::time, *time});
    } else {
      in.complain("wait", "\"" + text + "\" is not retry-after, reset, or a time above zero",
                  "write [\"retry-after\", \"60s\"]");
    }
  }
}

void read_then(table_reader& in, api::status_rule& rule, const api::header_names& headers) {
  read_wait(in, rule, headers);
  if (const auto scope = in.text("scope")) {
    const auto found = find_named(scope_names, *scope);
    if (!found) in.complain("scope", "\"" + *scope + "\" is " + none_of(scope_names), "use one of these");
    rule.scope = found.value_or(rule.scope);
  }
  rule.remedy = in.text("remedy").value_or("");
  const auto then = in.required_text("then", "add then = \"refused\" or another verdict");
  if (!then) return;
  const auto found = find_named(verdict_names, *then);
  if (!found) {
    in.complain("then", "\"" + *then + "\" is " + none_of(verdict_names), "use one of these");
    return;
  }
  rule.then = *found;
  if (rule.then == verdict::stop && rule.remedy.empty())
    in.complain_here("stops a run without saying what to mend", "add remedy = \"...\"");
  if (rule.then != verdict::stop && !rule.remedy.empty())
    in.complain("remedy", "is shown with then = \"stop\" only", "remove it");
  if (rule.then == verdict::throttled) return;
  for (const auto* key : {"wait", "scope"})
    if (in.find(key) != nullptr) in.complain(key, "stands with then = \"throttled\" only", "remove it");
}

// Whether `first`, statuses aside, matches all that `second` does.
bool asks_no_more(const api::status_rule& first, const api::status_rule& second) {
  if (!first.code.empty() && first.code != second.code) return false;
  if (!contains_without_case(second.message, first.message)) return false;
  if (first.header.empty()) return true;
  return equal_without_case(first.header, second.header) &&
         (first.header_value.empty() || equal_without_case(first.header_value, second.header_value));
}

using status_set = std::bitset<api::most_status - api::least_status + 1>;

status_set statuses_of(const api::status_rule& rule) {
  status_set all;
  if (rule.statuses.empty()) all.set();
  for (const auto& range : rule.statuses)
    for (int s = range.from; s <= range.to; ++s) all.set(static_cast<std::size_t>(s - api::least_status));
  return all;
}

// A rule that the ones before it, together, leave nothing to match.
void check_order(table_reader& in, std::span<const api::status_rule> before, const api::status_rule& rule) {
  const auto wanted = statuses_of(rule);
  status_set taken;
  const api::status_rule* by = nullptr;
  for (const auto& earlier : before) {
    if (!asks_no_more(earlier, rule)) continue;
    const auto takes = statuses_of(earlier) & wanted;
    if (by == nullptr && takes.any()) by = &earlier;
    taken |= takes;
  }
  if (by == nullptr || taken != wanted) return;
  in.complain_here("can never match: rule " + std::to_string(by - before.data() + 1) +
                       " matches first whatever this one would",
                   "put this one before that, or remove it");
}

}  // namespace

void read_rules(table_reader& root, api::profile& profile) {
  auto tables = root.tables("rules");
  const auto complaints_before = root.complaints().all.size();
  for (auto& in : tables) {
    const auto complaints = root.complaints().all.size();
    api::status_rule rule;
    const auto* status = in.find("status");
    if (status != nullptr && !read_statuses(status->value, rule))
      in.complain("status", "is not a status, a range of them, or a list of these",
                  "write 403, \"5xx\", \"500-599\" or [403, 429]");
    rule.code = in.text("code").value_or("");
    rule.message = in.text("message").value_or("");
    if (!rule.message.empty() && profile.error.message.empty())
      in.complain("message", "is part of the error's message, and [error] does not say where that stands",
                  "add message = \"...\" to [error]");
    read_header_name(in, "header", rule.header);
    rule.header_value = in.text("header_value").value_or("");
    if (!rule.header_value.empty() && rule.header.empty())
      in.complain("header_value", "stands without header", "name the header as well");
    if (rule.statuses.empty() && rule.code.empty() && rule.message.empty() && rule.header.empty() &&
        root.complaints().all.size() == complaints)
      in.complain_here("would match every reply", "add status, code, message or header");
    read_then(in, rule, profile.headers);
    in.finish();
    profile.rules.push_back(std::move(rule));
  }
  // What a rule that could not be read leaves to the others is not known.
  if (root.complaints().all.size() != complaints_before) return;
  const std::span<const api::status_rule> all = profile.rules;
  for (std::size_t i = 0; i < tables.size(); ++i) check_order(tables[i], all.first(i), all[i]);
}

}  // namespace pawl::config
