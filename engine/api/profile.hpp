// What pawl knows of one API. It is compiled once into plain values: after the start there are no TOML types
// and no look-ups by text. config/profile_loader fills it from a TOML file; nothing of a particular API
// stands in the engine.
#pragma once

#include "engine/api/request_template.hpp"
#include "engine/model/job.hpp"
#include "engine/model/rate.hpp"
#include "engine/text/json_path.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

enum class field_type : std::uint8_t { string, enumeration, boolean, number, timestamp, list, object, json };

// How a wanted value is compared with the one that the API shows.
enum class comparison : std::uint8_t {
  exact,       // the same JSON value, as json_compare.hpp defines it
  lines,       // strings, whatever their lines end by
  text,        // as lines, but the API normalises it (HTML): a difference in a reply is no contradiction
  set,         // lists, whatever the order and repeats of their elements
  set_nocase,  // as set, and the case of the elements does not count (labels, logins)
  instant,     // RFC 3339 timestamps that name the same moment
  members,     // objects of which only the members that are wanted count (RFC 7396 merges)
  none,        // no reply shows the field
};

constexpr bool is_set(comparison how) noexcept {
  return how == comparison::set || how == comparison::set_nocase;
}

// A set verb is a pseudo-field. Once the target's current set has been read, the verb becomes the full new
// set.
enum class set_verb : std::uint8_t { none, add_names, remove_names, add_ids, remove_ids };
constexpr bool adds(set_verb v) noexcept {
  return v == set_verb::add_names || v == set_verb::add_ids;
}
constexpr bool takes_names(set_verb v) noexcept {
  return v == set_verb::add_names || v == set_verb::remove_names;
}

// One value of a field demands another field: `status = snoozed` needs `snoozed_until` in the same patch.
struct requirement {
  std::string when_json;  // compact JSON of the value that demands it
  field_index needs{};
};

// A member of an object field, for dotted columns (`notify.slack`).
struct member_spec {
  std::string name;
  field_type type = field_type::string;
  bool nullable = false;
  std::vector<std::string> values{};   // enumeration: as in field_spec
  std::vector<member_spec> members{};  // object: the known members; empty: any
  bool replay_safe = true;             // as in field_spec
};

// The form of a value on the wire, where it is not the one that rows have.
enum class wire_form : std::uint8_t {
  json,      // as it is
  string,    // the text of a number, a boolean or a timestamp as a JSON string
  epoch_s,   // a timestamp as a number: seconds since the Unix epoch,
  epoch_ms,  // or milliseconds
  joined,    // a list as one string, its elements joined by field_spec::separator
};

struct field_spec {
  std::string name;  // the JSON key in the patch and the column in a CSV
  field_type type = field_type::string;
  bool nullable = false;
  std::vector<std::string> values;       // enumeration: the allowed values, in the order of the documentation
  std::vector<std::string> wire_values;  // enumeration: compact JSON that stands for values[i] on the wire;
                                         // empty: the words themselves
  std::size_t min_length = 0;            // code points; 0: no bound
  std::size_t max_length = 0;            // code points; 0: no bound
  std::vector<member_spec> members;      // object: the known members; empty: any
  std::vector<requirement> requires_;

  comparison compare = comparison::exact;
  json_path at;    // where it stands in what is written; the last key of `*` is the column's name
  json_path echo;  // where the reply shows the field (`at`, if nothing else is said); empty with
                   // comparison::none
  wire_form wire = wire_form::json;
  std::string separator{};              // of wire_form::joined
  std::optional<json_template> send{};  // what is written in place of the value, around {value}
  std::optional<std::string> clear{};   // compact JSON that clears the field; unset: null
  bool replay_safe = true;              // false: sending it again does something again (`notify`)
  std::vector<field_index>
      together;  // all of these are sent when one of them is (`status` with `snoozed_until`)
  std::optional<field_index> rides_with;  // for a field that no reply shows: sent when that field changes
                                          // (`closed_loop` with `status`)
  std::vector<std::string> also_changes;  // for people: what else a write of it changes (`contact`)

  set_verb verb = set_verb::none;
  field_index verb_target{};
};

