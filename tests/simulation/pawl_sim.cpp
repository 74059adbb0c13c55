// Runs worlds from seeds: pawl-sim --seed N [--count N] [--rows N] [--trace]. A seed's world is the same
// every time.
#include "tests/simulation/lives/campaign.hpp"
#include "tests/simulation/lives/choose_play.hpp"
#include "tests/simulation/lives/scenarios.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace pawl::simulation;

// Every death of the scenario, or of all of them.
int exhaust(const std::string& name, std::uint64_t seed, const std::string& kind, std::uint64_t each) {
  std::size_t worlds = 0, bad = 0;
  for (const auto& one : scenarios()) {
    if (name != "all" && name != one.name) continue;
    for (const auto m : all_moments) {
      if (!kind.empty() && kind != to_text(m)) continue;
      const auto done = die_at_each(options_of(one.name, seed), m, each);
      for (const auto& finding : done.findings) fmt::print("{}, {}\n", one.name, finding);
      fmt::print("{}: {} worlds that die at each {}, {} findings\n", one.name, done.worlds, to_text(m),
                 done.findings.size());
      std::fflush(stdout);
      worlds += done.worlds;
      bad += done.findings.size();
    }
  }
  fmt::print("{} worlds, {} findings\n", worlds, bad);
  return worlds > 0 && bad == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs pawl in simulated worlds and holds its ledger against what the API has seen."};
  pawl::simulation::campaign_options options;
  std::uint64_t count = 1;
  bool trace = false, until_found = false;
  std::uint64_t seconds = 0;
  std::string scenario, moments;
  std::uint64_t each = 1;
  std::string hours;
  app.add_option("--hours", hours, "of the day in which writes may leave, in New York: 02:30-02:31");
  app.add_option("--seed", options.seed, "the first seed")->capture_default_str();
  app.add_option("--count", count, "how many seeds, one after another")->capture_default_str();
  std::vector<std::string> plays;
  for (const auto name : play_names()) plays.emplace_back(name);
  app.add_option("--play", options.play, "what is applied; by default the seed chooses it")
      ->check(CLI::IsMember(plays));
  app.add_option("--profile", options.profile, "of the API; by default the seed chooses it");
  app.add_option("--rows", options.rows, "rows of the input")->capture_default_str();
  app.add_option("--crash-each", options.rows_for_each_crash, "a crash for so many rows; 0: none")
      ->capture_default_str();
  app.add_option("--rate", options.rate, "the limits of writes; by default the seed chooses them");
  app.add_flag("--calm", options.calm, "no faults and no outages");
  std::vector<std::string> names{"all"};
  for (const auto& one : scenarios()) names.emplace_back(one.name);
  app.add_option("--scenario", scenario, "one world for each moment of a small run at which it may die")
      ->check(CLI::IsMember(names));
  app.add_option("--moments", moments, "of this kind alone")
      ->check(CLI::IsMember({"turn", "before-sync", "after-sync", "write"}));
  app.add_option("--each", each, "only every so many of them")->capture_default_str();
  app.add_option("--seconds", seconds, "begin no further seed after so much time; 0: go on");
  app.add_flag("--until-found", until_found, "stop at the first seed whose ledger lies");
  app.add_flag("--trace", trace, "print what happens");
  CLI11_PARSE(app, argc, argv);
  if (!scenario.empty()) return exhaust(scenario, options.seed, moments, each);
  if (!hours.empty())
    options.hours.emplace(*pawl::policy::parse_day_hours(hours), *pawl::time_zone::named("America/New_York"));
  if (trace) options.trace = [](const std::string& line) { fmt::print("{}\n", line); };

  std::uint64_t rows = 0, deaths = 0, bad = 0, turns = 0;
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t worlds = 0;
  const auto is_over = [&] {
    return worlds == count || (until_found && bad > 0) ||
           (seconds > 0 && std::chrono::steady_clock::now() - begun >= std::chrono::seconds{seconds});
  };
  for (; !is_over(); ++worlds, ++options.seed) {
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
             worlds, rows, deaths, turns, took.count(), static_cast<double>(rows) / took.count(), bad);
  return bad == 0 ? 0 : 1;
}
