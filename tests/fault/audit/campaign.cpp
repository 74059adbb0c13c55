#include "tests/fault/audit/campaign.hpp"

#include "tests/support/pawl_process.hpp"
#include "tests/support/wait_until.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <random>
#include <span>
#include <stdexcept>
#include <thread>

namespace pawl::audit {
namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

class campaign {
 public:
  explicit campaign(const campaign_options& options)
      : options_(options),
        deadline_(started_ + options.limit),
        planned_(make_plan({options.seed, options.rows, options.notifying,
                            !options.poisoned && options.outage.count() == 0})),
        faults_(options.faults == "all"       ? all_faults(options.rows)
                : options.faults == "foreign" ? foreign_faults(options.rows)
                : options.faults == "none"    ? std::string{}
                                              : options.faults),
        random_(options.seed * 7919 + 17),
        sandbox_(sandbox_arguments()),
        workspace_(sandbox_) {}

  campaign_result run() {
    const auto input = workspace_.input("jobs.csv", to_csv(planned_));
    command_ = {"run", input.string(), "--yes", "--skip-invalid", "--max-failures", "none", "--progress",
                "none", "--rate", options_.rate, "--read-rate", "unlimited", "--concurrency",
                std::to_string(options_.concurrency), "--summary", "summary.json",
                // Small, so that a campaign is made of faults and not of waiting for them.
                "-o", "timeouts.attempt=2s", "-o", "retry.base=50ms"};
    command_.insert(command_.end(), options_.pawl_arguments.begin(), options_.pawl_arguments.end());
    if (options_.poisoned) poison();
    place_kills();
    while (!one_run()) {
      // A run that ends by itself without finishing (exit 3) is taken up again, but not for ever.
      if (result_.runs > kill_at_.size() + result_.stops + 20)
        throw std::runtime_error("pawl ended 20 times without finishing");
    }
    result_.elapsed = std::chrono::duration_cast<milliseconds>(steady::now() - started_);
    sandbox_.stop();
    read_journal(files_ / "journal", result_.server);
    result_.totals = read_truth(files_ / "truth", result_.server);
    result_.ledger = read_ledger(test::pawl_workspace::ledger_of(input));
    const auto summary = boost::json::parse(test::read_file(workspace_.files() / "summary.json"));
    for (const auto& [name, value] : summary.as_object())
      if (value.is_int64()) result_.summary[name] = value.to_number<std::uint64_t>();
    result_.planned = std::move(planned_);
    result_.faults = faults_;
    return std::move(result_);
  }

 private:
  std::vector<std::string> sandbox_arguments() const {
    std::vector<std::string> arguments{"--threads",        std::to_string(planned_.threads),
                                       "--seed",           std::to_string(options_.seed),
                                       "--limits",         "off",
                                       "--slow",           "100ms",
                                       "--journal",        (files_ / "journal").string(),
                                       "--journal-memory", "0",
                                       "--keep-bodies",    "0",
                                       "--truth",          (files_ / "truth").string(),
                                       "--max-seconds",    std::to_string(options_.limit.count() / 1000 + 60),
                                       "--die-with-parent"};
    if (!faults_.empty()) arguments.insert(arguments.end(), {"--faults", faults_});
    return arguments;
  }

  void poison() {
    sandbox_.configure(R"({"script":{")" + planned_.rows[planned_.rows.size() / 2].id + R"(":["e500*"]}})");
  }

  // By what the server has applied: that moves with the run however fast the machine is. Every fifth kill
  // comes right after a start instead, wherever that is.
  void place_kills() {
    for (std::size_t i = 0; i < options_.kills; ++i)
      kill_at_.push_back(planned_.rows.size() / 50 +
                         random_() % std::max<std::size_t>(1, planned_.rows.size() * 9 / 10));
    std::sort(kill_at_.begin(), kill_at_.end());
  }

  milliseconds left() const {
    const auto time = std::chrono::duration_cast<milliseconds>(deadline_ - steady::now());
    if (time.count() <= 0) throw std::runtime_error("the time limit is over (--limit)");
    return time;
  }

  std::uint64_t applied() const { return sandbox_.totals().at("applied").to_number<std::uint64_t>(); }

  // True: it has ended by itself, and finished.
  bool one_run() {
    auto run = workspace_.start(command_);
    ++result_.runs;
    if (result_.kills < kill_at_.size()) {
      if (kill_in_time(run)) return false;
    } else if (options_.outage.count() > 0 && result_.server_back_at == 0) {
      take_server_away(run);
    }
    const auto ended = run.wait_for(left());
    if (!ended) throw std::runtime_error("the time limit is over (--limit)\n" + run.errors());
    if (ended->signal != 0)
      throw std::runtime_error("pawl died of signal " + std::to_string(ended->signal) + '\n' + run.errors());
    result_.exit_code = ended->code;
    if (ended->code == 3) return false;
    if (ended->code == 4 && faults_.find("foreign") != std::string::npos) {
      // As a person would who has looked: the key is good, so the same command again.
      ++result_.stops;
      result_.stopped_by = last_line(run.errors());
      return false;
    }
    if (ended->code != 0 && ended->code != 1)
      throw std::runtime_error("pawl ended with " + std::to_string(ended->code) + '\n' + run.errors());
    return true;
  }

