// Checks whether the input is right. Offline: sends nothing and opens no ledger.
#pragma once

#include "engine/app/host.hpp"
#include "engine/app/options.hpp"
#include "engine/app/summary.hpp"
#include "engine/input/job_source.hpp"
#include "engine/input/validation.hpp"
#include "engine/model/error.hpp"

#include <functional>
#include <string>

namespace pawl::app {

// An input without errors. Valid during the call that it is an argument of.
struct check_answer {
  const std::string& input_name;
  const input::source_facts& facts;
  const input::validation_report& report;  // rows may be 0
  const api::profile& profile;             // with the fields that the input uses (api::add_used_fields)
};

// Errors of the input go to the listener as complaints. If there are none, `answer` is called; its failure
// ends the use case.
result check(const options&, const host&, const std::function<status(const check_answer&)>& answer);

}  // namespace pawl::app
