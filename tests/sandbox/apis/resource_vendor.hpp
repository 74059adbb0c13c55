// What vendors with a resource store share: ids, truth, edits behind the API's back, and small helpers for
// paths, queries, bodies, times and keys.
#pragma once

#include "tests/sandbox/apis/resources.hpp"
#include "tests/sandbox/apis/vendor.hpp"
#include "tests/sandbox/apis/vendors.hpp"
#include "tests/sandbox/text.hpp"

#include <boost/json.hpp>

#include <deque>
#include <initializer_list>
#include <set>

namespace sandbox {

class resource_vendor : public vendor {
 public:
  explicit resource_vendor(const vendor_options&);

  void pass_time(time_us now) final;
  bool add(std::string_view id) final;
  std::string made_up_id(std::uint64_t number) const override { return std::to_string(number); }
  traffic* traffic_of(const route& r) override { return r.id.empty() ? nullptr : resources_.find(r.id); }
  std::optional<std::string> neighbour(std::string_view id) const final;
  std::uint64_t notices() const final { return notices_; }
  void append_truth(std::string& out, bool only_changed) const final;
  // GET and POST `/resources/ID`. A person changes fields with `set` (objects are put into objects), and what
  // has become of a resource with `gone` (404, 410, 403 or false), `moved_to` and `merged_into` (an id, or
  // null), `locked`.
  bool control(std::string_view method, std::string_view path, std::string_view body, time_us now,
               control_reply&) final;
  std::string_view control_paths() const final { return "resources/ID"; }

 protected:
  // Fills the fields of a new resource with made-up content.
  virtual void make_up(resource&, std::uint64_t dice) = 0;
  // Empty: the vendor has such ids; else what they are.
  virtual std::string wrong_id(std::string_view id) const;

  static void set(reply&, int status, const boost::json::value&);
  // Applies a client's write.
  void apply(const call&, resource&, boost::json::object next, reply&);
  // Notes that a reply shows it.
  static void shown(resource& r) { r.shown = r.version; }

  vendor_options options_;
  resource_store resources_;
  std::uint64_t notices_ = 0;

 private:
  // What a write has to be undone by, from the oldest write on.
  struct put_back {
    time_us at = 0;
    std::string id;
    boost::json::object before, written;  // the members that the write changed; null: there was none
  };
  std::deque<put_back> put_back_;

  void plan_to_put_back(const boost::json::object& before, const resource&, time_us now);
  std::string edit(std::string_view id, std::string_view body, time_us now, int& status);
};

// ---- Helpers ----
using segments = std::vector<std::string>;
// The decoded segments behind `root`; absent: the path is elsewhere, or an escape is broken.
std::optional<segments> segments_of(std::string_view path, std::string_view root);
// Whether the segments have this form; `*` stands for any.
bool have_form(const segments&, std::initializer_list<std::string_view> form);
// The parameter's value, or `otherwise`.
std::string parameter(const query&, std::string_view name, std::string_view otherwise = {});
std::optional<std::uint64_t> number_in(std::string_view text);
bool digits_only(std::string_view text);
std::string lower_case(std::string_view text);
// `2026-11-23T16:38:11Z`; times of the wire with fewer digits than the sandbox knows.
std::string iso_seconds(time_us);
std::string iso_milliseconds(time_us);
// What stands behind `Basic `, decoded; empty: nothing that can be read.
std::string basic_credentials(std::string_view authorization);
// What stands behind `scheme` and a space, or empty.
std::string behind_scheme(std::string_view authorization, std::string_view scheme);
// Absent: it is no JSON object.
std::optional<boost::json::object> object_in(std::string_view body);
// The member's text, or empty.
std::string text_in(const boost::json::object&, std::string_view name);
// A value as a field of text takes it: a text as it is, nothing for null, else its JSON.
std::string text_or_json(const boost::json::value&);
void add_header(reply&, std::string_view name, std::string value);
// Every how-manyeth resource has a property, by its dice.
constexpr bool one_in(std::uint64_t n, std::uint64_t dice) {
  return mix(dice + n) % n == 0;
}

}  // namespace sandbox