// A field that the API shows and does not take. Conditions (`--only-if`) may test it.
struct readable_field {
  std::string name;
  field_type type = field_type::string;
  json_path path;
};

// What the reply to a write shows (`reply`).
enum class reply_kind : std::uint8_t {
  resource,  // the resource as it is now
  read,      // nothing that could be compared; a read of the resource does
  none,      // nothing, and no read does either
};

// What a reply shows beside the fields, used to read first and to prove a write; paths are empty where the
// API has none.
struct reply_shape {
  reply_kind is = reply_kind::resource;
  bool echoes_resource() const noexcept { return is == reply_kind::resource; }
  bool can_be_shown() const noexcept { return is != reply_kind::none; }  // by the reply, or by a read
  json_path write_root, read_root;     // where the resource stands in the reply; empty: it is the reply
  json_path id;                        // {"id"}, in the resource
  std::optional<json_path> write_id;   // where it stands in a write's reply, if elsewhere; empty: unchecked
  id_compare ids = id_compare::exact;  // `id_compare`
  json_path updated_at;
};

// The first path that shows a value counts.
struct error_shape {
  std::vector<json_path> code, message, details, request_id;
};

// Names of headers; their case does not count. Empty: the API has none.
struct header_names {
  std::string request_id, limit, remaining, reset, ietf_policy, ietf_limit, retry_after = "Retry-After";
};

// What a status means. Profiles name these in their rules.
enum class verdict : std::uint8_t {
  ok,         // 2xx: the reply is compared
  throttled,  // not applied; all requests of the class wait; charges no attempt
  retry,      // known not to be applied, and worth another attempt
  maybe,      // may have been applied
  refused,    // the API said no to this row
  conflict,   // a guard of the write did not hold, nothing was applied: read again, and plan afresh
  stop,       // the run is misconfigured
};

// What HTTP has: rules name and match no other (RFC 9110, section 15).
constexpr int least_status = 100, most_status = 599;
constexpr bool is_http_status(std::int64_t status) noexcept {
  return status >= least_status && status <= most_status;
}

struct status_range {
  int from = least_status, to = most_status;  // inclusive
  bool operator==(const status_range&) const = default;
};

// How long a throttled reply makes wait (`wait`): the first of these that a reply has.
struct wait_source {
  enum class kind : std::uint8_t { retry_after, reset, time } is = kind::retry_after;
  std::chrono::nanoseconds time{};  // with time: it always has a value, and doubles while it repeats
  bool operator==(const wait_source&) const = default;
};
// What waits after a throttled reply (`scope`): requests of its class, all requests, or its row.
enum class wait_scope : std::uint8_t { of_class, of_all, of_id };

// Rules are ordered; the first that matches decides. Empty parts match everything.
struct status_rule {
  std::vector<status_range> statuses{};  // empty: any
  std::string code{};                    // error code of the envelope
  std::string message{};                 // a part of the error's message, whatever its case
  std::string header{};                  // must be present, with any value if `header_value` is empty
  std::string header_value{};
  verdict then = verdict::refused;
  std::vector<wait_source> wait{};          // with throttled; empty: as without a rule
  wait_scope scope = wait_scope::of_class;  // with throttled
  std::string remedy{};                     // with `stop`: what the user has to correct
};

struct limit_set {
  std::vector<rate_window> windows;  // empty: unlimited
};

// What the body of a write holds (`write.body_is`).
enum class body_content : std::uint8_t {
  changes,  // the fields of the row that differ from what was read, with their companions
  row,      // all fields of the row, as soon as one of them differs
  whole,    // the resource as it was read, with the row's values in it (whole_resource.hpp)
};
std::string_view to_string(body_content) noexcept;  // as a profile writes it
std::optional<body_content> parse_body_content(std::string_view) noexcept;

// How an id is written: any text, digits only, or digits that bodies have as a JSON number.
enum class id_form : std::uint8_t { string, digits, integer };

// A variable of the profile ([vars]): what a value must look like, and the value that this use of it has.
struct profile_variable {
  std::string name, pattern, value;
};

