// Tells whether a resource still shows what was written to it. Pure.
#pragma once

#include "engine/api/field_locator.hpp"
#include "engine/api/json_compare.hpp"
#include "engine/api/name_directory.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/resource_root.hpp"
#include "engine/text/json_locator.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

struct expected_value {
  std::string_view field;  // as the profile names it; a set verb expects its effect on its target
  std::string_view json;   // compact JSON
};

enum class standing : std::uint8_t {
  as_written,
  drifted,  // shows another value
  unclear,  // no read can tell: the API does not show the field, or shows the text in its own form
};

struct field_standing {
  standing is = standing::unclear;
  std::string shown;  // with drifted: JSON text as it stands in the reply
};

class drift_reader {
 public:
  explicit drift_reader(const profile&);  // the profile must outlive it
  // From now on names in set verbs are looked up in `names`, which must outlive the reader. Without it no
  // read can tell whether such a verb still holds.
  void use_names(const name_directory& names) { names_ = &names; }

  // Gives one answer for each expected value, in their order. `body` is the reply to a read of the resource;
  // json_padding readable bytes must follow it. An absent value counts as null, because
  // APIs leave out what is null. False: the body is not readable, is about another id, or is not as the
  // profile says; the answers do not count then.
  bool read(std::string_view body, std::string_view id, std::span<const expected_value>,
            std::vector<field_standing>& into);

  // Whether an item of a list is enough to say that the resource is as it was written: every field that a
  // read shows stands in it with the expected value. Anything else in an item proves nothing, because items
  // may leave fields out, or show them in another form than a read of the single resource does. If true, the
  // answers are as_written, or unclear where no read can tell.
  bool confirms(std::string_view item, std::string_view id, std::span<const expected_value>,
                std::vector<field_standing>& into);

 private:
  bool compare(std::string_view resource, std::string_view id, std::span<const expected_value>,
               std::vector<field_standing>& into);
  std::optional<field_index> shown_by(std::string_view field) const;
  standing compare_verb(const field_spec& verb, std::string_view json, const located& shown);

  const profile& api_;
  const name_directory* names_ = nullptr;
  resource_root root_;
  json_parser parser_;
  field_locator at_;  // places: the id, then the echo of each field
  json_comparer comparer_;
  std::vector<std::uint32_t> wanted_;
  bool all_stand_there_ = false;  // in the body read last
};

}  // namespace pawl::api
