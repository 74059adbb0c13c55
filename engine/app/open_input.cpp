#include "engine/app/open_input.hpp"

#include "engine/app/exit_code.hpp"
#include "engine/app/find_ledger.hpp"
#include "engine/app/session.hpp"
#include "engine/input/input_head.hpp"
#include "engine/input/unknown_names.hpp"
#include "engine/model/option.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <utility>

namespace pawl::app {
namespace {

// Puts the name that the user knows in the place of the copy's path.
failure with_name(failure why, const std::string& path, const std::string& name) {
  for (auto* text : {&why.place, &why.what})
    for (std::size_t at = 0; path != name && (at = text->find(path, at)) != std::string::npos;
         at += name.size())
      text->replace(at, path.size(), name);
  return why;
}

}  // namespace

failure refuse_open_end(const input::open_line& end, const std::string& name) {
  constexpr std::size_t most_shown = 120;  // in bytes; chosen
  return failure{
      failure_kind::usage, fmt::format("{}:{}", name, end.line),
      fmt::format("the last line has no end, so what wrote it may have been cut off in the middle of it: {}",
                  printable(end.head, most_shown)),
      "send it once more, whole; or say " + to_string(option::allow_open_end) + " if it ends as it should"};
}

std::optional<failure> refuse_no_rows(const opened_input& input) {
  if (input.spooled || input.source.facts().format == input::file_format::csv) return std::nullopt;
  return failure{failure_kind::usage, input.name, "has no rows", "check the path"};
}

expected<int> tell_nothing_to_do(session& s, const opened_input& input) {
  if (auto refused = refuse_no_rows(input)) return *std::move(refused);
  s.say().note(fmt::format("{}: {}", input.name, nothing_to_do));
  s.facts().stop_reason = "finished";
  return exit_success;
}

expected<opened_input> open_input(session& to, const std::string& spool_path,
                                  const std::function<void(std::uint64_t)>& on_spooled,
                                  const std::atomic<bool>* stop) {
  const auto& s = to.settings();
  const bool standard_input = s.input_path == "-";
  const std::string name = standard_input ? "stdin" : s.input_path;
  auto options = s.source;
  std::string path = s.input_path;
  std::optional<input::spooled_input> spooled;
  if (input::must_be_spooled(s.input_path)) {
    if (!options.format) options.format = input::format_by_name(s.input_path);
    if (!options.format)
      return failure{
          failure_kind::usage, name, "its format is not known",
          "say it with " + to_string(option::format, "csv") + " or " + to_string(option::format, "ndjson")};
    auto copy = input::spooled_input::read(s.input_path, spool_path, on_spooled, stop);
    if (!copy) return copy.error();
    path = copy->path();
    spooled = *std::move(copy);
  }
  auto opened = input::open_bytes(path);
  if (!opened) return with_name(std::move(opened.error()), path, name);
  if (spooled) {
    // A blank stream has no CSV header, but is valid NDJSON without rows.
    if (opened->head.is_blank()) options.format = input::file_format::ndjson;
  } else if (auto refused = refuse_ledger_as_input(path, opened->head)) {
    return *std::move(refused);
  }
  to.use_fields(input::unknown_names(path, s.profile, options));
  auto source = input::job_source::open(*std::move(opened), s.profile, options);
  if (!source) return with_name(std::move(source.error()), path, name);
  // Bytes that are no text have been refused already.
  if (spooled && spooled->open_end() && !s.allow_open_end) return refuse_open_end(*spooled->open_end(), name);
  return opened_input{name, std::move(spooled), *std::move(source)};
}

}  // namespace pawl::app
