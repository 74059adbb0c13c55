// The limits of an API by name, and what one key has used of each. A request must find room in all of them:
// in one budget for reads and writes, in one for writes alone, in points, and in the one of its resource. A
// request that finds no room is a violation, which the truth shows: a client that keeps to the limits has
// none.
#pragma once

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/limiter.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sandbox {

struct named_rule {
  std::string name;  // `read`, `write`, `all`, `each`, or what the vendor calls it
  limit_rules rules;
  std::uint64_t read_cost = 1, write_cost = 1;  // 0: such requests do not count
  bool each = false;                            // a budget for each resource

  std::uint64_t cost(request_class c) const { return c == request_class::write ? write_cost : read_cost; }
};
using limit_list = std::vector<named_rule>;

// A rule with the costs that its name suggests: `read` counts no writes, `write` no reads, `each` writes to
// each resource; any other name counts both.
named_rule rule_called(std::string_view name);

// Reads `60/60s,20/10s`, behind it any of `;read=1`, `;write=5`, `;each`, `;fixed`, `;sliding`, into `rule`:
// what is not named stays. Empty: done; else the text says what is wrong.
std::string read_rule(std::string_view text, time_us day, named_rule& rule);

// The budgets of one key.
class budgets {
 public:
  explicit budgets(const limit_list&);

  struct refusal {
    const named_rule* rule = nullptr;  // null: the request is allowed; else the rule that frees last
    window_limit window;
    time_us free_at = 0;
    bool counted = false;  // though it was refused
  };
  // Counts a request about `id` (empty: about no single resource) in every limit, or in none.
  refusal count(request_class, const std::string& id, time_us now);

  // What headers say about the first window of the limit `name`; absent: there is no such limit, or it is one
  // for each resource.
  std::optional<limiter::standing> report(std::string_view name, time_us now);

  std::uint64_t exceeded() const;
  // Appends the limits as members of the truth's list, for the key `key_id`.
  void append_truth(std::string& out, std::string_view key_id, bool& first) const;
  // Appends the violations (the first hundred) as members of the truth's list.
  void append_violations(std::string& out, std::string_view key_id, bool& first) const;

 private:
  struct budget {
    named_rule rule;
    limiter shared;
    std::unordered_map<std::string, limiter> of_each;
    std::uint64_t exceeded = 0;  // requests that found no room, refused or not
  };
  struct violation_record {
    std::string limit, id;
    request_class kind = request_class::read;
    time_us at = 0, free_at = 0;
  };
  limiter* limiter_of(budget&, const std::string& id, request_class);

  std::vector<budget> budgets_;
  std::vector<violation_record> violations_;
};

}  // namespace sandbox
