#include "engine/app/options.hpp"

#include <utility>

namespace pawl::app {

namespace {

void place_what_has_no_path(api::profile& profile) {
  if (!profile.reply.can_be_shown()) return;
  if (profile.reply.id.empty()) profile.reply.id = {{"id", false}};
  for (auto& field : profile.fields)
    if (field.echo.empty() && field.compare != api::comparison::none && field.verb == api::set_verb::none)
      field.echo = {{field.name, false}};
}

}  // namespace

expected<options> options_for(api::profile profile, std::string input_path) {
  options o;
  auto target = http::parse_endpoint(profile.base_url, false);
  if (!target) return std::move(target.error());
  o.target = *std::move(target);
  o.ledger_path = input_path + ".ledger";
  o.input_path = std::move(input_path);
  o.run.writes.windows = profile.write_limits.windows;
  o.run.reads.windows = profile.read_limits.windows;
  o.run.writes.shared = o.run.reads.shared = profile.all_limits;
  o.run.writes.each = o.run.reads.each = profile.each_limits;
  o.read_first = profile.read_first;
  o.profile = std::move(profile);
  place_what_has_no_path(o.profile);
  derive(o);
  return o;
}

void derive(options& o) {
  o.run.transport.target = o.target;
  o.run.read_first = o.read_first;
  o.run.conditions = o.conditions;
  o.run.fill_empty = o.fill_empty;
  if (o.run.user_agent.empty()) o.run.user_agent = "pawl/" PAWL_VERSION;
}

}  // namespace pawl::app
