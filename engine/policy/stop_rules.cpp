#include "engine/policy/stop_rules.hpp"

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

}  // namespace

void stop_rules::on_attempt(const judgement& j, time_point now) noexcept {
  throttled_last_ = j.is == api::verdict::throttled;
  heard_ever_ = heard_ever_ || !j.outage;
  if (j.outage || throttled_last_) {
    if (!trouble_since_) trouble_since_ = now;
  } else {
    trouble_since_.reset();
  }
}

void stop_rules::on_finish(outcome o, int http_status, std::optional<field_index> differing) noexcept {
  if (o == outcome::mismatch && differing && differing == mismatching_) {
    ++mismatches_in_a_row_;
  } else {
    mismatches_in_a_row_ = o == outcome::mismatch && differing ? 1 : 0;
    mismatching_ = differing;
  }
  if (o == outcome::invalid || http_status == 404) return;
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

std::optional<stop_order> stop_rules::check(time_point now, std::optional<time_point> gated_until,
                                            const api::profile& names) const {
  if (mismatches_in_a_row_ >= alike_mismatches) {
    stop_order order;
    order.reason = "mismatches";
    order.why = {failure_kind::mend, names[*mismatching_].name,
                 fmt::format("{} rows in a row were accepted, but the reply shows another value",
                             mismatches_in_a_row_),
                 "look at one of these rows, correct the field or its comparison in the profile, and run the "
                 "same command again"};
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
         "mend that, and run the same command again with --retry failed"},
        {}};
  if (options_.failures.count) {
    if (failed_ever_ >= *options_.failures.count && failed_ever_ > 0)
      return stop_order{
          "max_failures",
          {failure_kind::mend, "", fmt::format("{} rows have failed (--max-failures)", failed_ever_),
           "look at `pawl export`, and run the same command again to go on"},
          {}};
  } else if (options_.failures.share > 0 && failed_in_window_ >= at_least) {
    const auto jobs = std::min<std::size_t>(seen_, window);
    if (static_cast<double>(failed_in_window_) > options_.failures.share * static_cast<double>(jobs))
      return stop_order{
          "max_failures",
          {failure_kind::mend, "", fmt::format("{} of the last {} rows have failed", failed_in_window_, jobs),
           "look at `pawl export`, then run the same command again to go on, or set --max-failures"},
          {}};
  }
  if (gated_until && *gated_until - now > options_.max_wait)
    return stop_order{"throttled",
                      {failure_kind::later, "",
                       fmt::format("the API asks for a pause of {}, longer than limits.max_wait ({})",
                                   minutes_text(*gated_until - now), minutes_text(options_.max_wait)),
                       "run the same command again then"},
                      gated_until};
  if (trouble_since_ && now - *trouble_since_ >= options_.patience)
    return stop_order{throttled_last_ ? "throttled" : "outage",
                      {failure_kind::later, "",
                       fmt::format("nothing but {} for {} (breaker.patience)",
                                   throttled_last_ ? "throttling" : "failures of the API",
                                   minutes_text(now - *trouble_since_)),
                       heard_ever_ || !options_.address_in_doubt
                           ? "run the same command again later"
                           : "check api.base_url (--base-url) and the network, or run the same command "
                             "again later"},
                      {}};
  if (progressed_at_ && replies_ >= replies_without_progress && now - *progressed_at_ >= options_.patience)
    return stop_order{
        "no_progress",
        {failure_kind::later, "",
         fmt::format("{} replies came in {}, and no row was finished (breaker.patience)", replies_,
                     minutes_text(now - *progressed_at_)),
         "look at the rows that are pending with `pawl status`, and run the same command again later"},
        {}};
  return std::nullopt;
}

}  // namespace pawl::policy
