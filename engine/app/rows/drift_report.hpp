// The findings of `verify`, resource by resource: rows of output, and counts.
#pragma once

#include "engine/api/drift.hpp"
#include "engine/api/json_compare.hpp"
#include "engine/app/rows/command_options.hpp"
#include "engine/app/rows/drift_rows.hpp"
#include "engine/app/rows/output.hpp"
#include "engine/client/read_client.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/ledger/scratch/last_written.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl::app {

class drift_report {
 public:
  // Tells what a field was before a row wrote it, as JSON; nullopt: that is not known.
  using old_values =
      std::function<expected<std::optional<std::string>>(std::uint64_t row, std::string_view field)>;

  // The profile must outlive it.
  drift_report(const api::profile& profile, drift_format format, sink to)
      : profile_(profile), drift_(profile), format_(format), out_(std::move(to)) {}

  // Without it nothing is called reverted. It may be called until the report has ended.
  void use_old_values(old_values old) { old_ = std::move(old); }

  // The directory must outlive it.
  void use_names(const api::name_directory& names) { drift_.use_names(names); }

  // Reports a row of which nothing can be compared.
  void untold(const ledger::job_row&, std::string_view why);
  // Takes an item of a list page. True: it shows all that was written, and is reported.
  bool confirms(const ledger::written_resource&, std::string_view item);
  // Takes the reply to a read of the resource itself. A failure is one of the old values.
  status compare(const ledger::written_resource&, std::string_view body);
  void report_refusal(const ledger::written_resource&, const client::read_reply&);

  std::uint64_t looked_at() const noexcept { return looked_at_; }
  drift_counts& counts() noexcept { return counts_; }
  void flush_when_full() {
    if (out_.is_full()) flush();
  }
  void flush();
  status written() const { return out_.written(); }

 private:
  void expect_of(const ledger::written_resource&);
  status report(const ledger::written_resource&);
  expected<bool> is_reverted(const ledger::written_field&, std::string_view shown);

  const api::profile& profile_;
  old_values old_;
  api::json_comparer comparer_;
  api::drift_reader drift_;
  drift_format format_;
  output out_;
  bool header_said_ = false;
  drift_counts counts_;
  std::uint64_t looked_at_ = 0;
  std::vector<api::expected_value> expected_values_;
  std::vector<api::field_standing> standings_;
};

}  // namespace pawl::app
