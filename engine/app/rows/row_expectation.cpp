#include "engine/app/rows/row_expectation.hpp"

#include "engine/text/json_walk.hpp"

namespace pawl::app {

std::optional<std::string_view> row_expectation::read(const input::value_rule& rule, std::string_view shown) {
  bytes_.clear();
  std::string_view compact;
  switch (values_.read(shown, bytes_, compact)) {
    case input::row_fit::unsound:
      problem_ = "is a value that no row may hold, such as half of a surrogate pair";
      return std::nullopt;
    case input::row_fit::too_large:
      problem_ = "is longer or nested deeper than a field of a row may be";
      return std::nullopt;
    case input::row_fit::fits:
      break;
  }
  // A precondition may be null whatever the field takes.
  if (typer_.check(rule, true, {kind_of(compact), compact})) return compact;
  problem_ = typer_.problem();
  return std::nullopt;
}

bool row_expectation::is_said_by(std::string_view cell, const input::value_rule& rule, api::comparison how,
                                 std::string_view shown) {
  bytes_.clear();
  std::string_view json;
  // A file with a NUL byte is no input.
  return cell.find('\0') == std::string_view::npos &&
         typer_.from_cell(rule, true, cell, bytes_, json) == input::cell_state::value &&
         comparer_.compare(how, json, shown) == api::equality::equal;
}

}  // namespace pawl::app
