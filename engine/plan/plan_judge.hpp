// Judges from the reply to a read what a run would do with a row. It uses the run's resource_reader, and
// takes the earlier rows of the same id as written. It sends nothing. One thread.
#pragma once

#include "engine/api/json_compare.hpp"
#include "engine/api/profile.hpp"
#include "engine/api/resource_reader.hpp"
#include "engine/api/written_resource.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/scratch/planned_values.hpp"
#include "engine/model/error.hpp"
#include "engine/model/time.hpp"
#include "engine/plan/planned_row.hpp"
#include "engine/plan/undo.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pawl::plan {

class plan_judge {
 public:
  // The profile and the reader must outlive it. A null `resources` means that nothing is read and every row
  // would be written. `interrupted` has, by row, the intents that a killed run has left.
  plan_judge(const api::profile&, api::resource_reader* resources, ledger::planned_values earlier,
             std::unordered_map<std::uint64_t, ledger::intent_row> interrupted);

  // Rows come in input order. `body` is the reply to a GET of the resource, followed by json_padding readable
  // bytes. Failures are those of the scratch table.
  expected<planned_row> judge(const job_view&, std::string_view body, wall_time now);
  // For a row that no read decides; `why` says the reason. It still counts among the rows of its id.
  expected<planned_row> undecided(const job_view&, planned, std::string_view why);
  // Whether the reply to a read is not what the profile promises, but another read may give a better one.
  bool is_worth_another_read(const job_view&, std::string_view body, wall_time now);

 private:
  status look_back(const job_view&);
  status keep(const job_view&);
  bool was_applied(const job_view&, std::string_view body);
  std::string_view as_written(std::string_view body, wall_time now);
  void list_changes();
  void list_losses(const job_view&);
  void list_riders();
  planned_row begin(const job_view&, planned);

  const api::profile& profile_;
  api::resource_reader* resources_;
  ledger::planned_values earlier_;
  std::unordered_map<std::uint64_t, ledger::intent_row> interrupted_;
  undo_builder undo_;
  api::written_resource written_;
  api::json_comparer comparer_;

  // These belong to the row that is being judged.
  std::vector<ledger::planned_value> before_;
  std::optional<contradiction> contradicts_;
  std::string contradicted_field_, body_, why_;
  api::write_plan plan_;
  std::vector<field_value> old_values_, sent_values_;
  std::vector<planned_change> changes_;
  std::vector<field_value> beside_;
  std::vector<undo_loss> losses_;
  std::vector<field_index> riders_;
};

}  // namespace pawl::plan
