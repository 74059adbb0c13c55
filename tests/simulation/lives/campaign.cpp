#include "tests/simulation/lives/campaign.hpp"

#include "config/settings.hpp"
#include "engine/app/undo.hpp"
#include "engine/ledger/ledger.hpp"
#include "tests/fault/audit/campaign.hpp"
#include "tests/fault/audit/evidence.hpp"
#include "tests/simulation/lives/choose_play.hpp"
#include "tests/simulation/lives/key_maker.hpp"
#include "tests/simulation/lives/life.hpp"
#include "tests/simulation/lives/play.hpp"
#include "tests/simulation/lives/redirected_input.hpp"
#include "tests/simulation/lives/rows_on_disk.hpp"
#include "tests/simulation/world/api_host.hpp"
#include "tests/support/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include <unistd.h>

namespace pawl::simulation {
namespace {

using namespace std::chrono_literals;

constexpr const char* first_key = "pl_v2_simulated0000000000000000";
constexpr const char* second_key = "pl_v2_simulated1111111111111111";
constexpr std::size_t most_lives_without_an_end = 60;  // beyond those that die; chosen

std::string words_of(const life_end& end) {
  return end.error ? to_string(*end.error) : std::string{};
}

class campaign {
 public:
  explicit campaign(const campaign_options& o)
      : options_(o),
        world_(o.seed),
        choices_(o.seed * 0x2545f4914f6cdd1dU + 1),
        files_(fmt::format("/dev/shm/pawl-sim-{:07}-{:020}", ::getpid(), o.seed)),
        play_(choose_play(o, choices_)) {
    world_.trace = options_.trace;
    make_host();
    make_options();
    foresee_troubles();
  }

  campaign_report run() {
    report_.rows = play_->rows();
    report_.profile = play_->profile();
    const auto before = play_->shown(truth());
    is_being_applied_ = true;
    apply();
    is_being_applied_ = false;
    report_.took = world_.passed();
    judge();
    if (settings_.read_first) {
      take_back();
      auto wrong = play_->judge_way_back(before, play_->shown(truth()), lost_);
      std::ranges::move(wrong, std::back_inserter(report_.findings));
    }
    return std::move(report_);
  }

 private:
  std::string input_path() const { return (files_.path() / "jobs.csv").string(); }

  // Lives until a run has finished.
  void apply() {
    for (std::size_t ends = 0;;) {
      auto how = settings_;
      if (report_.lives == 0 && options_.first_limit > 0) how.run.limit = options_.first_limit;
      const auto end = live_once(how, options_.dies_in_undo ? fate{} : next_fate());
      if (end.died) continue;
      if (end.exit_code == 0 || end.exit_code == 1) return;
      if (++ends > most_lives_without_an_end)
        throw std::runtime_error(
            fmt::format("{} runs ended without finishing: exit {}, {}", ends, end.exit_code, words_of(end)));
      wait_after(end);
    }
  }

  life_end live_once(const config::settings& how, const fate& to_come) {
    const redirected_input stream(how.input_path == "-" ? input_path() : std::string{});
    auto end = live({disk_, files_, key_, keys_ ? &keys_->source() : nullptr}, how, to_come);
    ++report_.lives;
    report_.turns += end.turns;
    report_.syncs += end.syncs;
    report_.deaths += end.died ? 1 : 0;
    report_.power_losses += end.died && to_come.how == death::power_loss ? 1 : 0;
    tell(end, to_come);
    return end;
  }

  // Whoever runs it again does so when it said, else a little later.
  void wait_after(const life_end& end) {
    const auto until = end.facts.resume_at.value_or(wall_time{});
    world_.wait(std::max<duration>(until - world_.wall(), 1min));
  }

