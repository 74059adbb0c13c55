// Requests for several resources at once ([read_many], [write_many]). Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/api/write_template.hpp"

#include <span>
#include <string>
#include <string_view>

namespace pawl::api {

// Whether reads before a write may be batched: not where the write shows the API a header of its own read.
bool can_read_many(const profile&) noexcept;
inline bool can_write_many(const profile& p) noexcept {
  return p.write_many.size > 0;
}

// The read of all these, of which there is at least one and none twice. No call names a resource of its own
// (call::id), because it is about several.
call read_many_call(const profile&, std::span<const std::string_view> ids);

// The write of several rows, compiled once.
class write_many_template {
 public:
  // The profile has a [write_many].
  explicit write_many_template(const profile&);

  // One request: begin(), add() for each row, end(). There is at least one row, and no id twice.
  call begin() const;
  void add(call& to, const write_values&) const;
  void end(call& to) const { to.body += after_; }

 private:
  call frame_;                  // all but the body
  std::string before_, after_;  // of the body, around the rows
  write_template row_;
};

}  // namespace pawl::api
