#include "engine/policy/stop_rules.hpp"

#include "engine/model/option.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace pawl::policy {
namespace {

std::string minutes_text(duration d) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(d).count();
  if (seconds < 120) return fmt::format("{} s", seconds);
  return fmt::format("{} min", (seconds + 59) / 60);
}

// The closing lines of the run have the commands.
std::string after_failures() {
  return fmt::format(
      "look at what failed, mend it, and run the same command again to go on, with {} to take the failed "
      "rows again too",
      to_string(option::retry));
}

}  // namespace

void stop_order::name_last_answer(std::string_view last) {
  if (last.empty() || (reason != "outage" && reason != "throttled")) return;
  why.what.append("; the last answer: ").append(last);
}

std::optional<stop_order> too_long_a_pause(const std::optional<asked_pause>& asked, time_point now,
                                           duration max_wait, const api::header_names& names) {
  if (!asked || asked->by == asking_header::none || asked->until - now <= max_wait) return std::nullopt;
  return stop_order{
      "throttled",
      {failure_kind::later, "",
       fmt::format("the API asks for a pause of {} ({}), longer than limits.max_wait ({})",
                   minutes_text(asked->until - now), name_of(asked->by, names), minutes_text(max_wait)),
       "run the same command again then"},
      asked->until};
}

std::optional<stop_order> too_long_a_wait_of_rows(std::size_t rows, time_point due, time_point now,
                                                  duration max_wait) {
  // max(): until something else happens, which is for others to judge.
  if (rows == 0 || due == time_point::max() || due - now <= max_wait) return std::nullopt;
  return stop_order{"throttled",
                    {failure_kind::later, "",
                     fmt::format("{} for {}, longer than limits.max_wait ({})",
                                 rows == 1 ? "the row that could go on has to wait"
                                           : fmt::format("the {} rows that could go on have to wait", rows),
                                 minutes_text(due - now), minutes_text(max_wait)),
                     "run the same command again then"},
                    due};
}

std::string pause_in_words(const asked_pause& pause, const api::header_names& names) {
  if (pause.by == asking_header::none) return "the API, which throttles";
  return fmt::format("the pause that the API asked for ({})", name_of(pause.by, names));
}

void stop_rules::on_attempt(const judgement& j, time_point now) noexcept {
  throttled_last_ = j.is == api::verdict::throttled;
  heard_ever_ = heard_ever_ || !j.outage;
  if (j.outage || throttled_last_) {
    if (!trouble_since_) trouble_since_ = now;
  } else {
    trouble_since_.reset();
  }
}

void stop_rules::on_finish(outcome o, std::optional<field_index> differing) noexcept {
  if (o == outcome::mismatch && differing && differing == mismatching_) {
    ++mismatches_in_a_row_;
  } else {
    mismatches_in_a_row_ = o == outcome::mismatch && differing ? 1 : 0;
    mismatching_ = differing;
  }
  if (o == outcome::invalid) return;
  const bool failed = !is_success(o);
  if (seen_ >= window && failed_[at_]) --failed_in_window_;
  failed_[at_] = failed;
  at_ = (at_ + 1) % window;
  ++seen_;
  if (failed) {
    ++failed_in_window_;
    ++failed_ever_;
  }
}

void stop_rules::on_replies(reply_trouble trouble, outcome result, std::string_view why) {
  succeeded_ = succeeded_ || is_success(result);
  if (result == outcome::invalid) return;
  unshown_in_a_row_ = trouble == reply_trouble::unshown ? unshown_in_a_row_ + 1 : 0;
  misread_in_a_row_ = trouble == reply_trouble::misread ? misread_in_a_row_ + 1 : 0;
  if (trouble == reply_trouble::none) return;
  troubled_by_.assign(why);
}

std::optional<time_point> stop_rules::patience_ends() const noexcept {
  if (!trouble_since_) return std::nullopt;
  const auto most = time_point::max() - *trouble_since_;
  return options_.patience > most ? time_point::max() : *trouble_since_ + options_.patience;
}

