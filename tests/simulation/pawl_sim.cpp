// Runs worlds from seeds: pawl-sim --seed N [--count N] [--rows N] [--trace]. A seed's world is the same
// every time.
#include "tests/simulation/lives/campaign.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>

namespace {

using namespace pawl::simulation;

// Kills the first life at every moment of a kind, and lets the power go out there too.
int die_at_each(campaign_options options, const std::string& kind) {
  std::size_t worlds = 0, bad = 0;
  for (const auto how : {death::kill, death::power_loss}) {
    for (std::uint64_t n = 1;; ++n) {
      fate f;
      f.how = how;
      (kind == "turn"          ? f.at_turn
       : kind == "write"       ? f.before_write
       : kind == "before-sync" ? f.before_sync
                               : f.after_sync) = n;
      options.fates = {f};
      const auto report = run_campaign(options);
      if (report.deaths == 0) break;
      ++worlds;
      for (const auto& finding : report.findings)
        fmt::print("seed {}, {} at {} {}: {}\n", options.seed, how == death::kill ? "kill" : "power loss",
                   kind, n, finding);
      bad += report.findings.empty() ? 0 : 1;
    }
  }
  fmt::print("seed {}: {} worlds that die at each {}, {} bad\n", options.seed, worlds, kind, bad);
  return bad == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs pawl in simulated worlds and holds its ledger against what the API has seen."};
  pawl::simulation::campaign_options options;
  std::uint64_t count = 1;
  bool trace = false;
  std::string exhaustive;
  app.add_option("--seed", options.seed, "the first seed")->capture_default_str();
  app.add_option("--count", count, "how many seeds, one after another")->capture_default_str();
  app.add_option("--profile", options.profile, "of the API; by default the seed chooses it");
  app.add_option("--rows", options.rows, "rows of the input")->capture_default_str();
  app.add_option("--crash-each", options.rows_for_each_crash, "a crash for so many rows; 0: none")
      ->capture_default_str();
  app.add_flag("--calm", options.calm, "no faults and no outages");
  app.add_option("--exhaustive", exhaustive,
                 "one world for each moment of this kind: the first life dies at the 1st, 2nd, ... one")
      ->check(CLI::IsMember({"turn", "before-sync", "after-sync", "write"}));
  app.add_flag("--trace", trace, "print what happens");
  CLI11_PARSE(app, argc, argv);
  if (!exhaustive.empty()) return die_at_each(options, exhaustive);
  if (trace) options.trace = [](const std::string& line) { fmt::print("{}\n", line); };

  std::uint64_t rows = 0, deaths = 0, bad = 0, turns = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < count; ++i, ++options.seed) {
    try {
      const auto report = pawl::simulation::run_campaign(options);
      rows += report.rows;
      deaths += report.deaths;
      turns += report.turns;
      if (trace || !report.findings.empty()) {
        std::string outcomes;
        for (const auto& [name, n] : report.outcomes) outcomes += fmt::format(" {} {}", n, name);
        fmt::print("seed {}: {}, {} rows, {} lives, {} deaths ({} power losses), {} requests, {} turns:{}\n",
                   options.seed, report.profile, report.rows, report.lives, report.deaths,
                   report.power_losses, report.requests, report.turns, outcomes);
      }
      for (const auto& finding : report.findings) fmt::print("seed {}: {}\n", options.seed, finding);
      bad += report.findings.empty() ? 0 : 1;
    } catch (const std::exception& e) {
      fmt::print("seed {}: {}\n", options.seed, e.what());
      ++bad;
    }
    std::fflush(stdout);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  fmt::print("{} worlds, {} row lives, {} deaths, {} turns in {:.1f} s ({:.0f} row lives a second), {} bad\n",
             count, rows, deaths, turns, took.count(), static_cast<double>(rows) / took.count(), bad);
  return bad == 0 ? 0 : 1;
}
