#include "tests/simulation/lives/written_items.hpp"

#include <boost/json.hpp>

namespace pawl::simulation {
namespace json = boost::json;

values values_in(const json::object& from) {
  values found;
  for (const auto& [name, value] : from)
    if (value.is_string()) found[std::string{name}] = std::string{value.as_string()};
  return found;
}

std::vector<write_item> items_of(std::string_view method, std::string_view path, std::string_view body) {
  std::vector<write_item> items;
  if (method == "PATCH") {
    items.push_back({std::string{path.substr(path.rfind('/') + 1)},
                     values_in(json::parse(body).at("properties").as_object())});
  } else if (method == "POST" && path.ends_with("/batch/update")) {
    const auto all = json::parse(body);
    for (const auto& one : all.at("inputs").as_array())
      items.push_back({std::string{one.at("id").as_string()}, values_in(one.at("properties").as_object())});
  }
  return items;
}

}  // namespace pawl::simulation
