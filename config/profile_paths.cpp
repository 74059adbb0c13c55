#include "config/profile_paths.hpp"

#include "engine/text/json_path.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::config {
namespace {

// What a path leads to.
enum class holds : std::uint8_t {
  one,     // a single value: text, number, boolean
  list,    // a list, as a whole or by its elements
  object,  // an object
  any,
};

struct place {
  std::vector<std::string> table;  // "fields", "status"
  std::string key;
  json_path path;
  holds what = holds::any;
  bool needs_one = false;  // complain if the path walks a list; for fields another complaint exists
  bool in_object = false;  // what the path leads into is an object
  // Stands for a key that has several paths: it may fit into other replies than its neighbours.
  bool is_alternative = false;

  std::string name() const {
    std::string text;
    for (const auto& t : table) text += t + ".";
    return text + key;
  }
};

class path_checks {
 public:
  explicit path_checks(table_reader& root) : root_(root) {}

  // Compares the paths into one document. If one key may hold different things in different replies (an error
  // that is a text here and an object there), only lists and objects are compared.
  void check(std::vector<place> document, bool values_may_vary) {
    // Whoever wrote a path that walks a list knew of the list, so complaints go to the other paths.
    std::ranges::stable_partition(document, [](const place& p) { return has_array(p.path); });
    for (std::size_t i = 0; i < document.size(); ++i) {
      const auto& later = document[i];
      if (later.path.empty()) continue;
      if (later.needs_one && walks(later.path)) {
        complain(later, "\"" + to_string(later.path) + "\" walks a list, and one value is needed",
                 "name the place of one value, or pick one element: [0] is the first");
        continue;
      }
      if (later.in_object && begins_at_array(later.path)) {
        complain(later,
                 "\"" + to_string(later.path) + "\" takes the resource for a list, and it is an object",
                 "say in write.root and read.root where the resource stands in a reply, such as \"[0]\"");
        continue;
      }
      if (later.is_alternative) continue;
      for (std::size_t j = 0; j < i; ++j) {
        const auto& earlier = document[j];
        if (earlier.path.empty() || earlier.is_alternative) continue;
        if (const auto why = contradiction(earlier, later, values_may_vary); !why.empty()) {
          complain(later, why, "look at a reply of the API, and write both as they stand there");
          break;
        }
      }
    }
  }

  void check_holes(std::string_view table, std::string_view path, std::string_view filled) {
    for (std::size_t at = 0; (at = path.find_first_of("{}", at)) != std::string_view::npos; ++at) {
      if (!filled.empty() && path.substr(at).starts_with(filled)) {
        at += filled.size() - 1;
        continue;
      }
      const auto end = path.find('}', at);
      const std::string hole{path.substr(at, end == std::string_view::npos ? end : end - at + 1)};
      auto in = root_.table(table);
      if (!in) return;
      in->complain("path", "nothing fills " + hole + " in \"" + std::string{path} + "\"",
                   (filled.empty() ? std::string{"write the path as it is sent"}
                                   : "only " + std::string{filled} + " is filled") +
                       "; a brace that belongs to it is %7B or %7D");
      return;
    }
  }

 private:
  static bool walks(const json_path& path) {
    return std::ranges::any_of(path, [](const path_step& s) { return s.each; });
  }
  static bool has_array(const json_path& path) { return std::ranges::any_of(path, is_array); }

  static std::string contradiction(const place& a, const place& b, bool values_may_vary) {
    const auto shared = std::min(a.path.size(), b.path.size());
    std::size_t same = 0;
    while (same < shared && a.path[same] == b.path[same]) ++same;
    const auto quoted = [](const place& p) { return p.name() + " (\"" + to_string(p.path) + "\")"; };
    const auto prefix = [](const place& p, std::size_t steps) {
      json_path part(p.path.begin(), p.path.begin() + static_cast<std::ptrdiff_t>(steps));
      part.back().each = false;
      part.back().pick.reset();
      return part.size() == 1 && part.front().key.empty() ? std::string{"the whole"} : to_string(part);
    };
    if (begins_at_array(a.path) != begins_at_array(b.path) && !values_may_vary) {
      const auto& walker = begins_at_array(a.path) ? a : b;
      return quoted(b) + " cannot be read beside " + quoted(a) + ": the whole is a list for " +
             walker.name() + " and an object for " + (&walker == &a ? b : a).name();
    }
    if (same < shared) {
      const auto &x = a.path[same], &y = b.path[same];
      // Elements of one list may differ.
      if (x.key != y.key || is_array(x) == is_array(y)) return {};
      const auto& walker = is_array(x) ? a : b;
      const auto& other = is_array(x) ? b : a;
      const bool enters = other.path.size() > same + 1;
      const bool is_list = !enters && (other.what == holds::list || other.what == holds::any);
      if (is_list) return {};
      if (!enters && values_may_vary) return {};
      return quoted(b) + " cannot be read beside " + quoted(a) + ": " + prefix(walker, same + 1) +
             " is a list for " + walker.name() + " and " + (enters ? "an object" : "a single value") +
             " for " + other.name();
    }
    if (a.path.size() == b.path.size()) return {};
    const auto& outer = a.path.size() < b.path.size() ? a : b;
    const auto& inner = a.path.size() < b.path.size() ? b : a;
    // `tags[]` as a whole describes the elements, not the list.
    const bool fits = outer.what == holds::any || outer.what == holds::object || outer.path.back().each;
    if (fits || values_may_vary) return {};
    return quoted(b) + " cannot be read beside " + quoted(a) + ": " + prefix(outer, outer.path.size()) +
           " is " + (outer.what == holds::one ? "a single value" : "a list") + " for " + outer.name() +
           " and an object for " + inner.name();
  }

