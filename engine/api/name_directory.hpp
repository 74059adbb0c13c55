// Names of tags and the ids behind them, read from the API once before the first write.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pawl::api {

// Names match exactly: by code points, case included. An API need not keep names unique; such a name is
// ambiguous, because guessing which of two tags is meant could write the wrong one.
class name_directory {
 public:
  // Both are plain text. The same pair given twice (a page of a list moved while it was read) is one entry.
  void add(std::string_view name, std::string_view id);

  enum class match { id, unknown, ambiguous };
  struct answer {
    match is = match::unknown;
    std::string_view id_json;     // JSON text of the id; valid until the next add()
    std::string_view other_json;  // with `ambiguous`: the id of another entry
  };
  answer find(std::string_view name) const;

  // The known name that is most similar to this one, for a message; empty if none is near.
  std::string_view nearest(std::string_view name) const;

  std::size_t size() const noexcept { return entries_.size(); }  // names

 private:
  struct entry {
    std::string id_json;
    std::string other_json;  // not empty: the name is ambiguous
  };
  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, entry, text_hash, std::equal_to<>> entries_;
};

}  // namespace pawl::api
