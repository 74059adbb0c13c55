#include "tests/sandbox/made_api.hpp"

#include "tests/sandbox/apis/productlane.hpp"
#include "tests/sandbox/apis/vendors.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace sandbox {

made_api make_api(const options& o, time_us now) {
  made_api made;
  if (o.api != "productlane") {
    vendor_options wanted;
    wanted.seed = o.seed;
    wanted.now = now;
    wanted.kept_bodies = o.kept_bodies;
    wanted.refuse_unknown_ids = o.refuse_unknown_ids;
    wanted.scheme = o.plain ? "http" : "https";
    wanted.api_file = o.api_file;
    wanted.revert_share = o.revert_share;
    wanted.revert_after = o.revert_after.count();
    made.api = make_vendor(o.api, wanted);
    return made;
  }
  seed_options seed;
  seed.seed = o.seed;
  seed.now = now;
  seed.normalise_html = o.normalise_html;
  seed.kept_bodies = o.kept_bodies;
  made.threads = std::make_unique<store>(seed);
  for (const auto& [id, name] : o.tags) made.threads->entities().add_tag(id, name);
  made.api = std::make_unique<productlane>(
      *made.threads, o.workspace,
      o.refuse_unknown_ids ? productlane::unknown_ids::refused : productlane::unknown_ids::come_into_being);
  return made;
}

limit_list limits_of(const options& o, limit_list defaults) {
  if (o.limits_off) return {};
  for (const auto& [name, text] : o.limits) {
    const auto found =
        std::find_if(defaults.begin(), defaults.end(), [&](const auto& r) { return r.name == name; });
    named_rule& rule = found != defaults.end() ? *found : defaults.emplace_back(rule_called(name));
    const std::string wrong = read_rule(text, o.how.day.count(), rule);
    if (!wrong.empty()) throw std::runtime_error("the limit `" + name + "`: " + wrong);
  }
  for (named_rule& rule : defaults) {
    if (o.window_kind) rule.rules.kind = *o.window_kind;
    rule.rules.enforce = o.enforce;
    rule.rules.count_refused = o.count_refused;
  }
  return defaults;
}

}  // namespace sandbox
