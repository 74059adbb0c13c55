// When a whole run should stop although every job could go on: nothing but outage for too long, too many
// failures, the same contradiction again and again. Pure; the runner feeds it and obeys.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/job.hpp"
#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/policy/reply_trouble.hpp"
#include "engine/policy/retry_policy.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::policy {

struct failure_limit {
  double share = 0.10;                 // of the last 500 jobs of this invocation; 0: no share limit
  std::optional<std::uint64_t> count;  // this many failures in all, instead of a share
};

struct stop_options {
  duration patience = std::chrono::hours{1};     // with nothing but throttling or outage for this long
  duration max_wait = std::chrono::minutes{15};  // a pause that the API asks for, longer than this
  failure_limit failures;
  // Nobody has answered at this address yet, so it may be mistyped: who never hears anything but outage is
  // told.
  bool address_in_doubt = false;
};

struct stop_order {
  std::string reason;  // the summary's stop_reason: "outage", "throttled", "max_failures", "mismatches",
                       // "unshown_replies", "unreadable_replies", "no_progress"
  failure why;
  std::optional<time_point> resume_at;

  // Where the reason is that the API cannot be used: what it said last, in words; empty: nothing is added.
  void name_last_answer(std::string_view);
};

// The order to stop where the API asks for a longer pause than max_wait; a backoff of our own is none.
std::optional<stop_order> too_long_a_pause(const std::optional<asked_pause>&, time_point now,
                                           duration max_wait, const api::header_names&);
// Likewise, where nothing can go on but rows that wait for themselves (the API said so, or limits of one
// resource), the first of them until `due`.
std::optional<stop_order> too_long_a_wait_of_rows(std::size_t rows, time_point due, time_point now,
                                                  duration max_wait);
// "the pause that the API asked for (Retry-After)".
std::string pause_in_words(const asked_pause&, const api::header_names&);

class stop_rules {
 public:
  explicit stop_rules(const stop_options& options) : options_(options) {}

  // After every attempt, sent or not.
  void on_attempt(const judgement&, time_point now) noexcept;
  // After every job that ended. `code` is the error code; `differing` names the field of a mismatch.
  // `invalid` is no sign of a run that goes wrong: it does not count.
  void on_finish(outcome, std::optional<field_index> differing) noexcept;
  // Likewise, what its replies had against the profile; `why` in words.
  void on_replies(reply_trouble, outcome, std::string_view why);
  // A row of this generation is a success already.
  void has_succeeded() noexcept { succeeded_ = true; }

  // After every reply, and every job that ended: whether a run gets anywhere.
  void on_reply(bool to_a_write) noexcept {
    ++replies_;
    if (to_a_write) ++write_replies_;
  }
  void progressed(time_point now) noexcept {
    replies_ = write_replies_ = 0;
    progressed_at_ = now;
  }
  // A row waits for quota, which is no lack of progress. Unless requests are answered all the same, and
  // nothing comes of them: writes, or reads that never lead to one.
  void waits_for_quota(time_point now) noexcept {
    if (write_replies_ < replies_without_progress && replies_ < reads_without_progress) progressed_at_ = now;
  }

  // What the last finished job has brought to a stop, to be asked after each: the failure that reaches the
  // limit is the last one of which another request follows.
  std::optional<stop_order> after_finish(const api::profile& names) const;
  // That, and what time brings. `asked`: the pacer's pause. The profile names fields and headers.
  std::optional<stop_order> check(time_point now, const std::optional<asked_pause>& asked,
                                  const api::profile& names) const;

  // Since when nothing but outage or throttling was heard; unset while all is well.
  std::optional<time_point> trouble_since() const noexcept { return trouble_since_; }
  // When that has lasted for as long as patience does; unset while all is well.
  std::optional<time_point> patience_ends() const noexcept;

 private:
  static constexpr std::size_t window = 500;     // documented with --max-failures
  static constexpr std::uint64_t at_least = 50;  // likewise: a share of few jobs says nothing
  static constexpr std::uint32_t alike_mismatches = 20;
  static constexpr std::uint32_t alike_troubles = 3;  // documented
  // Of a run that finishes nothing. Chosen: one may be the last word of an outage.
  static constexpr std::uint64_t replies_without_progress = 2;
  // Chosen: a worker reads ahead by two seconds, so even 1,024 of them wait with a read in hand for no
  // longer.
  static constexpr std::uint64_t reads_without_progress = 100;

  const stop_options options_;
  std::optional<time_point> trouble_since_;
  bool throttled_last_ = false;
  bool heard_ever_ = false;            // of the API, be it to slow down
  std::array<bool, window> failed_{};  // ring of the last jobs
  std::size_t at_ = 0, seen_ = 0;
  std::uint64_t failed_in_window_ = 0, failed_ever_ = 0;
  std::uint32_t mismatches_in_a_row_ = 0;
  std::uint32_t unshown_in_a_row_ = 0, misread_in_a_row_ = 0;
  std::string troubled_by_;  // of the last of these
  bool succeeded_ = false;
  std::uint64_t replies_ = 0, write_replies_ = 0;  // since a row was finished; the second are of the first
  std::optional<time_point> progressed_at_;
  std::optional<field_index> mismatching_;
};

}  // namespace pawl::policy
