// What the values stand for by which rows name their resources (source_options::match): the ids that the API
// has named for each of them.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/matched_value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pawl::input {

class matched_ids {
 public:
  virtual ~matched_ids() = default;
  // nullopt: the value was not looked up. Failures: those of the place where the answers are kept.
  virtual expected<std::optional<matched_value>> of(std::string_view value) = 0;
};

// Error codes of rows whose value stands for no resource, or for several.
inline constexpr std::string_view unmatched_code = "unmatched", ambiguous_code = "ambiguous";
std::string_view code_of(const matched_value&) noexcept;
// What is wrong with a value that is not that of one resource, to follow the name of its column: "no resource
// has it (got "x")".
std::string what_is_wrong(const matched_value&);

}  // namespace pawl::input