  static std::string last_line(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text.substr(text.rfind('\n') + 1);
  }

  // Until so many writes were applied, or the run has ended.
  void await_applied(test::child_process& run, std::size_t writes) {
    const auto there = [&] { return !run.running() || applied() >= writes; };
    if (!test::wait_until(there, left())) throw std::runtime_error("the time limit is over (--limit)");
  }

  bool kill_in_time(test::child_process& run) {
    const bool at_start = random_() % 5 == 0;
    const auto pause = std::chrono::microseconds{random_() % (at_start ? 300'000 : 30'000)};
    if (!at_start) await_applied(run, kill_at_[result_.kills]);
    // Any moment will do: the kill is to hit whatever is under way then.
    std::this_thread::sleep_for(pause);
    if (!run.running()) return false;
    run.kill();
    ++result_.kills;
    std::cerr << "kill " << result_.kills << " of " << kill_at_.size() << ": " << applied() << " applied\n";
    return true;
  }

  void take_server_away(test::child_process& run) {
    await_applied(run, planned_.rows.size() / 3);
    sandbox_.configure(R"({"outage":")" + options_.outage_kind + R"(","outage_for":")" +
                       std::to_string(options_.outage.count()) + R"(ms"})");
    const auto back = std::chrono::system_clock::now() + options_.outage;
    result_.server_back_at =
        std::chrono::duration_cast<std::chrono::microseconds>(back.time_since_epoch()).count();
  }

  campaign_options options_;
  steady::time_point started_ = steady::now(), deadline_;
  plan planned_;
  std::string faults_;
  std::mt19937_64 random_;
  test::temp_dir files_;
  test::sandbox_process sandbox_;
  test::pawl_workspace workspace_;
  std::vector<std::string> command_;
  std::vector<std::size_t> kill_at_;
  campaign_result result_;
};

}  // namespace

campaign_result run_campaign(const campaign_options& options) {
  return campaign{options}.run();
}

namespace {

struct share {
  const char* kind;
  double rate;
};

std::string to_text(std::span<const share> shares) {
  std::string text;
  for (const auto& each : shares) {
    std::array<char, 48> part{};
    std::snprintf(part.data(), part.size(), "%s%s=%.5f", text.empty() ? "" : ",", each.kind, each.rate);
    text += part.data();
  }
  return text;
}

// At most `rate`, and about `times` over a whole campaign, if each row has one request.
double seldom(double rate, double times, std::size_t rows) {
  return std::min(rate, times / static_cast<double>(std::max<std::size_t>(rows, 1)));
}

}  // namespace

std::string all_faults(std::size_t rows) {
  const double gates = seldom(0.004, 40, rows), stalls = seldom(0.005, 100, rows),
               stops = seldom(0.002, 4, rows);
  const std::array<share, 33> shares{{{"drop-before", 0.025},
                                      {"drop-after", 0.03},
                                      {"cut", 0.02},
                                      {"e500", 0.02},
                                      {"e502", 0.01},
                                      {"e503", 0.01},
                                      {"e504", 0.01},
                                      {"e408", 0.01},
                                      {"e500-after", 0.015},
                                      {"e502-after", 0.005},
                                      {"e503-after", 0.005},
                                      {"e504-after", 0.005},
                                      {"e408-after", 0.005},
                                      {"garbage", 0.015},
                                      {"garbage-http", 0.01},
                                      {"wrong-id", 0.01},
                                      {"lying", 0.005},
                                      {"stale", 0.005},
                                      {"slow", 0.005},
                                      {"close", 0.01},
                                      {"close-header", 0.01},
                                      {"drop-after+slow", 0.005},
                                      {"e500+close", 0.005},
                                      {"e503-retry", gates},
                                      {"e503-retry-applied", gates},
                                      {"r429", gates},
                                      {"stall", stalls},
                                      {"stall-after", stalls},
                                      {"dribble", stalls},
                                      {"foreign", 0.015},
                                      {"foreign-after", 0.01},
                                      {"foreign-retry", gates},
                                      {"foreign-stop", stops}}};
  return to_text(shares);
}

std::string foreign_faults(std::size_t rows) {
  const std::array<share, 4> shares{{{"foreign", 0.12},
                                     {"foreign-after", 0.08},
                                     {"foreign-retry", seldom(0.004, 40, rows)},
                                     {"foreign-stop", seldom(0.002, 4, rows)}}};
  return to_text(shares);
}

}  // namespace pawl::audit
