// Scenarios as TOML: the keys are the members of simulated::scenario and of its stages, and `limit = [from,
// to]` for what is expected of the mean limit.
#include "config/document.hpp"
#include "tests/unit/policy/concurrency_simulation.hpp"

#include <algorithm>
#include <deque>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace pawl::policy::simulated {
namespace {

// One table of the file; every key must be taken.
class keys {
 public:
  keys(config::toml_table table, std::string where) : table_(std::move(table)), where_(std::move(where)) {}

  const config::toml_value* take(const std::string& key) {
    const auto found = std::ranges::find(table_, key, &config::toml_entry::key);
    if (found == table_.end()) return nullptr;
    taken_.push_back(std::move(found->value));
    table_.erase(found);
    return &taken_.back();
  }

  template <class Value>
  void take(const std::string& key, Value& into) {
    const auto* value = take(key);
    if (value == nullptr) return;
    if constexpr (std::is_same_v<Value, std::string>)
      into = std::get<std::string>(value->is);
    else
      into = static_cast<Value>(number(*value));
  }

  static double number(const config::toml_value& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value.is)) return static_cast<double>(*whole);
    return std::get<double>(value.is);
  }

  void expect_nothing_left() const {
    if (!table_.empty()) throw std::runtime_error(where_ + ": there is no key " + table_.front().key);
  }

 private:
  config::toml_table table_;
  std::deque<config::toml_value> taken_;
  std::string where_;
};

stage read_stage(const config::toml_value& from, const std::string& where) {
  keys k(std::get<config::toml_table>(from.is), where);
  stage s;
  k.take("from_s", s.from_s);
  k.take("delay_ms", s.delay_ms);
  k.take("read_delay_ms", s.read_delay_ms);
  k.take("network_ms", s.network_ms);
  k.take("jitter", s.jitter);
  k.take("spikes", s.spikes);
  k.take("slots", s.slots);
  k.take("knee", s.knee);
  k.take("slope", s.slope);
  k.take("factor", s.factor);
  k.take("most", s.most);
  k.take("refuses", s.refuses);
  k.take("random_503", s.random_503);
  k.take("interval_ms", s.interval_ms);
  k.take("settled_s", s.settled_s);
  k.take("share", s.share);
  k.take("refused", s.refused);
  const auto* limit = k.take("limit");
  if (limit == nullptr) throw std::runtime_error(where + ": limit = [FROM, TO] is missing");
  const auto& ends = std::get<config::toml_list>(limit->is);
  s.limit_from = keys::number(ends.at(0));
  s.limit_to = keys::number(ends.at(1));
  k.expect_nothing_left();
  return s;
}

}  // namespace

scenario read_scenario(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  auto document = config::read_toml(text.str(), path.string());
  if (!document.complaints.empty()) throw std::runtime_error(to_string(document.complaints.front()));
  scenario s;
  s.name = path.stem().string();
  keys k(std::move(document.root), s.name);
  k.take("most", s.most);
  k.take("seconds", s.seconds);
  k.take("timeout_s", s.timeout_s);
  k.take("seeds", s.seeds);
  if (const auto* stages = k.take("stage"))
    for (const auto& one : std::get<config::toml_list>(stages->is))
      s.stages.push_back(read_stage(one, s.name));
  k.expect_nothing_left();
  if (s.stages.empty()) throw std::runtime_error(s.name + " has no stage");
  return s;
}

}  // namespace pawl::policy::simulated
