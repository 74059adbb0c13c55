// Reads replies of the API: one pass, in place, only the members that are needed. Pure; simdjson stays in the
// .cpp of json_locator.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/attempt.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// The API's own words about an error. They are views into the reader, valid until its next call; empty where
// missing. They may be printed and stored: valid UTF-8 with spaces in place of control characters, cut
// between code points. A value that is no text (a number, an object) is given as JSON text.
struct error_view {
  std::string_view code;        // cut after 256 bytes
  std::string_view message;     // cut after 2 KiB
  std::string_view details;     // raw JSON text, cut after 4 KiB
  std::string_view request_id;  // cut after 256 bytes
  // The body has the profile's error envelope: a value where the profile has the code, or, if the profile has
  // no code, the message. An error reply without it may come from something other than the API.
  bool enveloped = false;
};

// What a 2xx reply to a patch proves.
struct echo_report {
  enum class state : std::uint8_t {
    as_wanted,   // every echoed field of the patch shows its wanted value
    differs,     // `field` shows another value
    other_id,    // the reply does not show the job's id: it is about another resource, or about none
    unreadable,  // not JSON, cut off, not UTF-8, deeper than 64
    misshapen,   // JSON, but an echo path is missing or leads to a value that cannot be compared: `field`
  };
  state is = state::unreadable;
  verified how = verified::none;  // with as_wanted: full, or partial where a field of the patch is not shown
  field_index field{};            // with differs, misshapen: the first in the order of the patch;
                                  // passed_field: there is no resource where the profile has write.root
  std::string_view misshapen;     // with misshapen: the name of that field, or the root; valid as `shown`
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

  // `body` must be followed by json_padding readable bytes. `wanted` are the values that were sent. With
  // `reply = "none"` the body is not looked at: as_wanted, verified::none.
  //
  // What a reply proves, in the order of the checks:
  // - The resource must be an object where the profile has write.root; the rest is about this object.
  // - The whole body must be one JSON object to its end; an empty one, a cut one, trailing bytes, or a key
  //   twice on a path that is read make it unreadable. (Which of two values counts would be a guess.)
  // - It must show the job's id where the profile says where a write's reply does (a string, or a number with
  //   the same text).
  // - A field that the profile does not echo, and a passed field, is not compared: verified::partial.
  // - A field whose path is missing proves nothing. If null was wanted and the reply showed the id, this is
  //   no contradiction (APIs leave out what is null) and no proof: verified::partial. If another value was
  //   wanted, or an element lacks the member that is compared, the report is misshapen, because the profile
  //   promises another reply. A null on the way counts as null (`assignee.id` of `"assignee": null`).
  // - `text` fields that differ are not proven: verified::partial. Every other difference is a contradiction.
  // One misshapen field makes the report misshapen, also where another one differs.
  //
  // `sent`: those of the wanted values that the write named; another one that is missing is no contradiction
  // and no proof either, because some APIs show what was written alone. `part` is whole or item: with item,
  // `body` is the resource itself, and its id is not looked at.
  echo_report compare(std::string_view body, reply_part part, std::string_view id,
                      std::span<const field_value> wanted, std::span<const field_value> sent);
  echo_report compare(std::string_view body, std::string_view id, std::span<const field_value> wanted) {
    return compare(body, reply_part::whole, id, wanted, wanted);
  }

  // Never fails: what cannot be read is empty. HTML and empty bodies give an empty report.
  error_view read_error(std::string_view body);

  // Reads the reply to `whoami`.
  identity_report read_identity(std::string_view body);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::api
