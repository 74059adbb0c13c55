#include "tests/sandbox/validation.hpp"

#include "tests/sandbox/clock.hpp"
#include "tests/sandbox/state.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <span>

namespace sandbox {
namespace json = boost::json;
namespace {

using violations = std::vector<violation>;
// Adds what is wrong with `v` at `path`; `v` is not null.
using member_check = void (*)(const json::value& v, const std::string& path, violations&);

struct member_rule {
  std::string_view name;
  bool nullable;
  member_check check;
};

bool one_of(std::span<const std::string_view> allowed, std::string_view value) {
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

std::string choices(std::span<const std::string_view> allowed) {
  std::string text = "Must be one of ";
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i > 0) text += ", ";
    text += allowed[i];
  }
  return text;
}

constexpr std::array<std::string_view, 3> statuses{"open", "snoozed", "done"};
constexpr std::array<std::string_view, 6> tabs{"open", "new", "needs-response", "my", "snoozed", "done"};

void is_string(const json::value& v, const std::string& path, violations& found) {
  if (!v.is_string()) found.push_back({path, "Expected string"});
}

// An empty id names nothing.
void is_id(const json::value& v, const std::string& path, violations& found) {
  if (!v.is_string()) {
    found.push_back({path, "Expected string"});
  } else if (v.get_string().empty()) {
    found.push_back({path, "Must not be empty"});
  }
}

void is_boolean(const json::value& v, const std::string& path, violations& found) {
  if (!v.is_bool()) found.push_back({path, "Expected boolean"});
}

void is_text(const json::value& v, const std::string& path, violations& found) {
  if (!v.is_string()) {
    found.push_back({path, "Expected string"});
  } else if (v.get_string().empty()) {
    found.push_back({path, "Must contain at least 1 character"});
  }
}

void is_title(const json::value& v, const std::string& path, violations& found) {
  if (!v.is_string()) {
    found.push_back({path, "Expected string"});
  } else if (code_points(v.get_string()) > 512) {
    found.push_back({path, "Must contain at most 512 characters"});
  }
}

void is_choice(std::span<const std::string_view> allowed, const json::value& v, const std::string& path,
               violations& found) {
  if (!v.is_string() || !one_of(allowed, v.get_string())) found.push_back({path, choices(allowed)});
}

void is_pain_level(const json::value& v, const std::string& path, violations& found) {
  is_choice(pain_levels, v, path, found);
}

void is_status(const json::value& v, const std::string& path, violations& found) {
  is_choice(statuses, v, path, found);
}

void is_date_time(const json::value& v, const std::string& path, violations& found) {
  if (!v.is_string() || !parse_rfc3339(v.get_string()))
    found.push_back({path, "Expected an ISO 8601 date-time"});
}

void is_object(const json::value& v, const std::string& path, violations& found) {
  if (!v.is_object()) found.push_back({path, "Expected object"});
}

void is_id_list(const json::value& v, const std::string& path, violations& found) {
  if (!v.is_array()) {
    found.push_back({path, "Expected array"});
    return;
  }
  const json::array& items = v.get_array();
  for (std::size_t i = 0; i < items.size(); ++i) is_id(items[i], path + '.' + std::to_string(i), found);
}

void check_members(const json::object&, std::span<const member_rule>, const std::string& prefix, violations&);

void is_notify(const json::value& v, const std::string& path, violations& found) {
  static constexpr std::array<member_rule, 2> rules{
      {{"slack", false, is_boolean}, {"email", false, is_boolean}}};
  if (!v.is_object()) {
    found.push_back({path, "Expected object"});
  } else {
    check_members(v.get_object(), rules, path + '.', found);
  }
}

void is_source_list(const json::value& v, const std::string& path, violations& found) {
  static constexpr std::array<member_rule, 4> rules{{{"type", false, is_string},
                                                     {"title", false, is_string},
                                                     {"identifier", false, is_string},
                                                     {"url", false, is_string}}};
  if (!v.is_array()) {
    found.push_back({path, "Expected array"});
    return;
  }
  const json::array& items = v.get_array();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string at = path + '.' + std::to_string(i);
    if (!items[i].is_object()) {
      found.push_back({at, "Expected object"});
      continue;
    }
    const json::object& source = items[i].get_object();
    for (const std::string_view needed : {"type", "title"}) {
      if (!source.contains(needed)) found.push_back({at + '.' + std::string{needed}, "Required"});
    }
    check_members(source, rules, at + '.', found);
  }
}

