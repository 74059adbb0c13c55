// Holds a ledger against what the server really did, row by row and in both directions. Pure: everything that
// is known comes as an argument, so the comparison itself is tested over truths and ledgers made by hand.
#pragma once

#include "tests/fault/audit/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace pawl::audit {

// A row of the ledger's newest generation that has an outcome.
struct ledger_row {
  std::size_t row = 0;
  std::string id, outcome;
  std::uint64_t attempts = 0;
};

struct ledger_facts {
  std::vector<ledger_row> rows;
  std::uint64_t generations = 1;
  bool finished = true;  // the generation says that no row is pending
};

// A PATCH that reached the server.
struct seen_write {
  std::string id;
  std::optional<std::string> title;  // of its body
  bool applied = false;
  bool lied = false;  // answered 200 with the old values, and not applied
  std::uint64_t notices = 0;
  std::int64_t at = 0;   // microseconds since the Unix epoch, by the server's clock
  bool accepted = true;  // answered 2xx, and not with a page of somebody in front of the API
};

// How requests about one thread were answered by the API itself, and by others in its place.
struct seen_replies {
  std::size_t refused = 0;  // the API said no: 4xx other than 429, to reads and to writes
  std::size_t faulty = 0;   // faults of any kind but a stranger's reply
  std::size_t foreign = 0;
  std::vector<std::string> strangers;  // the first of those, as the sandbox names them: `foreign/404/html`
};

// What a thread shows in the end.
struct thread_truth {
  std::string status;
  std::optional<std::string> snoozed_until, title;
  std::vector<std::string> tags;
  std::uint64_t notices = 0;
};

struct server_facts {
  std::vector<seen_write> writes;  // in order of arrival
  std::unordered_map<std::string, thread_truth> threads;
  std::unordered_map<std::string, seen_replies> replies;  // by thread
  std::size_t stopping = 0;  // foreign replies for which a run may ask a person: 3xx, 401, 402, 407, 410
};

enum class offence {
  lost,            // a row without an outcome, though the generation is finished
  foreign,         // an outcome without a row: not in the input, or twice, or with another id
  lie,             // an outcome that the server's state or journal disproves
  stray_write,     // the server applied a write that belongs to no row
  notified_twice,  // one row, two notices
  evidence,        // the server's own journal and truth disagree: nothing can be said
};
const char* to_text(offence);

struct finding {
  offence kind;
  std::size_t row;  // 0: of no row
  std::string what;
};

struct comparison {
  std::map<std::string, std::size_t> by_outcome;
  std::size_t pending = 0;
  std::size_t applied_again = 0;      // rows whose write the server applied more than once (replay-safe ones)
  std::size_t accepted_by_a_lie = 0;  // applied by a reply that lied, over values that were there already
  std::size_t mismatch_in_error = 0;  // says mismatch, and the values are there (see compare_options)
  std::vector<finding> findings;      // empty: the ledger is true
  std::size_t count(offence) const;
};

struct compare_options {
  // A `mismatch` was read back before it was recorded, so that one whose values are there is a lie. False: it
  // is only counted.
  bool mismatch_is_proven = true;
};

comparison compare(const plan&, const ledger_facts&, const server_facts&, const compare_options& = {});

// The row that a write belongs to: by its title, else by an id that only one row has. 0: none.
class attribution {
 public:
  explicit attribution(const plan&);
  std::size_t row_of(const seen_write&) const;

 private:
  const plan& planned_;
  std::unordered_map<std::string, std::size_t> only_row_of_;  // 0: several rows have this id
};

}  // namespace pawl::audit
