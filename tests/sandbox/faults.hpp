// Deliberate faults: one table says which there are; this decides how often they happen and which request
// gets which. Every choice depends only on the seed, the resource and how often it was asked before, so a run
// can be repeated whatever the order in which requests arrive.
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
  nothing,       // the connection ends without an answer
  half,          // the regular reply, cut in the middle of its body
  not_json,      // 200 with bytes that are no JSON
  not_http,      // bytes that are no HTTP
  other_thread,  // the regular reply, but of another thread
  old_thread,    // the thread as it was before
  silence,       // the connection stays open, and nothing comes
  fewer,         // the regular reply to a batch, without every other result
  part,     // the regular reply to every other part of a batch, the first one on; the rest is passed over
  foreign,  // something in front of the API answers in its place
};

// What happens to the connection after a reply.
enum class afterwards : std::uint8_t { keep, close_unannounced, close_announced, slowly, in_drops };

struct fault_kind {
  std::string_view name;
  effect on_state;
  answer_kind answer;
  int status = 0;
  afterwards then = afterwards::keep;
  foreign_set strangers =
      foreign_set::none;  // for a foreign answer: the set from which one is drawn at random
};

// A new kind is a new line here, and a new answer_kind if no existing one fits.
inline constexpr std::array<fault_kind, 33> fault_kinds{{
    {"drop-before", effect::not_applied, answer_kind::nothing},
    {"drop-after", effect::applied, answer_kind::nothing},
    {"cut", effect::applied, answer_kind::half},
    {"e500", effect::not_applied, answer_kind::error, 500},
    {"e502", effect::not_applied, answer_kind::error, 502},
    {"e503", effect::not_applied, answer_kind::error, 503},
    {"e503-retry", effect::not_applied, answer_kind::error, 503},  // as e503, with Retry-After
    {"e504", effect::not_applied, answer_kind::error, 504},
    {"e408", effect::not_applied, answer_kind::error, 408, afterwards::close_announced},
    {"e500-after", effect::applied, answer_kind::error, 500},
    {"e502-after", effect::applied, answer_kind::error, 502},
    {"e503-after", effect::applied, answer_kind::error, 503},
    {"e503-retry-applied", effect::applied, answer_kind::error, 503},  // as e503-after, with Retry-After
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
    // `foreign/404/html` and the like name the reply; without a name it is drawn at random.
    {"fewer", effect::applied, answer_kind::fewer},
    {"part", effect::applied, answer_kind::part},
    {"foreign", effect::not_applied, answer_kind::foreign, 0, afterwards::keep, foreign_set::before},
    {"foreign-after", effect::applied, answer_kind::foreign, 0, afterwards::keep, foreign_set::behind},
    {"foreign-retry", effect::not_applied, answer_kind::foreign, 0, afterwards::keep,
     foreign_set::throttling},
    {"foreign-stop", effect::not_applied, answer_kind::foreign, 0, afterwards::keep, foreign_set::stopping},
}};
// Points into the table; null: there is no such kind.
const fault_kind* find_fault(std::string_view name);

// What happens to one request: one kind, or two together (`drop-after+slow`, `e500+close`). The first one
// decides what is done and answered, the second what happens to the connection. Both point into the table.
struct fault {
  const fault_kind* kind = nullptr;  // null: the reply is ordinary
  const fault_kind* with = nullptr;
  // For a foreign answer; absent: one is drawn at random when the request arrives.
  std::optional<foreign_reply> stranger = std::nullopt;

  explicit operator bool() const { return kind != nullptr; }
  bool has(afterwards) const;
  bool is_foreign() const { return kind != nullptr && kind->answer == answer_kind::foreign; }
  std::string name() const;  // in the form that parse() reads; empty: there is no fault
  // Reads `cut`, `cut+slow`, `foreign/403/json`. Absent: there is no such kind, or the second kind is about
  // more than the connection.
  static std::optional<fault> parse(std::string_view text);
};

enum class request_class : std::uint8_t { read, write };

// Reads rates: `drop-after=0.02,e500+close=0.05,write:cut=0.01,read:slow=0.1`. A rate without a class holds
// for both classes. The rates of one class add up to at most 1.
class fault_rates {
 public:
  static std::optional<fault_rates> parse(std::string_view text, std::string& why_not);

  // `die` is in [0, 1).
  fault draw(request_class, double die) const;
  bool empty() const { return of_[0].empty() && of_[1].empty(); }

 private:
  struct share {
    fault what;
    double up_to;  // the sum of the rates up to this one
  };
  std::array<std::vector<share>, 2> of_;
};

// Faults that are scripted for single threads: the next writes of a thread (or its reads: each class has a
// script of its own) get them in order.
class fault_script {
 public:
  // Adds a step: `drop-after`, `e500+close`, `ok`; with a `*` behind it the step stays for good. False: there
  // is no such fault.
  bool add(std::string_view id, std::string_view text);
  void clear() { steps_.clear(); }

  struct step {
    fault what;  // none: an ordinary reply
    bool forever = false;
  };
  // Takes the next step for `id`; absent: there is none (any more).
  std::optional<step> next(std::string_view id);

 private:
  std::unordered_map<std::string, std::deque<step>> steps_;
};

}  // namespace sandbox
