#include "tests/fault/audit/evidence.hpp"
#include "tests/sandbox/apis/vendors.hpp"
#include "tests/simulation/lives/play.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

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
  bool is_guarded = false;                    // a write names what was read
};
constexpr std::array<api_facts, 6> apis{{
    {"zendesk-tickets", "zendesk", "/api/v2", {"site=acme", "email=a@b.c"}, "subject", true},
    {"github-issues", "github", "", {"owner=octo", "repo=hello"}, "title"},
    {"jira-issues", "jira", "/rest/api/3", {"site=acme", "email=a@b.c"}, "summary"},
    {"intercom-contacts", "intercom", "", {"", ""}, "name"},
    {"redmine-issues", "redmine", "", {"", ""}, "subject"},
    {"rt-tickets", "rt", "/REST/2.0", {"", ""}, "Subject", true},
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
    read_own_writes(left.journal);
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
      if (row.outcome == "unknown" || row.outcome == "mismatch") unproven_.insert(row.id);
      const auto why = disproof(row, now.at(row.id));
      if (!why.empty()) accuse(why);
    }
    return findings;
  }

  void let_somebody_edit(sandbox::vendor& vendor, sandbox::time_us now, dice& d) override {
    const auto& id = ids_.at(d.below(ids_.size()));
    // Another text, or the same one: then only the time of the last change moves on.
    const bool moves = d.chance(0.6);
    const auto text = fmt::format("Edit {} of {}", ++edits_, seed_);
    sandbox::vendor::control_reply said;
    const auto body =
        moves ? json::serialize(json::value{{"set", {{api_.column, text}}}}) : std::string{R"({"set":{}})"};
    if (!vendor.control("POST", "/resources/" + id, body, now, said) || said.status != 200)
      throw std::runtime_error(said.wrong);
    if (moves) history_[id].push_back({now, false, json::serialize(json::value(text))});
  }

  // Whoever wrote last before the undo decides: an edit stays, and what the rows have written over is back.
  std::vector<std::string> judge_way_back(const standing_values& before, const standing_values& after,
                                          const std::set<std::string>& lost) const override {
    std::vector<std::string> findings;
    for (const auto& [id, fields] : before)
      for (const auto& [name, was] : fields) {
        const auto& is = after.at(id).at(name);
        if (lost.contains(id + '.' + name)) continue;
        auto may_be = std::vector{was};
        if (name == api_.column && history_.contains(id)) may_be = values_to_bring_back(id, was);
        if (std::ranges::find(may_be, is) == may_be.end())
          findings.push_back(
              fmt::format("undo, {}: {} is {} and had to be {}", id, name, is, fmt::join(may_be, " or ")));
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
  struct written {
    sandbox::time_us at;
    bool by_pawl;
    std::string value;  // JSON
  };

  void read_own_writes(const std::filesystem::path& file) {
    std::ifstream journal{file, std::ios::binary};
    for (std::string line; std::getline(journal, line);) {
      const auto one = json::parse(line);
      const auto* of = one.as_object().if_contains("id");
      if (of == nullptr || !one.at("applied").as_bool()) continue;
      const std::string id{of->as_string()};
      const auto row = std::ranges::find(ids_, id) - ids_.begin() + 1;
      history_[id].push_back({one.at("answered").to_number<sandbox::time_us>(), true,
                              json::serialize(json::value(wanted(static_cast<std::size_t>(row))))});
    }
    for (auto& [id, all] : history_) std::ranges::stable_sort(all, {}, &written::at);
  }

  // Why the outcome cannot be true; empty: nothing speaks against it.
  std::string_view disproof(const audit::ledger_row& row, const std::map<std::string, std::string>& fields) {
    const auto text = json::serialize(json::value(wanted(row.row)));
    const bool is_there =
        std::ranges::any_of(fields, [&](const auto& f) { return f.second.find(text) != std::string::npos; });
    const auto& writes = history_[row.id];
    const bool has_written = std::ranges::any_of(writes, &written::by_pawl);
    const bool was_written_over = has_written && !writes.back().by_pawl;
    const auto is = [&row](auto... names) { return ((row.outcome == names) || ...); };
    if (is("applied", "unchanged") && !is_there && !was_written_over)
      return "the resource does not show what was wanted";
    if (is("applied") && !has_written) return "no write of it was applied";
    if (is("unchanged", "refused", "failed") && has_written) return "a write of it was applied";
    if (is("mismatch") && is_there) return "the resource shows what was wanted";
    if (is("skipped", "superseded", "invalid")) return "nothing in the input asks for that";
    return {};
  }

  // What an API without guards shows after the undo may be older: somebody may edit between read and write.
  // So it may of a row that ended without a proof: what stood there between two of its attempts may have been
  // what the API had made of the first.
  std::vector<std::string> values_to_bring_back(const std::string& id, const std::string& was) const {
    const auto& all = history_.at(id);
    if (all.empty()) return {was};
    if (!all.back().by_pawl) return {all.back().value};
    std::vector<std::string> found{was};
    for (const auto& one : all)
      if (!one.by_pawl) found.push_back(one.value);
    if (api_.is_guarded && !unproven_.contains(id)) return {found.back()};
    return found;
  }

  std::string wanted(std::size_t row) const { return fmt::format("Row {} of {}", row, seed_); }

  const api_facts& api_;
  std::uint64_t seed_;
  std::size_t rows_;
  std::vector<std::string> ids_;
  std::map<std::string, std::vector<written>> history_;  // by id: what was written into the text
  std::set<std::string> unproven_;                       // ids of rows that ended unknown or mismatch
  std::size_t edits_ = 0;
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