  void make_host() {
    auto vendor = play_->make_vendor(world_.true_time().time_since_epoch().count());
    sandbox::behaviour how;
    std::string why_not;
    auto all = audit::all_faults(play_->rows());
    if (!play_->faults().empty()) all += ',' + std::string{play_->faults()};
    const auto faults = sandbox::fault_rates::parse(all, why_not);
    if (!faults) throw std::runtime_error(why_not);
    if (!options_.calm && choices_.chance(0.7)) how.faults = *faults;
    how.delay = std::chrono::milliseconds{choices_.between(1, 80)};
    how.delay_jitter = how.delay / 2;
    how.slow = 3s;
    how.count_at = static_cast<sandbox::count_point>(choices_.below(3));
    // Fast enough that a seed takes a second, slow enough that the limits count.
    sandbox::named_rule writes = sandbox::rule_called("write"), reads = sandbox::rule_called("read");
    if (!options_.rate.empty())
      limits_ = options_.rate;
    else if (play_->rows_of_a_request() == 1)
      limits_ = choices_.chance(0.5) ? "600/min,100/10s" : "50/s,1000/min";
    else
      limits_ = choices_.chance(0.5) ? "60/min,10/10s" : "5/s,100/min";
    if (const auto wrong = sandbox::read_rule(limits_, sandbox::true_day, writes); !wrong.empty())
      throw std::runtime_error(wrong);
    if (const auto wrong = sandbox::read_rule("6000/min", sandbox::true_day, reads); !wrong.empty())
      throw std::runtime_error(wrong);
    if (choices_.chance(0.5)) writes.rules.kind = sandbox::limit_kind::fixed;
    host_ = std::make_unique<api_host>(std::move(vendor), sandbox::limit_list{writes, reads}, how,
                                       (files_.path().string() + ".journal"), options_.seed);
    make_keys();
    auto& weather = host_->weather;
    if (!options_.calm && choices_.chance(0.6)) {
      weather.refused = 0.01;
      weather.unreachable = 0.002;
      weather.lost_on_the_way = 0.01;
      weather.lost_on_the_way_back = 0.01;
      weather.half_open = 0.003;
      weather.cut = 0.01;
    }
    weather.one_way = std::chrono::milliseconds{choices_.between(0, 60)};
    weather.jitter = std::chrono::milliseconds{choices_.between(0, 120)};
  }

  void make_keys() {
    auto life = options_.key_life;
    if (!options_.calm && !life && choices_.chance(0.1))
      life = std::chrono::seconds{choices_.between(10, 600)};
    if (life)
      keys_.emplace(*life);
    else
      host_->keys.put(key_, host_->vendor().default_scopes());
  }

  void make_options() {
    const auto input = input_path();
    test::write_file(input, play_->csv());
    config::raw_options raw;
    raw.profile = play_->profile();
    if (const auto own = play_->profile_text(); !own.empty()) {
      raw.profile = (files_.path() / "profile.toml").string();
      test::write_file(*raw.profile, own);
    }
    raw.base_url = "https://localhost:8443" + play_->root();
    raw.token_env = "KEY";
    raw.state_dir = files_.path().string();
    raw.input = options_.from_standard_input ? "-" : input;
    raw.format = "csv";
    raw.ledger = input + ".ledger";
    raw.yes = raw.skip_invalid = true;
    raw.max_failures = "none";
    raw.concurrency = choices_.chance(0.3) ? "auto" : std::to_string(choices_.between(1, 32));
    // Only some profiles can do without.
    raw.no_read_first = play_->may_do_without_reads() && !options_.read_first.value_or(choices_.chance(0.6));
    raw.read_rate = {"6000/min"};
    for (std::size_t from = 0; from != std::string::npos;) {
      const auto to = limits_.find(',', from);
      raw.rate.push_back(limits_.substr(from, to == std::string::npos ? to : to - from));
      from = to == std::string::npos ? to : to + 1;
    }
    raw.overrides = {"timeouts.attempt=10s"};
    for (const auto& v : play_->variables()) raw.overrides.push_back("vars." + v);
    const auto loaded = config::load_settings(raw, {{"KEY", key_}, {"HOME", files_.path().string()}});
    if (!loaded.value) {
      std::string all;
      for (const auto& one : loaded.complaints) all += to_string(one) + "\n";
      throw std::runtime_error(all);
    }
    settings_ = *loaded.value;
    settings_.run.hours = options_.hours;
    host_->on_departure = [this](std::string_view request) {
      if (options_.hours) keep_to_the_hours(request);
      if (is_being_applied_)
        play_->watch(
            request, [this] { return look_at_rows(disk_, settings_.ledger_path); }, report_.findings);
    };
  }

