// What `--api generic` reads from `--api-file FILE`: a description of an API in JSON, so that somebody can
// rehearse on an API of theirs. It is a description of the server, made by a person who reads the API's
// documentation; it knows nothing of pawl's profiles, so that a wrong profile is found out.
// docs/rehearsal.md explains every member; a test reads the description there.
#pragma once

#include "tests/sandbox/limits.hpp"

#include <boost/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace sandbox {

// Whom a parameter that is the name of a member finds: those with this value, or with a part of it, whatever
// the case.
enum class filter_style : std::uint8_t { exact, contains };
enum class list_style : std::uint8_t { page, offset, cursor, link };
enum class write_mode : std::uint8_t { merge, merge_deep, replace };
enum class time_form : std::uint8_t { iso, iso_ms, unix_s, unix_ms };
enum class unknown_members : std::uint8_t { keep, drop, refuse };

struct field_form {
  std::string type;  // string, number, integer, boolean, array, object; empty: any
  bool nullable = true, read_only = false;
  boost::json::array values;  // empty: any
};

struct api_description {
  std::string root;
  std::string auth_header = "Authorization", auth_scheme = "Bearer";
  bool integer_ids = false;
  std::string id_at = "id", id_example = "item-{n}";
  std::string updated = "updated_at", created = "created_at";
  time_form times = time_form::iso;

  std::string read_method = "GET", read_path = "/items/{id}";
  boost::json::value read_reply = "{resource}";
  std::string write_method = "PATCH", write_path = "/items/{id}", fields_at;
  write_mode how = write_mode::merge;
  boost::json::value write_reply = "{resource}";

  std::string list_path = "/items", size_parameter = "limit", place_parameter = "page";
  list_style style = list_style::page;
  std::uint64_t size = 50, largest = 100;
  filter_style filter = filter_style::exact;
  boost::json::value list_reply = "{items}";

  std::string whoami_path = "/me";
  boost::json::value whoami_reply = boost::json::object{{"id", "somebody"}};

  std::string guard_header, guard_field;
  int guard_status = 412;
  std::string key_header;
  bool key_required = true;

  unknown_members unknown = unknown_members::keep;
  std::map<std::string, field_form> fields;
  boost::json::object example = {{"title", "Item {id}"}};

  boost::json::object limits;
  int throttle_status = 429;
  bool throttle_retry_after = true;
  std::string throttle_message = "Too many requests";
  std::string rate_of, rate_limit, rate_remaining, rate_reset;
  bool reset_is_left = false;
  boost::json::value error = boost::json::object{{"error", {{"code", "{code}"}, {"message", "{message}"}}}};
  int invalid_status = 422;
};

// Throws std::runtime_error that names the member that cannot be read.
api_description read_description(const boost::json::value&);
api_description read_description_file(const std::string& file);

// Puts values into the holes of a reply: a string that is one hole becomes the value, a hole inside a longer
// string its text.
using holes = std::map<std::string, boost::json::value>;
boost::json::value filled(const boost::json::value& form, const holes&);

}  // namespace sandbox
