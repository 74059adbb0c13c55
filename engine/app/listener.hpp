// What a use case tells while it works, and the one question that it asks. Who runs it listens: the command
// line words it for people, a program takes what it needs. Every call comes on the thread that called the use
// case; views and references are valid during the call.
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

// Before the first write: what will be applied to what. `report` is null where the input was validated by an
// earlier invocation.
struct announcement {
  std::string input_name, ledger_path, target, key_label;
  std::uint64_t rows = 0, pending = 0;
  const input::source_facts* facts = nullptr;
  const input::validation_report* report = nullptr;
};

// How a run ended, with what to do next.
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
  std::string retry_command;   // takes the failed rows again too; empty: not worth a line
  bool mend_first = false;     // it would end as this one did until something is mended
  bool has_ledger = true;      // false: it is gone, so nothing can be told about going on with it
};

// A command that may follow this one, for whoever can word it.
struct next_command {
  enum class what : std::uint8_t {
    resume,  // goes on with what is left
    fresh,   // gives up what an unfinished run has left, and starts anew
    retry,   // goes on, and takes the rows again that ended as one of `outcomes`
    verify,  // looks at what was written
    status,  // shows how the rows stand
  };
  what is = what::resume;
  std::string
      input;  // the file to name in the place of the input, where that cannot be read again; may be empty
  std::string ledger;
  input::file_format format = input::file_format::csv;  // of `input`, whose name does not tell
  std::vector<outcome> outcomes;
};

// How a use case ended, before its summary is written.
struct conclusion {
  int exit_code;
  const summary& facts;
  int signal;                    // the first one that asked to stop; 0: none
  std::string_view sum;          // how it ended, in one line; empty: what the facts tell
  std::string_view interrupted;  // what to do after a signal
};

class listener {
 public:
  virtual ~listener() = default;

  virtual void note(std::string_view) {}
  virtual void detail(std::string_view) {}  // a note for who looks closely
  virtual void warning(std::string_view) {}
  virtual void error(const failure&) {}        // what ended the use case
  virtual void complaint(std::string_view) {}  // an error of the input: "FILE:LINE: column: what"
  // So far through the input; `rows` and `bytes` may be 0. worked(): that is over.
  virtual void working(std::string_view what, std::uint64_t rows, std::uint64_t bytes);
  virtual void worked() {}

  // Whether somebody is there to agree before the first write. agrees() is called only then; nullopt: nobody
  // answered.
  virtual bool asks() const { return false; }
  virtual std::optional<bool> agrees(const announcement&) { return true; }

  virtual void announced(const announcement&) {}
  // The input was finished on `when` already: nothing is sent.
  virtual void finished_before(const std::string& input_name, wall_time when, const summary&);
  virtual void failed(const client::failed_row&) {}
  // The API names another limit for a window than the options.
  virtual void contradicted(client::progress_counters::request_class, const rate_window& configured,
                            const rate_window& said);
  virtual void listed(const client::snapshot_facts&) {}  // list pages were read, and the last one is over
  // While requests are sent. Answers when it wants to hear again; max(): never. moved_on(): that is over.
  virtual time_point moving(const client::progress_counters&, const policy::pacer_options& writes,
                            time_point now);
  virtual void moved_on() {}
  virtual void ended(const ending&) {}
  virtual void concluded(const conclusion&) {}

  // A line for a shell; empty: the same command goes on, or there are no commands.
  virtual std::string command(const next_command&) const { return {}; }
};

}  // namespace pawl::app
