// A server in a few lines: resources with a status and a title, a whoami, and a mishap at a request that the
// test chooses. It applies what it answers well, so a test can hold what pawl says against what became of the
// resources.
#pragma once

#include "engine/api/profile.hpp"
#include "tests/shells/support/fake_network.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::testing {

inline answer with_header(answer a, std::string name, std::string value) {
  a.headers.emplace_back(std::move(name), std::move(value));
  return a;
}

// Resources below /items/{id}; `status` and `title` are shown, `notify` is not and is no value to repeat.
api::profile items_profile();

class model_api {
 public:
  struct item {
    std::string status = "open";
    std::size_t writes = 0;  // that were applied
    // Of every change; a write with a guard is turned away unless the last reply that showed the resource had
    // this version.
    int version = 0, shown = 0;
    std::string title = "a";
  };
  // What goes wrong with one request.
  struct mishap {
    std::string name;
    bool is_applied = false;  // a write takes effect all the same
    answer instead;
  };
  // One of each kind that a transport and an API know.
  static const std::vector<mishap>& mishaps();

  // t1, t2, ... with status open.
  explicit model_api(std::size_t items);

  // For fake_network::serve.
  answer serve(const fake_network::request&);

  std::map<std::string, item, std::less<>> items;
  bool is_mute = false;                  // answers a write with 204
  bool is_guarded = false;               // takes no write to a resource that has changed since it was shown
  bool is_closed = false;                // says yes to every write, and changes nothing
  std::optional<std::size_t> edit_at;    // before this request somebody edits every title
  std::optional<std::size_t> mishap_at;  // this request, counted from 0
  const mishap* what = nullptr;
  std::size_t served = 0;

 private:
  answer well(const fake_network::request&, bool applies);
};

}  // namespace pawl::testing
