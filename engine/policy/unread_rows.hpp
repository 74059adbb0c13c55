// Rows that cannot be written without a read before. A new run refuses them with read_first off; one that
// goes on was validated by an earlier invocation, perhaps with other flags. Pure.
#pragma once

#include "engine/api/profile.hpp"
#include "engine/model/job.hpp"
#include "engine/policy/stop_rules.hpp"

namespace pawl::policy {

// It has preconditions, or fields that change a set.
bool needs_reading(const api::profile&, const job_view&) noexcept;

// The order to stop at such a row where nothing is read.
stop_order unread_row(const job_view&);

}  // namespace pawl::policy