  // It looks at the clock 20 times a second.
  void keep_to_the_hours(std::string_view request) {
    constexpr auto late = 100ms;
    const auto& hours = *options_.hours;
    const auto now = world_.wall();
    if (request.starts_with("GET") || hours.at(now).is_open || hours.at(now - late).is_open) return;
    report_.findings.push_back(fmt::format("a write left outside of the hours: {}", request.substr(0, 40)));
  }

  // What will happen in the next minutes, whatever the program does.
  void foresee_troubles() {
    if (options_.key_ends_after) rotate_key(*options_.key_ends_after, *options_.key_ends_after);
    if (options_.calm) return;
    const auto sometime = [this](std::int64_t from, std::int64_t to) {
      return std::chrono::milliseconds{choices_.between(from, to)};
    };
    for (auto left = choices_.below(3); left > 0; --left) {
      const auto begin = sometime(100, 120'000), length = sometime(200, 60'000);
      world_.at(begin, [this] { host_->is_down = true; });
      world_.at(begin + length, [this] { host_->is_down = false; });
    }
    if (choices_.chance(0.3))
      world_.at(sometime(100, 60'000),
                [this, length = sometime(100, 7'200'000)] { world_.suspend_host(length); });
    if (choices_.chance(0.5))
      for (auto left = choices_.below(options_.rows / 4 + 2); left > 0; --left)
        world_.at(sometime(0, 60'000), [this] {
          if (is_being_applied_) play_->let_somebody_edit(host_->vendor(), host_->now(), choices_);
        });
    if (choices_.chance(0.2))
      for (auto left = choices_.below(8) + 1; left > 0; --left)
        world_.at(sometime(0, 60'000), [this, n = choices_.below(200) + 1] {
          others_use_the_key_ = true;
          host_->let_others_read(n);
        });
    if (choices_.chance(0.2)) {
      const auto issued = sometime(100, 60'000);
      rotate_key(issued, issued + sometime(0, 5'000));
    }
    if (choices_.chance(0.3))
      world_.at(sometime(100, 60'000),
                [this, by = sometime(-86'400'000, 86'400'000)] { world_.step_wall_clock(by); });
  }

  void rotate_key(duration issued, duration old_one_ends) {
    world_.at(issued, [this] {
      host_->keys.put(second_key, host_->vendor().default_scopes());
      key_ = second_key;
    });
    world_.at(old_one_ends, [this] { host_->keys.revoke(first_key); });
  }

  fate next_fate() {
    if (!options_.fates.empty())
      return next_fate_ < options_.fates.size() ? options_.fates[next_fate_++] : fate{};
    fate f;
    const auto each = options_.rows_for_each_crash;
    if (each == 0 || report_.deaths >= play_->rows() / each) return f;
    f.how = choices_.chance(0.5) ? death::kill : death::power_loss;
    // A row takes some forty turns and one or two syncs.
    const auto about = 2 * each;
    switch (choices_.below(4)) {
      case 0:
        f.before_sync = choices_.below(about) + 1;
        break;
      case 1:
        f.after_sync = choices_.below(about) + 1;
        break;
      case 2:
        f.before_write = choices_.below(about * 4) + 1;
        break;
      default:
        f.at_turn = choices_.below(about * 40) + 1;
    }
    return f;
  }

  void tell(const life_end& end, const fate& f) {
    if (!options_.trace) return;
    const auto* how = !end.died ? "ended" : f.how == death::kill ? "killed" : "lost power";
    options_.trace(fmt::format("{} us: life {}: {} after {} turns, {} syncs, {} writes, exit {}: {} {}",
                               host_->now(), report_.lives, how, end.turns, end.syncs, end.writes,
                               end.exit_code, end.facts.stop_reason, words_of(end)));
  }

  // What the API shows now.
  std::string truth() {
    return host_->service().truth(sandbox::service::truth_scope::everything, host_->now());
  }

  void judge() {
    host_->journal().flush();
    auto found =
        play_->judge({settings_.ledger_path, files_.path().string() + ".journal", truth()}, report_.outcomes);
    std::ranges::move(found, std::back_inserter(report_.findings));
    check(settings_.ledger_path);
    const auto& totals = host_->service().counts();
    report_.requests = totals.requests;
    report_.writes = totals.writes;
    report_.keys_made = keys_ ? keys_->made() : 0;
    report_.keys_refused = totals.unauthenticated;
    const auto over = totals.throttled_reads + totals.throttled_writes;
    if (over > 0 && !others_use_the_key_)
      report_.findings.push_back(fmt::format("{} requests over a limit", over));
  }

  // What only pawl has written is sound, whatever it went through.
  void check(const std::string& ledger) {
    auto file = ledger::ledger_file::open(ledger, ledger::access::read_only);
    if (!file) throw std::runtime_error(to_string(file.error()));
    const auto found = file->check({});
    if (!found) throw std::runtime_error(to_string(found.error()));
    for (const auto& one : found->findings)
      report_.findings.push_back(fmt::format("the ledger, {}: {}", to_string(one.of), one.what));
  }

  // In fair weather, and nobody dies.
  void take_back() {
    host_->is_down = false;
    host_->weather = {};
    sandbox::outgoing ignored;
    sandbox::request calm;
    calm.method = "POST";
    calm.target = "/_sandbox/config";
    calm.body = R"({"faults":""})";
    host_->service().control(calm, host_->now(), ignored);
    if (ignored.status != 200) throw std::runtime_error(ignored.wire);
    std::string jobs;
    const auto keep = [&jobs](std::string_view text) {
      jobs += text;
      return std::error_code{};
    };
    struct : app::undo_listener {
      void lost(std::string_view id, const plan::undo_loss& loss) override {
        losses.insert(std::string{id} + '.' + loss.field);
      }
      void not_read(std::string_view id) override { losses.emplace(id); }
      std::set<std::string> losses;
    } listener;
    const auto find = [this](const std::string&) -> expected<api::profile> { return settings_.profile; };
    const auto made = app::undo({settings_.ledger_path, {}}, find, keep, listener);
    if (!made) throw std::runtime_error(to_string(made.error()));
    lost_ = std::move(listener.losses);
    if (jobs.empty()) return;
    auto back = settings_;
    back.input_path = (files_.path() / "undo.ndjson").string();
    back.ledger_path = back.input_path + ".ledger";
    back.source.format = input::file_format::ndjson;
    test::write_file(back.input_path, jobs);
    if (options_.trace) options_.trace("undo:\n" + jobs);
    for (int left = 10;; --left) {
      const auto end = live_once(back, options_.dies_in_undo ? next_fate() : fate{});
      if (end.died) continue;
      if (end.exit_code == 0 || end.exit_code == 1) {
        if (options_.trace)
          for (const auto& row : audit::read_ledger(back.ledger_path).rows)
            options_.trace(fmt::format("undo row {}, {}: {}", row.row, row.id, row.outcome));
        return;
      }
      if (left == 0) throw std::runtime_error("the undo does not end: " + words_of(end));
      wait_after(end);
    }
  }

  const campaign_options& options_;
  world world_;
  dice choices_;
  disk disk_;
  directory files_;
  std::unique_ptr<play> play_;
  std::string limits_;
  std::unique_ptr<api_host> host_;
  config::settings settings_;
  std::string key_ = first_key;
  std::optional<key_maker> keys_;  // where they end
  std::size_t next_fate_ = 0;
  bool is_being_applied_ = false, others_use_the_key_ = false;
  campaign_report report_;
  std::set<std::string> lost_;  // what the undo said that it cannot restore: ID.FIELD
};

}  // namespace

campaign_report run_campaign(const campaign_options& options) {
  return campaign(options).run();
}

}  // namespace pawl::simulation
