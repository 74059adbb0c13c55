// Values of fields as one JSON object: the body of a request, and what the ledger keeps of a write.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// Appends `{"name":value,...}`, without white space.
void append_values(std::string& to, std::span<const field_value>);

// Appends the members of such an object, as views into it and into the profile. A name that the profile does
// not have becomes passed_field. Names are compared without unescaping: neither a field's name nor a passed
// one needs an escape. False: the text is no object; `into` then holds a part. Checks the values' brackets,
// not their scalars.
bool parse_values(std::string_view json, const profile&, std::vector<field_value>& into);

}  // namespace pawl::api
