// How one vendor's API behaves: its paths, its resources, its words. Everything that all APIs share stands
// around it in the service: keys, limits, faults, delays, journal, totals. One class per vendor, each in a
// file of its own, which says where each fact comes from and what is assumed.
#pragma once

#include "tests/sandbox/reply.hpp"
#include "tests/sandbox/request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

class vendor {
 public:
  virtual ~vendor() = default;

  // ---- What it is when nothing is said on the command line ----
  // The path of the base URL: `/api/v2`, or empty.
  virtual std::string root() const = 0;
  virtual limit_list default_limits(time_us day) const = 0;
  virtual std::vector<std::string> default_scopes() const = 0;
  // Adds a resource with made-up content; false if the id exists. Throws std::runtime_error if the vendor has
  // no such ids.
  virtual bool add(std::string_view id) = 0;
  // The id of the made-up resource `number` (1, 2, ...).
  virtual std::string made_up_id(std::uint64_t number) const = 0;
  // A tag's name that the seed file writes.
  virtual void tag_named(std::string_view) {}
  // Whether one request may read or write several resources.
  virtual bool takes_several() const { return false; }
  // Called after the last add().
  virtual void seeded() {}

  // Called before each request, and before the truth is shown: what becomes of its resources by itself.
  virtual void pass_time(time_us) {}

  // ---- A request ----
  virtual route find(const request&) const = 0;
  // Who counts the requests about its resource; null: there is no such resource.
  virtual traffic* traffic_of(const route&) = 0;
  // The key without scheme and encoding; empty: there is none.
  virtual std::string secret_of(const request&, const route&) const = 0;
  virtual void serve(const call&, reply&) = 0;
  // Shows the resource `id` as it is now, in the form that a reply to this call has; changes nothing. False:
  // it cannot be shown, and the reply says so.
  virtual bool present(const call&, std::string_view id, reply&) = 0;
  // Another resource than `id`; absent: there is none.
  virtual std::optional<std::string> neighbour(std::string_view id) const = 0;

  // ---- Its words ----
  // Makes its error envelope. `code` is a word of ours, such as `internal_error`; a vendor may have its own.
  virtual void error(reply&, int status, std::string_view code, std::string_view message) const = 0;
  virtual void unauthenticated(reply&, key_check) const = 0;
  // What errors of its own have in them and one of a gateway may have too: then nobody could tell them apart,
  // and no stranger before it says one of these.
  virtual std::vector<std::string_view> own_words() const { return {}; }
  // Refuses because of a limit; a null `rule` means that a fault says so.
  virtual void throttle(reply&, const route&, const budgets::refusal&, time_us now) const = 0;
  // Appends `\r\nName: value` for its headers: request id and, with `rates`, the limits. `told` is `now` as
  // its clock shows it.
  virtual void append_headers(std::string& out, const reply&, const route&, budgets& used, bool rates,
                              time_us now, time_us told) const = 0;

  // ---- The truth ----
  virtual std::uint64_t notices() const = 0;  // people were told something so many times
  // Appends `,"resources":{...}`.
  virtual void append_truth(std::string& out, bool only_changed) const = 0;
  // Serves a control endpoint of its own, such as `/resources/ID`; `path` is what stands behind `/_sandbox`.
  // False: it has none there.
  struct control_reply {
    int status = 200;
    std::string body, wrong;  // `wrong` is the error, if there is one
  };
  virtual bool control(std::string_view method, std::string_view path, std::string_view body, time_us now,
                       control_reply&) = 0;
  virtual std::string_view control_paths() const = 0;  // for the text that lists them
};

}  // namespace sandbox
