// HubSpot's lists and batches.
#include "tests/sandbox/apis/hubspot.hpp"

#include <algorithm>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr std::size_t most_in_batch = 100;

std::vector<std::string> texts_of(const json::value* list) {
  std::vector<std::string> texts;
  if (list == nullptr || !list->is_array()) return texts;
  for (const json::value& one : list->get_array())
    if (one.is_string()) texts.emplace_back(one.get_string().c_str());
  return texts;
}

// Ids are text, but a number will do (assumed).
std::string id_of(const json::value& input) {
  if (!input.is_object()) return {};
  const json::value* id = input.get_object().if_contains("id");
  if (id == nullptr) return {};
  return id->is_string() ? std::string{id->get_string()} : json::serialize(*id);
}

}  // namespace

void hubspot::list_objects(const call& c, reply& rep) {
  const query given = parse_query(c.way.query).value_or(query{});
  const auto limit = number_in(parameter(given, "limit", "10"));
  if (!limit || *limit == 0 || *limit > 100) {
    error(rep, 400, "VALIDATION_ERROR", "limit must be from 1 to 100");
    return;
  }
  const std::uint64_t after = number_in(parameter(given, "after", "0")).value_or(0);
  names asked;
  for (const auto& [name, value] : given)
    if (name == "properties")
      for (const std::string_view one : split(value, ',')) asked.emplace_back(one);
  json::array results;
  std::uint64_t last = after;
  bool more = false;
  for (const resource& r : resources_.all()) {
    if (r.number <= after || r.gone != 0 || !r.merged_into.empty()) continue;
    more = results.size() == *limit;
    if (more) break;
    results.push_back(shown_as(r, c, asked));
    last = r.number;
  }
  json::object body{{"results", std::move(results)}};
  if (more) {
    const std::string next = std::to_string(last);
    body["paging"] = {
        {"next",
         {{"after", next}, {"link", "https://api.hubapi.com/crm/v3/objects/contacts?after=" + next}}}};
  }
  set(rep, 200, body);
}

// A repeated id, or too many of them, refuses the whole batch.
std::optional<json::array> hubspot::inputs_of(const json::object& body, reply& rep) const {
  const json::value* inputs = body.if_contains("inputs");
  if (inputs == nullptr || !inputs->is_array()) {
    error(rep, 400, "VALIDATION_ERROR", "Invalid input JSON: no list `inputs`");
    return std::nullopt;
  }
  const json::array& all = inputs->get_array();
  if (all.size() > most_in_batch) {
    error(rep, 400, "VALIDATION_ERROR",
          "The maximum number of inputs supported in a batch request for property history is 100");
    return std::nullopt;
  }
  std::set<std::string> seen;
  for (const json::value& one : all) {
    const std::string id = id_of(one);
    if (id.empty() || !seen.insert(id).second) {
      error(rep, 400, "VALIDATION_ERROR",
            id.empty() ? "Some required fields were not set: [id]"
                       : "Duplicate IDs found in batch input: [" + id + "]. IDs must be unique");
      return std::nullopt;
    }
  }
  return all;
}

// 200, or 207 with `errors` beside the results if something is missing.
void hubspot::set_batch(reply& rep, json::array results, const names& missing, const call& c) const {
  json::object body{{"status", "COMPLETE"},
                    {"results", std::move(results)},
                    {"startedAt", iso_milliseconds(c.now)},
                    {"completedAt", iso_milliseconds(c.now)}};
  if (!missing.empty()) {
    // The vendor puts ids with the same fault into one error (assumed: each into one, so that both forms are
    // met, the first missing one stands alone).
    json::array errors;
    for (std::size_t i = 0; i < missing.size();) {
      const std::size_t end = i == 0 ? 1 : missing.size();
      json::array ids;
      for (; i < end; ++i) ids.emplace_back(missing[i]);
      errors.push_back(
          {{"status", "error"},
           {"category", "OBJECT_NOT_FOUND"},
           {"message",
            "Could not get some objects, they may be deleted or not exist. Check that ids are valid."},
           {"context", {{"ids", std::move(ids)}}}});
    }
    body["numErrors"] = errors.size();
    body["errors"] = std::move(errors);
  }
  set(rep, missing.empty() ? 200 : 207, body);
}

