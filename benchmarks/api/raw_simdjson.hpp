// What compare() is held against: simdjson's On-Demand used by hand on the same reply for the same three
// fields, without the guarantees of reply_reader (no id, no repeated keys, no depth, no bytes behind the
// end).
#pragma once

#include <memory>
#include <string_view>

namespace pawl::bench {

class raw_simdjson {
 public:
  raw_simdjson();
  ~raw_simdjson();

  // status, assignee.id and tags[].id of the sample thread hold what the sample patch wants. 64 readable
  // bytes behind the body.
  //
  // Looks the fields up one after the other and stops behind the last one.
  bool look_up(std::string_view body);
  // Walks over every member of the document to its end and picks these.
  bool walk_all(std::string_view body);

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace pawl::bench
