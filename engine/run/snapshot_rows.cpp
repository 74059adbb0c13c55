#include "engine/run/snapshot_rows.hpp"

#include "engine/api/page_reader.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace pawl::run {
namespace {

// A row that is larger is rare, and one read more is cheap beside it. Chosen.
constexpr std::uint64_t largest_row = 16 * 1024;

// The value that all rows want of each field by which the list can be filtered.
class common_values {
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

std::uint64_t size_of(const job_view& job) {
  std::uint64_t size = job.id.size();
  for (const auto& v : job.patch) size += v.name.size() + v.json.size();
  for (const auto& v : job.expect) size += v.name.size() + v.json.size();
  return size;
}

gathered_rows without(const failure& why) {
  return {std::nullopt, to_string(why)};
}

}  // namespace

expected<gathered_rows> gather_snapshot_rows(ledger::ledger_file& file, std::int64_t generation,
                                             input::job_source& source, const ledger::row_set& done,
                                             const snapshot_terms& terms,
                                             const std::function<void(std::uint64_t)>& on_progress,
                                             const std::atomic<bool>* stop) {
  const policy::page_worth worth;
  const auto most = std::min({terms.pending, terms.limit.value_or(terms.pending), most_snapshot_rows});
  if (terms.list.path.empty() || terms.list.id.empty() || terms.max_age <= duration::zero() ||
      !worth.begins(most))
    return gathered_rows{};

  auto alone = file.retried_rows(generation);
  if (!alone) return std::move(alone.error());
  auto doubtful = file.open_intents(generation);
  if (!doubtful) return std::move(doubtful.error());
  for (const auto& intent : *doubtful) alone->insert(intent.row);

  auto table = ledger::pending_table::create();
  if (!table) return without(table.error());
  common_values common(terms.profile, terms.list);
  std::uint64_t seen = 0;
  job_batch batch;
  while (seen < most && table->bytes() < most_snapshot_bytes) {
    auto more = source.next(batch);
    if (!more) return std::move(more.error());
    if (stop != nullptr && *stop) return gathered_rows{};
    if (!*more) break;
    for (std::size_t k = 0; k < batch.size() && seen < most; ++k) {
      if (batch.error(k) != nullptr) continue;
      const auto job = batch.job(k);
      if (done.contains(job.row)) continue;
      ++seen;
      const bool eligible = job.replay_safe && !alone->contains(job.row) && size_of(job) <= largest_row;
      if (auto kept = eligible ? table->add(job) : table->block(job.id); !kept) return without(kept.error());
      if (eligible) common.see(job);
      if (job.row % 65'536 == 0) on_progress(job.row);  // chosen: some twenty times a second
    }
  }
  if (!worth.begins(table->rows())) return gathered_rows{};
  if (auto sorted = table->finish(); !sorted) return without(sorted.error());

  const auto conditions = terms.has_conditions ? std::vector<api::precondition>{} : common.as_conditions();
  auto filters = api::server_filters(terms.list, terms.profile, conditions);
  gathered_rows found;
  found.input.emplace(snapshot_input{*std::move(table), &terms.list, std::move(filters), terms.max_age});
  return found;
}

}  // namespace pawl::run
