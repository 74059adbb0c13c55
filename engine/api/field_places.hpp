// Where fields are written (`at`): groups values into the objects and arrays in which they stand. Every body
// with fields is made here, so every value in it has the form of the wire. Pure; one object serves all
// threads.
#pragma once

#include "engine/api/field_codec.hpp"
#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

class field_places {
 public:
  // Keeps nothing of the profile.
  explicit field_places(const profile&);
  // As a read shows them: at their `echo` below `root`, in the form of the wire. Behind the fields stands the
  // time of the last change, as if it were one more field.
  static field_places shown(const profile&, const json_path& root);

  // Whether every field stands under its name in the object itself, in the form that rows have. Then
  // `{"name":json,...}` is what append_fields() writes, and a caller may do that faster.
  bool is_flat() const noexcept { return is_flat_; }

  // Appends the values as the members of an object, in their order, each group at its first one. Several
  // fields of one parent share it. An element that is picked by a member (`custom_fields[id=7].value`) is
  // written with it: a number if it is written like a whole number in JSON, true and false as booleans, else
  // a string. With a path that walks a list (`labels[].name`) each element of the value becomes an object.
  // Names of passed fields stand in the object itself. Without braces the members alone, also none.
  void append_fields(std::string& to, std::span<const field_value>, bool with_braces) const;

  // Appends the object with the values put over its own: in place of what stands there, and behind the
  // other members of an object that lacks them. What surrounds them stays as it is, byte for byte: also the
  // members that an object has beside those of `send`, and what an element of a walked list (`labels[].name`)
  // has beside the value, where the list still has that value. On the way null is the same as nothing.
  // `whole` is sound JSON. Values without a place are left out. False: the way to a place leads through a
  // value of another shape (a text or a list where an object belongs, an object where a list does), which
  // would be lost; or two elements say that they are the one; `to` then holds a part.
  bool append_over(std::string& to, std::string_view whole, std::span<const field_value>) const;

  // The member of the object itself in which a value is written.
  std::string_view top_key(const field_value&) const noexcept;

 private:
  // A step on the way to a field. Fields with equal steps up to here have the same node.
  struct step {
    enum class kind : std::uint8_t { member, element } is = kind::member;
    path_step at;
    std::uint32_t node = 0;
    std::string opening;  // member: the key and colon; element: the member that picks it, as JSON
  };
  using way = std::span<const step>;
  struct field {
    std::vector<step> steps;
    json_path inside;    // behind a step that walks a list: where each element stands in its object
    bool walks = false;  // the last step is such a list
    comparison how = comparison::exact;
    field_codec codec;
  };
  // A value and what is left of its way.
  struct placed {
    way rest;
    const field_value* value = nullptr;
    const field* of = nullptr;  // null: a passed field
  };

  field_places() = default;
  class compiler;

  std::vector<placed> place(std::span<const field_value>) const;
  bool append_members(std::string& to, const std::vector<placed>&) const;
  bool append_group(std::string& to, const std::vector<placed>&) const;
  void append_value(std::string& to, const placed&, std::string_view there = {}) const;
  void append_walked(std::string& to, const placed&, std::string_view there) const;
  bool append_object_over(std::string& to, std::string_view object, const std::vector<placed>&) const;
  bool append_list_over(std::string& to, std::string_view list, const std::vector<placed>&) const;
  bool append_inside(std::string& to, std::string_view there, const std::vector<placed>&) const;

  std::vector<field> fields_;  // by field_index
  bool is_flat_ = true;
  bool is_shown_ = false;  // made by shown()
};

}  // namespace pawl::api