std::optional<stop_order> stop_rules::after_finish(const api::profile& names) const {
  if (mismatches_in_a_row_ >= alike_mismatches) {
    stop_order order;
    order.reason = "mismatches";
    // A key without the right to a field may be told yes all the same, where writes are answered with
    // nothing.
    const bool by_read = names.reply.is == api::reply_kind::read;
    order.why = {failure_kind::mend, names[*mismatching_].name,
                 fmt::format("{} rows in a row were accepted, but {} shows another value",
                             mismatches_in_a_row_, by_read ? "a read" : "the reply"),
                 std::string("look at one of these rows, ") +
                     (by_read ? "see whether the key may write this field, " : "") +
                     "correct the field or its comparison in the profile, and run the same command again"};
    return order;
  }
  if (unshown_in_a_row_ >= alike_troubles)
    return stop_order{
        "unshown_replies",
        {failure_kind::mend, "",
         fmt::format("{} rows in a row were accepted with a reply that shows no resource of theirs: {}",
                     unshown_in_a_row_, troubled_by_),
         "mend that, and run the same command again"},
        {}};
  // Later in a run these are rows; at its beginning they are the profile.
  if (misread_in_a_row_ >= alike_troubles && !succeeded_)
    return stop_order{
        "unreadable_replies",
        {failure_kind::mend, "",
         fmt::format("none of the first {} rows could be read: {}", misread_in_a_row_, troubled_by_),
         "mend that, and run the same command again with " + to_string(option::retry, "failed")},
        {}};
  if (options_.failures.count) {
    if (failed_ever_ >= *options_.failures.count && failed_ever_ > 0)
      return stop_order{
          "max_failures",
          {failure_kind::mend, "",
           fmt::format("{} rows have failed ({})", failed_ever_, to_string(option::max_failures)),
           after_failures()},
          {}};
  } else if (options_.failures.share > 0 && failed_in_window_ >= at_least) {
    const auto jobs = std::min<std::size_t>(seen_, window);
    if (static_cast<double>(failed_in_window_) > options_.failures.share * static_cast<double>(jobs))
      return stop_order{
          "max_failures",
          {failure_kind::mend, "", fmt::format("{} of the last {} rows have failed", failed_in_window_, jobs),
           after_failures() + "; " + to_string(option::max_failures) + " sets another limit"},
          {}};
  }
  return std::nullopt;
}

std::optional<stop_order> stop_rules::check(time_point now, const std::optional<asked_pause>& asked,
                                            const api::profile& names) const {
  if (auto order = after_finish(names)) return order;
  if (auto order = too_long_a_pause(asked, now, options_.max_wait, names.headers)) return order;
  if (trouble_since_ && now - *trouble_since_ >= options_.patience)
    return stop_order{throttled_last_ ? "throttled" : "outage",
                      {failure_kind::later, "",
                       fmt::format("nothing but {} for {} (breaker.patience)",
                                   throttled_last_ ? "throttling" : "failures of the API",
                                   minutes_text(now - *trouble_since_)),
                       heard_ever_ || !options_.address_in_doubt
                           ? "run the same command again later"
                           : "check api.base_url (" + to_string(option::base_url) +
                                 ") and the network, or run the same command again later"},
                      {}};
  // Where all is trouble, the rule above says what it is.
  if (!trouble_since_ && progressed_at_ && replies_ >= replies_without_progress &&
      now - *progressed_at_ >= options_.patience)
    return stop_order{"no_progress",
                      {failure_kind::later, "",
                       fmt::format("{} replies came in {}, and no row was finished (breaker.patience)",
                                   replies_, minutes_text(now - *progressed_at_)),
                       "the ledger has the rows that are pending; run the same command again later"},
                      {}};
  return std::nullopt;
}

}  // namespace pawl::policy
