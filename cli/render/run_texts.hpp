// Writes what `run` and `check` tell people, as lines. Pure.
#pragma once

#include "config/settings.hpp"
#include "engine/app/check.hpp"
#include "engine/app/listener.hpp"
#include "engine/input/validation.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/rate.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::cli {

using lines = std::vector<std::string>;

// "csv, delimiter ; (sniffed)", "ndjson".
std::string format_in_words(const input::source_facts&);

// "status 300, tag_ids 280": the fields in use and how many rows have them.
std::string fields_in_words(const api::profile&, const std::vector<std::uint64_t>& rows_with_field);

// "60/min and 20/10s less a reserve of 20%", "unlimited".
std::string windows_in_words(const policy::pacer_options&);

// The answer of `check` to an input without errors.
lines check_lines(const app::check_answer&, const config::settings&);

// Told before the first write: rows, fields, side effects, writes, and the least time that they need.
lines announce(const app::announcement&, const config::settings&);

// How the run ended, and what to do next.
lines closing_lines(const app::ending&);
// The command that shows the failed rows with their input; empty if no row failed.
std::string failures_line(const outcome_counts&, const std::string& ledger_path);

// "the API says 50/s, and limits.write is 100/s: --rate 50/s keeps to it".
std::string contradiction_in_words(client::progress_counters::request_class, const rate_window& configured,
                                   const rate_window& said);

// "280 applied, 12 refused", in the order of the outcomes; "no outcome yet" if there are none.
std::string counts_in_words(const outcome_counts&);

// "snapshot: 34 list pages read, 8,950 rows settled".
std::string snapshot_in_words(const client::snapshot_facts&);

// The log line of one failed row: `row 17 (id th_9): refused: validation_failed: ...; request req_1`.
std::string failure_in_words(const client::failed_row&);

}  // namespace pawl::cli
