#include "engine/run/snapshot_rows.hpp"

#include "engine/api/page_reader.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace pawl::run {
namespace {

// A row that is larger is rare, and one read more is cheap beside it. Chosen.
constexpr std::uint64_t largest_row = 16 * 1024;

std::uint64_t size_of(const job_view& job) {
  std::uint64_t size = job.id.size();
  for (const auto& v : job.patch) size += v.name.size() + v.json.size();
  for (const auto& v : job.expect) size += v.name.size() + v.json.size();
  return size;
}

std::uint64_t most_rows(const snapshot_terms& terms) {
  if (terms.list.path.empty() || terms.list.id.empty() || terms.max_age <= duration::zero()) return 0;
  const auto most = std::min({terms.pending.value_or(most_snapshot_rows),
                              terms.limit.value_or(most_snapshot_rows), most_snapshot_rows});
  return policy::page_worth{}.begins(most) ? most : 0;
}

}  // namespace

// The value that all rows want of each field by which the list can be filtered.
class snapshot_rows::common_values {
 public:
  common_values(const api::profile& profile, const api::list_spec& list) : profile_(profile) {
    for (const auto& f : list.filters)
      if (profile[f.field].compare == api::comparison::exact) values_.push_back({f.field, {}, state::unseen});
  }

  void see(const job_view& job) {
    if (!job.expect.empty()) values_.clear();
    for (auto& v : values_) {
      if (v.is == state::mixed) continue;
      const auto wanted = std::ranges::find(job.patch, v.field, &field_value::field);
      // A null or an object is no value for a query.
      const bool plain = wanted != job.patch.end() && wanted->json.starts_with('"');
      if (!plain || (v.is == state::common && v.json != wanted->json)) {
        v.is = state::mixed;
      } else if (v.is == state::unseen) {
        v.is = state::common;
        v.json = wanted->json;
      }
    }
  }

  std::vector<api::precondition> as_conditions() const {
    std::vector<api::precondition> conditions;
    for (const auto& v : values_) {
      if (v.is != state::common) continue;
      const auto& spec = profile_[v.field];
      api::precondition c;
      c.is = api::precondition::test::equal;
      c.field = spec.name;
      c.path = spec.echo;
      c.type = spec.type;
      c.compare = spec.compare;
      c.json = v.json;
      conditions.push_back(std::move(c));
    }
    return conditions;
  }

 private:
  enum class state : std::uint8_t { unseen, common, mixed };
  struct value {
    field_index field;
    std::string json;
    state is;
  };
  const api::profile& profile_;
  std::vector<value> values_;
};

snapshot_rows::snapshot_rows(const snapshot_terms& terms, ledger::row_set alone)
    : terms_(terms),
      alone_(std::move(alone)),
      most_(most_rows(terms)),
      common_(std::make_unique<common_values>(terms.profile, terms.list)) {}
snapshot_rows::~snapshot_rows() = default;

bool snapshot_rows::see(const job_view& job) {
  if (seen_ == most_ || !why_not_.empty()) return false;
  if (!table_) {
    auto made = ledger::pending_table::create();
    if (!made) {
      why_not_ = to_string(made.error());
      return false;
    }
    table_.emplace(*std::move(made));
  }
  ++seen_;
  const bool eligible = job.replay_safe && !alone_.contains(job.row) && size_of(job) <= largest_row;
  if (auto kept = eligible ? table_->add(job) : table_->block(job.id); !kept) {
    why_not_ = to_string(kept.error());
    return false;
  }
  if (eligible) common_->see(job);
  return seen_ < most_ && table_->bytes() < most_snapshot_bytes;
}

gathered_rows snapshot_rows::finish(std::uint64_t pending) {
  const policy::page_worth worth;
  if (!worth.begins(std::min(pending, most_))) return {};
  if (!why_not_.empty()) return {std::nullopt, why_not_};
  if (!table_ || !worth.begins(table_->rows())) return {};
  if (auto sorted = table_->finish(); !sorted) return {std::nullopt, to_string(sorted.error())};
  const auto conditions = terms_.has_conditions ? std::vector<api::precondition>{} : common_->as_conditions();
  auto filters = api::server_filters(terms_.list, terms_.profile, conditions);
  gathered_rows found;
  found.input.emplace(snapshot_input{*std::move(table_), &terms_.list, std::move(filters), terms_.max_age});
  return found;
}

}  // namespace pawl::run
