// Jira's reads of many issues.
#include "tests/sandbox/apis/jira.hpp"

#include <algorithm>

namespace sandbox {
namespace json = boost::json;
namespace {

constexpr std::size_t most_ids = 100;

}  // namespace

// Up to a hundred, ascending by id; moved issues are followed, and what is missing is told apart.
void jira::fetch_many(const call& c, reply& rep) {
  const auto body = object_in(c.in.body);
  const json::value* ids = body ? body->if_contains("issueIdsOrKeys") : nullptr;
  if (ids == nullptr || !ids->is_array() || ids->get_array().size() > most_ids) {
    error(rep, 400, "", "issueIdsOrKeys must be a list of at most 100");
    return;
  }
  std::vector<std::string> asked;
  if (const json::value* fields = body->if_contains("fields"); fields != nullptr && fields->is_array())
    for (const json::value& one : fields->get_array())
      asked.emplace_back(one.is_string() ? one.get_string().c_str() : "");
  std::vector<const resource*> found;
  json::array errors;
  for (const json::value& one : ids->get_array()) {
    const std::string id = one.is_string() ? std::string{one.get_string()} : json::serialize(one);
    const resource* r = called(id);
    if (r != nullptr && r->gone == 0)
      found.push_back(r);
    else
      errors.push_back(
          {{"id", id}, {"errorMessage", "Issue does not exist or you do not have permission to see it."}});
  }
  std::sort(found.begin(), found.end(),
            [](const resource* a, const resource* b) { return number_in(a->id) < number_in(b->id); });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  json::array issues;
  for (const resource* r : found) {
    issues.push_back(shown_as(c, *r, asked));
    shown(*resources_.find(r->id));
  }
  set(rep, 200, {{"expand", "names"}, {"issues", issues}, {"issueErrors", errors}});
}

// Whoever names no fields gets ids alone. Of JQL only the order by id is there (assumed: a sandbox needs no
// search).
void jira::find_issues(const call& c, reply& rep) {
  query given = parse_query(c.way.query).value_or(query{});
  std::vector<std::string> asked;
  if (const auto body = c.in.method == "POST" ? object_in(c.in.body) : std::nullopt) {
    for (const auto& member : *body) {
      const json::value& v = member.value();
      if (v.is_array())
        for (const json::value& one : v.get_array()) asked.emplace_back(one.as_string().c_str());
      else
        given.emplace_back(std::string{member.key()},
                           v.is_string() ? std::string{v.get_string()} : json::serialize(v));
    }
  }
  for (const std::string_view one : split(parameter(given, "fields"), ',')) asked.emplace_back(one);
  const std::uint64_t size =
      std::clamp<std::uint64_t>(number_in(parameter(given, "maxResults", "50")).value_or(50), 1, 100);
  const std::string token = parameter(given, "nextPageToken");
  const auto after =
      token.empty() ? std::optional<std::uint64_t>{0} : number_in(decode_token(token).value_or("x"));
  if (!after) {
    error(rep, 400, "", "The provided next page token is invalid.");
    return;
  }
  json::array issues;
  std::uint64_t last = *after;
  bool more = false;
  for (const resource& r : resources_.all()) {
    if (r.number <= *after || r.gone != 0) continue;
    more = issues.size() == size;
    if (more) break;
    if (asked.empty())
      issues.push_back(json::object{{"id", r.id}});
    else
      issues.push_back(shown_as(c, r, asked));
    last = r.number;
  }
  json::object page{{"issues", std::move(issues)}, {"isLast", !more}};
  if (more) page["nextPageToken"] = encode_token(std::to_string(last));
  set(rep, 200, page);
}

}  // namespace sandbox
