// From a campaign to yes or no: the comparison, the checks of time that an outage or a poisoned row ask for,
// and the table that is printed. Pure.
#pragma once

#include "tests/fault/audit/campaign.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace pawl::audit {

struct verdict_options {
  compare_options comparing;
  // The server is back: so long may it take until a write of the run is applied; 5 s is what is promised.
  std::chrono::milliseconds takes_up_within = std::chrono::seconds{5};
  // The longest pause between two writes of other rows that a poisoned row may cause.
  std::chrono::milliseconds longest_pause = std::chrono::seconds{1};
};

struct verdict {
  comparison compared;
  std::vector<std::string> complaints;  // beside the findings
  bool good() const { return compared.findings.empty() && complaints.empty(); }
};

verdict judge(const campaign_options&, const campaign_result&, const verdict_options& = {});

// The figures, a line each, and the first 20 of what is wrong.
std::string to_table(const campaign_options&, const campaign_result&, const verdict&);

}  // namespace pawl::audit
