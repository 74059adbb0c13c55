// pawl-audit: what the ledger's outcomes are worth when everything goes wrong at once.
#include "tests/fault/audit/verdict.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

#include <unistd.h>

namespace pawl::audit {
namespace {

constexpr const char* examples = R"(
It exits with 0 if the ledger is true, with 1 if it found a lie, a lost row or a double notice (or if a run did
not do what it should), and with 2 if it could not be carried out.

  pawl-audit --seed 1 --rows 100000 --kills 20          all faults at once, kill -9 at random moments
  pawl-audit --rows 10000 --notify 10000 --kills 10 \
    --faults drop-before=0.05,drop-after=0.05,cut=0.05,e500-after=0.05
                                                        rows that may reach people once at most
  pawl-audit --outage 60s --rate 200/s --rows 20000     the server is gone for a minute in the middle of the run
  pawl-audit --foreign --rows 10000                     proxies, firewalls and gateways answer for the API
  pawl-audit --outage 10s --outage-kind foreign/404/html --rate 200/s --rows 5000
                                                        for 10 s every reply is a load balancer's page
  pawl-audit --poison --rate 200/s --rows 10000         one id always answers 500
  pawl-audit --rows 1000 --keep                         keep input, ledger, journal and truth
)";

struct raw_options {
  campaign_options campaign;
  verdict_options judging;
  double outage = 0, limit = 1200, longest_pause = 1, takes_up_within = 5;  // seconds
  std::string pawl, sandbox;
  bool keep = false;
};

std::chrono::milliseconds to_milliseconds(double seconds) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

void declare(CLI::App& app, raw_options& raw) {
  auto& c = raw.campaign;
  const CLI::AsNumberWithUnit seconds{std::map<std::string, double>{{"ms", 0.001}, {"s", 1}, {"m", 60}},
                                      CLI::AsNumberWithUnit::UNIT_OPTIONAL, "DURATION"};
  app.add_option("--seed", c.seed, "of rows, faults and moments of kills")->capture_default_str();
  app.add_option("--rows", c.rows, "how many rows the input has")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{10'000'000}));
  app.add_option("--kills", c.kills, "how many times the run is killed (kill -9)")->capture_default_str();
  app.add_option("--notify", c.notifying, "how many of the rows send a notice")->capture_default_str();
  app.add_option("--faults", c.faults,
                 "all (about 28 % of the attempts), foreign, none, or rates as of pawl-sandbox --faults")
      ->capture_default_str();
  app.add_flag_callback(
      "--foreign", [&c] { c.faults = "foreign"; },
      "as --faults foreign: strangers answer in place of the API, before or after it has done what was "
      "asked, "
      "with HTML, text, JSON or nothing and every status; no other faults");
  app.add_flag("--poison", c.poisoned, "the row in the middle always gets a 500; no other faults");
  app.add_option("--outage", raw.outage,
                 "the server is gone this long in the middle of the run; no other faults")
      ->transform(seconds);
  app.add_option(
         "--outage-kind", c.outage_kind,
         "how it is gone: refuse, reset, silent, or the reply of a stranger such as foreign/404/html, "
         "foreign/403/json, foreign/200/html")
      ->check(CLI::Validator{[](std::string& kind) {
                               const bool known = kind == "refuse" || kind == "reset" || kind == "silent";
                               return known || kind.starts_with("foreign/")
                                          ? std::string{}
                                          : "there is no such kind: " + kind;
                             },
                             "", "outage kind"})
      ->capture_default_str();
  app.add_option("--rate", c.rate, "of the run (pawl run --rate)")->capture_default_str();
  app.add_option("--concurrency", c.concurrency, "of the run")->capture_default_str();
  app.add_option("--pawl-argument", c.pawl_arguments, "a further argument of pawl run; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--takes-up-within", raw.takes_up_within, "after an outage, in seconds")
      ->transform(seconds)
      ->capture_default_str();
  app.add_option("--longest-pause", raw.longest_pause, "that a poisoned row may cause, in seconds")
      ->transform(seconds)
      ->capture_default_str();
  app.add_flag(
      "--mismatch-may-err{false}", raw.judging.comparing.mismatch_is_proven,
      "count a mismatch whose values are there instead of calling it a lie (a pawl without read-back)");
  app.add_option(
         "--limit", raw.limit,
         "for everything, in seconds; then it ends, and all that it has started (default: 20 min, and "
         "3 s for each 100 rows)")
      ->transform(seconds);
  app.add_option("--pawl", raw.pawl, "the pawl to run (beside this program)")->check(CLI::ExistingFile);
  app.add_option("--sandbox", raw.sandbox, "the pawl-sandbox to run (beside this program)")
      ->check(CLI::ExistingFile);
  app.add_flag("--keep", raw.keep, "leave all files where they are, and say where");
}

// The helpers that start programs look there.
void name_program(const char* variable, const std::string& given, const char* name) {
  auto program = std::filesystem::path{given};
  if (given.empty()) program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
  if (::setenv(variable, std::filesystem::absolute(program).c_str(), 1) != 0)
    throw std::runtime_error(std::string{"cannot set "} + variable);
}

int run(int argc, char** argv) {
  CLI::App app{
      "Runs pawl against the sandbox with faults and kills, then holds the ledger against what the server "
      "really did, row by row and in both directions.",
      "pawl-audit"};
  app.footer(examples);
  raw_options raw;
  declare(app, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  auto& c = raw.campaign;
  c.outage = to_milliseconds(raw.outage);
  if (app.count("--limit") == 0) raw.limit += 0.03 * static_cast<double>(c.rows);
  c.limit = to_milliseconds(raw.limit);
  raw.judging.takes_up_within = to_milliseconds(raw.takes_up_within);
  raw.judging.longest_pause = to_milliseconds(raw.longest_pause);
  if ((c.poisoned || c.outage.count() > 0) && app.count("--faults") + app.count("--foreign") == 0)
    c.faults = "none";
  if ((c.poisoned || c.outage.count() > 0) && app.count("--kills") == 0) c.kills = 0;
  c.notifying = std::min(c.notifying, c.rows);
  name_program("PAWL_BINARY", raw.pawl, "pawl");
  name_program("PAWL_SANDBOX_BINARY", raw.sandbox, "pawl-sandbox");
  if (raw.keep && ::setenv("PAWL_KEEP_TEMP", "1", 1) != 0)
    throw std::runtime_error("cannot set PAWL_KEEP_TEMP");

  // Whatever hangs, here or in a child: this ends it. Children are killed with their parent.
  ::alarm(static_cast<unsigned>(raw.limit) + 60);
  const auto done = run_campaign(c);
  const auto verdict = judge(c, done, raw.judging);
  std::cout << "seed " << c.seed << ", faults " << (done.faults.empty() ? "none" : done.faults) << '\n'
            << to_table(c, done, verdict) << std::flush;
  return verdict.good() ? 0 : 1;
}

}  // namespace
}  // namespace pawl::audit

int main(int argc, char** argv) {
  try {
    return pawl::audit::run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "pawl-audit: " << e.what() << '\n';
    return 2;
  }
}