  // Complains at the key, or at the table if the key is missing: a default has no line.
  void complain(const place& at, const std::string& what, const std::string& remedy) {
    std::optional<table_reader> in = root_;
    for (const auto& name : at.table) {
      auto inner = in->table(name);
      if (!inner) {
        in->complain(name, what, remedy);
        return;
      }
      in.emplace(*std::move(inner));
    }
    in->complain(at.key, what, remedy);
  }

  table_reader& root_;
};

holds of_type(api::field_type type) {
  switch (type) {
    case api::field_type::list:
      return holds::list;
    case api::field_type::object:
      return holds::object;
    case api::field_type::json:
      return holds::any;
    default:
      return holds::one;
  }
}

place one(std::string table, std::string key, const json_path& path) {
  return {{std::move(table)}, std::move(key), path, holds::one, true};
}

}  // namespace

void check_paths(table_reader& root, const api::profile& profile, const api::reading_spec& reading) {
  path_checks checks(root);
  checks.check_holes("resource", profile.resource_path, "{id}");
  checks.check_holes("whoami", profile.whoami.path, {});

  // Items of a list look like the reply to a read, so they are one document; but their id may be in another
  // place.
  std::vector<place> resource{one("resource", "id", profile.reply.id),
                              one("resource", "updated_at", profile.reply.updated_at)};
  if (profile.reply.write_id) resource.push_back(one("write", "id", *profile.reply.write_id));
  if (reading.list.id != profile.reply.id) resource.push_back(one("list", "id", reading.list.id));
  for (const auto& f : profile.fields)
    if (f.compare != api::comparison::none)
      resource.push_back({{"fields", f.name}, "echo", f.echo, of_type(f.type), false});
  for (const auto& r : profile.readable) {
    const auto what = of_type(r.type);
    resource.push_back({{"readable"}, r.name, r.path, what, what == holds::one});
  }
  for (auto& p : resource) p.in_object = true;
  checks.check(resource, false);

  std::vector<place> error;
  const auto add_error = [&error](const char* key, const std::vector<json_path>& paths, holds what) {
    for (const auto& path : paths)
      error.push_back({{"error"}, key, path, what, what == holds::one, false, paths.size() > 1});
  };
  add_error("code", profile.error.code, holds::one);
  add_error("message", profile.error.message, holds::one);
  add_error("details", profile.error.details, holds::any);
  add_error("request_id", profile.error.request_id, holds::one);
  checks.check(std::move(error), true);

  checks.check({one("whoami", "account", profile.whoami.account),
                {{"whoami"}, "scopes", profile.whoami.scopes, holds::list, false}},
               false);
  const auto check_page = [&checks](const std::vector<std::string>& table, const api::list_spec& list,
                                    bool is_asked) {
    const auto one_of_page = [&table](const char* key, const json_path& path) {
      return place{table, key, path, holds::one, true};
    };
    checks.check({{table, "items", list.items.empty() && is_asked ? json_path{{"", true}} : list.items,
                   holds::list, false},
                  one_of_page("cursor", list.cursor),
                  one_of_page("more", list.more),
                  one_of_page("total", list.total)},
                 false);
  };
  check_page({"list"}, reading.list, !reading.list.path.empty());
  check_page({"names"}, reading.names, !reading.names.path.empty());
  for (const auto& m : reading.matches) check_page({"match", m.field}, m.list, !m.is_single);
  checks.check({one("names", "id", reading.names.id), one("names", "name", reading.names.name)}, false);
}

}  // namespace pawl::config
