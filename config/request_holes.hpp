// Makes templates of a profile's strings and tables: holes in braces, and variables, whose values are put in
// while the profile is loaded.
//
// `{{` is a brace that is meant as such. A hole that nothing fills is a complaint that names those that can
// stand there.
#pragma once

#include "config/table_reader.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/request_template.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

// Where a template stands: what belongs there is encoded accordingly.
enum class template_place : std::uint8_t {
  path,    // of a request: variables are percent-encoded as a segment
  query,   // of a request: request_writer encodes all of it
  header,  // control characters are refused
  plain,
};

class hole_reader {
 public:
  explicit hole_reader(std::span<const api::profile_variable> variables) : variables_(variables) {}

  // nullopt: a complaint was made at the key.
  std::optional<api::text_template> text(table_reader& in, std::string_view key, std::string_view text,
                                         std::span<const api::hole> allowed, template_place) const;
  std::optional<api::json_template> json(table_reader& in, std::string_view key, const toml_value&,
                                         std::span<const api::hole> allowed) const;
  // A text in which only variables may stand.
  std::optional<std::string> filled(table_reader& in, std::string_view key, std::string_view text,
                                    template_place) const;

  // Which holes may stand in the parts of a request, and whether it may change anything.
  struct request_holes {
    std::span<const api::hole> path, query, headers, body;
    bool writes = false;
  };
  // Reads method, path, query, headers and body. A method or path that is not there stays empty. Reads are
  // repeated without thought, so their method is GET or POST.
  void request(table_reader& in, const request_holes&, api::request_spec& into) const;

 private:
  struct reading;
  std::span<const api::profile_variable> variables_;
};

}  // namespace pawl::config