// One request for many resources ([read_many], [write_many]).
struct batch_spec {
  request_spec request;
  std::uint32_t size = 0;  // resources in one request; 0: the API has no such request
  json_path items, id;     // of the reply: the array of resources, and the id in one
  json_path errors, error_id;
};

struct whoami_spec {
  std::string path;      // below the base URL; empty: the API has none, and the account stays unbound
  request_spec request;  // the rest of the request; its own path is not used
  json_path account;     // workspace_id
  json_path scopes;      // array of strings; may be empty
};

struct profile {
  std::string name;
  std::string base_url;  // "https://productlane.com/api/v2"; no trailing slash
  std::vector<profile_variable> variables;
  // A digest of all that shapes requests and readings: it is part of a run's identity. Empty: not known.
  std::string shape;
  std::string resource_path;  // "/threads/{id}": {id} stands for the percent-encoded id
  std::string method = "PATCH";
  request_spec write, read;  // in what they differ from that; an unset body of a write is {fields}
  batch_spec read_many, write_many;
  request_spec quiet;  // query, headers and body that --quiet-api adds to a write
  // Unset: a PUT of a profile that does not read first. Such a write sends the row, and the profile does not
  // say what the API does with fields that are left out.
  std::optional<body_content> body_is = body_content::changes;
  std::string token_env;     // name of the environment variable
  std::string token_prefix;  // "pl_v2_": with which every key begins, for safe labels; may be empty
  std::string auth_header = "Authorization";
  std::string auth_scheme = "Bearer ";  // before the token, with its space; may be empty
  text_template auth_basic;  // user name and password of Basic (RFC 7617), with {token}; empty: not used
  std::vector<std::pair<std::string, std::string>> extra_headers;
  std::string id_column = "id";
  id_form id_type = id_form::string;
  std::size_t max_id_length = 256;  // code points; chosen
  json_path label;                  // what people call the resource; empty: nothing is known
  bool read_first = false;
  bool read_first_where_free =
      false;  // only where reads cost nothing (policy/free_reads); read_first is true
  bool pass_unknown_fields = false;

  std::vector<field_spec> fields;  // at most 65,000
  // The form of fields that are not described, with `*` for the name in its paths; unset: nothing is known of
  // them. add_used_fields() makes fields of it.
  std::optional<field_spec> any_field;
  std::vector<readable_field> readable;  // no name is also that of a field
  reply_shape reply;
  error_shape error;
  header_names headers;
  std::vector<status_rule> rules;  // tried before the defaults of policy/retry_policy
  limit_set write_limits, read_limits;
  std::optional<std::uint32_t> concurrency;  // requests at the same time, at most; unset: nothing is known
  std::vector<rate_limit> all_limits;        // of both classes together; empty: they share nothing
  std::vector<rate_limit> each_limits;       // of one resource; empty: unlimited
  whoami_spec whoami;

  // Side effects that people should know of before a run, one sentence each.
  std::vector<std::string> side_effects;

  const field_spec& operator[](field_index f) const { return fields[to_index(f)]; }
  // Linear: for the start and for messages. Hot paths keep their own tables.
  std::optional<field_index> find(std::string_view field_name) const noexcept;
  // As ledgers name it: the name, and behind it its variables, which belong to the target:
  // "github-issues (owner=octo, repo=hello)".
  std::string name_with_variables() const;
};

// The name of the profile in such a text.
std::string_view profile_name_of(std::string_view name_with_variables) noexcept;

// Its writes show the API what was read before them, so that none is applied to a resource that has changed
// since.
bool is_guarded(const profile&) noexcept;
// A field of this name in the form of profile::any_field.
field_spec field_in_form_of(const field_spec& any, std::string_view name);
// What {asked} stands for: the last key of the place of each field, or the key of the array that it is in;
// and of readable fields and guards the key on the same level. Each stands once. An API that shows only what
// is asked for then shows all that any row may need.
std::vector<std::string> asked_names(const profile&);
// Adds those of the names that the profile does not describe, if it has an any_field.
void add_used_fields(profile&, std::span<const std::string> names);

}  // namespace pawl::api
