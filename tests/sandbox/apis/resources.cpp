#include "tests/sandbox/apis/resources.hpp"

#include "tests/sandbox/entities.hpp"
#include "tests/sandbox/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace sandbox {
namespace json = boost::json;
namespace {

// The places at which two objects differ, as `a.b.c`; a list is one place.
void differences(const json::object& before, const json::object& after, const std::string& at,
                 std::vector<std::string>& places) {
  for (const auto& member : after) {
    const std::string place = at + std::string{member.key()};
    const json::value* old = before.if_contains(member.key());
    if (old != nullptr && old->is_object() && member.value().is_object()) {
      differences(old->get_object(), member.value().get_object(), place + '.', places);
    } else if (old == nullptr || *old != member.value()) {
      places.push_back(place);
    }
  }
  for (const auto& member : before) {
    if (!after.contains(member.key())) places.push_back(at + std::string{member.key()});
  }
}

}  // namespace

resource* resource_store::add(std::string_view id) {
  if (by_id_.contains(id)) return nullptr;
  const auto number = static_cast<std::uint32_t>(all_.size());
  resource& r = all_.emplace_back();
  r.id = id;
  r.number = number + 1;
  r.created_at = r.updated_at = creation_epoch + static_cast<time_us>(number) * one_second;
  by_id_.emplace(r.id, number);
  return &r;
}

const resource* resource_store::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &all_[found->second];
}

resource* resource_store::find(std::string_view id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &all_[found->second];
}

bool resource_store::change(resource& r, json::object next, time_us now) {
  if (r.fields == next) return false;
  r.fields = std::move(next);
  r.updated_at = std::max(now, r.updated_at + 1);
  ++r.version;
  return true;
}

void resource_store::apply(resource& r, json::object next, std::string_view body, time_us now) {
  if (!r.by_hand.empty()) {
    std::vector<std::string> places;
    differences(r.fields, next, "", places);
    for (const std::string& place : places) {
      const auto edit = r.by_hand.find(place);
      if (edit == r.by_hand.end()) continue;
      r.overwritten_unseen += edit->second > r.shown;
      r.by_hand.erase(edit);
    }
  }
  ++r.applied;
  r.changed += change(r, std::move(next), now);
  if (kept_bodies_ == 0) return;
  if (r.bodies.size() == kept_bodies_) r.bodies.pop_front();
  r.bodies.emplace_back(body);
}

void resource_store::edit(resource& r, json::object next, time_us now) {
  std::vector<std::string> places;
  differences(r.fields, next, "", places);
  change(r, std::move(next), now);
  ++r.hand_edits;
  for (const std::string& place : places) r.by_hand[place] = r.version;
}

void resource_store::append_truth(std::string& out, const resource& r) {
  append_quoted(out, r.id);
  out += ":{\"fields\":";
  out += json::serialize(r.fields);
  out += ",\"updated_at\":";
  append_json_time(out, r.updated_at);
  append_member(out, "version", r.version);
  append_member(out, "gone", static_cast<std::uint64_t>(r.gone));
  if (!r.moved_to.empty()) {
    out += ",\"moved_to\":";
    append_quoted(out, r.moved_to);
  }
  if (!r.merged_into.empty()) {
    out += ",\"merged_into\":";
    append_quoted(out, r.merged_into);
  }
  out += r.locked ? ",\"locked\":true" : ",\"locked\":false";
  append_member(out, "reads_seen", r.reads_seen);
  append_member(out, "writes_seen", r.writes_seen);
  append_member(out, "applied", r.applied);
  append_member(out, "changed", r.changed);
  append_member(out, "hand_edits", r.hand_edits);
  append_member(out, "overwritten_unseen", r.overwritten_unseen);
  out += ",\"bodies\":[";
  for (std::size_t i = 0; i < r.bodies.size(); ++i) {
    if (i > 0) out += ',';
    out += r.bodies[i];
  }
  out += "]}";
}

void merge(json::object& into, const json::object& changes) {
  for (const auto& member : changes) {
    json::value& at = into[member.key()];
    if (at.is_object() && member.value().is_object()) {
      merge(at.get_object(), member.value().get_object());
    } else {
      at = member.value();
    }
  }
}

}  // namespace sandbox
