#include "config/document.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

// toml++ 3.3 asserts what some broken documents violate ("[[[": marzer/tomlplusplus pull request 301), and a
// build without assertions then runs into undefined behaviour. Here such a document is an error like another.
#undef NDEBUG
namespace {
struct broken_document {};
constexpr void require(bool holds) {
  if (!holds) throw broken_document();
}
}  // namespace
#define TOML_ASSERT(expr) require(static_cast<bool>(expr))
#include <toml++/toml.h>

namespace pawl::config {
namespace {

toml_value convert(const toml::node& node);

toml_table convert_table(const toml::table& table) {
  struct placed {
    toml::source_position at;
    toml_entry entry;
  };
  std::vector<placed> found;
  for (const auto& [key, node] : table)
    found.push_back({key.source().begin, {std::string(key.str()), convert(node), key.source().begin.line}});
  // The library sorts keys by name; people read the order of the file.
  std::stable_sort(found.begin(), found.end(), [](const placed& a, const placed& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  toml_table result;
  for (auto& f : found) result.push_back(std::move(f.entry));
  return result;
}

toml_value convert(const toml::node& node) {
  toml_value result;
  result.line = node.source().begin.line;
  if (const auto* text = node.as_string())
    result.is = text->get();
  else if (const auto* flag = node.as_boolean())
    result.is = flag->get();
  else if (const auto* whole = node.as_integer())
    result.is = whole->get();
  else if (const auto* real = node.as_floating_point())
    result.is = real->get();
  else if (const auto* table = node.as_table())
    result.is = convert_table(*table);
  else if (const auto* list = node.as_array()) {
    toml_list items;
    for (const auto& item : *list) items.push_back(convert(item));
    result.is = std::move(items);
  } else
    result.is = toml_moment{};
  return result;
}

}  // namespace

document read_toml(std::string_view text, const std::string& source_name) {
  document result;
  complaint_list complaints{source_name};
  try {
    const auto parsed = toml::parse(text);
    result.root = convert_table(parsed);
  } catch (const toml::parse_error& e) {
    complaints.add(e.source().begin.line, "", "cannot be read as TOML: " + std::string(e.description()),
                   "mend the syntax of this line");
  } catch (const broken_document&) {
    complaints.add(0, "", "cannot be read as TOML", "mend its syntax; look for a bracket too many");
  }
  result.complaints = std::move(complaints.all);
  return result;
}

std::string_view kind_name(const toml_value& value) {
  switch (value.is.index()) {
    case 0:
      return "text";
    case 1:
      return "a boolean";
    case 2:
      return "a whole number";
    case 3:
      return "a number with a point";
    case 4:
      return "a date or time";
    case 5:
      return "a list";
    default:
      return "a table";
  }
}

void complaint_list::add(std::uint32_t line, const std::string& key, const std::string& what,
                         const std::string& remedy) {
  all.push_back({failure_kind::usage, line == 0 ? source : source + ":" + std::to_string(line),
                 key.empty() ? what : key + ": " + what, remedy});
}

}  // namespace pawl::config
