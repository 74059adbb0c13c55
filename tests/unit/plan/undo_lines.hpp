// The way back of writes, for tests of undo_builder.
#pragma once

#include "config/profile_loader.hpp"
#include "engine/input/validation.hpp"
#include "engine/plan/undo.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::plan::testing {

inline const api::profile& productlane() {
  static const auto compiled =
      config::compile_profile(config::embedded_profile("productlane").value(), "productlane.toml");
  return compiled.value.value();
}

struct written {
  std::string old_values, new_values;
  bool certain = true, as_sent = true;
};

inline undo_result undone(const std::vector<written>& writes, const api::profile& profile = productlane()) {
  undo_builder builder{profile};
  for (const auto& w : writes) builder.add(w.old_values, w.new_values, w.certain, w.as_sent);
  return builder.finish("t1");
}

// "status not_nullable"
inline std::vector<std::string> losses_of(const undo_result& result) {
  std::vector<std::string> all;
  for (const auto& loss : result.losses) {
    const char* why = "";
    switch (loss.why) {
      case undo_obstacle::not_shown:
        why = " not_shown";
        break;
      case undo_obstacle::not_nullable:
        why = " not_nullable";
        break;
      case undo_obstacle::not_accepted:
        why = " not_accepted";
        break;
      case undo_obstacle::needs_another:
        why = " needs_another";
        break;
      case undo_obstacle::unsound:
        why = " unsound";
        break;
      case undo_obstacle::too_large:
        why = " too_large";
        break;
      case undo_obstacle::normalised:
        why = " normalised";
        break;
      case undo_obstacle::left_out:
        why = " left_out";
        break;
      case undo_obstacle::record_broken:
        why = " record_broken";
        break;
    }
    all.push_back(loss.field + why);
  }
  return all;
}

// What comes out is an input: checked by the very validation that a run does.
inline void expect_valid(const std::string& lines) {
  if (lines.empty()) return;
  input::source_options options;
  options.format = input::file_format::ndjson;
  auto source = input::job_source::from_bytes("undo.ndjson", lines, productlane(), options);
  ASSERT_TRUE(source) << to_string(source.error());
  const auto report = input::validate(*source, productlane(), {}, nullptr);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->bad_rows, 0u) << lines << (report->first.empty() ? "" : report->first[0].what);
}

}  // namespace pawl::plan::testing