constexpr std::array<member_rule, 16> patch_rules{{{"text", false, is_text},
                                                   {"title", true, is_title},
                                                   {"pain_level", false, is_pain_level},
                                                   {"assignee_id", true, is_id},
                                                   {"contact_id", false, is_id},
                                                   {"company_id", true, is_id},
                                                   {"tag_ids", false, is_id_list},
                                                   {"project_id", true, is_id},
                                                   {"status", false, is_status},
                                                   {"snoozed_until", false, is_date_time},
                                                   {"closed_loop", false, is_boolean},
                                                   {"ai_draft_html", true, is_string},
                                                   {"ai_draft_sources", true, is_source_list},
                                                   {"clear_ai_draft_error", false, is_boolean},
                                                   {"notify", false, is_notify},
                                                   {"external_ids", false, is_object}}};

void check_members(const json::object& object, std::span<const member_rule> rules, const std::string& prefix,
                   violations& found) {
  for (const json::key_value_pair& member : object) {
    const std::string path = prefix + std::string{member.key()};
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&](const member_rule& r) { return member.key() == r.name; });
    if (rule == rules.end()) {
      found.push_back({path, "Unknown field"});
    } else if (!member.value().is_null()) {
      rule->check(member.value(), path, found);
    } else if (!rule->nullable) {
      found.push_back({path, "Must not be null"});
    }
  }
}

struct parameter_rule {
  std::string_view name;
  std::string (*wrong)(std::string_view value);  // empty text: the value is fine
};

std::string any_value(std::string_view) {
  return {};
}
std::string page_size(std::string_view value) {
  const bool digits = !value.empty() && value.size() <= 3 &&
                      std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  const int number = digits ? std::stoi(std::string{value}) : 0;
  return number >= 1 && number <= 200 ? "" : "Must be an integer from 1 to 200";
}
std::string date_time(std::string_view value) {
  return parse_rfc3339(value) ? "" : "Expected an ISO 8601 date-time";
}
std::string status(std::string_view value) {
  return one_of(statuses, value) ? "" : choices(statuses);
}
std::string tab(std::string_view value) {
  if (value == "my" || value == "needs-response") return "Needs a key that is tied to a user";
  return one_of(tabs, value) ? "" : choices(tabs);
}
std::string pain_level(std::string_view value) {
  return one_of(pain_levels, value) ? "" : choices(pain_levels);
}
std::string origin(std::string_view value) {
  return one_of(origins, value) ? "" : choices(origins);
}

constexpr std::array<parameter_rule, 1> thread_parameters{{{"expand", any_value}}};
constexpr std::array<parameter_rule, 17> thread_list_parameters{{{"limit", page_size},
                                                                 {"cursor", any_value},
                                                                 {"status", status},
                                                                 {"tab", tab},
                                                                 {"assignee_id", any_value},
                                                                 {"contact_id", any_value},
                                                                 {"company_id", any_value},
                                                                 {"tag_id", any_value},
                                                                 {"pain_level", pain_level},
                                                                 {"origin", origin},
                                                                 {"issue_id", any_value},
                                                                 {"project_id", any_value},
                                                                 {"external_id", any_value},
                                                                 {"created_after", date_time},
                                                                 {"created_before", date_time},
                                                                 {"updated_after", date_time},
                                                                 {"updated_before", date_time}}};
constexpr std::array<parameter_rule, 8> tag_list_parameters{{{"limit", page_size},
                                                             {"cursor", any_value},
                                                             {"name_contains", any_value},
                                                             {"tag_group_id", any_value},
                                                             {"created_after", date_time},
                                                             {"created_before", date_time},
                                                             {"updated_after", date_time},
                                                             {"updated_before", date_time}}};

std::span<const parameter_rule> rules_of(parameters which) {
  switch (which) {
    case parameters::none:
      break;
    case parameters::thread:
      return thread_parameters;
    case parameters::thread_list:
      return thread_list_parameters;
    case parameters::tag_list:
      return tag_list_parameters;
  }
  return {};
}

}  // namespace

std::vector<violation> check_patch(const json::value& body) {
  violations found;
  if (!body.is_object()) {
    found.push_back({"", "Expected object"});
    return found;
  }
  const json::object& patch = body.get_object();
  check_members(patch, patch_rules, "", found);
  const json::value* status = patch.if_contains("status");
  if (status != nullptr && status->is_string() && status->get_string() == "snoozed" &&
      !patch.contains("snoozed_until")) {
    found.push_back({"snoozed_until", "Required"});
  }
  return found;
}

std::vector<violation> check_query(parameters which, const query& given) {
  violations found;
  const auto rules = rules_of(which);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto& [name, value] = given[i];
    const auto rule =
        std::find_if(rules.begin(), rules.end(), [&](const parameter_rule& r) { return r.name == name; });
    if (rule == rules.end()) {
      found.push_back({name, "Unknown parameter"});
      continue;
    }
    const bool again = std::any_of(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(i),
                                   [&](const auto& earlier) { return earlier.first == name; });
    if (again) {
      found.push_back({name, "Given twice"});
    } else if (std::string wrong = rule->wrong(value); !wrong.empty()) {
      found.push_back({name, std::move(wrong)});
    }
  }
  return found;
}

}  // namespace sandbox
