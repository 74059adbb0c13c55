#include "tests/fault/audit/evidence.hpp"
#include "tests/sandbox/apis/vendors.hpp"
#include "tests/simulation/lives/play.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace pawl::simulation {
namespace {

namespace json = boost::json;

struct api_facts {
  std::string_view profile, api, root;
  std::array<std::string_view, 2> variables;  // empty ones do not count
  std::string_view column;                    // of the text
};
constexpr std::array<api_facts, 7> apis{{
    {"zendesk-tickets", "zendesk", "/api/v2", {"site=acme", "email=a@b.c"}, "subject"},
    {"hubspot-contacts", "hubspot", "", {"version=v3", ""}, "firstname"},
    {"github-issues", "github", "", {"owner=octo", "repo=hello"}, "title"},
    {"jira-issues", "jira", "/rest/api/3", {"site=acme", "email=a@b.c"}, "summary"},
    {"intercom-contacts", "intercom", "", {"", ""}, "name"},
    {"redmine-issues", "redmine", "", {"", ""}, "subject"},
    {"rt-tickets", "rt", "/REST/2.0", {"", ""}, "Subject"},
}};

const api_facts& facts_of(std::string_view profile) {
  const auto found = std::ranges::find(apis, profile, &api_facts::profile);
  if (found == apis.end()) throw std::runtime_error("nothing is known of profile " + std::string{profile});
  return *found;
}

class text_play final : public play {
 public:
  text_play(std::string_view profile, std::uint64_t seed, std::size_t rows)
      : api_(facts_of(profile)), seed_(seed), rows_(rows) {}

  std::string profile() const override { return std::string{api_.profile}; }
  std::string root() const override { return std::string{api_.root}; }
  std::vector<std::string> variables() const override {
    std::vector<std::string> all;
    for (const auto v : api_.variables)
      if (!v.empty()) all.emplace_back(v);
    return all;
  }
  std::string csv() const override {
    std::string out = fmt::format("id,{}\n", api_.column);
    for (std::size_t i = 0; i < rows_; ++i) out += fmt::format("{},{}\n", ids_.at(i), wanted(i + 1));
    return out;
  }
  std::size_t rows() const override { return rows_; }

  std::unique_ptr<sandbox::vendor> make_vendor(sandbox::time_us now) override {
    sandbox::vendor_options how;
    how.seed = seed_;
    how.now = now;
    how.kept_bodies = 1;
    auto vendor = sandbox::make_vendor(api_.api, how);
    for (std::size_t i = 1; i <= rows_; ++i) {
      ids_.push_back(vendor->made_up_id(i));
      vendor->add(ids_.back());
    }
    vendor->seeded();
    return vendor;
  }

  std::vector<std::string> judge(const evidence& left,
                                 std::map<std::string, std::size_t>& outcomes) override {
    std::vector<std::string> findings;
    std::map<std::string, std::size_t, std::less<>> applied;
    std::ifstream journal{left.journal, std::ios::binary};
    for (std::string line; std::getline(journal, line);) {
      const auto one = json::parse(line);
      if (const auto* id = one.as_object().if_contains("id"); id != nullptr && one.at("applied").as_bool())
        ++applied[std::string{id->as_string()}];
    }
    const auto now = shown(left.truth);
    const auto ledger = audit::read_ledger(left.ledger);
    if (ledger.rows.size() != rows_)
      findings.push_back(fmt::format("{} of {} rows have an outcome", ledger.rows.size(), rows_));
    std::vector<char> seen(rows_ + 1, 0);
    for (const auto& row : ledger.rows) {
      ++outcomes[row.outcome];
      const auto accuse = [&](std::string_view what) {
        findings.push_back(fmt::format("row {} (id {}) is {}: {}", row.row, row.id, row.outcome, what));
      };
      if (row.row == 0 || row.row > rows_ || row.id != ids_[row.row - 1] || seen[row.row]++ != 0) {
        accuse("there is no such row, or it is there twice");
        continue;
      }
      const auto text = json::serialize(json::value(wanted(row.row)));
      const auto& fields = now.at(row.id);
      const bool is_there = std::ranges::any_of(
          fields, [&](const auto& f) { return f.second.find(text) != std::string::npos; });
      const auto writes = applied[row.id];
      if ((row.outcome == "applied" || row.outcome == "unchanged") && !is_there)
        accuse("the resource does not show what was wanted");
      else if (row.outcome == "applied" && writes == 0)
        accuse("no write of it was applied");
      else if (row.outcome == "unchanged" && writes > 0)
        accuse("a write of it was applied");
      else if ((row.outcome == "refused" || row.outcome == "failed") && writes > 0)
        accuse("a write of it was applied");
      else if (row.outcome == "mismatch" && is_there)
        accuse("the resource shows what was wanted");
      else if (row.outcome == "skipped" || row.outcome == "superseded" || row.outcome == "invalid")
        accuse("nothing in the input asks for that");
    }
    return findings;
  }

  standing_values shown(const std::string& truth) const override {
    standing_values all;
    const auto parsed = json::parse(truth);
    for (const auto& [id, resource] : parsed.at("resources").as_object())
      for (const auto& [name, value] : resource.at("fields").as_object())
        all[std::string{id}][std::string{name}] = json::serialize(value);
    return all;
  }

 private:
  std::string wanted(std::size_t row) const { return fmt::format("Row {} of {}", row, seed_); }

  const api_facts& api_;
  std::uint64_t seed_;
  std::size_t rows_;
  std::vector<std::string> ids_;
};

}  // namespace

std::unique_ptr<play> play_texts(std::string_view profile, std::uint64_t seed, std::size_t rows) {
  return std::make_unique<text_play>(profile, seed, rows);
}

const std::vector<std::string_view>& text_profiles() {
  static const auto all = [] {
    std::vector<std::string_view> names;
    for (const auto& api : apis) names.push_back(api.profile);
    return names;
  }();
  return all;
}

}  // namespace pawl::simulation
