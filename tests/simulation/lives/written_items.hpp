// What a request to HubSpot's objects is about to write.
#pragma once

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::simulation {

using values = std::map<std::string, std::string>;  // of a resource, by field

struct write_item {
  std::string id;
  values what;
};

// The texts among the members.
values values_in(const boost::json::object&);
// One for each resource that the request writes; none: it is no write.
std::vector<write_item> items_of(std::string_view method, std::string_view path, std::string_view body);

}  // namespace pawl::simulation
