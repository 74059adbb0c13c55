#include "config/profile_batches.hpp"

#include "config/profile_parts.hpp"
#include "engine/api/batch_reply.hpp"
#include "engine/api/write_template.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace pawl::config {
namespace {

using api::hole;

constexpr std::array of_read_many{hole::id, hole::asked};
constexpr std::array of_write_many{hole::id, hole::fields, hole::was};
constexpr std::span<const hole> no_holes{};

// Where {id} stands in a body.
struct id_places {
  std::size_t repeated = 0;  // lists of one element that holds it
  std::size_t others = 0;
};

void count(const api::json_template& value, id_places& into) {
  if (api::is_repeated(value)) {
    ++into.repeated;
    return;
  }
  into.others += static_cast<std::size_t>(std::ranges::count(value.pieces, hole::id, &api::text_piece::is));
  for (const auto& [key, member] : value.members) count(member, into);
  for (const auto& element : value.elements) count(element, into);
}

// Holes of a body that stand outside of the list that is repeated.
bool has_hole_outside(const api::json_template& value, hole which) {
  if (api::is_repeated(value)) return false;
  return api::has_hole(value.pieces, which) ||
         std::ranges::any_of(value.members,
                             [which](const auto& m) { return has_hole_outside(m.second, which); }) ||
         std::ranges::any_of(value.elements, [which](const auto& e) { return has_hole_outside(e, which); });
}

void check_ids(table_reader& in, const api::batch_spec& batch, const api::profile& profile) {
  id_places ids;
  if (batch.request.body) count(*batch.request.body, ids);
  const auto in_query = std::ranges::count_if(
      batch.request.query, [](const auto& named) { return api::has_hole(named.second, hole::id); });
  const auto places = ids.repeated + static_cast<std::size_t>(in_query);
  if (places + ids.others == 0)
    in.complain_here("names no resources", "put {id} where their ids stand: ids = [\"{id}\"]");
  else if (ids.others > 0 || places > 1)
    in.complain_here("must have {id} in one place, for all resources",
                     "put it into a list of one element, which is repeated: ids = [\"{id}\"]; or into one "
                     "parameter of query");
  if (api::id_in_batch(profile, batch).empty())
    in.complain("id", "is missing, and [resource] has no id: nothing tells which resource is which",
                "say where one of them shows its id");
}

void read_batch(table_reader& in, const hole_reader& holes, const hole_reader::request_holes& allowed,
                api::batch_spec& into) {
  holes.request(in, allowed, into.request);
  if (into.request.path.empty() && in.find("path") == nullptr)
    in.complain("path", "is missing", "add path = \"/items/batch\"");
  const auto size = in.count("size", 2, 10'000);  // chosen: no API seen takes more than 1,000
  if (!size && in.find("size") == nullptr)
    in.complain("size", "is missing", "write how many resources one request may have");
  into.size = static_cast<std::uint32_t>(size.value_or(0));
  read_path(in, "items", into.items);
  read_path(in, "id", into.id);
}

// A batch that left a guard out would write over what others have changed.
void check_guards(table_reader& in, const api::profile& profile) {
  auto alone = profile, together = profile;
  alone.write_many = {};
  together.write = {};
  const auto missing = [](const api::profile& has, const api::profile& lacks) {
    const auto there = api::guard_places(lacks);
    return std::ranges::any_of(api::guard_places(has), [&there](const api::guard_place& place) {
      return std::ranges::none_of(there, [&place](const api::guard_place& other) {
        return other.path == place.path && other.header == place.header;
      });
    });
  };
  if (missing(alone, together))
    in.complain_here("leaves out a guard ({was...}) that [write] has",
                     "put it beside {fields}; where the guard is a header, remove [write_many]");
  else if (missing(together, alone))
    in.complain_here("has a guard ({was...}) that [write] leaves out", "put it into [write] too");
}

void check_write_many(table_reader& in, const api::profile& profile) {
  const auto& body = profile.write_many.request.body;
  if (!body)
    in.complain("body", "is missing", "add body = [{ id = \"{id}\", \"...\" = \"{fields}\" }]");
  else if (!api::has_hole(*body, hole::fields))
    in.complain("body", "does not hold what is sent", "put \"{fields}\" where the fields of a row belong");
  else if (has_hole_outside(*body, hole::fields) || has_hole_outside(*body, hole::was))
    in.complain("body", "has {fields} or {was...} outside of the list that holds {id}",
                "put all that belongs to a row into the element that holds its {id}");
  const auto& many = profile.write_many;
  if (many.errors.empty() != many.error_id.empty())
    in.complain(many.errors.empty() ? "errors" : "error_id", "is missing",
                "errors and error_id belong together: where the errors stand, and where one shows its row");
  if (!profile.reply.can_be_shown() && !profile.read_first)
    in.complain_here("is of no use where nothing can be read: what became of a row could not be known",
                     "remove [write_many], or set read_first = true");
  if (profile.read_first && profile.read_many.size == 0)
    in.complain_here(
        "needs a read of several rows: read one by one, the first would be too old before the last",
        "add [read_many], or set read_first = false");
  check_guards(in, profile);
}

}  // namespace

void read_batches(table_reader& root, const hole_reader& holes, api::profile& profile) {
  if (auto in = root.table("read_many")) {
    read_batch(*in, holes, {no_holes, of_read_many, no_holes, of_read_many}, profile.read_many);
    check_ids(*in, profile.read_many, profile);
    in->finish();
  }
  if (auto in = root.table("write_many")) {
    auto& many = profile.write_many;
    read_batch(*in, holes, {no_holes, no_holes, no_holes, of_write_many, true}, many);
    read_path(*in, "errors", many.errors);
    read_path(*in, "error_id", many.error_id);
    check_ids(*in, many, profile);
    check_write_many(*in, profile);
    in->finish();
  }
}

}  // namespace pawl::config
