#include "engine/input/unknown_names.hpp"

#include "engine/input/byte_window.hpp"
#include "engine/input/csv_header.hpp"
#include "engine/input/field_names.hpp"
#include "engine/input/input_head.hpp"
#include "engine/input/row_reader.hpp"
#include "engine/text/json_unescape.hpp"
#include "engine/text/json_walk.hpp"
#include "engine/text/trim.hpp"
#include "engine/text/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace pawl::input {
namespace {

class name_list {
 public:
  name_list(const api::profile& profile, const source_options& options)
      : options_(options), id_(options.key_column(profile)) {
    for (const auto& f : profile.fields) known_.emplace(f.name);
  }

  // A name as the input has it.
  void add_column(std::string_view column) {
    if (std::ranges::find(options_.ignore, column) != options_.ignore.end()) return;
    const auto to = std::ranges::find(options_.map, column, &std::pair<std::string, std::string>::first);
    add(to == options_.map.end() ? column : std::string_view{to->second});
  }
  // A name as the profile would have it; `expect.` and members of a CSV's columns are taken off.
  void add(std::string_view name) {
    if (name.starts_with(note_mark) || name == id_ || known_.contains(std::string{name})) return;
    if (name.starts_with(expect_prefix)) name.remove_prefix(expect_prefix.size());
    name = name.substr(0, name.find('.'));
    if (!field_names::can_pass(name) || found_.size() >= max_unknown_names) return;
    if (known_.emplace(name).second) found_.emplace_back(name);
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  const source_options& options_;
  std::string_view id_;
  std::unordered_set<std::string> known_;
  std::vector<std::string> found_;
};

void add_keys(std::string_view object, const auto& each) {
  std::string name;
  for_each_member(object, [&](std::string_view key, std::string_view value) {
    name.clear();
    if (append_unescaped(name, key)) each(name, value);
    return true;
  });
}

void add_line_of_ndjson(std::string_view line, name_list& to) {
  add_keys(line, [&](const std::string& key, std::string_view value) {
    if (key != "patch" && key != "expect") return to.add_column(key);
    add_keys(value, [&](const std::string& inner, std::string_view) { to.add_column(inner); });
  });
}

void add_lines_of_ndjson(byte_feed& feed, std::uint64_t offset, name_list& to) {
  std::string buffer(std::size_t{256} * 1024, '\0'), rest;
  for (;;) {
    const auto count = feed.read(offset, buffer);
    if (!count || *count == 0) break;
    offset += *count;
    rest.append(buffer, 0, *count);
    std::string_view lines{rest};
    for (auto end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
      add_line_of_ndjson(trim(lines.substr(0, end)), to);
      lines.remove_prefix(end + 1);
    }
    // A longer row is refused anyway.
    rest = lines.size() > max_row_bytes ? std::string{} : std::string{lines};
  }
  add_line_of_ndjson(trim(rest), to);
}

}  // namespace

std::vector<std::string> unknown_names(const std::string& path, const api::profile& profile,
                                       const source_options& options) {
  if (!profile.any_field) return {};
  name_list names(profile, options);
  auto opened = open_bytes(path);
  if (!opened || refuse_head(opened->head, path)) return {};
  const auto format = options.format ? options.format : format_by_name(path);
  byte_feed feed(std::move(opened->source));
  if (format == file_format::csv) {
    const field_names fields(profile);
    const std::unordered_map<std::uint64_t, std::vector<std::string>> nothing;
    const reader_context context{feed, fields, options, options.key_column(profile), nothing};
    if (const auto header = read_csv_header(context, opened->head))
      for (const auto& column : header->names) names.add_column(column);
  } else if (format == file_format::ndjson) {
    add_lines_of_ndjson(feed, opened->head.mark_bytes(), names);
  }
  for (const auto& [field, value] : options.set) names.add(field);
  return names.take();
}

void add_unknown_names(std::string_view object, const api::profile& profile, std::vector<std::string>& to) {
  if (!profile.any_field) return;
  add_keys(object, [&](const std::string& name, std::string_view) {
    if (!profile.find(name) && std::ranges::find(to, name) == to.end() && to.size() < max_unknown_names)
      to.push_back(name);
  });
}

}  // namespace pawl::input
