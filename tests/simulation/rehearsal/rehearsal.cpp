#include "tests/simulation/rehearsal/rehearsal.hpp"

#include "cli/render/progress_line.hpp"
#include "engine/app/exit_code.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/used_names.hpp"
#include "engine/text/printable.hpp"
#include "tests/sandbox/apis/vendors.hpp"
#include "tests/sandbox/made_api.hpp"
#include "tests/simulation/lives/life.hpp"
#include "tests/simulation/world/api_host.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace pawl::simulation {
namespace fs = std::filesystem;
namespace {

using namespace std::chrono_literals;

constexpr const char* key = "rehearsal";  // the model asks for one; nobody else sees it
constexpr std::uint64_t most_starts = 10'000;

struct known_model {
  std::string_view profile, model;
};
constexpr std::array<known_model, 9> known_models{{
    {"productlane", "productlane"},
    {"github-issues", "github"},
    {"hubspot-contacts", "hubspot"},
    {"hubspot-tickets", "hubspot"},
    {"intercom-contacts", "intercom"},
    {"jira-issues", "jira"},
    {"redmine-issues", "redmine"},
    {"rt-tickets", "rt"},
    {"zendesk-tickets", "zendesk"},
}};

sandbox::options model_options(const cli::rehearse_options& o, std::string_view profile, std::uint64_t seed) {
  sandbox::options model;
  model.api = o.model.empty() ? model_for(profile) : o.model;
  if (model.api.empty())
    throw wrong_option("--model",
                       fmt::format("pawl has no model of the API of profile {}; name one, or describe "
                                   "the API with --model-file (docs/rehearsal.md)",
                                   profile));
  const auto names = sandbox::vendor_names();
  if (std::ranges::find(names, model.api) == names.end())
    throw wrong_option("--model",
                       fmt::format("must be {} (got \"{}\")", fmt::join(names, ", "), printable(model.api)));
  model.api_file = o.model_file;
  model.seed = seed;
  model.kept_bodies = 1;
  for (const auto& text : o.limits) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw wrong_option("--model-limit", fmt::format("must be NAME=N/WINDOW (got \"{}\")", printable(text)));
    model.limits.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  std::string why_not;
  const auto faults = sandbox::fault_rates::parse(o.faults, why_not);
  if (!faults) throw wrong_option("--faults", why_not);
  model.how.faults = *faults;
  model.how.delay = std::chrono::floor<std::chrono::microseconds>(o.reply_time);
  model.how.delay_jitter = model.how.delay / 2;
  return model;
}

// The first of each kind of what a run says to people.
class first_words final : public app::listener {
 public:
  explicit first_words(app::listener& to) : to_(to) {}
  void warning(std::string_view text) override { to_.warning(text); }
  void complaint(std::string_view text) override { to_.complaint(text); }
  void failed(const client::failed_row& row) override { to_.failed(row); }
  void contradicted(client::progress_counters::request_class of, const rate_window& configured,
                    const rate_window& told) override {
    to_.contradicted(of, configured, told);
  }

 private:
  app::listener& to_;
};

// Whether somebody who keeps at it gives the same command again; a canary is looked at first.
bool starts_again(const life_end& life) {
  return life.exit_code == app::exit_later && life.facts.stop_reason != "limit";
}

// One that nobody else could have made before: its name cannot be foretold.
fs::path fresh_directory() {
  std::error_code error;
  auto path = (fs::temp_directory_path(error) / "pawl-rehearse-XXXXXX").string();
  if (!error && ::mkdtemp(path.data()) == nullptr) error.assign(errno, std::generic_category());
  if (error) throw wrong_option("TMPDIR", fmt::format("no directory can be made there: {}", error.message()));
  return path;
}

// One of them.
class course {
 public:
  course(const config::settings& settings, const cli::rehearse_options& options, const rehearsed_input& input,
         std::uint64_t seed, wall_time begins, std::uint64_t turns)
      : settings_(settings),
        options_(options),
        model_(model_options(options, settings.profile.name, seed)),
        world_(seed, begins),
        choices_(seed * 0x2545f4914f6cdd1dU + 7),
        files_(fresh_directory()) {
    end_.seed = seed;
    make_host(input);
    adapt_settings();
    foresee_outages(input.ids.size());
    kills_left_ = options.kills;
    turns_left_ = turns;
  }

  rehearsal_end run(app::listener& says, app::stop_request& stop) {
    for (;;) {
      const auto fate = next_fate();
      const auto life = live({disk_, files_, key_, nullptr, &says, &stop}, settings_, fate);
      ++end_.starts;
      end_.turns += life.turns;
      turns_left_ -= std::min(turns_left_, life.turns);
      if (stop.first() != 0) break;
      if (life.died) {
        world_.wait(1min);
        continue;
      }
      take(life);
      if (!starts_again(life) || end_.starts >= most_starts) break;
      const auto until = life.facts.resume_at.value_or(wall_time{});
      world_.wait(std::max<duration>(until - world_.wall(), 1min));
    }
    const auto& totals = host_->service().counts();
    end_.reads = totals.reads;
    end_.writes = totals.writes;
    end_.throttled = totals.throttled_reads + totals.throttled_writes;
    return std::move(end_);
  }

