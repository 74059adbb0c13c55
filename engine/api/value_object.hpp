// Values of fields as one JSON object: a request's body, and what the ledger keeps of a write.
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

// The members of such an object, appended as views into it and into the profile. What the profile does not
// know is passed_field. Names are taken as they are written: no field's name and no passed one needs an
// escape. False: not an object; `into` then holds a part. The values' brackets are checked, scalars are not.
bool parse_values(std::string_view json, const profile&, std::vector<field_value>& into);

}  // namespace pawl::api
