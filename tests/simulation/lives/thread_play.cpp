#include "tests/fault/audit/comparison.hpp"
#include "tests/fault/audit/evidence.hpp"
#include "tests/fault/audit/plan.hpp"
#include "tests/sandbox/apis/productlane.hpp"
#include "tests/simulation/lives/play.hpp"
#include "tests/support/files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace pawl::simulation {
namespace {

class thread_play final : public play {
 public:
  explicit thread_play(const audit::plan_options& o) : seed_(o.seed), planned_(audit::make_plan(o)) {}

  std::string profile() const override { return "productlane"; }
  std::string root() const override { return "/api/v2"; }
  std::string csv() const override { return audit::to_csv(planned_); }
  std::size_t rows() const override { return planned_.rows.size(); }
  bool may_do_without_reads() const override { return true; }

  std::unique_ptr<sandbox::vendor> make_vendor(sandbox::time_us now) override {
    sandbox::seed_options how;
    how.seed = seed_;
    how.now = now;
    how.kept_bodies = 1;
    how.contacts = how.companies = 20;
    threads_.emplace(how);
    auto vendor = std::make_unique<sandbox::productlane>(*threads_, "ws_sandbox");
    for (std::size_t i = 1; i <= planned_.threads; ++i) vendor->add(vendor->made_up_id(i));
    vendor->seeded();
    return vendor;
  }

  std::vector<std::string> judge(const evidence& left,
                                 std::map<std::string, std::size_t>& outcomes) override {
    audit::server_facts server = facts_of(left.truth);
    audit::read_journal(left.journal, server);
    const auto ledger = audit::read_ledger(left.ledger);
    const auto compared = audit::compare(planned_, ledger, server);
    for (const auto& [name, count] : compared.by_outcome) outcomes[name] += count;
    std::vector<std::string> findings;
    for (const auto& f : compared.findings)
      findings.push_back(fmt::format("{}, row {}: {}", audit::to_text(f.kind), f.row, f.what));
    if (ledger.finished && compared.pending > 0)
      findings.push_back(fmt::format("{} rows are pending in a finished ledger", compared.pending));
    return findings;
  }

  standing_values shown(const std::string& truth) const override {
    standing_values all;
    for (const auto& [id, thread] : facts_of(truth).threads) {
      auto& is = all[id];
      is["status"] = thread.status;
      is["snoozed_until"] = thread.snoozed_until.value_or("null");
      is["title"] = thread.title.value_or("null");
      auto tags = thread.tags;
      std::ranges::sort(tags);
      is["tag_ids"] = fmt::format("{}", fmt::join(tags, ";"));
    }
    return all;
  }

 private:
  static audit::server_facts facts_of(const std::string& truth) {
    const test::temp_dir place;
    test::write_file(place / "truth", truth);
    audit::server_facts server;
    audit::read_truth(place / "truth", server);
    return server;
  }

  std::uint64_t seed_;
  audit::plan planned_;
  std::optional<sandbox::store> threads_;
};

}  // namespace

std::unique_ptr<play> play_threads(const audit::plan_options& o) {
  return std::make_unique<thread_play>(o);
}

}  // namespace pawl::simulation
