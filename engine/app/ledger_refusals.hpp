// Decides whether this invocation may use this ledger. Pure: takes what the ledger holds and what the command
// brings, and returns a refusal or none.
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

// Where the requests of a command go; no account, because nobody has asked for it yet.
ledger::target target_of(const options&);

// "productlane https://productlane.com/api/v2 (account ws_1)".
std::string target_in_words(const ledger::target&);

// What a command wants of a ledger: a place for outcomes, so that another ledger would do, or what this one
// says.
enum class ledger_use : std::uint8_t { records, reads };

// A failure (usage) that names both targets if profile or base URL differ from those of the ledger.
// Accounts are not compared.
std::optional<failure> refuse_target(const ledger::target& bound, const ledger::target& wanted,
                                     const std::string& ledger_path, ledger_use = ledger_use::records);

// Compares the account that the key belongs to with that of the ledger and with the one that the
// configuration names (`api.account`); an empty one allows any.
std::optional<failure> refuse_account(const ledger::target& bound, const std::string& configured,
                                      const std::string& answered, const std::string& ledger_path,
                                      ledger_use = ledger_use::records);

// Why an input is not that of a generation: the file differs, or the settings that shape its patches, or
// both. Settings are named with both values if `settings_now` (config::settings::as_json) is given.
std::string difference(const ledger::generation_row&, const input::input_identity& now,
                       std::string_view settings_now = {});

// The failure if the input of an unfinished generation, or the settings that shape it, have changed.
failure changed_input(const std::string& input_name, const ledger::generation_row&,
                      const input::input_identity& now, std::uint64_t pending,
                      std::string_view settings_now = {});

// The failure if --retry is given another input than the generation's.
failure changed_input_of_retry(const std::string& input_name, const ledger::generation_row&,
                               const input::input_identity& now, std::string_view settings_now = {});

// Refuses what needs the present state of a resource if nothing is read before a write: preconditions and set
// verbs. `report` may be null if only the settings are known.
std::optional<failure> refuse_unread(const options&, const std::string& input_name,
                                     const input::validation_report* report);

// Refuses writes of several rows at once with limits of each resource, because how they count there is not
// known, and where each row would be read by itself, because the first would be too old before the last.
std::optional<failure> refuse_batches(const options&);

// The first row of 1..rows without an outcome; rows + 1 if every row has one.
std::uint64_t first_pending(const ledger::row_set& done, std::uint64_t rows) noexcept;
std::uint64_t count_pending(const ledger::row_set& done, std::uint64_t rows) noexcept;

// Checks that every row has one outcome or is pending, and that the outcomes before plus those of this
// invocation are the outcomes in the ledger. A violation is a bug of pawl; the failure says so, of kind mend.
std::optional<failure> refuse_lost_rows(std::uint64_t rows, std::uint64_t pending,
                                        const outcome_counts& before, const outcome_counts& now,
                                        const outcome_counts& in_ledger, const std::string& ledger_path);

}  // namespace pawl::app
