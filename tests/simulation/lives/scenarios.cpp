#include "tests/simulation/lives/scenarios.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace pawl::simulation {
namespace {

void plain(campaign_options& o) {
  o.profile = "productlane";
  o.read_first = false;
}
void notices(campaign_options& o) {
  o.profile = "productlane";
  o.notifying = o.rows;
  o.read_first = true;
}
void undo(campaign_options& o) {
  o.profile = "productlane";
  o.read_first = true;
  o.dies_in_undo = true;
}
// As many as pay a list page.
void snapshot(campaign_options& o) {
  o.profile = "productlane";
  o.rows = 60;
  o.read_first = true;
}
void guarded_write(campaign_options& o) {
  o.profile = "zendesk-tickets";
}
void reply_is_read(campaign_options& o) {
  o.profile = "redmine-issues";
}
void standard_input(campaign_options& o) {
  o.profile = "productlane";
  o.read_first = true;
  o.from_standard_input = true;
}
void two_invocations(campaign_options& o) {
  o.profile = "productlane";
  o.read_first = true;
  o.first_limit = o.rows / 2;
}
void key_rotation(campaign_options& o) {
  o.profile = "productlane";
  o.read_first = true;
  o.key_ends_after = std::chrono::milliseconds{400};
}
// Of each kind of row, about; two requests that fill, and one that does not.
void batches(campaign_options& o) {
  o.play = "batches";
  o.rows = 24;
}
// The second life dies where the rows are looked at again that the first had in the air.
void resume_of_a_resume(campaign_options& o) {
  o.profile = "productlane";
  o.notifying = 1;
  o.read_first = true;
  fate first, second;
  first.before_sync = 8;
  second.before_sync = 4;
  second.how = death::power_loss;
  o.fates = {first, second};
}

}  // namespace

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all{
      {"plain", plain},
      {"notices", notices},
      {"undo", undo},
      {"snapshot", snapshot},
      {"guarded-write", guarded_write},
      {"reply-is-read", reply_is_read},
      {"standard-input", standard_input},
      {"two-invocations", two_invocations},
      {"key-rotation", key_rotation},
      {"batches", batches},
      {"resume-of-a-resume", resume_of_a_resume},
  };
  return all;
}

campaign_options options_of(std::string_view name, std::uint64_t seed) {
  const auto found = std::ranges::find(scenarios(), name, &scenario::name);
  if (found == scenarios().end()) throw std::runtime_error("there is no scenario " + std::string{name});
  campaign_options made;
  made.seed = seed;
  made.rows = 5;
  made.calm = true;
  made.rows_for_each_crash = 0;
  found->set(made);
  return made;
}

std::string_view to_text(moment m) {
  constexpr std::string_view names[]{"turn", "before-sync", "after-sync", "write"};
  return names[static_cast<std::size_t>(m)];
}

exhausted die_at_each(campaign_options options, moment kind, std::uint64_t each) {
  exhausted done;
  auto& last = options.fates.emplace_back();
  const auto deaths_before = options.fates.size() - 1;
  for (const auto how : {death::kill, death::power_loss}) {
    last.how = how;
    for (std::uint64_t n = 1;; n += each) {
      (kind == moment::turn          ? last.at_turn
       : kind == moment::write       ? last.before_write
       : kind == moment::before_sync ? last.before_sync
                                     : last.after_sync) = n;
      const auto report = run_campaign(options);
      if (report.deaths <= deaths_before) break;
      ++done.worlds;
      for (const auto& finding : report.findings)
        done.findings.push_back(fmt::format("seed {}, {} at {} {}: {}", options.seed,
                                            how == death::kill ? "kill" : "power loss", to_text(kind), n,
                                            finding));
    }
  }
  return done;
}

}  // namespace pawl::simulation
