#include "engine/policy/unread_rows.hpp"

#include "engine/model/option.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::policy {

bool needs_reading(const api::profile& profile, const job_view& job) noexcept {
  const auto is_verb = [&profile](const field_value& value) {
    return value.field != passed_field && profile[value.field].verb != api::set_verb::none;
  };
  return !job.expect.empty() || std::ranges::any_of(job.patch, is_verb);
}

stop_order unread_row(const job_view& job) {
  stop_order order;
  order.reason = "read_first";
  order.why.kind = failure_kind::mend;
  order.why.place = fmt::format("row {}", job.row);
  order.why.what = "has preconditions or set verbs, and read_first is off: nothing is read before a write";
  order.why.remedy = "run the same command without " + to_string(option::no_read_first);
  return order;
}

}  // namespace pawl::policy
