// Profiles from texts, for the tests of what the loader makes of them.
#pragma once

#include "config/profile_loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pawl::config::by_text {

inline std::vector<std::string> texts(const std::vector<failure>& complaints) {
  std::vector<std::string> all;
  for (const auto& c : complaints) all.push_back(to_string(c));
  return all;
}

inline api::profile compiled(std::string_view toml) {
  auto result = compile_profile(toml, "p.toml");
  EXPECT_THAT(texts(result.complaints), ::testing::ElementsAre());
  return result.value.value_or(api::profile{});
}

inline api::profile embedded(const char* name) {
  const auto text = embedded_profile(name);
  EXPECT_TRUE(text) << name;
  return compiled(text.value_or(""));
}

inline const api::field_spec& field(const api::profile& p, std::string_view name) {
  const auto index = p.find(name);
  EXPECT_TRUE(index) << name;
  static const api::field_spec none;
  return index ? p[*index] : none;
}

// The least that compiles; further keys of the top level come first.
inline std::string minimal(const std::string& tables, const std::string& top = "") {
  return "name = \"p\"\nbase_url = \"https://h.example\"\n" + top +
         "[resource]\npath = \"/x/{id}\"\n[limits]\nwrite = \"60/min\"\nread = \"unlimited\"\n" + tables;
}

}  // namespace pawl::config::by_text
