// The settings that shape what a run does with its input, as the ledger records them
// (config::settings::as_json), and the differences between two such records. Pure.
#pragma once

#include "engine/text/json_locator.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::app {

enum class shaping_key : std::uint32_t {
  format,
  id_column,
  map,
  ignore_column,
  set,
  only_if,
  fill_empty,  // ledgers of earlier versions do not have it
  match,       // likewise; null: rows have ids
  null_token,
  separator,
  delimiter,
  read_first,   // "true" or "false"
  write_limit,  // "60/min,20/10s"; it shapes nothing, so a change is no difference
  profile,      // api::profile::shape; ledgers of earlier versions do not have it
  body_is,      // of the profile; ledgers of earlier versions do not have it
  // Results of the validation (recorded_validation). They are no settings, so a change is no difference;
  // ledgers of earlier versions do not have them.
  validated_print,
  validated_under,
  validated_counts,
  validated_fields,
  validated_swap,
};

class recorded_settings {
 public:
  explicit recorded_settings(std::string_view json);

  bool readable() const noexcept { return readable_; }
  // nullopt: it is null or missing.
  std::optional<std::string> text(shaping_key) const;
  std::optional<char> character(shaping_key) const;
  std::vector<std::string> texts(shaping_key) const;

 private:
  const located& at(shaping_key k) const { return at_[static_cast<std::size_t>(k)]; }

  std::string text_;
  json_parser parser_;
  json_locator at_;
  bool readable_ = false;
};

// Names each setting that differs: "--set was status=done and is status=open". Empty: none differs, or one of
// the texts is not readable. Settings whose former value is not known (a delimiter or format that was
// detected) are left out.
std::vector<std::string> changed_settings(std::string_view before_json, std::string_view now_json);

}  // namespace pawl::app
