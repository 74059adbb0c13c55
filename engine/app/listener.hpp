// What a use case tells while it works, and the one question that it asks. Its caller implements the
// listener: the command line words it for people, a program takes what it needs. Every call comes on the
// thread that called the use case; views and references are valid during the call.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/client/progress.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/validation.hpp"
#include "engine/model/counters.hpp"
#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::app {

struct options;
struct summary;

// What will be applied to what; told before the first write. `report` is null if an earlier invocation has
// validated the input.
struct announcement {
  std::string input_name, ledger_path, target, key_label;
  std::uint64_t rows = 0, pending = 0;
  const input::source_facts* facts = nullptr;
  const input::validation_report* report = nullptr;
  // With the fields that the input uses (api::add_used_fields), which `report` counts; null: that of the
  // options.
  const api::profile* profile = nullptr;
};

// How a run ended, and what to do next.
struct ending {
  std::string ledger_path;
  std::uint64_t rows = 0, pending = 0;
  outcome_counts counts;  // of the generation
  counters figures;
  duration elapsed{};
  std::map<std::string, std::uint64_t> error_counts;  // of this invocation
  std::string stop_reason;
  std::optional<wall_time> resume_at;
  std::string resume_command;  // empty: the same command goes on
  std::string retry_command;   // also takes the failed rows again; empty: not worth a line
  bool mend_first = false;     // a next run would end in the same way until something is mended
  bool has_ledger = true;      // false: the ledger is gone, so no command can go on with it
};

// A command that may follow this one; the caller words it.
struct next_command {
  enum class what : std::uint8_t {
    resume,  // goes on with the rows that are left
    fresh,   // gives up the rows that an unfinished run has left, and starts anew
    retry,   // goes on, and takes rows again whose outcome is one of `outcomes`
    verify,  // looks at what was written
    status,  // shows how the rows stand
  };
  what is = what::resume;
  std::string input;  // the file to name instead of the input, if that cannot be read again; may be empty
  std::string ledger;
  input::file_format format = input::file_format::csv;  // of `input`, if its name does not tell
  std::vector<outcome> outcomes;
};

// How a use case ended, before its summary is written.
struct conclusion {
  int exit_code;
  const summary& facts;
  int signal;                    // the first signal that asked to stop; 0: none
  std::string_view sum;          // how the use case ended, in one line; empty: as the facts tell
  std::string_view interrupted;  // what to do after a signal
};

class listener {
 public:
  virtual ~listener() = default;

  virtual void note(std::string_view) {}
  virtual void detail(std::string_view) {}  // a note for people who look closely
  virtual void warning(std::string_view) {}
  virtual void error(const failure&) {}        // what ended the use case
  virtual void complaint(std::string_view) {}  // an error of the input: "FILE:LINE: column: what"
  // How far it is through the input; `rows` and `bytes` may be 0. worked() tells that this is over.
  virtual void working(std::string_view what, std::uint64_t rows, std::uint64_t bytes);
  virtual void worked() {}

  // Whether somebody can agree before the first write; only then agrees() is called. nullopt: nobody
  // answered.
  virtual bool asks() const { return false; }
  virtual std::optional<bool> agrees(const announcement&) { return true; }

  virtual void announced(const announcement&) {}
  // The input was finished at `when` already, and nothing is sent.
  virtual void finished_before(const std::string& input_name, wall_time when, const summary&);
  virtual void failed(const client::failed_row&) {}
  // The API names another limit for a window than the options do.
  virtual void contradicted(client::progress_counters::request_class, const rate_window& configured,
                            const rate_window& said);
  virtual void listed(const client::snapshot_facts&) {}  // list pages were read, and the last one is over
  // Called while requests are sent. Returns when it should be called again; max(): never. moved_on() tells
  // that this is over.
  virtual time_point moving(const client::progress_counters&, const policy::pacer_options& writes,
                            time_point now);
  virtual void moved_on() {}
  virtual void ended(const ending&) {}
  virtual void concluded(const conclusion&) {}

  // Writes a command as a line for a shell; empty: the same command goes on, or the caller has no commands.
  virtual std::string command(const next_command&) const { return {}; }
};

// Hears nothing of it, agrees to everything, and has no state: one for the whole program, on any thread.
listener& nobody_listens();

}  // namespace pawl::app
