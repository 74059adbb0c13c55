// Faults on purpose: which ones there are (one table), how often, and which request gets which. Every choice
// depends only on the seed, the resource and how often it was asked before, so a run can be repeated whatever
// the order in which requests arrive.
#pragma once

#include "tests/sandbox/foreign.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sandbox {

// What a faulty request does to the state.
enum class effect : std::uint8_t { applied, not_applied };

// What goes back to the client.
enum class answer_kind : std::uint8_t {
  regular,       // the reply that the request deserves
  error,         // `status` instead
  throttled,     // 429 with Retry-After
  nothing,       // the connection ends
  half,          // the regular reply, cut in the middle of its body
  not_json,      // 200 with bytes that are no JSON
  not_http,      // bytes that are no HTTP
  other_thread,  // the regular reply of another thread
  old_thread,    // the thread as it was before
  silence,       // the connection stays open, nothing comes
  foreign,       // somebody in front of the API answers in its place
};

// What becomes of the connection behind a reply.
enum class afterwards : std::uint8_t { keep, close_unannounced, close_announced, slowly, in_drops };

struct fault_kind {
  std::string_view name;
  effect on_state;
  answer_kind answer;
  int status = 0;
  afterwards then = afterwards::keep;
  foreign_set strangers =
      foreign_set::none;  // where the answer is foreign: the replies that chance takes one from
};

// A new kind is a new line here, and an answer_kind where none of the old ones does it.
inline constexpr std::array<fault_kind, 31> fault_kinds{{
    {"drop-before", effect::not_applied, answer_kind::nothing},
    {"drop-after", effect::applied, answer_kind::nothing},
    {"cut", effect::applied, answer_kind::half},
    {"e500", effect::not_applied, answer_kind::error, 500},
    {"e502", effect::not_applied, answer_kind::error, 502},
    {"e503", effect::not_applied, answer_kind::error, 503},
    {"e503-retry", effect::not_applied, answer_kind::error, 503},  // the same with Retry-After
    {"e504", effect::not_applied, answer_kind::error, 504},
    {"e408", effect::not_applied, answer_kind::error, 408, afterwards::close_announced},
    {"e500-after", effect::applied, answer_kind::error, 500},
    {"e502-after", effect::applied, answer_kind::error, 502},
    {"e503-after", effect::applied, answer_kind::error, 503},
    {"e503-retry-applied", effect::applied, answer_kind::error, 503},  // the same with Retry-After
    {"e504-after", effect::applied, answer_kind::error, 504},
    {"e408-after", effect::applied, answer_kind::error, 408, afterwards::close_announced},
    {"r429", effect::not_applied, answer_kind::throttled, 429},
    {"garbage", effect::applied, answer_kind::not_json},
    {"garbage-http", effect::applied, answer_kind::not_http},
    {"wrong-id", effect::applied, answer_kind::other_thread},
    {"lying", effect::not_applied, answer_kind::old_thread},
    {"stale", effect::applied, answer_kind::old_thread},
    {"stall", effect::not_applied, answer_kind::silence},
    {"stall-after", effect::applied, answer_kind::silence},
    {"slow", effect::applied, answer_kind::regular, 0, afterwards::slowly},
    {"close", effect::applied, answer_kind::regular, 0, afterwards::close_unannounced},
    {"close-header", effect::applied, answer_kind::regular, 0, afterwards::close_announced},
    {"dribble", effect::applied, answer_kind::regular, 0, afterwards::in_drops},
    // `foreign/404/html` and the like: this reply, not one that chance takes.
    {"foreign", effect::not_applied, answer_kind::foreign, 0, afterwards::keep, foreign_set::before},
    {"foreign-after", effect::applied, answer_kind::foreign, 0, afterwards::keep, foreign_set::behind},
    {"foreign-retry", effect::not_applied, answer_kind::foreign, 0, afterwards::keep,
     foreign_set::throttling},
    {"foreign-stop", effect::not_applied, answer_kind::foreign, 0, afterwards::keep, foreign_set::stopping},
}};
// Null: no such kind. Otherwise a pointer into the table.
const fault_kind* find_fault(std::string_view name);

// What happens to one request: a kind, or two that go together (`drop-after+slow`, `e500+close`): what the
// first does and answers, and what the second does to the connection. Both point into the table.
struct fault {
  const fault_kind* kind = nullptr;  // null: an ordinary reply
  const fault_kind* with = nullptr;
  // Of a foreign answer; absent: chance takes one when the request arrives.
  std::optional<foreign_reply> stranger = std::nullopt;

  explicit operator bool() const { return kind != nullptr; }
  bool has(afterwards) const;
  bool is_foreign() const { return kind != nullptr && kind->answer == answer_kind::foreign; }
  std::string name() const;  // as parse() reads it; empty: none
  // `cut`, `cut+slow`, `foreign/403/json`. Absent: there is no such kind, or the second one is more than what
  // becomes of the connection.
  static std::optional<fault> parse(std::string_view text);
};

enum class request_class : std::uint8_t { read, write };

// Rates: `drop-after=0.02,e500+close=0.05,write:cut=0.01,read:slow=0.1`. Without a class a rate holds for
// both. The rates of one class add up to at most 1.
class fault_rates {
 public:
  static std::optional<fault_rates> parse(std::string_view text, std::string& why_not);

  // `die` is in [0, 1).
  fault draw(request_class, double die) const;
  bool empty() const { return of_[0].empty() && of_[1].empty(); }

 private:
  struct share {
    fault what;
    double up_to;  // sum of the rates so far
  };
  std::array<std::vector<share>, 2> of_;
};

// Faults that are written down for one thread: its next writes (or reads: each class has a script of its own)
// get them in order.
class fault_script {
 public:
  // `drop-after`, `e500+close`, `ok`; a `*` behind the last one makes it stay for good. False: no such fault.
  bool add(std::string_view id, std::string_view text);
  void clear() { steps_.clear(); }

  struct step {
    fault what;  // none: an ordinary reply
    bool forever = false;
  };
  // Takes the next step for `id`; absent: nothing is written down for it (any more).
  std::optional<step> next(std::string_view id);

 private:
  std::unordered_map<std::string, std::deque<step>> steps_;
};

}  // namespace sandbox
