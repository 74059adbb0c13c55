// The inside of resource_reader: what planning a write (resource_reader.cpp) and a second look
// (second_look.cpp) share.
#pragma once

#include "engine/api/condition.hpp"
#include "engine/api/field_locator.hpp"
#include "engine/api/field_places.hpp"
#include "engine/api/json_compare.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/api/resource_root.hpp"
#include "engine/api/set_verbs.hpp"
#include "engine/api/shown.hpp"
#include "engine/api/whole_resource.hpp"
#include "engine/api/write_template.hpp"
#include "engine/text/json_locator.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

struct resource_reader::impl {
  impl(const profile&, std::span<const precondition>, const name_directory*, bool force,
       std::span<const std::string> fill_empty);

  // Where a text stands that shows a resource.
  enum class source : std::uint8_t {
    reply,
    item,          // of a list page
    matched_item,  // of the reply to a request for several, which has compared the id
  };
  static source source_of(reply_part part) noexcept {
    return part == reply_part::item ? source::matched_item : source::reply;
  }
  readability make_plan(std::string_view body, source, const job_view&, wall_time now, write_plan&);
  readability send_all(std::string_view body, source, write_plan&);
  readability guard(std::span<const header_field>, write_plan&);
  second_look look_again(std::string_view body, source, std::string_view id,
                         std::span<const field_value> sent, std::string_view old_values,
                         std::string_view updated_at);

  std::string trouble;  // of the last body that was not readable

 private:
  bool is_known(field_index f) const { return f != passed_field && to_index(f) < api.fields.size(); }
  bool is_shown(field_index f) const { return is_known(f) && is_echoed(api[f]); }
  // Positions in the locator's list of places: these two, then the fields, then the conditions.
  static constexpr std::uint32_t id_path = 0, updated_at_path = 1;
  // The position in `wanted` of a field that is not there.
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};
  static constexpr std::uint32_t path_of(field_index f) noexcept {
    return static_cast<std::uint32_t>(to_index(f)) + 2;
  }
  const located& at(field_index f) const { return found[path_of(f)]; }

  void start_asking();
  void ask(std::uint32_t path);
  void ask_for(field_index f) {
    if (is_shown(f)) ask(path_of(f));
  }
  // Leaves of the reply to a read the resource alone.
  readability find_resource(std::string_view& reply, source from) {
    if (from != source::reply) return readability::readable;
    const auto is = root.take(reply);
    return is == resource_root::found::there ? readability::readable : without_resource(is);
  }
  readability without_resource(resource_root::found);
  readability look(std::string_view resource, source, std::string_view id);
  equality compare(field_index, std::string_view wanted);

  bool list_wanted(const job_view&, write_plan&);
  bool check(const job_view&, wall_time now, write_plan&);
  bool shows_all(const job_view&, const write_plan&) const;
  void spoil(const located& here, std::string_view field) {
    spoiled = is_sound(here) ? readability::misshapen : readability::unreadable;
    trouble = field;
  }
  void say_unmet(write_plan&, std::string_view field, const located*, std::string_view expected);
  bool leave_what_has_a_value(write_plan&);
  bool select(write_plan&);
  void choose(std::uint32_t position, const write_plan&);
  bool shows_value(field_index);
  void append_old(std::string& to, field_index, std::string_view wanted);
  void record(write_plan&);
  bool is_more_than_changes() const {
    return api.body_is == body_content::row || api.body_is == body_content::whole;
  }
  readability take_whole(std::string_view body, write_plan&);
  bool compose_whole(std::string_view body, write_plan&);
  void add_shown_elsewhere(const write_plan&);
  void list_unnamed(std::string_view body, write_plan&);
  void put_members_beside(write_plan&);
  bool has_same_moment(std::string_view before);
  void read_updated_at(std::string& to);

  void take_guards(write_plan&);
  std::uint32_t path_of_guard(std::size_t i) const noexcept {
    return static_cast<std::uint32_t>(api.fields.size() + only_if.size() + i) + 2;
  }

  const profile& api;
  const std::vector<guard_place> guarded;
  std::span<const precondition> only_if;
  std::vector<precondition> resolved;  // only_if with ids instead of names
  std::vector<std::string> expectations;
  const name_directory* names;
  const bool force_unechoed;
  std::vector<char> only_where_empty;               // by field; empty: none is
  std::vector<std::vector<field_index>> sent_with;  // by field
  std::vector<std::vector<field_index>> company;    // by field

  resource_root root;
  json_parser parser;
  field_locator found;
  json_comparer comparer;
  condition_judge judge;
  set_builder set;
  whole_resource whole;
  const std::optional<field_places> row_places;  // where a row by members needs more than its own values
  std::vector<std::uint32_t> asked;
  std::vector<char> is_asked;  // by path

  // These belong to the plan that is being made.
  std::vector<std::uint32_t> position;  // by field, in `wanted`
  std::vector<char> chosen;             // by position
  std::vector<std::uint32_t> to_visit;  // chosen, but their companions are not yet
  std::optional<field_index> left;  // the first that has another value and is written only where it is empty
  std::vector<field_index> beside;  // old values of fields that are not sent
  std::vector<field_value> before;  // old values that a second look compares with
  std::vector<field_value> put;     // the values that are put into the whole resource
  byte_arena put_texts;
  std::string shown, now_at;
  readability spoiled =
      readability::misshapen;  // what the last value that could not be compared makes of the body
};

}  // namespace pawl::api
