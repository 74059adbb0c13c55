// Finds the resource in a reply that wraps it (`{"ticket": {...}, "audit": {...}}`). Everything that a
// profile says of a resource is relative to this place. Pure.
#pragma once

#include "engine/text/json_locator.hpp"
#include "engine/text/json_path.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::api {

class resource_root {
 public:
  // `root`: where the resource stands, as a profile says it; empty: the reply is the resource.
  explicit resource_root(const json_path& root)
      : root_(root), is_reply_(root.empty()), at_(std::span{&root_, is_reply_ ? 0U : 1U}) {}
  resource_root(const resource_root&) = delete;
  resource_root& operator=(const resource_root&) = delete;

  enum class found : std::uint8_t {
    there,
    missing,     // the reply is JSON, and has no object there
    unreadable,  // the reply is not JSON
  };
  // Leaves of `reply`, which json_padding readable bytes follow, the resource alone; that also holds for what
  // is left. Without a root it does nothing, and the reply may be anything.
  found take(std::string_view& reply) { return is_reply_ ? found::there : take_inner(reply); }
  // For messages: "data[0]".
  std::string in_words() const { return to_string(root_); }

 private:
  found take_inner(std::string_view& reply);

  const json_path root_;
  const bool is_reply_;
  json_parser parser_;
  json_locator at_;
};

}  // namespace pawl::api
