// Makes the resource that a write with `body_is = "whole"` sends back: what was read, with values put in,
// without the members that the API does not take. Pure.
//
// A server that replaces the resource erases whatever a write leaves out. So everything that was read goes
// back as it was read, byte for byte (numbers keep their text, members their order), except for
// - the members that [readable] names, which the API shows and does not take. `id` and `updated_at` are among
//   them only where the profile says so: some servers want their own stamp back as a guard, others store what
//   they are sent.
// - the values that are put in: each stands where the field is written (`at`), in the form of the wire. Where
//   a reply shows a field somewhere else (`owner_id` as `owner.id`), that other place goes back as it was
//   read.
#pragma once

#include "engine/api/field_places.hpp"
#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

class whole_resource {
 public:
  explicit whole_resource(const profile&);  // the profile must outlive it

  // Whether all of `resource` can be sent back: it is one JSON object, sound in every member and without a
  // repeated name. (Which of two values counts would be a guess.)
  bool is_sound(std::string_view resource);

  // Replaces `into` with the object to send. `resource` must be sound; `put` names each field once.
  // False: there is no one place for a value, or something of another shape stands on the way to it, which
  // would be lost (field_places::append_over).
  bool compose(std::string& into, std::string_view resource, std::span<const field_value> put);

  // Replaces `into` with the object `known`, and adds those members of `resource` that go back and whose
  // names `known` does not have. Leaves out values that JSON readers refuse (half of a surrogate pair, NUL).
  // `resource` must be sound.
  void append_rest(std::string& into, std::string_view known, std::string_view resource);

  // Whether `resource` has a member, at any depth, of which nothing is known: it is not in `named`, no field
  // of the profile is read from it or written to it, it is not in [readable], and it is neither the id nor
  // the time of the last change. Of an object that a field is read from and not written to, all is known.
  bool has_undescribed(std::string_view resource, std::span<const field_value> named) const;

 private:
  using path = std::span<const path_step>;
  bool is_left_out(std::string_view key) const noexcept;

  std::vector<json_path> described_;
  std::vector<path> left_out_;  // the paths of [readable], except those to which a field is written
  field_places places_;
  std::string kept_;  // the resource without them
  std::string normal_;
};

}  // namespace pawl::api
