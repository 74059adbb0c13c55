#include "engine/policy/unread_rows.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pawl::policy {
namespace {

TEST(UnreadRows, NeedAReadForPreconditionsAndSetVerbs) {
  api::profile profile;
  api::field_spec status, tags;
  status.name = "status";
  tags.name = "add_tags";
  tags.verb = api::set_verb::add_names;
  profile.fields = {status, tags};
  const field_value plain{field_index{0}, "status", "\"done\""}, verb{field_index{1}, "add_tags", "[\"a\"]"},
      passed{passed_field, "unknown", "1"};
  struct {
    std::vector<field_value> patch, expect;
    bool needs;
  } const rows[] = {{{plain}, {}, false},    {{plain, passed}, {}, false}, {{}, {}, false},
                    {{verb}, {}, true},      {{plain, verb}, {}, true},    {{passed, verb}, {}, true},
                    {{plain}, {plain}, true}};
  for (const auto& row : rows) {
    job_view job;
    job.patch = row.patch;
    job.expect = row.expect;
    EXPECT_EQ(needs_reading(profile, job), row.needs) << row.patch.size();
  }
}

TEST(UnreadRows, StopTheRunByName) {
  job_view job;
  job.row = 17;
  const auto order = unread_row(job);
  EXPECT_EQ(order.reason, "read_first");
  EXPECT_EQ(order.why.kind, failure_kind::mend);
  EXPECT_EQ(order.why.place, "row 17");
  EXPECT_NE(order.why.remedy.find("--no-read-first"), std::string::npos);
}

}  // namespace
}  // namespace pawl::policy
