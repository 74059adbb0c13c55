// The write of a profile, compiled: pieces of a request that stay the same, and what is put between them for
// each job. request_writer uses it where a write is more than the id in a path and the fields in a body.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::api {

// What {was.PATH} and {was_header.NAME} of a profile's writes stand for, each once, in the order of their
// first appearance: write_plan::guards has a value for each.
struct guard_place {
  json_path path;          // in the resource; empty: a header
  std::string header;      // of the reply to the read
  bool in_header = false;  // the write shows it in a header, which takes no control characters
};
std::vector<guard_place> guard_places(const profile&);

// What one write fills the holes with.
struct write_values {
  std::string_view id;
  std::string_view fields;                // the JSON object of what is sent
  std::span<const std::string> guards{};  // by guard_places(): JSON text as shown, or the header's value
  std::string_view key{};                 // idempotency key
};

class write_template {
 public:
  write_template() = default;
  // Whether the write is more than a path with {id} and a body that is {fields}.
  static bool is_needed(const profile&);
  explicit write_template(const profile&);
  // A body alone: what stands for one row in the body of a write for several.
  write_template(const profile&, const json_template& body);

  // The target below the base URL, ready lines of headers, and the body.
  void append_target(std::string& to, const write_values&) const;
  void append_headers(std::string& to, const write_values&) const;
  void append_body(std::string& to, const write_values&) const;

 private:
  // How the value of a hole is written.
  enum class form : std::uint8_t { segment, query, header, in_string, json };
  struct piece {
    hole is = hole::none;
    form as = form::json;
    bool spread = false;        // of {fields}: its members without the braces,
    bool comma_before = false;  // and whether others stand before them
    std::string text;           // literal
    std::size_t guard = 0;      // position in guards
  };
  using pieces = std::vector<piece>;

  void add(pieces& to, std::string_view literal);
  void add(pieces& to, const text_template&, form);
  void add(pieces& to, const json_template&);
  static void append(std::string& to, const pieces&, const write_values&, id_form);

  std::vector<guard_place> places_;
  id_form ids_ = id_form::string;
  pieces target_, headers_, body_;
};

}  // namespace pawl::api
