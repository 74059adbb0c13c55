#include "engine/app/original_rows.hpp"

#include "engine/app/rows/export_rows.hpp"
#include "engine/model/option.hpp"
#include "engine/text/csv_cells.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pawl::app {
namespace {

failure no_input(const std::string& path, const std::string& what) {
  return {failure_kind::usage, path, what,
          "name the outcomes that failed with " + to_string(option::outcome) +
              ": the ledger keeps the input of those, or leave " + to_string(option::with_input) + " out"};
}

// A column that every row has, which serves as the id because ids are not looked at here. A note cannot
// serve.
std::string first_column(std::string_view header, char delimiter) {
  const auto cells = split_cells(header, delimiter);
  for (const auto cell : cells ? *cells : std::vector<std::string_view>{}) {
    auto name = cell_text(cell);
    if (!name.empty() && name.front() != '_') return name;
  }
  return {};
}

}  // namespace

original_rows::original_rows(const ledger::generation_row& generation) : generation_(generation) {
  anything_.name = "export";
  anything_.pass_unknown_fields = true;
}

status original_rows::open() {
  input::source_options options;
  const bool csv = !generation_.header.empty();
  options.format = csv ? input::file_format::csv : input::file_format::ndjson;
  if (csv) {
    options.delimiter =
        generation_.delimiter != '\0' ? generation_.delimiter : guess_delimiter(generation_.header);
    options.id_column = first_column(generation_.header, *options.delimiter);
  }
  auto opened = input::job_source::open(generation_.input_path, anything_, options);
  if (!opened)
    return no_input(generation_.input_path, "the input of that run cannot be read: " + opened.error().what);
  auto identity = opened->identity();
  if (!identity) return identity.error();
  if (identity->file != generation_.input.file)
    return no_input(generation_.input_path, "has changed since that run");
  source_ = *std::move(opened);
  return {};
}

expected<std::string_view> original_rows::row(std::uint64_t number) {
  if (!source_)
    if (auto opened = open(); !opened) return opened.error();
  while (number >= first_in_batch_ + batch_.size()) {
    first_in_batch_ += batch_.size();
    auto more = source_->next(batch_);
    if (!more) return more.error();
    if (!*more) return no_input(generation_.input_path, "has fewer rows than were run");
  }
  const auto at = static_cast<std::size_t>(number - first_in_batch_);
  // A row that is no valid job for this profile still has its text, unless the text was cut.
  if (const auto* error = batch_.error(at)) {
    constexpr std::size_t cut_after = 64 * 1024;  // as row_error says
    if (error->raw.size() >= cut_after)
      return no_input(generation_.input_path, "row " + std::to_string(number) + " is too long to be shown");
    return std::string_view{error->raw};
  }
  return batch_.job(at).raw;
}

}  // namespace pawl::app
