// Fields in their forms on the wire, by hand.
#pragma once

#include "engine/api/profile.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pawl::api::testing {

struct form {
  field_type type = field_type::string;
  wire_form wire = wire_form::json;
  const char* clear = nullptr;
  std::vector<std::pair<const char*, const char*>> words{};  // user's word, wire value
  const char* separator = "";
  comparison compare = comparison::exact;
};

inline const form seconds_form{field_type::timestamp, wire_form::epoch_s};
inline const form joined_form{field_type::list, wire_form::joined, nullptr, {}, ", "};

inline field_spec field(const form& f) {
  field_spec made;
  made.name = "f";
  made.type = f.type;
  made.wire = f.wire;
  made.separator = f.separator;
  made.compare = f.compare;
  if (f.clear != nullptr) made.clear = f.clear;
  for (const auto& [word, wire] : f.words) {
    made.values.emplace_back(word);
    made.wire_values.emplace_back(wire);
  }
  return made;
}

inline json_template around(const char* before, const char* after) {
  json_template t;
  t.is = json_template::kind::text;
  t.pieces = {{hole::none, before, {}}, {hole::value, {}, {}}, {hole::none, after, {}}};
  return t;
}

inline json_template hole_alone() {
  json_template t;
  t.is = json_template::kind::hole;
  t.pieces = {{hole::value, {}, {}}};
  return t;
}

}  // namespace pawl::api::testing