void hubspot::read_batch(const call& c, reply& rep) {
  const auto body = object_in(c.in.body);
  const auto inputs = body ? inputs_of(*body, rep) : std::nullopt;
  if (!inputs) {
    if (!body) error(rep, 400, "VALIDATION_ERROR", "Invalid input JSON");
    return;
  }
  const names asked = texts_of(body->if_contains("properties"));
  const std::string by = text_in(*body, "idProperty");
  json::array results;
  names missing;
  for (const json::value& one : *inputs) {
    std::string id = id_of(one);
    if (!by.empty())
      for (const resource& other : resources_.all())
        if (text_in(other.fields, by) == id) id = other.id;
    resource* const r = reachable(id);
    if (r == nullptr) {
      missing.push_back(id);
      continue;
    }
    results.push_back(shown_as(*r, c, asked));
    shown(*r);
  }
  std::reverse(results.begin(), results.end());  // the order of results is not promised
  set_batch(rep, std::move(results), missing, c);
}

// What an update would show if it changed nothing.
bool hubspot::present_batch(const call& c, reply& rep) {
  const auto body = object_in(c.in.body);
  const auto inputs = body ? inputs_of(*body, rep) : std::nullopt;
  if (!inputs) return false;
  json::array results;
  names missing;
  for (const json::value& one : *inputs) {
    const json::value* given = one.get_object().if_contains("properties");
    if (given == nullptr || !given->is_object()) return false;
    names written;
    for (const auto& member : given->get_object()) written.emplace_back(member.key());
    if (const resource* const r = reachable(id_of(one)))
      results.push_back(shown_as(*r, c, written));
    else
      missing.push_back(id_of(one));
  }
  set_batch(rep, std::move(results), missing, c);
  return true;
}

// What is not valid refuses the whole batch, and nothing is applied (as the v1 call did; assumed of v3 too).
// What is missing or locked is an error of its own, and the others are applied.
void hubspot::update_batch(const call& c, reply& rep) {
  const auto body = object_in(c.in.body);
  const auto inputs = body ? inputs_of(*body, rep) : std::nullopt;
  if (!inputs) {
    if (!body) error(rep, 400, "VALIDATION_ERROR", "Invalid input JSON");
    return;
  }
  struct change {
    resource* to;
    json::object next;
    const json::value* input;
  };
  std::vector<change> changes;
  names missing;
  problems wrong;
  for (const json::value& one : *inputs) {
    const std::string id = id_of(one);
    const json::value* given = one.get_object().if_contains("properties");
    resource* const r = reachable(id);
    if (given == nullptr || !given->is_object()) {
      error(rep, 400, "VALIDATION_ERROR", "Some required fields were not set: [properties]");
      return;
    }
    if (r == nullptr || r->locked) {
      missing.push_back(id);
      continue;
    }
    json::object next = r->fields;
    const problems theirs = set_properties(given->get_object(), *r, next);
    wrong.insert(wrong.end(), theirs.begin(), theirs.end());
    changes.push_back({r, std::move(next), &one});
  }
  if (!wrong.empty()) {
    refuse(rep, wrong);
    return;
  }
  json::array results;
  for (change& one : changes) {
    resources_.apply(*one.to, std::move(one.next), json::serialize(*one.input), c.now);
    rep.applied = true;
    names written;
    for (const auto& member : one.input->at("properties").as_object()) written.emplace_back(member.key());
    results.push_back(shown_as(*one.to, c, written));
    shown(*one.to);
  }
  std::reverse(results.begin(), results.end());
  set_batch(rep, std::move(results), missing, c);
}

std::unique_ptr<vendor> make_hubspot(const vendor_options& options) {
  return std::make_unique<hubspot>(options);
}

}  // namespace sandbox
