// What a campaign plays: an API with its resources, an input for it, and what has to be true afterwards.
#pragma once

#include "tests/fault/audit/plan.hpp"
#include "tests/sandbox/apis/vendor.hpp"
#include "tests/simulation/lives/rows_on_disk.hpp"
#include "tests/simulation/world/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::simulation {

// What a campaign has left behind. The ledger is on the simulated disk.
struct evidence {
  std::filesystem::path ledger, journal;
  std::string truth;  // the sandbox's, JSON
};

// What stands in resources: by id, by field, as text.
using standing_values = std::map<std::string, std::map<std::string, std::string>>;

class play {
 public:
  play() = default;
  play(const play&) = delete;
  play& operator=(const play&) = delete;
  virtual ~play() = default;

  virtual std::string profile() const = 0;                 // its name
  virtual std::string profile_text() const { return {}; }  // empty: pawl carries it
  virtual std::string root() const = 0;                    // the path of the base URL
  virtual std::vector<std::string> variables() const { return {}; }
  // With its resources, made-up ones, as they are before the first life. Called once.
  virtual std::unique_ptr<sandbox::vendor> make_vendor(sandbox::time_us now) = 0;
  virtual std::string csv() const = 0;
  virtual std::size_t rows() const = 0;
  virtual std::size_t rows_of_a_request() const { return 1; }  // at most
  virtual bool may_do_without_reads() const { return false; }
  virtual std::string_view faults() const { return {}; }  // further ones, as the sandbox takes them

  // A request leaves the program, while the rows are applied: adds what is wrong with it.
  virtual void watch(std::string_view /*request*/, const std::function<rows_on_disk()>&,
                     std::vector<std::string>& /*findings*/) {}

  // Holds the ledger against what the API has seen and shows. Adds the outcomes by name.
  virtual std::vector<std::string> judge(const evidence&, std::map<std::string, std::size_t>& outcomes) = 0;
  // What undo is to bring back, out of the sandbox's truth.
  virtual standing_values shown(const std::string& truth) const = 0;

  // Somebody edits a resource by hand, where the play knows what is to become of that; else nothing happens.
  virtual void let_somebody_edit(sandbox::vendor&, sandbox::time_us, dice&) {}
  // What stands otherwise than it should after an undo of all rows: `before` the first life, `after` the
  // undo. What was said to be lost (ID.FIELD) may stand as it likes. After judge().
  virtual std::vector<std::string> judge_way_back(const standing_values& before, const standing_values& after,
                                                  const std::set<std::string>& lost) const;
};

// Productlane's threads: several fields, rows that share an id, invalid ones, ids that are not there,
// notices.
std::unique_ptr<play> play_threads(const audit::plan_options&);
// Another API that pawl carries a profile of: a text of each resource.
std::unique_ptr<play> play_texts(std::string_view profile, std::uint64_t seed, std::size_t rows);
// HubSpot's objects by [read_many] and [write_many]: rows that share an id, invalid ones, refused ones, ids
// that are not there, values to expect, and rows that must not be sent twice.
std::unique_ptr<play> play_batches(std::uint64_t seed, std::size_t rows);
// The profiles of play_texts().
const std::vector<std::string_view>& text_profiles();

}  // namespace pawl::simulation
