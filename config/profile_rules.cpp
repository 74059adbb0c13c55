#include "config/profile_rules.hpp"

#include "config/profile_parts.hpp"
#include "engine/text/name_table.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace pawl::config {
namespace {

using api::verdict;

constexpr name_table<verdict, 6> verdict_names{{
    {"ok", verdict::ok},
    {"throttled", verdict::throttled},
    {"retry", verdict::retry},
    {"maybe", verdict::maybe},
    {"refused", verdict::refused},
    {"stop", verdict::stop},
}};

// Reads 403, "5xx" or "500-599".
bool read_status_range(const toml_value& value, api::status_range& range) {
  const auto valid = [](int s) { return s >= 100 && s <= 599; };
  if (const auto* whole = std::get_if<std::int64_t>(&value.is)) {
    if (!valid(static_cast<int>(std::clamp<std::int64_t>(*whole, 0, 999)))) return false;
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
    return error == std::errc{} && end == begin + 3 && valid(into);
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

}  // namespace

void read_rules(table_reader& root, api::profile& profile) {
  for (auto& in : root.tables("rules")) {
    api::status_rule rule;
    const auto* status = in.find("status");
    if (status != nullptr && !read_statuses(status->value, rule))
      in.complain("status", "is not a status, a range of them, or a list of these",
                  "write 403, \"5xx\", \"500-599\" or [403, 429]");
    rule.code = in.text("code").value_or("");
    read_header_name(in, "header", rule.header);
    rule.header_value = in.text("header_value").value_or("");
    if (!rule.header_value.empty() && rule.header.empty())
      in.complain("header_value", "stands without header", "name the header as well");
    if (status == nullptr && in.find("code") == nullptr && in.find("header") == nullptr)
      in.complain_here("would match every reply", "add status, code or header");
    rule.remedy = in.text("remedy").value_or("");
    if (const auto then = in.required_text("then", "add then = \"refused\" or another verdict")) {
      const auto found = find_named(verdict_names, *then);
      if (!found)
        in.complain("then", "\"" + *then + "\" is " + none_of(verdict_names), "use one of these");
      else {
        rule.then = *found;
        if (rule.then == verdict::stop && rule.remedy.empty())
          in.complain_here("stops a run without saying what to mend", "add remedy = \"...\"");
        if (rule.then != verdict::stop && !rule.remedy.empty())
          in.complain("remedy", "is shown with then = \"stop\" only", "remove it");
      }
    }
    in.finish();
    profile.rules.push_back(std::move(rule));
  }
}

}  // namespace pawl::config
