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

namespace pawl::api {

// The API's own words about an error; views into the reader, valid until its next call. Empty where missing.
struct error_view {
  std::string_view code, message, details, request_id;  // details: raw JSON text, cut after 4 KiB
};

// What a 2xx reply to a patch proves.
struct echo_report {
  enum class state : std::uint8_t {
    as_wanted,   // every echoed field of the patch shows its wanted value
    differs,     // `field` shows another value
    other_id,    // the reply is about another resource
    unreadable,  // not JSON, cut off, not UTF-8, deeper than 64, or an echo path is missing
  };
  state is = state::unreadable;
  verified how = verified::none;  // with as_wanted: full, or partial where a field of the patch is not echoed
  field_index field{};            // with differs: the first in the order of the patch
  std::string_view shown;         // with differs: the value shown, as JSON text, cut after 1 KiB
};

struct identity_report {
  bool readable = false;
  std::string account;  // text of the account member; empty if the path is empty or missing
  std::vector<std::string> scopes;
};

class reply_reader {
 public:
  explicit reply_reader(const profile&);  // the profile must outlive it
  reply_reader(reply_reader&&) noexcept;
  ~reply_reader();

  // `body` must be followed by 64 readable bytes. `wanted` are the values that were sent. With `reply =
  // "none"` no byte is read: as_wanted, verified::none.
  echo_report compare(std::string_view body, std::string_view id, std::span<const field_value> wanted);

  // Never fails: what cannot be read is empty. HTML and empty bodies give an empty report.
  error_view read_error(std::string_view body);

  identity_report read_identity(std::string_view body);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::api