 private:
  void make_host(const rehearsed_input& input) {
    made_ = sandbox::make_api(model_, world_.true_time().time_since_epoch().count());
    const auto& profile = settings_.profile;
    if (profile.read_many.size + profile.write_many.size > 0 && !made_.api->takes_several())
      throw wrong_option("--model",
                         fmt::format("the model of {} has no requests for several resources, and the profile "
                                     "has them; rehearse a copy of the profile without [read_many] and "
                                     "[write_many]",
                                     model_.api));
    for (const auto& id : input.ids) made_.api->add(id);
    for (const auto& name : input.names) made_.api->tag_named(name);
    made_.api->seeded();
    model_.how.count_at = static_cast<sandbox::count_point>(choices_.below(3));
    const auto limits = limits_of_model();
    const auto scopes = made_.api->default_scopes();
    root_ = made_.api->root();
    host_.emplace(std::move(made_.api), limits, model_.how, std::string{}, model_.seed);
    host_->keys.put(key_, scopes);
    host_->weather.one_way = 5ms;
    host_->weather.jitter = 10ms;
  }

  sandbox::limit_list limits_of_model() const {
    try {
      return sandbox::limits_of(model_, made_.api->default_limits(model_.how.day.count()));
    } catch (const std::runtime_error& e) {
      throw wrong_option("--model-limit", e.what());
    }
  }

  void adapt_settings() {
    settings_.ledger_path = (files_.path() / "ledger").string();
    settings_.state_directory = files_.path().string();
    settings_.summary_path.clear();
    settings_.log_file.clear();
    settings_.expected_account.clear();  // the model has another
    settings_.target.base_path = root_;
    settings_.wait = false;
    app::derive(settings_);
  }

  // While the writes last, as their limits have it; an outage after the end of the run changes nothing.
  void foresee_outages(std::uint64_t rows) {
    const auto least = cli::eta(settings_.run.writes, rows, std::nullopt, {}, settings_.read_first);
    const auto about = std::max<duration>(least.value_or(1min), 1min);
    for (auto left = options_.outages; left > 0; --left) {
      const duration begin{choices_.between(0, about.count())};
      const duration length = std::chrono::seconds{choices_.between(5, 600)};
      world_.at(begin, [this] { ++outages_now_, host_->is_down = true; });
      world_.at(begin + length, [this] { host_->is_down = --outages_now_ > 0; });
    }
  }

  // Each kill has an equal part of the turns that are left, so that none comes after the end.
  fate next_fate() {
    if (kills_left_ == 0) return {};
    fate f;
    f.at_turn = choices_.below(turns_left_ / (kills_left_ + 1) + 1) + 1;
    --kills_left_;
    return f;
  }

  void take(const life_end& life) {
    end_.rows = life.facts.rows;
    end_.counts = life.facts.counts;
    end_.pending = life.facts.pending;
    end_.exit_code = life.exit_code;
    end_.stop_reason = life.facts.stop_reason;
    end_.error = life.error;
    end_.took = world_.passed();
  }

  config::settings settings_;
  const cli::rehearse_options& options_;
  sandbox::options model_;
  world world_;
  dice choices_;
  disk disk_;
  directory files_;
  sandbox::made_api made_;
  std::optional<api_host> host_;
  std::string key_ = key, root_;
  std::uint64_t outages_now_ = 0, kills_left_ = 0, turns_left_ = 0;
  rehearsal_end end_;
};

}  // namespace

expected<rehearsed_input> read_rehearsed(const config::settings& settings) {
  auto source = input::job_source::open(settings.input_path, settings.profile, settings.source);
  if (!source) return source.error();
  rehearsed_input found;
  std::unordered_set<std::string> seen;
  input::used_names names;
  job_batch batch;
  for (;;) {
    const auto more = source->next(batch);
    if (!more) return more.error();
    if (!*more) break;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (batch.error(i) != nullptr) continue;
      const auto job = batch.job(i);
      if (seen.emplace(job.id).second) found.ids.emplace_back(job.id);
      names.add(job, settings.profile);
    }
  }
  for (auto& used : names.in_order()) found.names.push_back(std::move(used.name));
  return found;
}

std::string_view model_for(std::string_view profile) noexcept {
  const auto known = std::ranges::find(known_models, profile, &known_model::profile);
  return known == known_models.end() ? std::string_view{} : known->model;
}

rehearsal::rehearsal(const config::settings& settings, const cli::rehearse_options& options,
                     const rehearsed_input& input)
    : settings_(settings), options_(options), input_(input) {}

std::uint64_t rehearsal::calm_turns(std::uint64_t seed, wall_time begins, app::stop_request& stop) const {
  auto calm = options_;
  calm.kills = calm.outages = 0;
  calm.faults.clear();
  course one(settings_, calm, input_, seed, begins, 0);
  return one.run(app::nobody_listens(), stop).turns;
}

rehearsal_end rehearsal::run(std::uint64_t seed, wall_time begins, std::uint64_t calm_turns,
                             app::listener& says, app::stop_request& stop) const {
  first_words words(says);
  course one(settings_, options_, input_, seed, begins, calm_turns);
  return one.run(words, stop);
}

}  // namespace pawl::simulation
