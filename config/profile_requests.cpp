#include "config/profile_requests.hpp"

#include "config/profile_parts.hpp"
#include "engine/api/write_template.hpp"
#include "engine/text/letter_case.hpp"
#include "engine/text/name_table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace pawl::config {
namespace {

using api::hole;

constexpr name_table<api::id_form, 3> id_forms{{
    {"string", api::id_form::string},
    {"digits", api::id_form::digits},
    {"integer", api::id_form::integer},
}};

// Which holes may stand where.
constexpr std::array of_path{hole::id};
constexpr std::array of_write_query{hole::id, hole::was, hole::was_header};
constexpr std::array of_write_headers{hole::was, hole::was_header, hole::key};
constexpr std::array of_write_body{hole::id, hole::fields, hole::was, hole::was_header, hole::key};
constexpr std::array of_read{hole::id, hole::asked};
constexpr std::array of_write_many{hole::id, hole::fields, hole::was};
constexpr std::span<const hole> no_holes{};

bool has_path(table_reader& root, std::string_view table) {
  auto in = root.table(table);
  return in && in->find("path") != nullptr;
}

// A path with its variables filled in, in which {id} stays.
std::optional<std::string> filled_around_id(table_reader& in, const hole_reader& holes,
                                            std::string_view path) {
  auto made = holes.text(in, "path", path, of_path, template_place::path);
  if (!made) return std::nullopt;
  std::string text;
  for (const auto& piece : *made)
    if (piece.is == hole::none && piece.text.find('{') != std::string::npos) {
      in.complain("path", "holds a brace that is meant as such", "write it as %7B");
      return std::nullopt;
    }
  for (const auto& piece : *made) text += piece.is == hole::id ? std::string{"{id}"} : piece.text;
  return text;
}

bool names_the_resource(const api::request_spec& request, const api::profile& profile) {
  return api::has_hole(request, hole::id) || (request.path.empty() && !profile.resource_path.empty());
}

void read_resource(table_reader& root, const hole_reader& holes, api::profile& profile) {
  auto in = root.table("resource");
  if (!in) {
    if (root.find("resource") == nullptr)
      root.complaints().add(0, "resource", "is missing", "add [resource] with path = \"/items/{id}\"");
    return;
  }
  const auto path = in->text("path");
  if (!path) {
    if (in->find("path") == nullptr && !(has_path(root, "write") && has_path(root, "read")))
      in->complain("path", "is missing",
                   "add path = \"/items/{id}\", or a path of their own to [write] and [read]");
  } else if (auto filled = filled_around_id(*in, holes, *path)) {
    const auto at = filled->find("{id}");
    if (!is_request_target(*filled))
      in->complain("path", "\"" + *path + "\" is not a path", "begin it with /, without spaces and #");
    else if (at == std::string::npos || filled->find("{id}", at + 1) != std::string::npos)
      in->complain("path", "\"" + *path + "\" must have {id} once", "put {id} where the id stands");
    profile.resource_path = *std::move(filled);
  }
  if (auto method = in->text("method")) {
    if (*method != "PATCH" && *method != "PUT" && *method != "POST")
      in->complain("method", "\"" + *method + "\" is not PATCH, PUT or POST", "use one of these");
    profile.method = *std::move(method);
  }
  if (auto column = in->text("id_column")) {
    if (column->empty() || column->front() == '_')
      in->complain("id_column", "is empty or begins with _, which marks notes", "use another name");
    profile.id_column = *std::move(column);
  }
  if (const auto type = in->text("id_type")) {
    const auto is = find_named(id_forms, *type);
    if (!is) in->complain("id_type", "\"" + *type + "\" is " + none_of(id_forms), "use one of these");
    profile.id_type = is.value_or(api::id_form::string);
  }
  read_path(*in, "label", profile.label);
  if (const auto length = in->count("max_id_length", 1, 4096))
    profile.max_id_length = static_cast<std::size_t>(*length);
  if (profile.reply.is != api::reply_kind::none) profile.reply.id = {{"id", false}};
  read_path(*in, "id", profile.reply.id);
  if (const auto how = in->text("id_compare")) {
    if (*how != "exact" && *how != "nocase")
      in->complain("id_compare", "\"" + *how + "\" is neither exact nor nocase", "use one of these");
    profile.reply.ids = *how == "nocase" ? id_compare::nocase : id_compare::exact;
  }
  read_path(*in, "updated_at", profile.reply.updated_at);
  in->finish();
}

// Where the reply to a write shows the resource, and in it the id.
void read_shown_by_write(table_reader& in, api::profile& profile) {
  read_place(in, "root", profile.reply.write_root);
  if (in.find("id") != nullptr) read_path(in, "id", profile.reply.write_id.emplace());
  if (profile.reply.echoes_resource()) return;
  for (const char* key : {"root", "id"})
    if (in.find(key) != nullptr)
      in.complain(key, "is never looked at: the reply to a write shows no resource",
                  "remove it, or set reply = \"resource\"");
}

// What a write must say.
void check_write(table_reader& in, const api::profile& profile) {
  const auto& write = profile.write;
  if (!names_the_resource(write, profile))
    in.complain("path", "names no resource", "put {id} where the id stands");
  if (write.body && !api::has_hole(*write.body, hole::fields))
    in.complain("body", "does not hold what is sent",
                "put \"{fields}\" where the fields belong, or \"...\" = \"{fields}\" into the object that "
                "holds them");
  if (!api::guard_places(profile).empty() && (!profile.read_first || profile.read_first_where_free))
    in.complain_here("is guarded by what was read ({was...}), and read_first is not true",
                     "set read_first = true");
}

// A PATCH sends changes (RFC 5789), and so does a POST to a resource at APIs that update with it. A PUT
// replaces by definition (RFC 9110 section 9.3.4), but many an API merges. This cannot be guessed, and a
// wrong guess erases fields; so the profile must say it.
void read_write(table_reader& root, const hole_reader& holes, api::profile& profile) {
  auto in = root.table("write");
  if (in) {
    holes.request(*in, {of_path, of_write_query, of_write_headers, of_write_body, true}, profile.write);
    read_shown_by_write(*in, profile);
    check_write(*in, profile);
  }
  const auto said = in ? in->text("body_is") : std::nullopt;
  const bool is_put = (profile.write.method.empty() ? profile.method : profile.write.method) == "PUT";
  if (is_put) profile.body_is.reset();
  if (said) {
    if (const auto content = api::parse_body_content(*said))
      profile.body_is = content;
    else
      in->complain("body_is", "\"" + *said + "\" is not one of changes, row, whole", "use one of these");
    if (profile.body_is == api::body_content::whole && (!profile.read_first || profile.read_first_where_free))
      in->complain("body_is", "is \"whole\", which sends back what was read, and read_first is not true",
                   "set read_first = true, or body_is = \"row\"");
  } else if (is_put && profile.read_first && (!in || in->find("body_is") == nullptr)) {
    const std::string what =
        "is missing: a PUT may replace the resource, and then what a write leaves out is erased";
    const std::string remedy =
        "add [write] with body_is = \"changes\" if the API keeps what a PUT leaves out, \"whole\" to send "
        "back all "
        "that was read with the row's values put in, or \"row\" if each row names every field";
    if (in)
      in->complain("body_is", what, remedy);
    else if (root.find("write") == nullptr)
      root.complaints().add(0, "write.body_is", what, remedy);
  }
  if (in) in->finish();
}

void read_read(table_reader& root, const hole_reader& holes, api::profile& profile) {
  auto in = root.table("read");
  if (!in) return;
  holes.request(*in, {of_path, of_read, no_holes, of_read}, profile.read);
  if (!names_the_resource(profile.read, profile))
    in->complain("path", "names no resource", "put {id} where the id stands");
  read_place(*in, "root", profile.reply.read_root);
  in->finish();
}

void read_batch(table_reader& root, const char* name, const hole_reader& holes,
                const hole_reader::request_holes& allowed, api::batch_spec& into) {
  auto in = root.table(name);
  if (!in) return;
  holes.request(*in, allowed, into.request);
  if (into.request.path.empty() && in->find("path") == nullptr)
    in->complain("path", "is missing", "add path = \"/items/batch\"");
  const auto size = in->count("size", 2, 10'000);  // chosen: no API seen takes more than 1,000
  if (!size && in->find("size") == nullptr)
    in->complain("size", "is missing", "write how many resources one request may have");
  into.size = static_cast<std::uint32_t>(size.value_or(0));
  read_path(*in, "items", into.items);
  read_path(*in, "id", into.id);
  if (std::string_view{name} == "write_many") {
    read_path(*in, "errors", into.errors);
    read_path(*in, "error_id", into.error_id);
    if (into.request.body && !api::has_hole(*into.request.body, hole::fields))
      in->complain("body", "does not hold what is sent", "put \"{fields}\" where the fields of a row belong");
  }
  if (!api::has_hole(into.request, hole::id))
    in->complain_here("names no resources", "put {id} where their ids stand: ids = [\"{id}\"]");
  in->finish();
}

void read_quiet(table_reader& root, const hole_reader& holes, api::profile& profile) {
  auto in = root.table("quiet");
  if (!in) return;
  holes.request(*in, {no_holes, no_holes, no_holes, no_holes, true}, profile.quiet);
  for (const char* key : {"method", "path"})
    if (in->find(key) != nullptr) in->complain(key, "stands in [quiet]", "give query, headers or body only");
  in->finish();
}

}  // namespace

void read_requests(table_reader& root, const hole_reader& holes, api::profile& profile) {
  read_resource(root, holes, profile);
  read_write(root, holes, profile);
  read_read(root, holes, profile);
  read_batch(root, "read_many", holes, {no_holes, of_read, no_holes, of_read}, profile.read_many);
  read_batch(root, "write_many", holes, {no_holes, no_holes, no_holes, of_write_many, true},
             profile.write_many);
  read_quiet(root, holes, profile);
}

namespace {

std::size_t count_fields(const api::json_template& value) {
  std::size_t count =
      static_cast<std::size_t>(std::ranges::count(value.pieces, hole::fields, &api::text_piece::is));
  for (const auto& [key, member] : value.members) count += count_fields(member);
  for (const auto& element : value.elements) count += count_fields(element);
  return count;
}

// A name twice in an object: which of the two counts is up to the server, and a row could undo a guard.
void check_neighbours(table_reader& in, const api::json_template& value, const api::profile& profile) {
  const auto spreads =
      std::ranges::any_of(value.members, [](const auto& m) { return m.first == api::json_template::spread; });
  for (const auto& [key, member] : value.members) {
    const auto is_field = [&key](const api::field_spec& f) {
      return f.verb == api::set_verb::none && (f.at.empty() ? f.name : f.at.front().key) == key;
    };
    const bool is_any = profile.any_field && is_field(*profile.any_field);
    if (spreads && (is_any || std::ranges::any_of(profile.fields, is_field)))
      in.complain("body", "has \"" + key + "\" beside {fields}, and a field stands there too",
                  "remove one of the two: a JSON object has a name once");
    check_neighbours(in, member, profile);
  }
  const bool any_name = profile.any_field && profile.any_field->at.size() < 2;
  if (spreads && value.members.size() > 1 && profile.pass_unknown_fields && (!profile.any_field || any_name))
    in.complain("body", "has members beside {fields}, and a row may name a field of any name",
                "set unknown_fields = \"refuse\", or let {fields} stand in an object of its own");
  for (const auto& element : value.elements) check_neighbours(in, element, profile);
}

void check_headers(std::optional<table_reader> in, const api::request_spec& request,
                   const api::profile& profile) {
  auto headers = in ? in->table("headers") : std::nullopt;
  if (!headers) return;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto& name = request.headers[i].first;
    const auto is_it = [&name](const auto& other) { return equal_without_case(other.first, name); };
    if (equal_without_case(name, profile.auth_header))
      headers->complain(name, "is the header of the key, which never stands in a profile",
                        "put the key into the environment variable of auth.token_env");
    else if (std::ranges::any_of(profile.extra_headers, is_it))
      headers->complain(name, "stands under [request_headers] too", "remove one of the two");
    else if (std::any_of(request.headers.begin(), request.headers.begin() + static_cast<std::ptrdiff_t>(i),
                         is_it))
      headers->complain(name, "stands here twice, in another case", "remove one of the two");
  }
}

}  // namespace

void check_requests(table_reader& root, const api::profile& profile, const api::reading_spec& reading) {
  if (profile.write.body)
    if (auto in = root.table("write")) {
      check_neighbours(*in, *profile.write.body, profile);
      if (count_fields(*profile.write.body) > 1)
        in->complain("body", "holds {fields} more than once", "put it where the API takes them from");
    }
  for (const auto& [table, request] : {std::pair{"write", &profile.write},
                                       {"read", &profile.read},
                                       {"whoami", &profile.whoami.request},
                                       {"list", &reading.list.request},
                                       {"names", &reading.names.request},
                                       {"read_many", &profile.read_many.request},
                                       {"write_many", &profile.write_many.request},
                                       {"quiet", &profile.quiet}})
    check_headers(root.table(table), *request, profile);
  if (auto matches = root.table("match"))
    for (const auto& m : reading.matches) check_headers(matches->table(m.field), m.list.request, profile);
  for (std::size_t i = 0; i < profile.extra_headers.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (equal_without_case(profile.extra_headers[i].first, profile.extra_headers[j].first))
        if (auto in = root.table("request_headers"))
          in->complain(profile.extra_headers[i].first, "stands here twice, in another case",
                       "remove one of the two");
}

}  // namespace pawl::config
