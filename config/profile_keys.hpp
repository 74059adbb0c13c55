// The table of all keys that a profile may have. The profile manual, and what `pawl profile` prints for keys
// that a profile does not give, are made from it; a test holds it to the loader.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {

struct profile_key {
  // "" for the top level, "resource", "rules" ([[rules]]), "fields.X", "fields.X.members.Y", "limits.all"
  // (also for limits.each). X, Y and NAME stand for names that the profile chooses.
  std::string_view table;
  std::string_view key;
  std::string_view value;          // how it is written, for people: "path", "list of texts"
  std::string_view default_value;  // in TOML, which means the same as no key; empty: there is no such value
  std::string_view default_note;   // what the manual says in its place: "obligatory", "as [resource] path"
  std::string_view meaning;        // a sentence or two, for people
};

// In the order of the manual; the keys of a table stand together.
const std::vector<profile_key>& profile_keys();

// All keys as Markdown: a heading and a table for each table of a profile.
std::string profile_reference();

// A text as a cell of a Markdown table, which a bare bar would end.
std::string table_cell(std::string_view text);

namespace detail {
// The parts of the table, each in a file of its own.
std::span<const profile_key> request_keys();
std::span<const profile_key> reply_keys();
std::span<const profile_key> field_keys();
}  // namespace detail

}  // namespace pawl::config
