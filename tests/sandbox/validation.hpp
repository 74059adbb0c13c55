// What the OpenAPI file says about bodies and query parameters, as code: types, enums, lengths in code
// points, nullability, required companions. Unknown members are refused, so that a typing mistake of a client
// is noticed.
#pragma once

#include "tests/sandbox/text.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <vector>

namespace sandbox {

// One entry of `details` of a 400 validation_failed.
struct violation {
  std::string path;  // dotted, array positions included: `tag_ids.0`; empty: the whole body
  std::string message;

  bool operator==(const violation&) const = default;
};

// Checks the body of PATCH /threads/{id}. No violation: it can be applied.
std::vector<violation> check_patch(const boost::json::value& body);

// Checks the query parameters of one endpoint.
enum class parameters { none, thread, thread_list, tag_list };
std::vector<violation> check_query(parameters, const query&);

}  // namespace sandbox
