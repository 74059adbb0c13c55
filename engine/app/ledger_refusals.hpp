// Whether this invocation may use this ledger, and what it is about to do with it. Pure: what the ledger
// holds and what the command brings in, the decision or a refusal out.
#pragma once

#include "engine/app/options.hpp"
#include "engine/input/validation.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::app {

// "productlane https://productlane.com/api/v2 (account ws_1)".
std::string target_in_words(const ledger::target&);

// Profile and base URL differ from those that the ledger belongs to: usage, both named. Accounts are not
// looked at.
std::optional<failure> refuse_target(const ledger::target& bound, const ledger::target& wanted,
                                     const std::string& ledger_path);

// The account that the key turned out to belong to, against the one that the ledger belongs to and the one
// that the configuration names (`api.account`); empty ones bind nothing.
std::optional<failure> refuse_account(const ledger::target& bound, const std::string& configured,
                                      const std::string& answered, const std::string& ledger_path);

// What makes an input another than a generation's: the file, the settings that shape its patches (by name
// with both values where `settings_now`, config::settings::as_json, tells), or both.
std::string difference(const ledger::generation_row&, const input::input_identity& now,
                       std::string_view settings_now = {});

// The input of an unfinished generation, or the settings that shape it, changed.
failure changed_input(const std::string& input_name, const ledger::generation_row&,
                      const input::input_identity& now, std::uint64_t pending,
                      std::string_view settings_now = {});

// --retry with another input than the generation's.
failure changed_input_of_retry(const std::string& input_name, const ledger::generation_row&,
                               const input::input_identity& now, std::string_view settings_now = {});

// What needs to know the present state, where nothing is read before a write: preconditions and set verbs.
// `report` may be null where only the settings are known.
std::optional<failure> refuse_unread(const options&, const std::string& input_name,
                                     const input::validation_report* report);

// The first row of 1..rows without an outcome; rows + 1 where every row has one.
std::uint64_t first_pending(const ledger::row_set& done, std::uint64_t rows) noexcept;
std::uint64_t count_pending(const ledger::row_set& done, std::uint64_t rows) noexcept;

// Every row has one outcome or is pending, and what was there before plus what this invocation adds is what
// is there now. A violation is a bug of pawl: said as such, kind mend.
std::optional<failure> refuse_lost_rows(std::uint64_t rows, std::uint64_t pending,
                                        const outcome_counts& before, const outcome_counts& now,
                                        const outcome_counts& in_ledger, const std::string& ledger_path);

}  // namespace pawl::app
