#include "engine/api/calls.hpp"

namespace pawl::api {

request_spec read_request(const profile& p) {
  auto request = p.read;
  if (!request.path.empty()) return request;
  const auto mark = p.resource_path.find(id_mark);
  request.path.push_back({hole::none, p.resource_path.substr(0, mark), {}});
  request.path.push_back({hole::id, {}, {}});
  request.path.push_back({hole::none, p.resource_path.substr(mark + id_mark.size()), {}});
  return request;
}

call resource_call(const profile& p, std::string_view id) {
  const auto asked = asked_names(p);
  hole_values values;
  values.id = id;
  values.id_is_number = p.id_type == id_form::integer;
  values.asked = asked;
  auto made = fill(read_request(p), values);
  made.id = id;
  return made;
}

call whoami_call(const profile& p) {
  if (p.whoami.path.empty()) return {};
  auto request = p.whoami.request;
  request.path = {{hole::none, p.whoami.path, {}}};
  return fill(request, {});
}

}  // namespace pawl::api
