// Reads replies with simdjson On-Demand: one pass, in place, only the members that are needed. Pure; simdjson
// stays in the .cpp.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// The API's own words about an error; views into the reader, valid until its next call. Empty where missing.
// Fit to be printed and stored: valid UTF-8 without control characters (spaces stand in their place), cut
// between code points. A value that is no text (a number, an object) stands there as JSON text.
struct error_view {
  std::string_view code;        // cut after 256 bytes
  std::string_view message;     // cut after 2 KiB
  std::string_view details;     // raw JSON text, cut after 4 KiB
  std::string_view request_id;  // cut after 256 bytes
  // The body shows the profile's envelope: something where the code stands, or where the message stands if
  // the profile knows no code. An error without it may be anybody's.
  bool enveloped = false;
};

// What a 2xx reply to a patch proves.
struct echo_report {
  enum class state : std::uint8_t {
    as_wanted,   // every echoed field of the patch shows its wanted value
    differs,     // `field` shows another value
    other_id,    // the reply does not show the id of the job: it is about another resource, or about none
    unreadable,  // not JSON, cut off, not UTF-8, deeper than 64
    misshapen,   // JSON, but an echo path is missing, or leads to what cannot be compared: `field`
  };
  state is = state::unreadable;
  verified how = verified::none;  // with as_wanted: full, or partial where a field of the patch is not shown
  field_index field{};            // with differs, misshapen: the first in the order of the patch
  std::string_view shown;  // with differs: the value shown, with other_id: the id, empty where there is
                           // none; as JSON text, printable, cut after 1 KiB; a view into the reader,
                           // valid until its next call
};

struct identity_report {
  bool readable = false;            // the body is JSON, and shows the account if the profile says where
  std::string account;              // text of the account member; empty if the path is empty or missing
  std::vector<std::string> scopes;  // as the API names them; empty if the path is empty or missing
};

// One thread at a time. Once it has seen replies of the usual size, compare() allocates nothing for strings,
// numbers, timestamps and lists of plain strings, and read_error() nothing at all.
class reply_reader {
 public:
  explicit reply_reader(const profile&);  // the profile must outlive it
  reply_reader(reply_reader&&) noexcept;
  ~reply_reader();

  // `body` must be followed by 64 readable bytes. `wanted` are the values that were sent. With `reply =
  // "none"` no byte is read: as_wanted, verified::none.
  //
  // How much a reply proves, in the order in which it is asked:
  // - The whole body must be one JSON object to its end; an empty one, a cut one, trailing bytes, or a key
  //   twice on a path that is read make it unreadable. (Which of two values counts would be a guess.)
  // - It must show the job's id where the profile says where (a string, or a number with the same text).
  // - A field that the profile does not echo, and a passed field, is not compared: verified::partial.
  // - A field whose path is missing proves nothing. Wanted null, in a reply that showed the id: APIs leave
  //   out what is null, so that is no contradiction, and no proof: verified::partial. Any other wanted value,
  //   or an element without the member that is compared: misshapen, for this is not the reply that the
  //   profile promises. A null on the way is null (`assignee.id` of `"assignee": null`).
  // - `text` fields that differ are not proven: verified::partial. Every other difference is a contradiction.
  // One misshapen field makes the report misshapen, also where another one differs.
  echo_report compare(std::string_view body, std::string_view id, std::span<const field_value> wanted);

  // Never fails: what cannot be read is empty. HTML and empty bodies give an empty report.
  error_view read_error(std::string_view body);

  // The reply to `whoami`.
  identity_report read_identity(std::string_view body);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::api
