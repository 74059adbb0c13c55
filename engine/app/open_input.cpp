#include "engine/app/open_input.hpp"

#include "engine/app/find_ledger.hpp"
#include "engine/model/option.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace pawl::app {
namespace {

bool is_blank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
}

// White space and a byte order mark at most.
bool holds_nothing(const std::string& path) {
  constexpr std::string_view utf8_mark = "\xef\xbb\xbf";
  std::string head(64 * 1024, '\0');  // chosen: nobody sends more of nothing
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (!file.eof()) return false;
  head.resize(static_cast<std::size_t>(file.gcount()));
  std::string_view rest = head;
  if (rest.starts_with(utf8_mark)) rest.remove_prefix(utf8_mark.size());
  return is_blank(rest);
}

}  // namespace

std::optional<failure> refuse_open_end(const std::string& path, const std::string& name) {
  constexpr std::size_t most_shown = 120;  // bytes; chosen
  std::ifstream file(path, std::ios::binary);
  std::string block(256 * 1024, '\0'), head;  // of the line that is being read
  std::uint64_t line = 1;
  bool is_open = false;  // something stands behind the last line end
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0) {
    std::string_view rest{block.data(), static_cast<std::size_t>(file.gcount())};
    if (const auto end = rest.rfind('\n'); end != std::string_view::npos) {
      line += static_cast<std::uint64_t>(std::ranges::count(rest, '\n'));
      rest.remove_prefix(end + 1);
      head.clear();
      is_open = false;
    }
    is_open = is_open || !is_blank(rest);
    head += rest.substr(0, most_shown + 1 - std::min(most_shown + 1, head.size()));
  }
  if (!is_open) return std::nullopt;
  return failure{
      failure_kind::usage, fmt::format("{}:{}", name, line),
      fmt::format("the last line has no end, so what wrote it may have been cut off in the middle of it: {}",
                  printable(head, most_shown)),
      "send it once more, whole; or say " + to_string(option::allow_open_end) + " if it ends as it should"};
}

std::optional<failure> refuse_no_rows(const opened_input& input) {
  if (input.spooled || input.source.facts().format == input::file_format::csv) return std::nullopt;
  return failure{failure_kind::usage, input.name, "has no rows", "check the path"};
}

expected<opened_input> open_input(const options& s, const std::string& spool_path,
                                  const std::function<void(std::uint64_t)>& on_spooled,
                                  const std::atomic<bool>* stop) {
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
    // There is no header to read; lines of JSON may be none.
    if (holds_nothing(path)) options.format = input::file_format::ndjson;
  } else if (auto refused = refuse_ledger_as_input(path)) {
    return *std::move(refused);
  }
  auto source = input::job_source::open(path, s.profile, options);
  if (!source) {
    auto error = source.error();
    // The copy's name means nothing to the user.
    for (auto* text : {&error.place, &error.what})
      for (std::size_t at = 0; path != name && (at = text->find(path, at)) != std::string::npos;
           at += name.size())
        text->replace(at, path.size(), name);
    return error;
  }
  // What is no text at all has been told already.
  if (spooled && !s.allow_open_end)
    if (auto refused = refuse_open_end(path, name)) return *std::move(refused);
  return opened_input{name, std::move(spooled), *std::move(source)};
}

}  // namespace pawl::app
